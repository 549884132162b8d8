"""Reading notices, receipts and benefit periods; lists always within the scope of who asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When

from enrollment.registration import selectors as registration
from enrollment.registration.models import Enrollment, Resident
from enrollment.registration.rules import category
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import Category, ReceiptProblem
from liaoyang_medins.kernel.statements import Statement

from .models import BenefitPeriod, ContributionNotice, Receipt, WindowLetter
from .rules import after_waiting, payment_window

Status = ContributionNotice.Status


@dataclass(frozen=True, slots=True)
class CoveredDays:
    """Days on which a resident has benefits, both included: a live benefit period cut where the relationship ended
    (W9).
    """

    starts: date
    ends: date
    notice_number: str
    contribution_year: int
    category: str
    student: bool

    def covers(self, day: date) -> bool:
        return self.starts <= day <= self.ends


def notices_visible_to(actor: Actor) -> QuerySet[ContributionNotice]:
    """The notices of the actor's residents."""
    notices = ContributionNotice.objects.select_related("resident", "district", "enrollment", "joint_with", "joint")
    if not actor.may("notices.see"):
        return notices.none()
    if registration.sees_everything(actor):
        return notices
    # Without the resident's own joins: a subquery of keys is enough.
    visible = registration.residents_visible_to(actor).select_related(None).order_by().values("pk")
    return notices.filter(resident__in=visible)


def letters_visible_to(actor: Actor) -> QuerySet[WindowLetter]:
    """The letters to the actor's residents."""
    letters = WindowLetter.objects.all()
    if not actor.may("notices.see"):
        return letters.none()
    if registration.sees_everything(actor):
        return letters
    visible = registration.residents_visible_to(actor).select_related(None).order_by().values("pk")
    return letters.filter(enrollment__resident__in=visible)


def still_to_pay(year: int, on: date) -> QuerySet[ContributionNotice]:
    """The notices of the window for `year` that wait to be paid on the day `on`, of relationships that go on (W5): of
    each one at the most, that which took the place of those made anew.
    """
    return ContributionNotice.objects.filter(
        kind=ContributionNotice.Kind.RENEWAL,
        status=Status.OPEN,
        contribution_year=year,
        pay_until__gte=on,
        joint_with=None,
        enrollment__ends=None,
    )


def letters_to_hand_out(actor: Actor, year: int, kind: str, on: date) -> QuerySet[WindowLetter]:
    """The letters of a year and kind to the actor's residents that still say something on the day `on`: who has paid,
    died or left since is not reminded any more.
    """
    letters = letters_visible_to(actor).filter(contribution_year=year, kind=kind)
    if kind == WindowLetter.Kind.REMINDER:
        return letters.filter(enrollment__in=still_to_pay(year, on).order_by().values("enrollment"))
    return letters


def notices_to_remind_of(letters: Iterable[WindowLetter], year: int, on: date) -> dict[int, ContributionNotice]:
    """What is to be paid by now of each relationship (by its key) that these letters went to: the notice that a
    reminder was written for, or the one that took its place.
    """
    notices = still_to_pay(year, on).filter(enrollment__in=[letter.enrollment_id for letter in letters])
    return {notice.enrollment_id: notice for notice in notices.select_related("resident__community")}


def receipts_visible_to(actor: Actor) -> QuerySet[Receipt]:
    """All receipts for the agency and the supervisor, none for others."""
    receipts = Receipt.objects.select_related("notice__resident", "notice__joint")
    return receipts if actor.may("receipts.see") else receipts.none()


def unmatched_first(receipts: QuerySet[Receipt]) -> QuerySet[Receipt]:
    """What waits for a clerk on top, the oldest of it first in its own list, then the newest of the others."""
    waiting = Case(When(status=Receipt.Status.UNMATCHED, then=Value(0)), default=Value(1), output_field=IntegerField())
    return receipts.annotate(waiting=waiting).order_by("waiting", "-received_on", "-number")


def unmatched_count() -> int:
    """How many receipts wait for a clerk."""
    return Receipt.objects.filter(status=Receipt.Status.UNMATCHED).count()


def with_same_reference(receipt: Receipt) -> list[Receipt]:
    """The other receipts with the bank reference that a bank's file states for this one, the oldest first; none where
    no other had it.
    """
    if receipt.problem != ReceiptProblem.SAME_REFERENCE:
        return []
    stated = receipt.bank_lines.filter(returned=False).values("reference")
    others = Receipt.objects.filter(channel__in=Receipt.Channel.values, bank_reference__in=stated)
    return list(others.exclude(pk=receipt.pk).order_by("pk"))


def due_of(notice: ContributionNotice) -> Decimal:
    """The amount due in yuan, with that of the notice that is paid together with it (B5)."""
    joint = joint_of(notice)
    return sum((row.personal for row in (notice, joint) if row is not None), ZERO)


def held_for(notice: ContributionNotice) -> list[Receipt]:
    """The parts that an employer paid and that are held for this notice, or for the one that it is paid together
    with, the oldest first (C5).
    """
    return list(main_of(notice).receipts.filter(status=Receipt.Status.HELD).order_by("paid_on", "pk"))


def held_for_each(notices: Iterable[int]) -> dict[int, list[Receipt]]:
    """The same for many notices, those that a payment names, by their keys; only those for which something is held."""
    rows = Receipt.objects.filter(notice__in=list(notices), status=Receipt.Status.HELD).order_by("paid_on", "pk")
    found: dict[int, list[Receipt]] = {}
    for row in rows:
        if row.notice_id is not None:
            found.setdefault(row.notice_id, []).append(row)
    return found


def held_of_each(notices: QuerySet[ContributionNotice]) -> dict[int, Decimal]:
    """What employers' parts cover of the amount of each of these notices, in yuan by their keys; only where something
    is held (C5). Of two that are paid together it counts for the first one first (B5).
    """
    rows = list(notices.order_by().values_list("pk", "personal", "joint_with", "joint_with__personal"))
    parts = held_for_each({joint_with or pk for pk, _personal, joint_with, _first in rows})
    found = {}
    for pk, personal, joint_with, first in rows:
        held = sum((part.amount for part in parts.get(joint_with or pk, ())), ZERO)
        covered = min(personal, held - (first or ZERO))
        if covered > 0:
            found[pk] = covered
    return found


def main_of(notice: ContributionNotice) -> ContributionNotice:
    """The notice that the payment names: itself, or the one that it is paid together with."""
    return notice.joint_with or notice


def joint_of(notice: ContributionNotice) -> ContributionNotice | None:
    """The second notice that is paid together with this one."""
    return getattr(notice, "joint", None)


def live_benefit_periods(resident: Resident) -> tuple[CoveredDays, ...]:
    """The days with benefits in their order: periods that are not withdrawn, cut at the end of their relationship."""
    cut = (_covered(*row) for row in _live_periods(resident.pk))
    return tuple(days for days in cut if days is not None)


@Statement
def _live_periods(resident: int) -> "QuerySet[BenefitPeriod, tuple[Any, ...]]":
    rows = BenefitPeriod.objects.filter(resident=resident, withdrawn_on=None).order_by("starts")
    of_notice = (f"notice__{name}" for name in ("number", "contribution_year", "category", "student"))
    return rows.values_list("starts", "ends", "notice__enrollment__ends", *of_notice)


def _covered(starts: date, ends: date, over: date | None, *of_notice: Any) -> CoveredDays | None:
    ends = ends if over is None else min(ends, over)
    return None if ends < starts else CoveredDays(starts, ends, *of_notice)


def cut_period(period: BenefitPeriod) -> CoveredDays | None:
    """The days that count of a benefit period; None where the relationship ended before the first."""
    notice = period.notice
    of_notice = (notice.number, notice.contribution_year, notice.category, notice.student)
    return _covered(period.starts, period.ends, notice.enrollment.ends, *of_notice)


def covered_on(resident: Resident, day: date) -> CoveredDays | None:
    """The benefit period that `day` lies in."""
    return next((days for days in live_benefit_periods(resident) if days.covers(day)), None)


def student_on_notice(resident: Resident, year: int) -> bool:
    """B4: whether the paid notice for a contribution year says student; False where none is paid."""
    return bool(_student_notices(resident.pk, year))


@Statement
def _student_notices(resident: int, year: int) -> "QuerySet[ContributionNotice, int]":
    paid = ContributionNotice.objects.filter(
        resident=resident, contribution_year=year, status=Status.PAID, student=True
    )
    return paid.order_by().values_list("pk", flat=True)


def category_on(resident: Resident, day: date) -> Category:
    """The category that holds on `day` (D1): of the notice that covers the day, else by the facts and the age of the
    day.
    """
    days = covered_on(resident, day)
    if days is not None:
        return Category(days.category)
    return category(registration.facts_on(resident, day), day, registration.policy_on(day))


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A benefit period for the resident's page: its days, what became of it, and its notice."""

    starts: date
    ends: date
    notice: ContributionNotice
    withdrawn_on: date | None
    cut_from: date | None
    state: str


def period_rows(resident: Resident, today: date) -> list[PeriodRow]:
    """Every benefit period of a resident, the latest first, withdrawn ones too.

    `state` is `running`, `coming`, `over`, `withdrawn` or `ended` (the relationship ended before its first day).
    """
    rows = BenefitPeriod.objects.filter(resident=resident).select_related("notice__enrollment").order_by("-starts")
    return [period_row(row, today) for row in rows]


def period_row(period: BenefitPeriod, today: date) -> PeriodRow:
    days = cut_period(period)
    ends = days.ends if days else period.ends
    if period.withdrawn_on:
        state = "withdrawn"
    elif days is None:
        state = "ended"
    elif today < period.starts:
        state = "coming"
    else:
        state = "running" if today <= ends else "over"
    cut_from = period.ends if ends < period.ends else None
    return PeriodRow(period.starts, ends, period.notice, period.withdrawn_on, cut_from, state)


def notices_of(resident: Resident) -> list[ContributionNotice]:
    """All notices of a resident, the latest year first."""
    rows = ContributionNotice.objects.filter(resident=resident).select_related("joint_with", "joint", "enrollment")
    return list(rows.order_by("-contribution_year", "-number"))


def renewal_year(resident: Resident, today: date) -> int | None:
    """The year that a renewal notice can be made for today, None where there is nothing to renew or it is made
    already.
    """
    year = today.year + 1
    enrollment: Enrollment | None = registration.current_enrollment(resident)
    if enrollment is None:
        return None
    years = set(
        enrollment.notices.filter(status__in=[Status.PAID, Status.OPEN]).values_list("contribution_year", "status")
    )
    paid = {paid_year for paid_year, status in years if status == Status.PAID}
    if not paid or max(paid) >= year or (year, Status.OPEN.value) in years:
        return None
    return year if today <= payment_window(year, registration.policy_on(today))[1] else None


@dataclass(frozen=True, slots=True)
class LatePayer:
    """Whose relationship lapsed on `lapsed_on`, since the next year was not paid in its window, and from when benefits
    would run if they were enrolled anew and paid on `paid_on` (W8, B2): after `months` of waiting.
    """

    lapsed_on: date
    paid_on: date
    benefits_from: date
    months: int


def late_payer(resident: Resident, today: date) -> LatePayer | None:
    """What awaits who did not pay in the window; None for anybody else, also for the dead, and for who was told that
    they may not take part any more: they have not lapsed.
    """
    last = registration.last_enrollment(resident)
    if last is None or last.lapsed_on is None or last.end_reason != Enrollment.EndReason.LAPSED:
        return None
    if registration.died_on(resident) is not None:
        return None
    year = last.lapsed_on.year + 1
    if last.letters.filter(kind=WindowLetter.Kind.NO_NOTICE, contribution_year=year).exists():
        return None
    law = registration.policy_on(today)
    return LatePayer(last.lapsed_on, today, after_waiting(today, law), law.benefits.waiting_months.value)
