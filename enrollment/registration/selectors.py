"""Reading residents, their circumstances and registrations, always within the scope of who asks."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.actors import Actor, ActorKind
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import EnrollmentKind, Sex
from liaoyang_medins.kernel.statements import OneOf, Statement

from . import facts, rules
from .alike import Held
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
    """The residents of the actor's office: those who live there today, of a school those who go or went there.

    Who moved is the new community's from then on, and nothing of them is the former one's. A record that was merged
    into another is nobody's: its number leads to the other (`survivor_of`).
    """
    if sees_everything(actor):
        return residents_seen_by(None, None)
    return residents_seen_by(actor.role, actor.office) if actor.role else Resident.objects.none()


def residents_seen_by(role: Role | None, office: Office | int | None) -> QuerySet[Resident]:
    """The residents that a role sees at an office (or its key); None: who sees everybody."""
    residents = Resident.objects.select_related("community__parent__parent").filter(merged_into=None)
    if role is None:
        return residents
    if role in OFFICE_OF_RESIDENT:
        return residents.filter(**{OFFICE_OF_RESIDENT[role]: office})
    if role is Role.SCHOOL:
        return residents.filter(_student_of(office, "pk"))
    return residents.none()


def registrations_visible_to(actor: Actor) -> QuerySet[Registration]:
    """The registrations of the actor's residents; a school's are those that it received."""
    if sees_everything(actor):
        return registrations_seen_by(None, None)
    return registrations_seen_by(actor.role, actor.office) if actor.role else Registration.objects.none()


def registrations_seen_by(role: Role | None, office: Office | int | None) -> QuerySet[Registration]:
    """The registrations that a role sees at an office (or its key); None: who sees all."""
    registrations = Registration.objects.select_related("resident__community__parent__parent", "office", "made_by")
    if role is None:
        return registrations
    if role in OFFICE_OF_RESIDENT:
        return registrations.filter(**{f"resident__{OFFICE_OF_RESIDENT[role]}": office})
    if role is Role.SCHOOL:
        return registrations.filter(office=office)
    return registrations.none()


def _student_of(school: Office | int | None, resident: str) -> Exists:
    attended = Circumstance.objects.filter(
        resident=OuterRef(resident), kind=Circumstance.Kind.STUDENT, school=school, voided=False
    )
    return Exists(attended)


# --- what is known of a resident -------------------------------------------------------------------------------------


def circumstances_of(resident: Resident) -> list[CircumstanceData]:
    """The circumstances on record, voided ones left out, by kind and first day."""
    return [CircumstanceData.of(row) for row in circumstance_rows(resident)]


def circumstance_rows(resident: Resident) -> list[Circumstance]:
    """The same as rows of the record."""
    return _circumstances(resident.pk)


@Statement
def _circumstances(resident: int) -> QuerySet[Circumstance]:
    rows = Circumstance.objects.filter(resident=resident, voided=False)
    return rows.select_related("school").order_by("kind", "starts")


def circumstances_by_resident(residents: list[int]) -> dict[int, list[Held]]:
    """The same for many residents, by their keys, as what tells situations apart (`alike`)."""
    found: dict[int, list[Held]] = defaultdict(list)
    for resident, *held in _held(residents):
        found[resident].append(tuple(held))
    return found


@Statement
def _held(residents: list[int]) -> "QuerySet[Circumstance, tuple[Any, ...]]":
    rows = Circumstance.objects.filter(OneOf(F("resident"), residents), voided=False)
    return rows.order_by("kind", "starts").values_list("resident_id", "kind", "value", "starts", "ends")


@dataclass(frozen=True, slots=True)
class Relationship:
    """From when to when an insured relationship holds, and why it ended."""

    starts: datetime.date
    ends: datetime.date | None
    end_reason: str


@dataclass(frozen=True, slots=True)
class OnFile:
    """What the rules ask of a resident, read at once: the circumstances, voided ones and their schools left out, and
    the insured relationships, the last one first.
    """

    circumstances: tuple[CircumstanceData, ...]
    relationships: tuple[Relationship, ...]

    @property
    def current(self) -> Relationship | None:
        """The one that has no end yet."""
        return next((one for one in self.relationships if one.ends is None), None)

    @property
    def last(self) -> Relationship | None:
        return self.relationships[0] if self.relationships else None


def on_file(resident: Resident) -> OnFile:
    """What is on file of the resident now."""
    rows = sorted(_on_file(resident.pk), key=lambda row: (row[0], row[2], row[4]))
    insured = (Relationship(row[2], row[3], row[1]) for row in reversed(rows) if row[0] == _RELATIONSHIP)
    return OnFile(tuple(CircumstanceData(*row[:4]) for row in rows if row[0] != _RELATIONSHIP), tuple(insured))


def read_ahead(residents: Iterable[int]) -> None:
    """Read for many residents, by their keys and inside a batch, what is on file and their relationships."""
    keys = list(residents)
    read_files_ahead(keys)
    _enrollments.ahead([(resident,) for resident in keys])


def read_files_ahead(residents: Iterable[int]) -> None:
    """Read for many residents, by their keys and inside a batch, what `on_file` asks."""
    _on_file.ahead([(resident,) for resident in residents])


_RELATIONSHIP = "enrollment"
# One that went on in another counts for nothing.
MERGED = Enrollment.EndReason.MERGED


@Statement
def _on_file(resident: int) -> "QuerySet[Circumstance, tuple[Any, ...]]":
    held = Circumstance.objects.filter(resident=resident, voided=False).order_by()
    insured = Enrollment.objects.filter(resident=resident).exclude(end_reason=MERGED).order_by()
    columns = insured.values_list(Value(_RELATIONSHIP), "end_reason", "starts", "ends", "pk")
    return held.values_list("kind", "value", "starts", "ends", "pk").union(columns, all=True)


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
    return district_above(resident.community if on is None else community_on(resident, on))


def district_above(community: Office) -> Office:
    """The district that a community lies in."""
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
    return _open_registration.first(resident.pk)


@Statement
def _open_registration(resident: int) -> QuerySet[Registration]:
    rows = Registration.objects.filter(resident=resident, status__in=Registration.OPEN)
    return rows.select_related("office").order_by()


def current_enrollment(resident: Resident) -> Enrollment | None:
    """The insured relationship that has no end yet."""
    return next((row for row in _enrollments(resident.pk) if row.ends is None), None)


def last_enrollment(resident: Resident) -> Enrollment | None:
    return _enrollments.first(resident.pk)


@Statement
def _enrollments(resident: int) -> QuerySet[Enrollment]:
    return Enrollment.objects.filter(resident=resident).exclude(end_reason=MERGED).order_by("-starts", "-pk")


def enrollment_kind(resident: Resident, since: datetime.date) -> EnrollmentKind:
    """Whether the resident who has been eligible since `since` enrolls for the first time, or again after a lapse or a
    bar.

    W8: who was not eligible, or in another scheme, in between has not lapsed: a new eligibility begins.
    """
    return kind_after(last_enrollment(resident), since, facts.barred_until(circumstances_of(resident)))


def kind_after(
    last: Enrollment | Relationship | None, since: datetime.date, barred_until: datetime.date | None
) -> EnrollmentKind:
    """The same for who knows the `last` insured relationship already, and until when the person was barred.

    S1: after a bar it is a re-enrollment, also where the relationship had ended for another reason before it.
    """
    reasons = Enrollment.EndReason
    if last is None or last.ends is None:
        return EnrollmentKind.FIRST
    lapsed = last.end_reason == reasons.LAPSED and since <= last.ends
    barred = last.end_reason == reasons.BARRED or (barred_until is not None and barred_until > last.ends)
    return EnrollmentKind.LAPSED if lapsed or barred else EnrollmentKind.FIRST


def survivor_of(resident: Resident) -> Resident:
    """The record that counts: itself, or the one that it was merged into."""
    while resident.merged_into_id is not None:
        resident = Resident.objects.select_related("community__parent__parent").get(pk=resident.merged_into_id)
    return resident


def number_led_to(number: str) -> str | None:
    """The personal number to which that of a merged record leads; None of any other number."""
    found = Resident.objects.filter(number=number).exclude(merged_into=None).first()
    return survivor_of(found).number if found else None


def numbers_of(resident: Resident) -> list[str]:
    """The resident's personal number, and those of the records that were merged into it."""
    return [resident.number, *resident.merged_from.order_by("number").values_list("number", flat=True)]


def resident_with(id_number: str) -> Resident | None:
    """The resident with this ID number of 18 places, wherever they live: one person has one record. That of a record
    that was merged leads to the other.
    """
    found = _with_id.first(id_number)
    return survivor_of(found) if found is not None else None


@Statement
def _with_id(id_number: str) -> QuerySet[Resident]:
    return Resident.objects.select_related("community__parent__parent").filter(id_number=id_number).order_by()


def resident_like(
    *, id_number: str | None, name: str, birth_date: datetime.date, sex: str, community: Office
) -> Resident | None:
    """The resident who is meant: by the ID number, else a newborn of the community who had no number so far."""
    newborn = (name, birth_date, sex, community.pk)
    found = _with_id_or_newborn.first(*newborn, id_number) if id_number else _newborn.first(*newborn)
    return survivor_of(found) if found is not None else None


def children_elsewhere(*, name: str, birth_date: datetime.date, sex: str, community: Office) -> list[Resident]:
    """Those of this name, sex and day of birth who are registered without an ID number, in other communities."""
    meant = {"name": " ".join(name.split()), "birth_date": birth_date, "sex": sex}
    alike = Resident.objects.filter(id_number=None, merged_into=None, **meant)
    return list(alike.exclude(community=community).select_related("community").order_by("community__code", "pk"))


def _unnumbered(name: str, birth_date: datetime.date, sex: str, community: int) -> Q:
    return Q(id_number=None, merged_into=None, name=name, birth_date=birth_date, sex=sex, community=community)


def _residents(meant: Q) -> QuerySet[Resident]:
    rows = Resident.objects.select_related("community__parent__parent").filter(meant)
    return rows.order_by(F("id_number").asc(nulls_last=True), "pinyin", "number")[:1]


@Statement
def _newborn(name: str, birth_date: datetime.date, sex: str, community: int) -> QuerySet[Resident]:
    return _residents(_unnumbered(name, birth_date, sex, community))


@Statement
def _with_id_or_newborn(
    name: str, birth_date: datetime.date, sex: str, community: int, id_number: str
) -> QuerySet[Resident]:
    return _residents(Q(id_number=id_number) | _unnumbered(name, birth_date, sex, community))


# --- names -----------------------------------------------------------------------------------------------------------


class NameParts(Func):
    """The single characters and pairs of a name: what the index on residents holds (portal/migrations/0001)."""

    function = "name_parts"
    output_field = ArrayField(TextField())


def parts_of(name: str) -> list[str]:
    """The pairs of a name, or its one character."""
    return [name[place : place + 2] for place in range(len(name) - 1)] or [name]


def with_name(residents: QuerySet[Resident], name: str) -> QuerySet[Resident]:
    """Those of the residents who have `name`, of at least one character, in their name; found by the index."""
    parts = {"parts__contains": parts_of(name)}
    return residents.alias(parts=NameParts(F("name"))).filter(name__contains=name, **parts)
