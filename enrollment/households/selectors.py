"""Reading households, within the scope of who asks."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import QuerySet

from enrollment.registration.models import Resident
from enrollment.registration.selectors import OFFICE_OF_RESIDENT, residents_visible_to, sees_everything
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office

from .models import Household, Member
from .order import by_number


def households_visible_to(actor: Actor) -> QuerySet[Household]:
    """The households of the actor's communities."""
    households = Household.objects.select_related("community__parent__parent")
    if not actor.may("households.see"):
        return households.none()
    if sees_everything(actor):
        return households
    if actor.role in OFFICE_OF_RESIDENT:
        return households.filter(**{OFFICE_OF_RESIDENT[actor.role]: actor.office})
    return households.none()


def household_of(resident: Resident) -> Household | None:
    """The household that the resident belongs to now."""
    member = Member.objects.filter(resident=resident, until=None).select_related("household__community").first()
    return member.household if member else None


def members_of(household: Household) -> QuerySet[Member]:
    """Who belongs to the household now, the head first."""
    rows = household.members.filter(until=None).select_related("resident__community")
    return rows.order_by("since", "pk")


def seen_members(household: Household, actor: Actor) -> list[tuple[Member, bool]]:
    """The members, each with whether the actor may see the person: of others it is only told where they are."""
    rows = list(members_of(household))
    visible = set(
        residents_visible_to(actor)
        .filter(pk__in=[row.resident_id for row in rows])
        .order_by()
        .values_list("pk", flat=True)
    )
    return [(row, row.resident_id in visible) for row in rows]


class Dweller(NamedTuple):
    """Something with the key `key` that is brought to the door of a `resident` (by key)."""

    key: int
    resident: int
    address: str
    pinyin: str
    number: str


def in_house_order(rows: Iterable[Dweller], community: Office) -> list[int]:
    """The keys of what is brought to people of a community, as the doors come: by address, a household together
    and its head first; who has no address last.
    """
    found = list(rows)
    living = Member.objects.filter(until=None, resident__community=community)
    members = {
        resident: (household, relation != Member.Relation.HEAD)
        for resident, household, relation in living.values_list("resident_id", "household_id", "relation")
    }
    alone = (0, False)
    doors = {address: by_number(address) for address in {row.address for row in found}}
    found.sort(
        key=lambda row: (
            not row.address,
            doors[row.address],
            members.get(row.resident, alone),
            row.pinyin,
            row.number,
        )
    )
    return [row.key for row in found]


def at_this_address(resident: Resident, actor: Actor) -> QuerySet[Resident]:
    """Others of the community with the resident's address who belong to no household: who is likely to be meant."""
    if not resident.address:
        return Resident.objects.none()
    others = residents_visible_to(actor).filter(community=resident.community_id, address=resident.address)
    return others.exclude(pk=resident.pk).exclude(memberships__until=None, memberships__isnull=False)[:20]
