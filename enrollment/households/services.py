"""The verbs of households: put on record, add and take out people, change address and telephone for all of them."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from enrollment.registration import services as registration
from enrollment.registration.data import PersonData
from enrollment.registration.models import Resident
from enrollment.registration.services.common import locked_resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import Sex
from liaoyang_medins.kernel.states import require_version

from . import selectors
from .models import FormerContact, Household, Member

Relation = Member.Relation


@transaction.atomic
def form_household(*, resident_number: str, others: Mapping[str, str] | None = None, by: Actor) -> Household:
    """Put the household of a resident on record, who is its head, with `others` (relation by personal number).

    It gets the head's address and telephone, and the others get them too. Refused where the head belongs to a
    household of the community already; Invalid for a relation that is none; NotAllowed for people of another office.
    """
    by.require("households.change")
    others = dict(others or {})
    # In the order of their numbers, as everybody locks several people.
    locked = {number: locked_resident(number, by) for number in sorted({resident_number, *others})}
    head = locked[resident_number]
    before = selectors.household_of(head)
    if before is not None and before.community_id == head.community_id:
        raise Refused(_("This person belongs to a household already."), code="has_household")
    today = clock.today()
    household = Household.objects.create(
        number=next_number("household", today),
        community=head.community,
        address=head.address,
        phone=head.phone,
        formed_on=today,
    )
    audit.record(by=by, verb="households.form", obj=household, resident=head.number)
    _join(household, head, Relation.HEAD, by)
    for number, relation in sorted(others.items()):
        if number != resident_number:
            _join(household, locked[number], relation, by)
    return household


@transaction.atomic
def add_member(*, number: str, version: int, resident_number: str, relation: str, by: Actor) -> Member:
    """Somebody belongs to the household from today on, and no longer to the one before.

    Invalid for a relation that is none, Conflict where the person belongs to it already or somebody changed it
    meanwhile; NotAllowed for a person or household of another office.
    """
    by.require("households.change")
    resident = locked_resident(resident_number, by)
    household = locked_household(number, version, by)
    member = _join(household, resident, relation, by)
    _save(household)
    return member


@transaction.atomic
def remove_member(*, number: str, version: int, member_id: int, by: Actor) -> Household:
    """Somebody belongs to the household no more, from today on. Conflict where that is so already, or somebody changed
    it meanwhile; NotAllowed.
    """
    by.require("households.change")
    household = locked_household(number, version, by)
    member = household.members.filter(pk=member_id, until=None).select_related("resident").first()
    if member is None:
        raise Conflict(_("This person does not belong to the household any more."), code="gone")
    _leave(member, by)
    _save(household)
    return household


@transaction.atomic
def change_household(*, number: str, version: int, address: str, phone: str, reason: str = "", by: Actor) -> Household:
    """Change address and telephone of the household and of all its members who live in the community; what held before
    is kept with its last day.

    Invalid without an address; Conflict where nothing would change or somebody changed it meanwhile; NotAllowed.
    """
    by.require("households.change")
    address, phone = address.strip(), phone.strip()
    if not address:
        raise Invalid(_("Enter the address."), field="address")
    here = selectors.households_visible_to(by).filter(number=number).first()
    rows = selectors.members_of(here) if here else Member.objects.none()
    numbers = [row.resident.number for row in rows if here and row.resident.community_id == here.community_id]
    people = [locked_resident(each, by) for each in sorted(numbers)]
    household = locked_household(number, version, by)
    if (household.address, household.phone) == (address, phone):
        raise Conflict(_("This is on record already."), code="unchanged")
    today = clock.today()
    FormerContact.objects.create(
        household=household,
        address=household.address,
        phone=household.phone,
        until=today,
        reason=reason.strip(),
        changed_by_id=by.user_id,
    )
    changed = [
        field for field, value in (("address", address), ("phone", phone)) if getattr(household, field) != value
    ]
    household.address, household.phone = address, phone
    _save(household)
    for person in people:
        _tell(person, household, by)
    # Of the details themselves the record of acts keeps no copy.
    audit.record(by=by, verb="households.change", obj=household, changes={"fields": changed}, note=reason.strip())
    return household


def locked_household(number: str, version: int, by: Actor) -> Household:
    """The household under lock. NotAllowed where it is none of the actor's; Conflict where it was changed since."""
    visible = selectors.households_visible_to(by).select_related(None).select_for_update()
    household = visible.filter(number=number).order_by().first()
    if household is None:
        raise NotAllowed(_("There is no such household at your office."), code="not_found")
    require_version(household.version, version, told=lambda: last_change(household))
    return household


def _join(household: Household, resident: Resident, relation: str, by: Actor) -> Member:
    if relation not in Relation.values:
        raise Invalid(_("Choose the relation."), code="no_relation", field="relation")
    if resident.community_id != household.community_id:
        raise Refused(
            _("This person lives in %(community)s. Move them first.") % {"community": resident.community.label},
            code="elsewhere",
            field="resident",
        )
    before = Member.objects.filter(resident=resident, until=None).select_related("household", "resident").first()
    if before is not None:
        if before.household_id == household.pk:
            raise Conflict(_("This person belongs to the household already."), code="member", field="resident")
        _leave(before, by)
    member = Member.objects.create(household=household, resident=resident, relation=relation, since=clock.today())
    audit.record(by=by, verb="households.add", obj=household, resident=resident.number, changes={"relation": relation})
    _tell(resident, household, by)
    return member


def _leave(member: Member, by: Actor) -> None:
    member.until = clock.today()
    member.save(update_fields=["until"])
    audit.record(by=by, verb="households.remove", obj=member.household, resident=member.resident.number)


def _tell(resident: Resident, household: Household, by: Actor) -> None:
    """The member's own record says where the household lives and how it is reached."""
    if (resident.address, resident.phone) == (household.address, household.phone):
        return
    person = PersonData(
        name=resident.name,
        birth_date=resident.birth_date,
        sex=Sex(resident.sex),
        community=resident.community,
        id_number=resident.id_number,
        address=household.address,
        phone=household.phone,
    )
    registration.change_resident(number=resident.number, version=resident.version, person=person, by=by)


def _save(household: Household) -> None:
    household.version += 1
    household.save(update_fields=["address", "phone", "version"])
