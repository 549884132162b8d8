"""Subsidy statements: discard a draft, book what arrives, take back what was booked wrongly (F2; Art. 15)."""

import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from funds.models import SubsidyReceipt, SubsidyStatement
from funds.selectors import balances
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused
from liaoyang_medins.kernel.money import ZERO, fen
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor

from .locking import lock_statements, locked_statement, require_may_become
from .preparing import changes_of

Status = SubsidyStatement.Status


@transaction.atomic
def discard_statement(*, number: str, version: int, by: Actor) -> None:
    """Take a draft away; its period can be prepared again. Raises Conflict, NotAllowed."""
    by.require("statements.prepare")
    statement = locked_statement(number, version)
    require_may_become(statement, Status.CHECKED)
    audit.record(by=by, verb="statements.discard", obj=statement, changes=changes_of(statement))
    statement.delete()


@transaction.atomic
def record_subsidy(
    *, number: str, payer: str, amount: Decimal, paid_on: datetime.date, bank_reference: str, by: Actor
) -> SubsidyReceipt:
    """Book `amount` yuan that the city or a district paid against the issued statement `number`; in parts too (F2).

    `payer` is the code of its office. The same bank reference given twice with the same facts returns the first
    receipt. Raises Invalid (amount, date, payer), Refused where more comes than the claim has not received
    yet, Conflict, NotAllowed. What a credit of the payer would have paid may come too: the credit pays the next claim.
    """
    by.require("statements.book")
    lock_statements()
    statement = SubsidyStatement.objects.filter(number=number).first()
    if statement is None or statement.status != Status.ISSUED:
        raise Conflict(_("Only an issued statement can be paid."), code="not_issued")
    bank_reference = bank_reference.strip()
    before = SubsidyReceipt.objects.filter(bank_reference=bank_reference, live=True).select_related("payer").first()
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
    if amount > owed.balance.payable:
        raise Refused(
            _("Of the claim on %(payer)s %(amount)s yuan have not come yet. Book here only what belongs to it.")
            % {"payer": owed.payer.label, "amount": f"{max(owed.balance.payable, ZERO):,.2f}"},
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


@transaction.atomic
def take_back_subsidy(*, number: str, reason: str, by: Actor) -> SubsidyReceipt:
    """Take the receipt `number` back that was booked wrongly, by one of today below zero; returns that one. What it
    paid is owed again, and its bank reference can be booked where it belongs (F2); the journal gets a reversing entry
    (F1).

    Raises Invalid without a reason, Conflict where it is no receipt or was taken back, NotAllowed.
    """
    by.require("statements.unbook")
    if not reason.strip():
        raise Invalid(_("Say why."), code="no_reason", field="reason")
    lock_statements()
    receipt = SubsidyReceipt.objects.select_for_update(of=("self",)).filter(number=number, live=True).first()
    if receipt is None:
        raise Conflict(_("The payment %(number)s was taken back already.") % {"number": number}, code="taken_back")
    receipt.live = False
    receipt.save(update_fields=["live"])
    today = clock.today()
    correction = SubsidyReceipt.objects.create(
        number=next_number("subsidy_receipt", today),
        statement=receipt.statement,
        payer=receipt.payer,
        amount=-receipt.amount,
        paid_on=today,
        bank_reference=receipt.bank_reference,
        corrects=receipt,
        reason=reason.strip(),
        live=False,
    )
    changes = {"number": correction.number, "takes_back": number, "payer": receipt.payer.code}
    note = f"{receipt.payer.name} {receipt.amount:,.2f}: {correction.reason}"
    audit.record(by=by, verb="statements.unbook", obj=receipt.statement, changes=changes, note=note)
    return correction


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
