"""Reading residents, their circumstances and registrations, always within the scope of who asks."""

import datetime
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.actors import Actor, ActorKind
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import EnrollmentKind, Sex

from . import facts, rules
from .data import CircumstanceData
from .models import Circumstance, Enrollment, Move, Registration, Resident

# Roles that see the whole pooling area.
EVERYWHERE = frozenset({Role.AGENCY_CLERK, Role.AGENCY_REVIEWER, Role.SUPERVISOR})
# Where a resident's community stands above the office: the lookup from a resident to the office of the role.
OFFICE_OF_RESIDENT = {
    Role.COMMUNITY: "community",
    Role.SUBDISTRICT: "community__parent",
    Role.DISTRICT: "community__parent__parent",
}


def policy_on(day: datetime.date) -> policy.Policy:
    """The policy of the portal's pooling area on `day`. Raises BeforeTheLaw."""
    return policy.on(settings.POOLING_AREA, day)


# --- scope -----------------------------------------------------------------------------------------------------------


def sees_everything(actor: Actor) -> bool:
    return actor.kind is ActorKind.JOB or actor.role in EVERYWHERE


def residents_visible_to(actor: Actor) -> QuerySet[Resident]:
    """The residents of the actor's office: those who live there, of a school those who go or went there."""
    residents = Resident.objects.select_related("community__parent__parent")
    if sees_everything(actor):
        return residents
    if actor.role in OFFICE_OF_RESIDENT:
        return residents.filter(**{OFFICE_OF_RESIDENT[actor.role]: actor.office})
    if actor.role is Role.SCHOOL:
        return residents.filter(_student_of(actor.office, "pk"))
    return residents.none()


def registrations_visible_to(actor: Actor) -> QuerySet[Registration]:
    """The registrations of the actor's residents, and those that the actor's office received."""
    registrations = Registration.objects.select_related("resident__community__parent__parent", "office", "made_by")
    if sees_everything(actor):
        return registrations
    if actor.role in OFFICE_OF_RESIDENT:
        lives_here = Q(**{f"resident__{OFFICE_OF_RESIDENT[actor.role]}": actor.office})
        return registrations.filter(lives_here | Q(office=actor.office))
    if actor.role is Role.SCHOOL:
        return registrations.filter(office=actor.office)
    return registrations.none()


def _student_of(school: Office | None, resident: str) -> Exists:
    attended = Circumstance.objects.filter(
        resident=OuterRef(resident), kind=Circumstance.Kind.STUDENT, school=school, voided=False
    )
    return Exists(attended)


# --- what is known of a resident -------------------------------------------------------------------------------------


def circumstances_of(resident: Resident) -> list[CircumstanceData]:
    """The circumstances on record, voided ones left out, by kind and first day."""
    rows = resident.circumstances.filter(voided=False).select_related("school").order_by("kind", "starts")
    return [CircumstanceData.of(row) for row in rows]


def facts_on(resident: Resident, day: datetime.date) -> rules.PersonFacts:
    """What holds of the resident on `day`, for the rules."""
    return facts.facts_of(Sex(resident.sex), resident.birth_date, circumstances_of(resident), day)


def facts_history(resident: Resident) -> rules.FactsHistory:
    """The resident's facts from birth on, in segments."""
    return facts.history_of(Sex(resident.sex), resident.birth_date, circumstances_of(resident))


def eligible_since(resident: Resident, on: datetime.date) -> datetime.date:
    """B1: the first day of the present unbroken eligibility, seen from the reference date `on`.

    Raises Refused where the resident is not eligible on that day.
    """
    since = rules.eligible_since(facts_history(resident), on, policy_on)
    if since is None:
        raise Refused(_("This person may not take part on %(day)s.") % {"day": on}, code="not_eligible")
    return since


def died_on(resident: Resident) -> datetime.date | None:
    """The day of death, None of the living."""
    return facts.died_on(circumstances_of(resident))


def lived_in(moves: Iterable[Move], home: Office, day: datetime.date) -> Office:
    """The community of `day` for who lives in `home` now, after these moves in their order."""
    return next((move.from_community for move in moves if move.moved_on > day), home)


def moves_of(resident: Resident) -> list[Move]:
    """The moves that hold, the latest first."""
    if resident.moved_on is None:
        return []
    return list(resident.moves.filter(voided=False).select_related("from_community").order_by("-moved_on"))


def community_on(resident: Resident, day: datetime.date) -> Office:
    """The community in which the resident lived on `day`."""
    if resident.moved_on is None or resident.moved_on <= day:
        return resident.community
    later = resident.moves.filter(voided=False, moved_on__gt=day).order_by("moved_on")
    return lived_in(later.select_related("from_community__parent__parent"), resident.community, day)


def district_of(resident: Resident, on: datetime.date | None = None) -> Office:
    """The district of the resident's community, which shares the subsidy (C3): that of the day `on`, else the
    present one.
    """
    community = resident.community if on is None else community_on(resident, on)
    district = community.parent.parent if community.parent else None
    if district is None:
        raise ValueError(f"{community} has no district above it.")
    return district


def subdistrict_of(resident: Resident) -> Office:
    """The sub-district office above the resident's community."""
    if resident.community.parent is None:
        raise ValueError(f"{resident.community} has no sub-district above it.")
    return resident.community.parent


def open_registration(resident: Resident) -> Registration | None:
    return resident.registrations.filter(status__in=Registration.OPEN).select_related("office").first()


def current_enrollment(resident: Resident) -> Enrollment | None:
    """The insured relationship that has no end yet."""
    return resident.enrollments.filter(ends=None).first()


def last_enrollment(resident: Resident) -> Enrollment | None:
    return resident.enrollments.order_by("-starts", "-pk").first()


def enrollment_kind(resident: Resident, since: datetime.date) -> EnrollmentKind:
    """Whether the resident who has been eligible since `since` enrolls for the first time, or again after a lapse or a
    bar.

    W8: who was not eligible, or in another scheme, in between has not lapsed: a new eligibility begins.
    """
    return kind_after(last_enrollment(resident), since)


def kind_after(last: Enrollment | None, since: datetime.date) -> EnrollmentKind:
    """The same for who knows the `last` insured relationship already."""
    reasons = Enrollment.EndReason
    if last is None or last.ends is None:
        return EnrollmentKind.FIRST
    lapsed = last.end_reason == reasons.LAPSED and since <= last.ends
    return EnrollmentKind.LAPSED if lapsed or last.end_reason == reasons.BARRED else EnrollmentKind.FIRST


def resident_with(id_number: str) -> Resident | None:
    """The resident with this ID number of 18 places, wherever they live: one person has one record."""
    return Resident.objects.select_related("community__parent__parent").filter(id_number=id_number).first()


def resident_like(
    *, id_number: str | None, name: str, birth_date: datetime.date, sex: str, community: Office
) -> Resident | None:
    """The resident who is meant: by the ID number, else a newborn of the community who had no number so far."""
    newborn = Q(id_number=None, name=name, birth_date=birth_date, sex=sex, community=community)
    meant = Q(id_number=id_number) | newborn if id_number else newborn
    rows = Resident.objects.select_related("community__parent__parent").filter(meant)
    return rows.order_by(F("id_number").asc(nulls_last=True), "pinyin", "number").first()
