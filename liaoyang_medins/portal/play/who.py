"""Finding people, offices and their clerks by natural keys."""

import datetime
import uuid
from collections.abc import Iterable
from functools import cache

from django.db.models import QuerySet

from enrollment.registration.data import CircumstanceData, PersonData
from enrollment.registration.models import Registration, Resident
from liaoyang_medins.kernel.offices.actors import Actor, ActorKind
from liaoyang_medins.kernel.offices.models import Office, Posting
from liaoyang_medins.kernel.offices.roles import OFFICE_KINDS, Role
from liaoyang_medins.kernel.policy.terms import Sex
from liaoyang_medins.kernel.statements import Statement

from .steps import Moot

ID_NUMBER = 18
# The places of a community's code that name its sub-district and its district.
SUBDISTRICT, DISTRICT = 9, 6
Stated = tuple[str, str, datetime.date, datetime.date | None, str, str]


def has_number(who: str) -> bool:
    """Whether `who` is an ID number, and not the submission of a registration."""
    return len(who) == ID_NUMBER


@Statement
def _with_number(who: str) -> QuerySet[Resident]:
    return Resident.objects.select_related("community__parent__parent").filter(id_number=who).order_by()


@Statement
def _registered_with(form: uuid.UUID) -> QuerySet[Resident]:
    rows = Resident.objects.select_related("community__parent__parent").order_by()
    return rows.filter(registrations__submission=form)


@Statement
def _registration(form: uuid.UUID) -> QuerySet[Registration]:
    return Registration.objects.filter(submission=form).select_related("resident__community", "office").order_by()


def resident_of(who: str) -> Resident:
    """The resident with this ID number, or of this registration. Moot where nobody is on record."""
    found = _with_number.first(who) if has_number(who) else _registered_with.first(uuid.UUID(who))
    if found is None:
        raise Moot
    return found


def registration_of(submission: str) -> Registration:
    """The registration of a form. Moot where none came of it."""
    found = _registration.first(uuid.UUID(submission))
    if found is None:
        raise Moot
    return found


@cache
def office(code: str) -> Office:
    return Office.objects.select_related("parent__parent").get(code=code)


@cache
def clerk(role: Role, code: str = "") -> Actor:
    """Who works in a role at an office: the demo's account, or somebody without an account where it has none."""
    postings = Posting.objects.select_related("user", "office").filter(role=role, ends=None).order_by("id")
    found = (postings.filter(office__code=code) if code else postings).first()
    if found is not None:
        return Actor.of_posting(found)
    return Actor(ActorKind.USER, office(code).name, role=role, office=office(code))


def community_of(resident: Resident) -> Actor:
    """The clerk of the community in which somebody lives now."""
    return clerk(Role.COMMUNITY, resident.community.code)


def subdistrict_of(resident: Resident) -> Actor:
    return clerk(Role.SUBDISTRICT, resident.community.code[:SUBDISTRICT])


def district_of(resident: Resident) -> Actor:
    return clerk(Role.DISTRICT, resident.community.code[:DISTRICT])


def receiving(code: str) -> Actor:
    """The clerk of the community, or of the school, that receives a registration."""
    role = Role.SCHOOL if office(code).kind == OFFICE_KINDS[Role.SCHOOL] else Role.COMMUNITY
    return clerk(role, code)


def agency() -> Actor:
    return clerk(Role.AGENCY_CLERK)


def reviewer() -> Actor:
    return clerk(Role.AGENCY_REVIEWER)


@cache
def approver() -> Actor:
    """Who approves what the reviewer checked: another reviewer."""
    postings = Posting.objects.select_related("user", "office").filter(role=Role.AGENCY_REVIEWER, ends=None)
    return Actor.of_posting(postings.order_by("-id")[0])


def as_stated(resident: Resident, **other: object) -> PersonData:
    """The person as on record, but for what is stated otherwise."""
    known: dict[str, object] = {
        "name": resident.name,
        "birth_date": resident.birth_date,
        "sex": Sex(resident.sex),
        "community": resident.community,
        "id_number": resident.id_number,
        "address": resident.address,
        "phone": resident.phone,
    }
    return PersonData(**known | other)  # type: ignore[arg-type]


def circumstance(stated: Stated) -> CircumstanceData:
    """A circumstance from its plain form: kind, value, from, until, code of the school, number of the certificate."""
    kind, value, starts, ends, school, document = stated
    return CircumstanceData(kind, value, starts, ends, office(school) if school else None, document)


def circumstances(stated: Iterable[Stated]) -> list[CircumstanceData]:
    return [circumstance(row) for row in stated]


def forget() -> None:
    """Read offices and postings anew: another city may be there."""
    office.cache_clear()
    clerk.cache_clear()
    approver.cache_clear()
