"""Whose figures somebody sees: those of the own office and of what lies below it."""

from django.db.models import Q, QuerySet

from enrollment.registration.selectors import OFFICE_OF_RESIDENT, sees_everything
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role

Kind = Office.Kind
PLACES = (Kind.AREA, Kind.DISTRICT, Kind.SUBDISTRICT, Kind.COMMUNITY)
# An office below the ones on the way to it.
_UP = ("parent", "parent__parent", "parent__parent__parent")


def offices_seen_by(actor: Actor) -> QuerySet[Office]:
    """The offices whose figures the actor may see: the agency and the supervisor all, a district, sub-district or
    community its own with what lies in it, a school its own.
    """
    offices = Office.objects.select_related(*_UP)
    if not actor.may("cockpit.see"):
        return offices.none()
    if sees_everything(actor):
        return offices.filter(kind__in=[*PLACES, Kind.SCHOOL])
    if actor.office is None:
        return offices.none()
    if actor.role is Role.SCHOOL:
        return offices.filter(pk=actor.office.pk)
    if actor.role in OFFICE_OF_RESIDENT:
        own = actor.office.pk
        inside = Q(pk=own) | Q(parent=own) | Q(parent__parent=own)
        return offices.filter(inside, kind__in=PLACES)
    return offices.none()


def payers_of(actor: Actor) -> QuerySet[Office]:
    """Of these the ones that know their payers by name: communities and schools."""
    return offices_seen_by(actor).filter(kind__in=[Kind.COMMUNITY, Kind.SCHOOL])


def way_to(office: Office, actor: Actor) -> list[Office]:
    """The offices above one, the highest first, as far as the actor sees them."""
    above: list[Office] = []
    at = office.parent
    while at is not None:
        above.insert(0, at)
        at = at.parent
    seen = set(offices_seen_by(actor).filter(pk__in=[row.pk for row in above]).values_list("pk", flat=True))
    return [row for row in above if row.pk in seen]


def parts_of(office: Office, *, schools: bool = False) -> QuerySet[Office]:
    """The offices that an office's figures are told by: those right below it; of the area or a district its `schools`
    where they are asked for.
    """
    if schools:
        inside = Q(parent=office) | Q(parent__parent=office)
        return Office.objects.filter(inside, kind=Kind.SCHOOL).order_by("code")
    return Office.objects.filter(parent=office, kind__in=PLACES).order_by("code")
