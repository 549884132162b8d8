"""Faults in the months, documents and bank statements of the special account."""

import datetime
import uuid
from decimal import Decimal

from funds.bank.models import BankLine, BankStatement, Match, MatchedLeg, MatchedLine, UnmatchedLeg, UnmatchedLine
from funds.models import EnteredDocument, Month
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.offices.actors import Actor

from .planting import YUAN, change, copy, fault, named, remove


def closed() -> Month:
    return Month.objects.filter(status="closed").order_by("first")[2]


@fault("month.figures")
def closed_with_a_yuan_more() -> str:
    return change(closed(), in_book=closed().in_book + YUAN)


@fault("month.figures")
def closed_with_a_yuan_more_of_income() -> str:
    """Not on the account at the bank."""
    balances = closed().balances
    code = max(code for code in balances if code != "1003")
    return change(closed(), balances={**balances, code: str(Decimal(balances[code]) + YUAN)})


@fault("month.order")
def a_month_left_out() -> str:
    remove(closed())
    return closed().code


@fault("month.checker")
def closed_by_who_prepared_it() -> str:
    return change(closed(), closed_by=closed().made_by)


@fault("month.checker")
def checked_by_who_entered_it() -> str:
    document = EnteredDocument.objects.filter(status="checked")[0]
    return change(document, checked_by=document.made_by)


@fault("document.correction")
def a_part_taken_back() -> str:
    correction = EnteredDocument.objects.get(kind="correction")
    return change(correction, amount=correction.amount - YUAN)


@fault("document.correction")
def taken_back_twice() -> str:
    """The second one waits to be checked: nothing is booked for it."""
    correction = EnteredDocument.objects.get(kind="correction")
    values = {"status": "entered", "checked_on": None, "checked_by": None}
    twin = copy(correction, **values, submission=uuid.uuid4())
    audit.record(by=Actor.job("tests"), verb="documents.enter", obj=twin)
    return twin.number


@fault("bank.statement")
def a_line_a_yuan_larger() -> str:
    line = BankLine.objects.filter(matched=None)[0]
    change(line, amount=line.amount - YUAN)
    return line.statement.number


@fault("bank.statement")
def a_gap_between_statements() -> str:
    last = BankStatement.objects.order_by("last").reverse()[0]
    values = {"sha256": "0" * 64, "statement": "X", "imported_on": None, "opening": last.closing + YUAN}
    return copy(last, **values, first=last.last, closing=last.closing + YUAN).number


@fault("bank.match")
def a_line_out_of_its_match() -> str:
    matched = MatchedLine.objects.all()[0]
    number = matched.match.number
    remove(matched)
    UnmatchedLine.objects.create(line=matched.line, day=matched.line.day)
    return number


@fault("bank.unmatched")
def a_line_lost() -> str:
    line = UnmatchedLine.objects.select_related("line__statement")[0].line
    UnmatchedLine.objects.filter(line=line).delete()
    return f"{line.statement.number} {line.place}"


@fault("bank.unmatched")
def an_entry_kept_though_it_is_matched() -> str:
    leg = MatchedLeg.objects.select_related("leg__entry")[0].leg
    UnmatchedLeg.objects.create(leg=leg, day=leg.entry.booked_on)
    return named(leg.entry)


@fault("bank.unmatched")
def a_match_of_other_days() -> str:
    found = Match.objects.all()[0]
    return change(found, last_day=found.last_day + datetime.timedelta(days=1))
