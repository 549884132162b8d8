"""Money that comes in: recorded, and settled where it is exactly right (C6)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from enrollment.registration.models import Resident
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy import BeforeTheLaw
from liaoyang_medins.kernel.policy.terms import ReceiptProblem
from liaoyang_medins.kernel.statements import OneOf, Statement, batch, blank, insert_numbered

from ..models import ContributionNotice, Receipt
from .people import residents_of
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
    stated. With a `doubt`, a problem of receipts, it is kept unmatched with it whatever it fits.
    """

    stated_notice: str
    amount: Decimal
    paid_on: date
    channel: str
    bank_reference: str
    payer: str = ""
    doubt: str = ""


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
    stated, residents = _under_lock({line.stated_notice for line in lines})
    taken = _taken(lines)
    receipts: list[Receipt | None] = [None] * len(lines)
    try:
        for places in _waves(lines, {number: one.resident for number, one in stated.items()}):
            with batch() as held:
                _read_ahead((lines[place].stated_notice for place in places), stated, residents)
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
    stated = _stated_of({line.stated_notice for line in lines})
    residents = residents_of({one.resident for one in stated.values()})
    with batch() as held:
        _read_ahead((line.stated_notice for line in lines), stated, residents, lock=False)
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


@dataclass(frozen=True, slots=True)
class Stated:
    """A notice that payments name: the key of its resident, and that of the notice that is paid for both of a pair."""

    resident: int
    main: int


@Statement
def _found(numbers: list[str]) -> "QuerySet[ContributionNotice, tuple[Any, ...]]":
    rows = ContributionNotice.objects.filter(OneOf(F("number"), numbers)).order_by()
    return rows.values_list("number", "resident_id", Coalesce("joint_with_id", "pk"))


def _stated_of(numbers: Iterable[str]) -> dict[str, Stated]:
    """The notices that are there, by the numbers that are stated."""
    return {number: Stated(resident, main) for number, resident, main in _found(list(numbers))}


def _under_lock(numbers: Iterable[str]) -> tuple[dict[str, Stated], dict[int, Resident]]:
    """The same, and the residents by their keys, locked in the order of these."""
    numbers, residents = list(numbers), dict[int, Resident]()
    while True:
        # Again with the locks in hand: a record may have been merged into another before.
        stated = _stated_of(numbers)
        others = {one.resident for one in stated.values()} - residents.keys()
        if not others:
            return stated, residents
        residents |= residents_of(others, lock=True)


@Statement
def _with_reference(channels: list[str], references: list[str]) -> "QuerySet[Receipt, tuple[Any, ...]]":
    rows = Receipt.objects.filter(OneOf(F("channel"), channels), OneOf(F("bank_reference"), references))
    return rows.order_by().values_list(*REFERENCE)


def _taken(lines: Sequence[Payment]) -> set[tuple[str, str]]:
    """The bank references that have a receipt."""
    return set(_with_reference([*{line.channel for line in lines}], [line.bank_reference for line in lines]))


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


def _read_ahead(
    numbers: Iterable[str], stated: Mapping[str, Stated], residents: Mapping[int, Resident], *, lock: bool = True
) -> None:
    """What settling the notices with these numbers asks; without `lock` for who only wants to know."""
    numbers = set(numbers)
    mains = {stated[number].main for number in numbers if number in stated}
    rows = {row.number: row for row in read_settling_ahead(sorted(mains), residents, lock=lock)}
    for number in numbers:
        (_stated if lock else _seen).known(number, rows=[rows[number]] if number in rows else [])


def receive(payment: Payment, today: date, by: Actor) -> Receipt:
    """Write the receipt of a payment, and what it settles. Raises Conflict where its bank reference was taken."""
    notice = _stated.under_lock(payment.stated_notice)
    resident = notice.resident if notice is not None else None
    part = payment.channel == Receipt.Channel.EMPLOYER
    if payment.doubt:
        verdict = Verdict(lock_pair(notice)[0], ReceiptProblem(payment.doubt)) if notice is not None else None
        problem: ReceiptProblem | None = ReceiptProblem(payment.doubt)
    else:
        verdict = judged(notice, resident, payment.amount, payment.paid_on, today, by, part=part)
        problem = verdict.problem if verdict else ReceiptProblem.UNKNOWN_NOTICE
    receipt = blank(Receipt)
    receipt.notice = verdict.notice if verdict else None
    receipt.stated_notice, receipt.amount, receipt.paid_on = payment.stated_notice, payment.amount, payment.paid_on
    receipt.received_on, receipt.channel = today, payment.channel
    receipt.bank_reference, receipt.payer = payment.bank_reference, payment.payer
    receipt.status = status_of(verdict).value
    receipt.problem = problem.value if problem else ""
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
    return Payment(
        plain_number(payment.stated_notice),
        payment.amount,
        payment.paid_on,
        payment.channel,
        plain_number(payment.bank_reference),
        payment.payer.strip(),
        payment.doubt,
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
