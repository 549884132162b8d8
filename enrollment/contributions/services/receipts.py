"""Money that comes in: recorded, assigned to its notice by a clerk, taken back by the bank (C6, C8)."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from enrollment.registration import labels
from enrollment.registration.models import Resident
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy import BeforeTheLaw
from liaoyang_medins.kernel.policy.terms import ReceiptProblem
from liaoyang_medins.kernel.statements import Statement, insert_numbered, update
from liaoyang_medins.kernel.states import require_transition, require_version

from ..models import BenefitPeriod, ContributionNotice, Receipt
from .settling import Verdict, settle
from .writing import Status, lock_pair, lock_resident, move


@Statement
def _stated(number: str) -> QuerySet[ContributionNotice]:
    """The notice, with its resident under lock."""
    rows = ContributionNotice.objects.select_related("resident__community__parent__parent")
    return rows.select_for_update(of=("resident",)).filter(number=number).order_by()


@transaction.atomic
@audit.together()
def record_payment(
    *,
    stated_notice: str,
    amount: Decimal,
    paid_on: date,
    channel: str,
    bank_reference: str,
    payer: str = "",
    by: Actor,
) -> Receipt:
    """Record money that came in, `amount` yuan with the bank's value date `paid_on`, for the notice whose number is
    stated.

    Exact and inside the term it settles the notice; anything else is kept unmatched with its problem for a clerk (C6).
    Raises Invalid (a future day, a day before the law, nothing paid, no reference) and Conflict where the bank
    reference was taken before; the Conflict names the first receipt.
    """
    by.require("receipts.record")
    today = clock.today()
    stated_notice = plain_number(stated_notice)
    bank_reference = plain_number(bank_reference)
    check_payment(amount, paid_on, today, bank_reference)
    notice = _stated.under_lock(stated_notice)
    resident = notice.resident if notice is not None else None
    verdict = judged(notice, resident, amount, paid_on, today, by)
    problem = verdict.problem if verdict else ReceiptProblem.UNKNOWN_NOTICE
    receipt = Receipt(
        notice=verdict.notice if verdict else None,
        stated_notice=stated_notice,
        amount=amount,
        paid_on=paid_on,
        received_on=today,
        channel=channel,
        bank_reference=bank_reference,
        payer=payer.strip(),
        status=Receipt.Status.UNMATCHED if problem else Receipt.Status.MATCHED,
        problem=problem.value if problem else "",
    )
    # Decided by the key alone: two clerks may enter the same reference at the same moment.
    if not insert_numbered(receipt, "receipt", today, unless_taken=("channel", "bank_reference")):
        raise reference_taken(channel, bank_reference)
    audit.record(
        by=by,
        verb="receipts.record",
        obj=receipt,
        resident=resident.number if resident else "",
        changes={
            "stated_notice": stated_notice,
            "amount": amount,
            "paid_on": paid_on,
            "status": receipt.status,
            "problem": receipt.problem,
        },
    )
    return receipt


def plain_number(text: str) -> str:
    """A number as typed or read by a scanner: without blanks, in capitals."""
    return "".join(text.split()).upper()


def check_payment(amount: Decimal, paid_on: date, today: date, bank_reference: str) -> None:
    """Raise Invalid for what cannot be a payment."""
    if amount <= 0:
        raise Invalid(_("Enter an amount above zero."), field="amount")
    if amount != amount.quantize(Decimal("0.01")):
        raise Invalid(_("Enter an amount in yuan with at most two decimals."), field="amount")
    if paid_on > today:
        raise Invalid(_("The value date lies in the future."), field="paid_on")
    try:
        policy_on(paid_on)
    except BeforeTheLaw as error:
        raise Invalid(
            _("The scheme began on %(day)s; no payment can be dated before.") % {"day": error.first_day},
            field="paid_on",
        ) from error
    if not bank_reference:
        raise Invalid(_("Enter the bank reference."), field="bank_reference")


def reference_taken(channel: str, bank_reference: str) -> Conflict:
    """The Conflict that names the receipt with this bank reference."""
    first = Receipt.objects.get(channel=channel, bank_reference=bank_reference)
    return Conflict(
        _("This bank reference was recorded on %(day)s already, as receipt %(number)s.")
        % {"day": first.received_on, "number": first.number},
        code="reference_taken",
        field="bank_reference",
    )


def judged(
    notice: ContributionNotice | None,
    resident: Resident | None,
    amount: Decimal,
    paid_on: date,
    today: date,
    by: Actor,
) -> Verdict | None:
    """What the payment does to the notice of the locked resident; None without a notice."""
    if notice is None or resident is None:
        return None
    try:
        with transaction.atomic(), audit.together():
            return settle(resident=resident, stated=notice, amount=amount, paid_on=paid_on, today=today, by=by)
    except (Conflict, Refused) as error:
        # Right by itself, but something newer stands against it: money is never turned away, a clerk sees to it.
        if error.code not in STANDS_AGAINST:
            raise
        return Verdict(lock_pair(notice)[0], STANDS_AGAINST[error.code])


# What settling refuses although the payment fits its notice → the problem that the clerk reads.
STANDS_AGAINST = {
    "enrolled_anew": ReceiptProblem.AFTER_END,
    "covered_already": ReceiptProblem.PAID_TWICE,
    "already_paid": ReceiptProblem.PAID_TWICE,
}


def locked_receipt(number: str, version: int, notice: ContributionNotice | None) -> Receipt:
    """The receipt, locked after the residents concerned. Raises Invalid, or Conflict where it changed since it was
    shown.
    """
    seen = Receipt.objects.filter(number=number).select_related("notice").first()
    if seen is None:
        raise Invalid(_("There is no receipt with this number."), code="unknown_receipt")
    residents = {row.resident_id for row in (seen.notice, notice) if row is not None}
    for pk in sorted(residents):
        lock_resident(pk)
    receipt = Receipt.objects.select_for_update(of=("self",)).select_related("notice").get(pk=seen.pk)
    require_version(receipt.version, version, told=lambda: last_change(receipt))
    return receipt


def move_receipt(receipt: Receipt, then: str) -> None:
    require_transition(Receipt.TRANSITIONS, receipt.status, then, label=receipt.get_status_display)
    receipt.status = then
    receipt.version += 1


@transaction.atomic
def assign_receipt(*, number: str, version: int, notice_number: str, by: Actor) -> Receipt:
    """A clerk says which notice an unmatched receipt is for. It must fit it like any payment (C6).

    Raises Conflict where it changed since it was shown, Invalid for an unknown notice, Refused with the problem where
    it does not fit.
    """
    by.require("receipts.resolve")
    notice = ContributionNotice.objects.filter(number=plain_number(notice_number)).first()
    if notice is None:
        raise Invalid(_("There is no notice with this number."), field="notice_number")
    receipt = locked_receipt(number, version, notice)
    move_receipt(receipt, Receipt.Status.MATCHED)
    resident = lock_resident(notice.resident_id)
    verdict = judged(notice, resident, receipt.amount, receipt.paid_on, clock.today(), by)
    problem = verdict.problem if verdict else ReceiptProblem.UNKNOWN_NOTICE
    if verdict is None or problem is not None:
        raise Refused(
            _("The receipt does not settle this notice."),
            code=problem.value if problem else "refused",
            field="notice_number",
            reasons=[labels.label(problem)] if problem else (),
        )
    was, receipt.problem = receipt.problem, ""
    receipt.notice = verdict.notice
    update(receipt)
    audit.record(
        by=by,
        verb="receipts.assign",
        obj=receipt,
        resident=verdict.notice.resident.number,
        changes={"notice": verdict.notice.number, "was": was},
    )
    return receipt


@transaction.atomic
def return_receipt(*, number: str, version: int, returned_on: date, note: str, by: Actor) -> Receipt:
    """The bank took the payment back, or an unmatched one is paid back, on `returned_on` (C8).

    A matched one makes its notice unpaid from the start and withdraws its benefit period; stays already settled stay
    settled. Raises Invalid for a day before the payment or in the future and where no reason is given, Conflict where
    it changed since.
    """
    by.require("receipts.resolve")
    if not note.strip():
        raise Invalid(_("Give the reason."), field="note")
    receipt = locked_receipt(number, version, None)
    if not receipt.paid_on <= returned_on <= clock.today():
        raise Invalid(
            _("Enter a day from the payment on %(day)s until today.") % {"day": receipt.paid_on}, field="returned_on"
        )
    matched = receipt.status == Receipt.Status.MATCHED
    move_receipt(receipt, Receipt.Status.RETURNED)
    receipt.returned_on, receipt.note = returned_on, note.strip()
    update(receipt)
    notices = lock_pair(receipt.notice) if matched and receipt.notice else []
    for notice in notices:
        move(notice, Status.RETURNED)
        update(notice, "status")
    BenefitPeriod.objects.filter(notice__in=notices, withdrawn_on=None).update(withdrawn_on=returned_on)
    audit.record(
        by=by,
        verb="receipts.return",
        obj=receipt,
        resident=receipt.notice.resident.number if receipt.notice else "",
        changes={"returned_on": returned_on, "notices": [notice.number for notice in notices]},
        note=note.strip(),
    )
    return receipt
