"""Parts of a notice's amount that an employer paid: held for it until they add up to it (C5, Art. 14).

docs/decisions/0064-parts-of-an-amount.md says what becomes of them where they do not. Call it with the resident's row
locked.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import Q, QuerySet

from enrollment.registration.models import Resident
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import ReceiptProblem
from liaoyang_medins.kernel.statements import Statement, update
from liaoyang_medins.kernel.states import require_transition

from ..models import ContributionNotice, Receipt

Status = Receipt.Status
# Why a part is not held any more although it may still count.
LET_GO = (ReceiptProblem.INCOMPLETE, ReceiptProblem.PART_RETURNED)

ON_HOLD = ("on_hold_note", "on_hold_since", "on_hold_by")


@Statement
def _parts(notice: int) -> QuerySet[Receipt]:
    let_go = Q(status=Status.UNMATCHED, problem__in=[problem.value for problem in LET_GO])
    return Receipt.objects.filter(Q(status=Status.HELD) | let_go, notice=notice).order_by("paid_on", "pk")


def parts_of(notice: ContributionNotice) -> list[Receipt]:
    """What counts together with a payment for this notice: the parts held for it, and those that were let go when it
    ended or was unpaid again, as long as nobody has seen to them (C5, C6, C8).
    """
    return _parts(notice.pk)


def read_parts_ahead(notices: Iterable[int]) -> None:
    """Read for many, inside a batch, what `parts_of` asks about these notices."""
    _parts.ahead([(notice,) for notice in notices])


def total_of(parts: Iterable[Receipt]) -> Decimal:
    """What the parts come to, in yuan."""
    return sum((part.amount for part in parts), ZERO)


def move_receipt(receipt: Receipt, then: str) -> None:
    """Through the gate of the state machine; what is not unmatched any more is not on hold. Raises Conflict."""
    require_transition(Receipt.TRANSITIONS, receipt.status, then, label=receipt.get_status_display)
    receipt.status = then
    if then != Status.UNMATCHED:
        receipt.on_hold_note, receipt.on_hold_since, receipt.on_hold_by = "", None, None
    receipt.version += 1


def complete(parts: Sequence[Receipt], notice: ContributionNotice, resident: Resident, by: Actor) -> None:
    """The notice is paid, by these parts too."""
    for part in _as_they_are(parts):
        move_receipt(part, Status.MATCHED)
        part.notice, part.problem = notice, ""
        update(part, "status", "notice", "problem", "version", *ON_HOLD)
        _record(part, "receipts.complete", resident, by)


def let_go(parts: Sequence[Receipt], problem: ReceiptProblem, resident: Resident, by: Actor) -> None:
    """What was held for a notice goes to the unmatched list, with the reason; what is there already has it anew."""
    for part in _as_they_are(parts):
        if part.status == Status.MATCHED:
            part.released += 1
            part.save(update_fields=["released"])
        if part.status != Status.UNMATCHED:
            move_receipt(part, Status.UNMATCHED)
        part.problem = problem.value
        update(part, "status", "problem", "version")
        _record(part, "receipts.let_go", resident, by)


def held_for(notice: ContributionNotice) -> list[Receipt]:
    """The parts held for a notice."""
    return [part for part in parts_of(notice) if part.status == Status.HELD]


def go_over(
    replaced: Iterable[ContributionNotice],
    notice: ContributionNotice,
    amount_due: Decimal,
    resident: Resident,
    by: Actor,
) -> None:
    """What is held for notices that were made anew is held for the new one, if it lies in its term and is less than
    the amount due; else a clerk sees to it. What was let go and still counts does so for the new one in the same way;
    else it stays where it is.
    """
    parts = [part for row in replaced for part in parts_of(row)]
    held = [part for part in parts if part.status == Status.HELD]
    if fits(held, notice, amount_due):
        _count_for(notice, held, "receipts.go_over", resident, by)
    else:
        let_go(held, ReceiptProblem.INCOMPLETE, resident, by)
    others = [part for part in parts if part.status != Status.HELD]
    if fits(others, notice, amount_due):
        _count_for(notice, others, "receipts.count_for", resident, by)


def fits(parts: Sequence[Receipt], notice: ContributionNotice, amount_due: Decimal) -> bool:
    """Whether these receipts can wait for the rest of a notice's amount, in yuan, beside what waits for it already: of
    all of them one at most is no part (C5).
    """
    if not parts or notice.status != ContributionNotice.Status.OPEN:
        return False
    waiting = [*parts, *parts_of(notice)]
    in_term = all(notice.pay_from <= part.paid_on <= notice.pay_until for part in parts)
    whole = sum(part.channel != Receipt.Channel.EMPLOYER for part in waiting)
    return in_term and whole <= 1 and total_of(waiting) < amount_due


def _count_for(notice: ContributionNotice, parts: Sequence[Receipt], verb: str, resident: Resident, by: Actor) -> None:
    for part in parts:
        part.notice = notice
        part.version += 1
        update(part, "notice", "version")
        _record(part, verb, resident, by)


def let_go_with(receipt: Receipt, by: Actor) -> None:
    """C8: a receipt went back, and its notice is unpaid: the other parts settle nothing any more."""
    notice = receipt.notice
    if notice is None:
        return
    others = Receipt.objects.filter(notice=notice, status=Status.MATCHED).exclude(pk=receipt.pk)
    let_go(list(others.order_by("pk")), ReceiptProblem.PART_RETURNED, notice.resident, by)


def _as_they_are(parts: Sequence[Receipt]) -> list[Receipt]:
    """The rows as they are by now: the same act may have moved them to another notice."""
    if not parts:
        return []
    return list(Receipt.objects.filter(pk__in=[part.pk for part in parts]).order_by("paid_on", "pk"))


def _record(part: Receipt, verb: str, resident: Resident, by: Actor) -> None:
    changes = {"status": part.status, "problem": part.problem, "notice": part.notice.number if part.notice else ""}
    audit.record(by=by, verb=verb, obj=part, resident=resident.number, changes=changes)
