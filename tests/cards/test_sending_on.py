"""A card that lies at a community from which its holder moved: sent on, taken over, then handed out (W7, W9)."""

import pytest
from django.urls import reverse

from enrollment.cards import selectors, services
from enrollment.cards.models import InsuranceCard
from enrollment.registration import services as registration
from enrollment.registration.data import PersonData
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Sex
from tests import factories as make
from tests.registration.pages import signed_in, text

from .makers import TODAY, clerk, community, with_community

pytestmark = pytest.mark.django_db
Taken = services.Taken


def there() -> Actor:
    return make.actor(Role.COMMUNITY, make.community("211002001002"))


def moved(row: InsuranceCard, to: Actor) -> InsuranceCard:
    """The holder lives in the other community from today on; the card stayed where it was."""
    person = row.resident
    person.refresh_from_db()
    assert to.office
    stated = PersonData(person.name, person.birth_date, Sex(person.sex), to.office, person.id_number)
    registration.change_resident(
        number=person.number, version=person.version, person=stated, moved_on=TODAY, by=clerk()
    )
    return InsuranceCard.objects.select_related("resident", "office").get(pk=row.pk)


def numbers(rows: object) -> list[str]:
    return [row.number for row in rows]  # type: ignore[attr-defined]


def test_it_is_listed_at_both_communities_and_of_the_holder_nothing_at_the_former():
    here, new = community(), there()
    row = moved(with_community(), new)
    assert numbers(selectors.to_hand_out(new)) == numbers(selectors.to_hand_out(here)) == []
    assert numbers(selectors.held_elsewhere(new)) == numbers(selectors.held_elsewhere(clerk())) == [row.number]
    assert numbers(selectors.held_elsewhere(here)) == []
    assert numbers(selectors.to_send_on(here)) == [row.number]
    assert numbers(selectors.to_send_on(new)) == numbers(selectors.to_send_on(clerk())) == []
    page = signed_in(here).get(reverse("cards-hand-out"))
    assert row.number in text(page)
    assert row.resident.community.name_en in text(page) or row.resident.community.label in text(page)
    for said in (row.resident.name, row.resident.number):
        assert said not in page.content.decode()
    assert signed_in(here).get(reverse("card", args=[row.number])).status_code == 404


@pytest.mark.parametrize("who", ["the former", "the present", "the agency"])
def test_sent_on_it_is_handed_out_at_the_present_community(who: str):
    here, new = community(), there()
    row = moved(with_community(), new)
    with pytest.raises(Refused, match="still lies at"):
        services.hand_out(taken=[Taken(row.number)], on=TODAY, by=new)
    by = {"the former": here, "the present": new, "the agency": clerk()}[who]
    client = signed_in(by)
    assert client.post(reverse("cards-send-on"), {"row": row.number}).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.office, row.since) == ("with_community", new.office, TODAY)
    entry = AuditEntry.objects.get(verb="cards.send_on")
    assert entry.changes["office"] == ["211002001001", "211002001002"]
    assert numbers(selectors.to_send_on(here)) == []
    assert numbers(selectors.to_hand_out(new)) == [row.number]
    services.hand_out(taken=[Taken(row.number)], on=TODAY, by=new)


def test_not_twice_and_by_nobody_else():
    here, new = community(), there()
    row, still = moved(with_community(), new), with_community()
    stranger = make.actor(Role.COMMUNITY, make.community("211003001001"))
    with pytest.raises(NotAllowed):
        services.send_on(numbers=[row.number], by=stranger)
    with pytest.raises(NotAllowed):
        services.send_on(numbers=["0000000000000"], by=clerk())
    with pytest.raises(Conflict):
        services.send_on(numbers=[row.number, still.number], by=clerk())
    row.refresh_from_db()
    assert row.office == here.office
    services.send_on(numbers=[row.number], by=new)
    with pytest.raises(Conflict, match="not to be sent on"):
        services.send_on(numbers=[row.number], by=new)


def test_the_list_and_the_card_s_page_say_where_it_lies():
    here, new = community(), there()
    row = moved(with_community(), new)
    client = signed_in(new)
    assert row.office
    listed = text(client.get(reverse("cards"), {"view": "elsewhere"}))
    assert row.number in listed
    assert row.office.label in listed
    page = text(client.get(reverse("card", args=[row.number])))
    assert "The card lies at the former community" in page
    assert "It has come to" in page
    assert "Send them on: 1" in text(signed_in(here).get(reverse("cards")))
    assert client.post(reverse("cards-send-on"), {}).status_code == 302
    row.refresh_from_db()
    assert row.office == here.office
