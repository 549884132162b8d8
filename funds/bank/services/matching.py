"""Matching the bank's lines with the entries of the book: by themselves, by hand, and taken away again (F1)."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from funds.chart import Chart
from funds.models import Account, JournalLeg
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Invalid
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.numbers import next_number, next_numbers
from liaoyang_medins.kernel.offices.actors import Actor

from ..documents import CORRECTED, OPEN_LEGS
from ..matching import OpenLeg, OpenLine, matches_of
from ..models import BankLine, Match, MatchedLeg, MatchedLine

# Any number that no other advisory lock of the portal uses: one at a time matches, so that a leg is taken once.
_LOCK = 102_2008_11


def lock_matching() -> None:
    """Until the transaction ends nobody else matches; both sides of a match are compared at its end, when they are
    there.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SET CONSTRAINTS bank_matchedline_adds_up, bank_matchedleg_adds_up DEFERRED")


def account_key() -> int:
    """The key of the account at the bank in the chart."""
    return Account.objects.values_list("pk", flat=True).get(code=Chart.BANK)


def foreseen(lines: Sequence[OpenLine]) -> list[tuple[int, list[int]]]:
    """What `match_automatically` would match these lines with: keys of lines and legs."""
    references = sorted({line.reference for line in lines if line.reference})
    legs: dict[str, list[OpenLeg]] = defaultdict(list)
    if references:
        with connection.cursor() as cursor:
            cursor.execute(OPEN_LEGS, {"account": account_key(), "references": references})
            for reference, key, amount, day in cursor.fetchall():
                legs[reference].append(OpenLeg(key, day, amount))
    return matches_of(lines, legs)


def open_lines(lines: Iterable[BankLine]) -> list[OpenLine]:
    return [OpenLine(line.pk, line.day, line.reference, line.amount) for line in lines]


def make_matches(found: Sequence[tuple[Sequence[int], Sequence[int]]], by: Actor) -> int:
    """Write matches that were found by themselves: keys of lines and of legs of each; returns how many."""
    if not found:
        return 0
    today = clock.today()
    days = days_of_each(found)
    rows = Match.objects.bulk_create(
        Match(
            number=number,
            submission=uuid.uuid4(),
            automatic=True,
            first_day=first,
            last_day=last,
            made_on=today,
            made_by_id=by.user_id,
        )
        for number, (first, last) in zip(next_numbers("match", [today] * len(found)), days, strict=True)
    )
    MatchedLine.objects.bulk_create(
        MatchedLine(match=row, line_id=key) for row, (lines, _legs) in zip(rows, found, strict=True) for key in lines
    )
    MatchedLeg.objects.bulk_create(
        MatchedLeg(match=row, leg_id=key) for row, (_lines, legs) in zip(rows, found, strict=True) for key in legs
    )
    return len(rows)


def days_of_each(found: Sequence[tuple[Sequence[int], Sequence[int]]]) -> list[tuple[date, date]]:
    """The earliest and the latest day of the lines and legs of each match to be, by their keys."""
    lines = BankLine.objects.filter(pk__in=[key for keys, _legs in found for key in keys]).order_by()
    legs = JournalLeg.objects.filter(pk__in=[key for _lines, keys in found for key in keys]).order_by()
    at_bank, in_book = dict(lines.values_list("pk", "day")), dict(legs.values_list("pk", "entry__booked_on"))
    each = [[*(at_bank[key] for key in keys), *(in_book[key] for key in others)] for keys, others in found]
    return [(min(days), max(days)) for days in each]


@transaction.atomic
def match_automatically(*, by: Actor) -> int:
    """Match every open line whose reference and amount are those of entries that are open too, and every
    correction with what it takes back; returns how many matches were made. Raises NotAllowed.
    """
    by.require("bankbook.match")
    lock_matching()
    rows = BankLine.objects.filter(unmatched__isnull=False).order_by("day", "statement", "place")
    made = make_matches([([line], legs) for line, legs in foreseen(open_lines(rows))], by)
    made += match_corrections(by)
    if made:
        account = Account.objects.get(code=Chart.BANK)
        audit.record(by=by, verb="bankbook.match_all", obj=account, changes={"matches": made})
    return made


def match_corrections(by: Actor) -> int:
    """Match corrections with what they take back, or with what was entered in its place where the bank's line has the
    wrong document: both stand in the book alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(CORRECTED, {"account": account_key()})
        pairs = cursor.fetchall()
    used: set[int] = set()
    found: list[tuple[list[int], tuple[int, int]]] = []
    for pair in pairs:
        if used.isdisjoint(pair):
            used.update(pair)
            found.append(([], pair))
    return make_matches(found, by)


@transaction.atomic
def match(*, submission: uuid.UUID, lines: Sequence[int], legs: Sequence[int], note: str = "", by: Actor) -> Match:
    """Say that lines of the bank (by their keys) and entries of the book (legs on the account) are the same money.

    The same `submission` again gives back the first. Invalid where nothing is chosen, their sums differ, or one side
    alone is chosen without a note that says why; Conflict where one of them was matched meanwhile; NotAllowed.
    """
    by.require("bankbook.match")
    lock_matching()
    first = Match.objects.filter(submission=submission).first()
    if first is not None:
        return first
    at_bank, in_book = _sums(set(lines), set(legs))
    if not lines and not legs:
        raise Invalid(_("Choose lines of the bank and entries of the book."), code="nothing")
    if at_bank != in_book:
        raise Invalid(
            _("The sums differ: %(bank)s at the bank, %(book)s in the book.")
            % {"bank": f"{at_bank:,.2f}", "book": f"{in_book:,.2f}"},
            code="sums_differ",
        )
    note = " ".join(note.split())[:200]
    if not (lines and legs) and not note:
        raise Invalid(_("One side alone comes to nothing: say why."), field="note", code="no_note")
    today = clock.today()
    [(first_day, last_day)] = days_of_each([(lines, legs)])
    found = Match.objects.create(
        number=next_number("match", today),
        submission=submission,
        first_day=first_day,
        last_day=last_day,
        made_on=today,
        made_by_id=by.user_id,
        note=note,
    )
    MatchedLine.objects.bulk_create(MatchedLine(match=found, line_id=key) for key in sorted(set(lines)))
    MatchedLeg.objects.bulk_create(MatchedLeg(match=found, leg_id=key) for key in sorted(set(legs)))
    audit.record(by=by, verb="bankbook.match", obj=found, changes=told(found), note=note)
    return found


def _sums(lines: set[int], legs: set[int]) -> tuple[Decimal, Decimal]:
    """What open lines and legs come to. Raises Conflict where one of them is not open or not there."""
    free_lines = BankLine.objects.filter(pk__in=lines, unmatched__isnull=False)
    free_legs = JournalLeg.objects.filter(pk__in=legs, unmatched__isnull=False, account=account_key())
    if (free_lines.count(), free_legs.count()) != (len(lines), len(legs)):
        raise Conflict(_("One of these was matched meanwhile. Choose again."), code="matched_meanwhile")
    return (
        free_lines.aggregate(sum=Sum("amount", default=ZERO))["sum"],
        free_legs.aggregate(sum=Sum("amount", default=ZERO))["sum"],
    )


@transaction.atomic
def unmatch(*, number: str, reason: str, by: Actor) -> None:
    """Take a wrong match away: its lines and entries are open again. Invalid without a reason; Conflict where it is
    gone already; NotAllowed.
    """
    by.require("bankbook.match")
    lock_matching()
    found = Match.objects.filter(number=number).first()
    if found is None:
        raise Conflict(_("This match was taken away already."), code="gone")
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise Invalid(_("Say why."), field="reason")
    audit.record(by=by, verb="bankbook.unmatch", obj=found, changes=told(found), note=reason)
    found.delete()


def told(found: Match) -> dict[str, object]:
    """What a match says, for the audit record: lines as statement and place, entries as their documents."""
    lines = found.lines.order_by("line").values_list("line__statement__number", "line__place", "line__amount")
    legs = found.legs.order_by("leg").values_list(
        "leg__entry__document_type", "leg__entry__document_number", "leg__amount"
    )
    return {
        "bank": [f"{number} {place}: {amount}" for number, place, amount in lines],
        "book": [f"{kind} {number}: {amount}" for kind, number, amount in legs],
    }
