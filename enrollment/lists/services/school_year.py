"""The turn of the school year: a run over the classes of a school, each advanced by a grade, or leaving (W10, Art. 9).

No class is advanced twice: who was put into a class on the first day of the year or later is in the right one.
"""

import datetime
import hashlib
import json
from collections.abc import Mapping

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.days import day_before
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.kinds import Figure, Heading, Kind, Outcome, Parameters, Plan
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.statements import insert_all

from ..labels import class_label
from ..models import ClassMembership
from ..selectors import classes_of, pupils_of
from .classes import leave, require_own

NAME = "school_year"
ADVANCES, LEAVES, STAYS = "advances", "leaves", "stays"
LAST_GRADE = 12


@transaction.atomic
def start_school_year(
    *, school: Office, first_day: datetime.date, then: Mapping[tuple[int, str], str], by: Actor, calls: bool = True
) -> Run:
    """Start the run that brings the classes of a school into the year that begins on `first_day`; returns it.

    `then` says of each class (grade and name) whether it `advances`, `leaves` or `stays`. Invalid for a day to come,
    for a class of the last grade that advances, and where no class changes; NotAllowed for another school.
    """
    require_own(school, by)
    if first_day > clock.today():
        raise Invalid(_("The school year has not begun yet."), code="future", field="first_day")
    changing = [[grade, name, what] for (grade, name), what in sorted(then.items()) if what != STAYS]
    if any(what == ADVANCES and grade == LAST_GRADE for grade, _name, what in changing):
        raise Invalid(_("The last grade does not advance: it leaves."), code="last_grade", field="first_day")
    if not changing:
        raise Invalid(_("Choose what becomes of each class."), code="nothing", field="first_day")
    parameters = {"school": school.code, "first_day": first_day.isoformat(), "classes": changing}
    return runs.start_run(kind=NAME, parameters=parameters, by=by, calls=calls)


def plan(run: Run) -> Plan:
    """A part for each class."""
    parts = [{"grade": grade, "class": name, "then": what} for grade, name, what in run.parameters["classes"]]
    return Plan(parts, policy_on(run.business_date))


def _school(run: Run) -> Office:
    return Office.objects.get(code=run.parameters["school"])


def _first_day(run: Run) -> datetime.date:
    return datetime.date.fromisoformat(run.parameters["first_day"])


def look(run: Run, parameters: Parameters) -> Outcome:
    """How many pupils of a class would advance or leave."""
    school = _school(run)
    found = [row for row in classes_of(school, run.business_date) if row.grade == parameters["grade"]]
    count = sum(row.pupils for row in found if row.class_name == parameters["class"])
    label = class_label(parameters["grade"], parameters["class"])
    return Outcome({parameters["then"]: count}, examples=[[label, str(count)]])


def work(run: Run, parameters: Parameters) -> Outcome:
    """Advance the pupils of a class, or let them leave."""
    school, first_day, then = _school(run), _first_day(run), parameters["then"]
    pupils = pupils_of(school, run.business_date)
    members = ClassMembership.objects.filter(
        school=school,
        ends=None,
        starts__lt=first_day,
        grade=parameters["grade"],
        class_name=parameters["class"],
        resident__in=pupils.order_by().values("pk"),
    )
    rows = list(members.select_for_update(of=("self", "resident")).select_related("resident").order_by("resident_id"))
    last_day = day_before(first_day)
    with audit.together():
        if then == LEAVES:
            for row in rows:
                leave(row.resident, school, last_day, run.number, run.actor)
        else:
            members.filter(pk__in=[row.pk for row in rows]).update(ends=last_day)
            insert_all(
                [
                    ClassMembership(
                        resident=row.resident,
                        school=school,
                        grade=row.grade + 1,
                        class_name=row.class_name,
                        starts=first_day,
                    )
                    for row in rows
                ]
            )
    names = json.dumps([row.resident.number for row in rows])
    return Outcome({then: len(rows)}, digest=hashlib.sha256(names.encode()).hexdigest() if rows else "")


def finish(run: Run) -> None:
    """All classes are in the new year."""
    changes = {"run": run.number, "first_day": run.parameters["first_day"], **run.counts}
    audit.record(by=run.actor, verb="classes.advance", obj=_school(run), changes=changes)


# Cancelled, classes that are in the new year stay there.
KIND = Kind(
    name=NAME,
    label=gettext_lazy("Turn of the school year"),
    verb="classes.change",
    under="schools",
    figures=(Figure(ADVANCES, gettext_lazy("Advance")), Figure(LEAVES, gettext_lazy("Leave"))),
    headings=(Heading(gettext_lazy("Class")), Heading(gettext_lazy("Students"), of_figures=True)),
    key=lambda parameters: f"{parameters['school']}:{parameters['first_day']}",
    title=lambda parameters: Office.objects.get(code=parameters["school"]).label,
    plan=plan,
    begin=lambda run: str(run.parameters["school"]),
    work=work,
    look=look,
    finish=finish,
    link=lambda code: (_("Classes"), reverse("school-classes", args=[code])),
)
