"""What contributions have to say when two records of a person are made one: notices and benefit periods (C6, B3)."""

from django.db.models import Q
from django.utils.translation import gettext as _

from enrollment.life.parts import PARTS, Part
from enrollment.registration import selectors as registration
from enrollment.registration.models import Enrollment, Resident
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.statements import update

from ..models import BenefitPeriod, ContributionNotice
from ..selectors import due_of
from .moves import follow_move
from .parts import go_over
from .writing import STANDS, Status, lock_pair, move


def same_year(survivor: Resident, duplicate: Resident) -> list[tuple[ContributionNotice, ContributionNotice]]:
    """The notices of the two that stand for one contribution year, the survivor's first."""
    rows = ContributionNotice.objects.filter(STANDS)
    mine = {row.contribution_year: row for row in sorted(rows.filter(resident=survivor), key=rank)}
    theirs = {row.contribution_year: row for row in sorted(rows.filter(resident=duplicate), key=rank)}
    return [(mine[year], theirs[year]) for year in sorted(mine.keys() & theirs.keys())]


def conflicts(survivor: Resident, duplicate: Resident) -> list[str]:
    """What stands against it: a year that is paid on both records, and days that both bought."""
    found = []
    years = set()
    for mine, theirs in same_year(survivor, duplicate):
        if mine.status == theirs.status == Status.PAID:
            years |= {mine.pk, theirs.pk}
            found.append(
                _("%(year)s is paid on both records (%(mine)s, %(theirs)s): return one of the payments first.")
                % {"year": mine.contribution_year, "mine": mine.number, "theirs": theirs.number}
            )
    live = BenefitPeriod.objects.filter(withdrawn_on=None).select_related("notice").order_by("starts")
    for one in live.filter(resident=survivor):
        for other in live.filter(Q(resident=duplicate), starts__lte=one.ends, ends__gte=one.starts):
            if not {one.notice_id, other.notice_id} <= years:
                found.append(
                    _("Both have benefits from %(first)s on (%(mine)s, %(theirs)s): return one of the payments first.")
                    % {
                        "first": max(one.starts, other.starts).isoformat(),
                        "mine": one.notice.number,
                        "theirs": other.notice.number,
                    }
                )
    return found


def settle(survivor: Resident, duplicate: Resident, by: Actor) -> None:
    """Of two notices that stand for a year one stays: the paid one, else the open one, else the lapsed one, else the
    survivor's. It takes the place of the other, so that a payment naming that still finds it. Notices of an enrollment
    that went on in another go along.
    """
    for mine, theirs in same_year(survivor, duplicate):
        stays, goes = (theirs, mine) if rank(theirs) > rank(mine) else (mine, theirs)
        for row in lock_pair(goes):
            if row.status == Status.PAID or row.replaced_by_id:
                continue
            if row.status != Status.RETURNED:
                move(row, Status.REMADE)
            row.replaced_by = stays.joint_with or stays
            update(row, "status", "replaced_by")
            audit.record(
                by=by,
                verb="notices.give_way",
                obj=row,
                resident=survivor.number,
                changes={"replaced_by": row.replaced_by.number},
            )
            go_over([row], row.replaced_by, due_of(row.replaced_by), survivor, by)
    both = Enrollment.objects.filter(resident__in=[survivor, duplicate])
    kept = both.filter(ends=None).first()
    if kept is not None:
        merged = both.filter(end_reason=Enrollment.EndReason.MERGED)
        ContributionNotice.objects.filter(enrollment__in=merged).update(enrollment=kept)


def rank(notice: ContributionNotice) -> int:
    return {Status.PAID.value: 3, Status.OPEN.value: 2, Status.LAPSED.value: 1}.get(notice.status, 0)


def finish(survivor: Resident, by: Actor) -> None:
    """C3: the district of every paid notice is that of where the survivor lived on the day of payment, of one that is
    open for now that of the day on which it was made.
    """
    paid = ContributionNotice.objects.filter(resident=survivor, status=Status.PAID).order_by("pk")
    for pk in paid.values_list("pk", flat=True):
        follow_move(pk, by)
    waiting = ContributionNotice.objects.filter(resident=survivor, status=Status.OPEN).select_related("district")
    for notice in waiting.order_by("pk"):
        district = registration.district_of(survivor, notice.issued_on)
        if notice.district_id != district.pk:
            before, notice.district = notice.district, district
            update(notice, "district")
            audit.record(
                by=by,
                verb="notices.district",
                obj=notice,
                resident=survivor.number,
                changes={"district": [before.code, district.code]},
            )


PARTS["contributions"] = Part(conflicts, settle, finish)
