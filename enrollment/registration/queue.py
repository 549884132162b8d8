"""The work queue: what waits at whose step, and how urgent it is."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role

from .models import MaterialCheck, Registration
from .selectors import registrations_visible_to

Status = Registration.Status
_COUNTER = (Status.MATERIALS_MISSING, Status.ACCEPTED, Status.RETURNED)
# The states that wait for each role.
WAITS_FOR: dict[Role, tuple[str, ...]] = {
    Role.COMMUNITY: _COUNTER,
    Role.SCHOOL: _COUNTER,
    Role.SUBDISTRICT: (Status.AT_SUBDISTRICT,),
    Role.DISTRICT: (Status.AT_DISTRICT,),
    Role.AGENCY_CLERK: (Status.AT_AGENCY,),
    Role.AGENCY_REVIEWER: (Status.AT_AGENCY,),
}
# Days ahead that count as soon.
SOON = 2


class View(StrEnum):
    """Which registrations the list shows."""

    MINE = "mine"
    OPEN = "open"
    ALL = "all"


class Urgency(StrEnum):
    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"
    NO_TERM = "no_term"


URGENCIES: dict[Urgency, str | Promise] = {
    Urgency.OVERDUE: gettext_lazy("Overdue"),
    Urgency.TODAY: gettext_lazy("Due today"),
    Urgency.SOON: gettext_lazy("Due soon"),
    Urgency.LATER: gettext_lazy("Due later"),
    Urgency.NO_TERM: gettext_lazy("Without a term"),
}


@dataclass(slots=True)
class Group:
    """Rows of one urgency, in the order of the list."""

    urgency: Urgency | None
    label: str
    rows: list[Registration] = field(default_factory=list)


def urgency(due_on: datetime.date | None, today: datetime.date) -> Urgency:
    """How urgent a step is whose term ends with `due_on` (W3: overdue steps show as overdue)."""
    if due_on is None:
        return Urgency.NO_TERM
    left = (due_on - today).days
    if left < 0:
        return Urgency.OVERDUE
    if left == 0:
        return Urgency.TODAY
    return Urgency.SOON if left <= SOON else Urgency.LATER


def waiting_for(actor: Actor) -> QuerySet[Registration]:
    """The registrations that wait for the actor's office now."""
    waits = WAITS_FOR.get(actor.role, ()) if actor.role else ()
    rows = registrations_visible_to(actor).filter(status__in=waits)
    return rows.filter(office=actor.office) if actor.role in (Role.COMMUNITY, Role.SCHOOL) else rows


def listed(actor: Actor, view: View) -> QuerySet[Registration]:
    """The registrations of a view, the most urgent first; of all of them the newest first."""
    if view is View.ALL:
        rows = registrations_visible_to(actor).order_by("-received_on", "-number")
    else:
        rows = waiting_for(actor) if view is View.MINE else open_ones(actor)
        rows = rows.order_by(F("due_on").asc(nulls_last=True), "step_since", "number")
    bad = MaterialCheck.objects.filter(registration=OuterRef("pk"), state__in=["missing", "wrong"])
    return rows.annotate(names_missing=Exists(bad))


def open_ones(actor: Actor) -> QuerySet[Registration]:
    return registrations_visible_to(actor).filter(status__in=Registration.OPEN)


def narrowed(rows: QuerySet[Registration], *, status: str, office: Office | None, q: str) -> QuerySet[Registration]:
    """The rows that the filters leave; `q` is a part of the name, its sound, or the registration's number."""
    if status:
        rows = rows.filter(status=status)
    if office:
        rows = rows.filter(office=office)
    q = q.strip()
    if q:
        named = Q(resident__name__contains=q) | Q(resident__pinyin__startswith=q.lower())
        rows = rows.filter(named | Q(number=q.upper()) | Q(resident__number=q.upper()))
    return rows


def grouped(rows: Iterable[Registration], today: datetime.date, *, by_urgency: bool) -> list[Group]:
    """The rows of a page under headings of their urgency, or all under none."""
    groups: list[Group] = []
    for row in rows:
        found = urgency(row.due_on, today) if by_urgency else None
        if not groups or groups[-1].urgency != found:
            groups.append(Group(found, str(URGENCIES[found]) if found else ""))
        groups[-1].rows.append(row)
    return groups


def status_words(registration: Registration) -> str:
    """The state in words: documents that nobody looked at are not missing (U13).

    Asks the database unless the row comes from `listed`.
    """
    if registration.status != Status.MATERIALS_MISSING:
        return registration.get_status_display()
    named = getattr(registration, "names_missing", None)
    if named is None:
        named = registration.materials.filter(state__in=["missing", "wrong"]).exists()
    return registration.get_status_display() if named else _("Documents to be looked at")
