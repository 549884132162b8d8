"""Money that comes in: recorded, and settled where it is exactly right (C6)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from enrollment.registration.models import Resident
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy import BeforeTheLaw
from liaoyang_medins.kernel.policy.terms import ReceiptProblem
from liaoyang_medins.kernel.statements import Statement, batch, insert_numbered

from ..models import ContributionNotice, Receipt
from .settling import Verdict, decide, read_settling_ahead, settle
from .writing import lock_pair, seen_pair


def _of_number(number: str) -> QuerySet[ContributionNotice]:
    rows = ContributionNotice.objects.select_related("resident__community__parent__parent")
    return rows.filter(number=number).order_by()


@Statement
def _stated(number: str) -> QuerySet[ContributionNotice]:
    """The notice, with its resident under lock."""
    return _of_number(number).select_for_update(of=("resident",))


@Statement
def _seen(number: str) -> QuerySet[ContributionNotice]:
    """The same without a lock."""
    return _of_number(number)


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in: `amount` yuan with the bank's value date `paid_on`, for the notice whose number is
    stated.
    """

    stated_notice: str
    amount: Decimal
    paid_on: date
    channel: str
    bank_reference: str
    payer: str = ""


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
    What comes by the channel `employer` is a part: held until the parts add up to the amount due (C5). Raises Invalid
    (a future day, a day before the law, nothing paid, no reference, no name of the employer) and Conflict where the
    bank reference was taken before; the Conflict names the first receipt.
    """
    by.require("receipts.record")
    today = clock.today()
    payment = plain(Payment(stated_notice, amount, paid_on, channel, bank_reference, payer))
    check_payment(payment, today)
    return receive(payment, today, by)


@transaction.atomic
def record_payments(*, payments: Sequence[Payment], by: Actor) -> list[Receipt | None]:
    """Record many payments at once, each as `record_payment` does, all of them or none: the lines of a bank file.

    Returns the receipt of each; None where its bank reference was taken before. Raises Invalid with the place of the
    first line, counted from 1, that cannot be a payment; Conflict where a reference is taken at the same moment.
    """
    by.require("receipts.record")
    today = clock.today()
    lines = [plain(payment) for payment in payments]
    for place, payment in enumerate(lines, start=1):
        try:
            check_payment(payment, today)
        except Invalid as error:
            raise Invalid(
                _("Line %(place)s: %(problem)s") % {"place": place, "problem": error}, code=error.code
            ) from error
    owners = _owners(lines)
    list(Resident.objects.filter(pk__in=set(owners.values())).order_by("pk").select_for_update().values_list("pk"))
    taken = _taken(lines)
    receipts: list[Receipt | None] = [None] * len(lines)
    try:
        for places in _waves(lines, owners):
            with batch() as held:
                _read_ahead([lines[place] for place in places])
                held.free(Receipt, REFERENCE, (_reference(lines[place]) for place in places))
                for place in places:
                    held.turn()
                    if _reference(lines[place]) not in taken:
                        taken.add(_reference(lines[place]))
                        receipts[place] = receive(lines[place], today, by)
    except IntegrityError as error:
        raise Conflict(
            _("Somebody else recorded one of these payments at the same moment. Record them again.")
        ) from error
    return receipts


def foresee_payments(*, payments: Sequence[Payment]) -> list[ReceiptProblem | None]:
    """What `record_payments` would find wrong with each of these payments, None where it would settle its notice: only
    reads. Call it inside a transaction.
    """
    lines = [plain(payment) for payment in payments]
    numbers = sorted({line.stated_notice for line in lines})
    with batch() as held:
        _seen.ahead([(number,) for number in numbers])
        read_settling_ahead((notice for number in numbers for notice in _seen(number)), lock=False)
        found = []
        for line in lines:
            held.turn()
            found.append(_foreseen(line))
    return found


def _foreseen(line: Payment) -> ReceiptProblem | None:
    notice = _seen.first(line.stated_notice)
    if notice is None:
        return ReceiptProblem.UNKNOWN_NOTICE
    try:
        decision = decide(
            resident=notice.resident, stated=notice, amount=line.amount, paid_on=line.paid_on, pair_of=seen_pair
        )
    except (Conflict, Refused) as error:
        if error.code not in STANDS_AGAINST:
            raise
        return STANDS_AGAINST[error.code]
    if decision.problem is None:
        # For the second payment of somebody in the same file; the row in memory is nobody else's.
        for row in decision.pair:
            row.status = ContributionNotice.Status.PAID
    return decision.problem


REFERENCE = ("channel", "bank_reference")


def _reference(payment: Payment) -> tuple[str, str]:
    return payment.channel, payment.bank_reference


def _owners(lines: Sequence[Payment]) -> dict[str, int]:
    """The keys of the residents by the notice numbers that are stated."""
    stated = ContributionNotice.objects.filter(number__in={line.stated_notice for line in lines})
    return dict(stated.values_list("number", "resident_id"))


def _taken(lines: Sequence[Payment]) -> set[tuple[str, str]]:
    """The bank references that have a receipt."""
    found = Receipt.objects.filter(
        channel__in={line.channel for line in lines}, bank_reference__in={line.bank_reference for line in lines}
    )
    return set(found.values_list(*REFERENCE))


def _waves(lines: Sequence[Payment], owners: Mapping[str, int]) -> Iterator[list[int]]:
    """The places of the lines, so that in each list every resident comes once: the second payment of somebody finds
    what the first one left.
    """
    waves: list[list[int]] = []
    seen: Counter[int | str] = Counter()
    for place, line in enumerate(lines):
        owner = owners.get(line.stated_notice, line.stated_notice)
        wave = seen[owner]
        seen[owner] += 1
        if wave == len(waves):
            waves.append([])
        waves[wave].append(place)
    yield from waves


def _read_ahead(lines: Sequence[Payment]) -> None:
    """What settling these asks, of the notices that are there."""
    numbers = sorted({line.stated_notice for line in lines})
    _stated.ahead([(number,) for number in numbers])
    read_settling_ahead(notice for number in numbers for notice in _stated(number))


def receive(payment: Payment, today: date, by: Actor) -> Receipt:
    """Write the receipt of a payment, and what it settles. Raises Conflict where its bank reference was taken."""
    notice = _stated.under_lock(payment.stated_notice)
    resident = notice.resident if notice is not None else None
    part = payment.channel == Receipt.Channel.EMPLOYER
    verdict = judged(notice, resident, payment.amount, payment.paid_on, today, by, part=part)
    problem = verdict.problem if verdict else ReceiptProblem.UNKNOWN_NOTICE
    receipt = Receipt(
        notice=verdict.notice if verdict else None,
        stated_notice=payment.stated_notice,
        amount=payment.amount,
        paid_on=payment.paid_on,
        received_on=today,
        channel=payment.channel,
        bank_reference=payment.bank_reference,
        payer=payment.payer,
        status=status_of(verdict),
        problem=problem.value if problem else "",
    )
    # Decided by the key alone: two clerks may enter the same reference at the same moment.
    if not insert_numbered(receipt, "receipt", today, unless_taken=REFERENCE):
        raise reference_taken(payment.channel, payment.bank_reference)
    audit.record(
        by=by,
        verb="receipts.record",
        obj=receipt,
        resident=resident.number if resident else "",
        changes={
            "stated_notice": payment.stated_notice,
            "amount": payment.amount,
            "paid_on": payment.paid_on,
            "status": receipt.status,
            "problem": receipt.problem,
        },
    )
    return receipt


def status_of(verdict: Verdict | None) -> Receipt.Status:
    """What becomes of a receipt."""
    if verdict is None or verdict.problem is not None:
        return Receipt.Status.UNMATCHED
    return Receipt.Status.HELD if verdict.held else Receipt.Status.MATCHED


def plain(payment: Payment) -> Payment:
    """The payment with its numbers as they are kept."""
    return replace(
        payment,
        stated_notice=plain_number(payment.stated_notice),
        bank_reference=plain_number(payment.bank_reference),
        payer=payment.payer.strip(),
    )


def plain_number(text: str) -> str:
    """A number as typed or read by a scanner: without blanks, in capitals."""
    return "".join(text.split()).upper()


def check_payment(payment: Payment, today: date) -> None:
    """Raise Invalid for what cannot be a payment."""
    amount, paid_on = payment.amount, payment.paid_on
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
    if not payment.bank_reference:
        raise Invalid(_("Enter the bank reference."), field="bank_reference")
    if payment.channel == Receipt.Channel.EMPLOYER and not payment.payer:
        raise Invalid(_("Enter the name of the employer who paid the part."), field="payer")


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
    *,
    part: bool,
) -> Verdict | None:
    """What the payment, or a `part` of one, does to the notice of the locked resident; None without a notice."""
    if notice is None or resident is None:
        return None
    try:
        return settle(resident=resident, stated=notice, amount=amount, paid_on=paid_on, today=today, by=by, part=part)
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
