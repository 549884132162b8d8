"""Pupils and their classes: putting into one, leaving the school (W10, Art. 9)."""

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from enrollment.contributions.services.life import follow_life
from enrollment.registration.models import Circumstance, Resident
from enrollment.registration.services import end_circumstance
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.days import day_before
from liaoyang_medins.kernel.errors import Invalid, NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office

from ..models import ClassMembership
from ..selectors import pupils_of, schools_visible_to


def place_in_class(resident: int, school: Office, grade: int, class_name: str, first_day: datetime.date) -> None:
    """The resident, by key and locked, is in this class from the first day on; the class before ends the day before.
    Where that began on the same day or later, it was a mistake, and is this one.
    """
    present = ClassMembership.objects.select_for_update(of=("self",)).filter(resident=resident, ends=None).first()
    if present is not None and present.starts >= first_day:
        present.school, present.grade, present.class_name = school, grade, class_name
        present.save(update_fields=["school", "grade", "class_name"])
        return
    if present is not None:
        present.ends = day_before(first_day)
        present.save(update_fields=["ends"])
    ClassMembership.objects.create(
        resident_id=resident, school=school, grade=grade, class_name=class_name, starts=first_day
    )


@transaction.atomic
@audit.together()
def leave_school(
    *, school: Office, residents: Sequence[str], last_day: datetime.date, reason: str = "", by: Actor
) -> int:
    """Report pupils, by their personal numbers, who left the school after `last_day`; returns how many (W10).

    What follows from it (eligibility, the next notice) follows as from any end of a circumstance. Invalid without
    anybody, for a day to come, or before somebody came; NotAllowed for another school.
    """
    require_own(school, by)
    if not residents:
        raise Invalid(_("Tick the students who left."), code="nobody", field="residents")
    if last_day > clock.today():
        raise Invalid(_("The last day lies in the future."), code="future", field="last_day")
    found = pupils_of(school, clock.today()).filter(number__in=residents).order_by("pk")
    pupils = list(found.select_for_update(of=("self",)))
    for pupil in pupils:
        leave(pupil, school, last_day, reason, by)
    audit.record(by=by, verb="classes.leave", obj=school, changes={"count": len(pupils), "last_day": last_day})
    return len(pupils)


def require_own(school: Office, by: Actor) -> None:
    """NotAllowed unless the actor may change the classes of the school."""
    by.require("classes.change")
    if not schools_visible_to(by).filter(pk=school.pk).exists():
        raise NotAllowed(_("This is another school."), code="other_school")


def leave(pupil: Resident, school: Office, last_day: datetime.date, reason: str, by: Actor) -> None:
    """One pupil, locked, left after the last day: the circumstance ends, and so does the class."""
    rows = Circumstance.objects.filter(
        resident=pupil, kind=Circumstance.Kind.STUDENT, value="school", school=school, voided=False
    )
    row = rows.filter(Q(ends=None) | Q(ends__gt=last_day)).order_by("-starts").first()
    if row is not None:
        if row.starts > last_day:
            raise Invalid(
                _("%(name)s came to the school on %(day)s.") % {"name": pupil.name, "day": row.starts.isoformat()},
                code="days",
                field="last_day",
            )
        end_circumstance(circumstance_id=row.pk, ends=last_day, reason=reason, by=by)
        follow_life(resident=pupil, by=by)
    classes = ClassMembership.objects.filter(resident=pupil, school=school, ends=None)
    # Who was put into it later than they left was never in it.
    classes.filter(starts__gt=last_day).delete()
    classes.update(ends=last_day)
