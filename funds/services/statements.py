"""Subsidy statements: prepare, draw anew, discard, issue, and book what arrives (F2, F3, C3; Art. 14, 15)."""

import datetime
from decimal import Decimal
from itertools import islice

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from funds import rules
from funds.models import SubsidyItem, SubsidyReceipt, SubsidyStatement
from funds.selectors import balances, drawing, figures
from liaoyang_medins.kernel import clock, policy
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.money import ZERO, fen
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.states import require_transition, require_version

Status = SubsidyStatement.Status
# Any number that no other advisory lock of the portal uses.
_STATEMENTS_LOCK = 102_2008_02


def _lock() -> None:
    """One verb on statements at a time: they are few, and each looks at what all the others hold."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_STATEMENTS_LOCK])


def _locked(number: str, version: int) -> SubsidyStatement:
    _lock()
    statement = SubsidyStatement.objects.select_for_update(of=("self",)).filter(number=number).first()
    told = last_change(statement or SubsidyStatement(number=number))
    if statement is None:
        raise Conflict(_("There is no subsidy statement %(number)s any more.") % {"number": number}, reasons=(told,))
    require_version(statement.version, version, told=told)
    return statement


def _fill(statement: SubsidyStatement, period: rules.Period) -> None:
    items = drawing.draw(period, statement)
    while chunk := list(islice(items, 2000)):
        SubsidyItem.objects.bulk_create(chunk)


def _changes(statement: SubsidyStatement) -> dict[str, object]:
    sums = figures.sums_of(statement)
    return {"period": statement.period_from, "persons": sums.persons, "government": sums.government}


@transaction.atomic
def prepare_statement(*, kind: str, period_from: datetime.date, by: Actor) -> SubsidyStatement:
    """Make the draft of the statement of a period and draw its items; returns it (F2, F3).

    `kind` is `window` or `month`, `period_from` the period's first value date. Raises Invalid where no period of
    that kind begins on that day; Refused where it has not ended, nothing is to be claimed, or another draft is open;
    Conflict where the period has a statement; NotAllowed.
    """
    by.require("statements.prepare")
    _lock()
    today = clock.today()
    period = _period(kind, period_from)
    if period.last >= today:
        raise Refused(
            _("The period runs until %(day)s; its statement can be prepared from the day after.")
            % {"day": period.last},
            code="period_not_ended",
        )
    _require_room(period)
    rule = policy.on(settings.POOLING_AREA, period.last)
    statement = SubsidyStatement.objects.create(
        number=next_number("statement", today),
        kind=period.kind.value,
        period_from=period.first,
        period_until=period.last,
        policy_version=rule.version,
        policy_hash=rule.content_hash,
        made_by_id=by.user_id,
    )
    _fill(statement, period)
    if not statement.items.exists():
        raise Refused(_("There is nothing to claim for this period."), code="nothing_to_claim")
    audit.record(by=by, verb="statements.prepare", obj=statement, changes=_changes(statement))
    return statement


def _period(kind: str, first: datetime.date) -> rules.Period:
    try:
        period = drawing.period_of(first)
    except policy.PolicyError as error:
        raise Invalid(_("There were no contributions before the measures took effect."), field="period") from error
    if period.first != first or period.kind != kind:
        raise Invalid(
            _("No period of this kind begins on %(day)s. That day belongs to the period from %(first)s to %(last)s.")
            % {"day": first, "first": period.first, "last": period.last},
            code="no_such_period",
            field="period",
        )
    return period


def _require_room(period: rules.Period) -> None:
    """Conflict where the period has a statement, Refused while another draft is open."""
    there = SubsidyStatement.objects.filter(kind=period.kind.value, period_from=period.first).select_related("made_by")
    for statement in there:
        raise Conflict(
            _("This period has the statement %(number)s already, prepared by %(name)s.")
            % {"number": statement.number, "name": statement.made_by or "—"},
            code="period_has_statement",
        )
    for draft in SubsidyStatement.objects.filter(status=Status.DRAFT):
        raise Refused(
            _("The statement %(number)s is still a draft. It is issued or discarded before the next is prepared.")
            % {"number": draft.number},
            code="draft_open",
        )


@transaction.atomic
def redraw_statement(*, number: str, version: int, by: Actor) -> SubsidyStatement:
    """Draw the items of a draft anew from the records as they stand now. Raises Conflict, NotAllowed."""
    by.require("statements.prepare")
    statement = _locked(number, version)
    _require_draft(statement, Status.ISSUED)
    before = figures.sums_of(statement)
    statement.items.all().delete()
    _fill(statement, statement_period(statement))
    statement.version += 1
    statement.save(update_fields=["version"])
    changes = _changes(statement) | {"persons_before": before.persons, "government_before": before.government}
    audit.record(by=by, verb="statements.redraw", obj=statement, changes=changes)
    return statement


@transaction.atomic
def discard_statement(*, number: str, version: int, by: Actor) -> None:
    """Take a draft away; its period can be prepared again. Raises Conflict, NotAllowed."""
    by.require("statements.prepare")
    statement = _locked(number, version)
    _require_draft(statement, Status.ISSUED)
    audit.record(by=by, verb="statements.discard", obj=statement, changes=_changes(statement))
    statement.delete()


@transaction.atomic
def issue_statement(*, number: str, version: int, by: Actor) -> SubsidyStatement:
    """Freeze a draft with today's date, its due date (F2, Art. 15) and a seal over its items; returns it.

    Raises NotAllowed for the one who prepared it; Conflict where it is no draft any more, was changed, or no longer
    says what the records say; Refused where it claims nothing.
    """
    by.require("statements.issue")
    statement = _locked(number, version)
    _require_draft(statement, Status.ISSUED)
    if by.user_id is not None and statement.made_by_id == by.user_id:
        raise NotAllowed(
            _("You prepared this statement yourself: somebody else checks and issues it."), code="own_entry"
        )
    _require_fresh(statement)
    if not statement.items.exists():
        raise Refused(_("The statement claims nothing. Discard it."), code="nothing_to_claim")
    today = clock.today()
    rule = policy.on(settings.POOLING_AREA, today)
    statement.status = Status.ISSUED
    statement.issued_on = today
    statement.due_on = rules.due_on(today, rule)
    statement.policy_version = rule.version
    statement.policy_hash = rule.content_hash
    statement.issued_by_id = by.user_id
    statement.hash = figures.seal_of(statement)
    statement.version += 1
    statement.save()
    changes = _changes(statement) | {"due_on": statement.due_on, "hash": statement.hash}
    audit.record(by=by, verb="statements.issue", obj=statement, changes=changes)
    return statement


def _require_draft(statement: SubsidyStatement, then: str) -> None:
    require_transition(SubsidyStatement.TRANSITIONS, statement.status, then, label=statement.get_status_display())


def _require_fresh(statement: SubsidyStatement) -> None:
    """Conflict unless the draft holds just what would be drawn now: a payment may have been returned or come in
    since.
    """
    held = set(statement.items.values_list("notice_id", "district_id", "persons", "government"))
    drawn = {
        (item.notice_id, item.district_id, item.persons, item.government)
        for item in drawing.draw(statement_period(statement))
    }
    if held != drawn:
        raise Conflict(
            _("Payments came in or were returned since this draft was drawn. Draw it anew, then check it again."),
            code="draft_is_stale",
        )


def statement_period(statement: SubsidyStatement) -> rules.Period:
    """The period that a statement was prepared for."""
    return rules.Period(rules.PeriodKind(statement.kind), statement.period_from, statement.period_until)


@transaction.atomic
def record_subsidy(
    *, number: str, payer: str, amount: Decimal, paid_on: datetime.date, bank_reference: str, by: Actor
) -> SubsidyReceipt:
    """Book `amount` yuan that the city or a district paid against the issued statement `number`; in parts too (F2).

    `payer` is the code of its office. The same bank reference given twice with the same facts returns the first
    receipt. Raises Invalid (amount, date, payer), Refused where more comes than is outstanding, Conflict,
    NotAllowed.
    """
    by.require("statements.book")
    _lock()
    statement = SubsidyStatement.objects.filter(number=number).first()
    if statement is None or statement.status != Status.ISSUED:
        raise Conflict(_("Only an issued statement can be paid."), code="not_issued")
    bank_reference = bank_reference.strip()
    before = SubsidyReceipt.objects.filter(bank_reference=bank_reference).select_related("payer").first()
    if before:
        same = (before.statement_id, before.payer.code, before.amount, before.paid_on)
        if same == (statement.pk, payer, amount, paid_on):
            return before
        raise Conflict(
            _("This bank reference was booked already as %(number)s.") % {"number": before.number},
            code="reference_taken",
            field="bank_reference",
        )
    owed = _owed(statement, payer, amount, paid_on)
    if amount > owed.balance.outstanding:
        raise Refused(
            _("%(payer)s still owes %(amount)s yuan on this statement. Book here only what belongs to it.")
            % {"payer": owed.payer.label, "amount": f"{owed.balance.outstanding:,.2f}"},
            code="more_than_outstanding",
            field="amount",
        )
    receipt = SubsidyReceipt.objects.create(
        number=next_number("subsidy_receipt", paid_on),
        statement=statement,
        payer=owed.payer,
        amount=amount,
        paid_on=paid_on,
        bank_reference=bank_reference,
    )
    changes = {"number": receipt.number, "payer": payer, "amount": amount, "paid_on": paid_on}
    note = f"{owed.payer.name} {amount:,.2f}"
    audit.record(by=by, verb="statements.book", obj=statement, changes=changes, note=note)
    return receipt


def _owed(statement: SubsidyStatement, payer: str, amount: Decimal, paid_on: datetime.date) -> balances.PayerBalance:
    """What the payer owes; Invalid where the input cannot be right."""
    if amount <= ZERO or amount != fen(amount):
        raise Invalid(_("Enter an amount above zero with at most two decimals."), field="amount")
    today = clock.today()
    if paid_on > today or (statement.issued_on and paid_on < statement.issued_on):
        raise Invalid(
            _("The value date lies from the statement's date, %(issued)s, to today, %(today)s.")
            % {"issued": statement.issued_on, "today": today},
            field="paid_on",
        )
    for owed in balances.balances_of(statement, today):
        if owed.payer.code == payer:
            return owed
    raise Invalid(_("Choose the city or a district that the statement claims from."), field="payer")
