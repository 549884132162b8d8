"""What lapses by itself when its term ends without payment (W6, W8, Art. 17)."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from enrollment.registration import services as registration_services
from enrollment.registration.models import Enrollment
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.statements import Statement, update

from .. import rules
from ..models import ContributionNotice
from .notices import last_paid_year
from .writing import Status, lock_pair, move


@dataclass(frozen=True, slots=True)
class Lapsed:
    """How many notices and insured relationships lapsed."""

    notices: int
    enrollments: int


def lapse_unpaid(*, on: date, by: Actor) -> Lapsed:
    """Lapse the open notices whose term ended before `on`, and end the relationships that were not renewed (W8).

    A relationship whose next contribution year was not paid when the window closed ends on 31 December of the last
    paid year. Each in a transaction of its own; done twice it changes nothing. A payment inside the term that arrives
    later undoes it.
    """
    by.require("receipts.resolve")
    late = ContributionNotice.objects.filter(status=Status.OPEN, pay_until__lt=on, joint_with=None).order_by("pk")
    notices = sum(lapse_notice(pk, on, by) for pk in late.values_list("pk", flat=True))
    enrollments = sum(lapse_enrollment(pk, on, by) for pk in unrenewed(on))
    return Lapsed(notices, enrollments)


@Statement
def _notice(pk: int) -> QuerySet[ContributionNotice]:
    """The notice, with its resident under lock."""
    rows = ContributionNotice.objects.select_related("resident").select_for_update(of=("resident",))
    return rows.filter(pk=pk).order_by()


@Statement
def _enrollment(pk: int) -> QuerySet[Enrollment]:
    """The relationship, with its resident under lock."""
    rows = Enrollment.objects.select_related("resident").select_for_update(of=("resident",))
    return rows.filter(pk=pk).order_by()


@transaction.atomic
def lapse_notice(pk: int, on: date, by: Actor) -> bool:
    """Lapse one open notice with the one paid together with it; False where it was paid meanwhile."""
    notice = _notice.under_lock(pk)
    if notice is None:
        raise ContributionNotice.DoesNotExist(pk)
    resident = notice.resident
    pair = lock_pair(notice)
    if pair[0].status != Status.OPEN or pair[0].pay_until >= on:
        return False
    for row in pair:
        move(row, Status.LAPSED)
        update(row, "status")
        audit.record(
            by=by,
            verb="notices.lapse",
            obj=row,
            resident=resident.number,
            changes={"pay_until": row.pay_until},
        )
    return True


def closed_year(on: date) -> int:
    """The latest contribution year whose window has closed before `on`."""
    closes = rules.payment_window(on.year + 1, policy_on(on))[1]
    return on.year + 1 if on > closes else on.year


def unrenewed(on: date) -> list[int]:
    """The open relationships with a paid year, but none paid for the year whose window has closed."""
    paid = Max("notices__contribution_year", filter=Q(notices__status=Status.PAID))
    rows = Enrollment.objects.filter(ends=None).annotate(paid_year=paid).filter(paid_year__lt=closed_year(on))
    return list(rows.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def lapse_enrollment(pk: int, on: date, by: Actor) -> bool:
    """End one relationship on 31 December of its last paid year; False where it was paid or ended meanwhile."""
    enrollment = _enrollment.under_lock(pk)
    if enrollment is None:
        raise Enrollment.DoesNotExist(pk)
    # It was read before the lock was there.
    enrollment = _enrollment.under_lock(pk) or enrollment
    year = last_paid_year(enrollment)
    if enrollment.ends is not None or year is None or year >= closed_year(on):
        return False
    registration_services.lapse(enrollment=enrollment, on=rules.lapses_on(year + 1), by=by)
    return True
