"""Somebody registered elsewhere: what a community is told, the transfer, its answer, and who sees what then."""

import uuid
from typing import Any

import pytest
from django.urls import reverse

from enrollment.contributions import selectors as contributions
from enrollment.life import selectors, services
from enrollment.life.models import Transfer
from enrollment.registration import selectors as registration
from enrollment.registration.models import Registration, Resident
from enrollment.registration.services import register_resident
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make
from tests.contributions import makers as m
from tests.registration import makers as r
from tests.registration.pages import answers, begin, signed_in, text

from .makers import ELSEWHERE, TODAY, D, Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def there(db: None) -> Actor:
    """A clerk of another community."""
    return make.actor(Role.COMMUNITY, make.community(ELSEWHERE), "there")


@pytest.fixture
def here(db: None) -> Actor:
    return make.actor(Role.COMMUNITY, make.community(), "here")


def ask(person: Resident, by: Actor, **values: Any) -> Transfer:
    given = {"moved_on": D(2009, 10, 1), "address": "民主路8号", "reason": "hukou booklet"}
    return services.ask_transfer(resident_id=person.pk, by=by, **given | values)


def answer(row: Transfer, by: Actor, *, agree: bool = True, text: str = "") -> Transfer:
    row.refresh_from_db()
    return services.answer_transfer(pk=row.pk, version=row.version, agree=agree, answer=text, by=by)


def sees(actor: Actor, person: Resident) -> tuple[bool, bool, bool]:
    """Whether the actor sees the person, the registrations, the notices."""
    return (
        registration.residents_visible_to(actor).filter(pk=person.pk).exists(),
        registration.registrations_visible_to(actor).filter(resident=person).exists(),
        contributions.notices_visible_to(actor).filter(resident=person).exists(),
    )


def test_the_record_moves_and_the_former_community_sees_nothing(story: Story, here: Actor, there: Actor) -> None:
    person = story.person
    assert (sees(here, person), sees(there, person)) == ((True,) * 3, (False,) * 3)
    row = ask(person, there)
    assert sees(there, person) == (False,) * 3
    answer(row, here)
    assert (sees(here, person), sees(there, person)) == ((False,) * 3, (True,) * 3)
    person.refresh_from_db()
    assert (person.community.code, person.address, person.moved_on) == (ELSEWHERE, "民主路8号", D(2009, 10, 1))
    assert not selectors.transfers_visible_to(here).exists()
    for role, office, own in (
        (Role.SUBDISTRICT, "211002001", False),
        (Role.DISTRICT, "211002", False),
    ):
        place = make.subdistrict(office) if role is Role.SUBDISTRICT else make.district(office)
        assert sees(make.actor(role, place), person)[0] is own


def test_a_registration_under_way_goes_along(here: Actor, there: Actor) -> None:
    row = r.register(here)
    assert row.status == Registration.Status.ACCEPTED
    answer(ask(row.resident, there), here)
    row.refresh_from_db()
    assert (row.office, row.version) == (there.office, 2)


def test_a_schools_registration_stays_with_the_school(there: Actor, here: Actor) -> None:
    school = make.actor(Role.SCHOOL)
    row = r.school_registration(school)
    answer(ask(row.resident, there), here)
    row.refresh_from_db()
    assert row.office == school.office
    assert sees(school, row.resident)[:2] == (True, True)


def test_asked_twice_is_asked_once_and_nobody_answers_their_own(here: Actor, there: Actor) -> None:
    person = make.resident()
    row = ask(person, there)
    assert ask(person, there) == row
    with pytest.raises(NotAllowed):
        answer(row, there)
    with pytest.raises(Conflict):
        ask(person, make.actor(Role.COMMUNITY, make.community("211004001001"), "third"))
    # The same person, posted in both communities.
    both = make.actor(Role.COMMUNITY, make.community(), "there")
    with pytest.raises(Refused) as caught:
        answer(row, both)
    assert caught.value.code == "own_entry"


def test_a_no_needs_a_reason_and_can_be_asked_again(here: Actor, there: Actor) -> None:
    person = make.resident()
    row = ask(person, there)
    with pytest.raises(Invalid):
        answer(row, here, agree=False)
    answer(row, here, agree=False, text="still lives here")
    with pytest.raises(Conflict):
        answer(row, here)
    assert ask(person, there).pk != row.pk
    person.refresh_from_db()
    assert person.community == make.community()


def test_the_agency_answers_too_and_who_asked_withdraws(here: Actor, there: Actor) -> None:
    person, other = make.resident(), make.resident()
    answer(ask(person, there), m.reviewer())
    person.refresh_from_db()
    assert person.community == there.office
    row = ask(other, there)
    with pytest.raises(NotAllowed):
        services.withdraw_transfer(pk=row.pk, version=row.version, by=here)
    services.withdraw_transfer(pk=row.pk, version=row.version, by=there)
    with pytest.raises(Conflict):
        answer(row, here)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"moved_on": D(2009, 10, 21)}, "moved_on"),
        ({"moved_on": D(1930, 1, 1)}, "moved_on"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_cannot_be_asked(there: Actor, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        ask(make.resident(), there, **values)
    assert caught.value.field == field


def test_who_is_here_is_not_asked_for(here: Actor) -> None:
    with pytest.raises(Refused):
        ask(make.resident(), here)


# --- at the counter and in the search --------------------------------------------------------------------------------


def test_a_counter_does_not_take_a_record_along(here: Actor, there: Actor) -> None:
    person = make.resident(birth=r.person().birth_date, sex="M", name="陈某人")
    who = r.person(id_number=person.id_number, community=there.office)
    with pytest.raises(Refused) as caught:
        register_resident(
            submission=uuid.uuid4(), person=who, circumstances=[r.native()], materials=r.ALL_PRESENT, by=there
        )
    assert (caught.value.code, caught.value.field) == ("elsewhere", "id_number")
    person.refresh_from_db()
    assert person.community == make.community()
    assert not Registration.objects.exists()


def test_a_school_leaves_the_pupil_where_they_live() -> None:
    school = make.actor(Role.SCHOOL)
    pupil = make.resident(birth=D(2000, 2, 3), sex="F", home=make.community(ELSEWHERE))
    who = r.person(pupil.birth_date, "F", id_number=pupil.id_number)
    stated = [r.native(pupil.birth_date), r.CircumstanceData("student", "school", D(2009, 9, 1), school=school.office)]
    row = register_resident(
        submission=uuid.uuid4(), person=who, circumstances=stated, materials=r.ALL_PRESENT, by=school
    )
    assert row.resident.community.code == ELSEWHERE


def test_at_the_counter_only_the_community_is_told(here: Actor) -> None:
    person = make.resident(home=make.community(ELSEWHERE), name="陈某人")
    client = signed_in(here)
    page_1 = begin(client)
    typed = answers(id_number=str(person.id_number), name="随便")
    draft = page_1.rstrip("/").rsplit("/", 1)[1]
    live = client.post(reverse("id-lookup"), typed | {"draft": draft}).content.decode()
    assert "This person is registered in Community 001: ask for the transfer." in live
    assert person.name not in live
    assert person.number not in live
    assert "Elderly" not in live
    page = client.post(page_1, typed)
    assert page.status_code == 422
    assert 'formaction="/transfers/ask/"' in page.content.decode()
    asked = client.post(reverse("transfer-ask"), typed)
    assert asked.status_code == 200
    assert person.name not in asked.content.decode()
    assert str(person.id_number) not in asked.content.decode()


def test_the_search_leads_to_the_transfer_and_the_other_community_answers(here: Actor, there: Actor) -> None:
    person = make.resident(home=make.community(ELSEWHERE), name="陈某人")
    client = signed_in(here)
    landed = client.post(reverse("search"), {"q": person.id_number})["Location"]
    assert str(person.id_number) not in landed
    page = client.get(landed).content.decode()
    assert "This person is registered in Community 001." in page
    assert person.name not in page
    ref = page.partition('name="ref" value="')[2].partition('"')[0]
    # The seal is this user's own.
    assert (
        signed_in(make.actor(Role.COMMUNITY, username="else")).post("/transfers/ask/", {"ref": ref}).status_code == 404
    )
    assert client.post("/transfers/ask/", {"ref": ref}).status_code == 200
    wrong = client.post("/transfers/ask/", {"ref": ref, "moved_on": "2031-01-01", "reason": "x"})
    assert wrong.status_code == 422
    done = client.post("/transfers/ask/", {"ref": ref, "moved_on": "2009-10-01", "reason": "booklet"})
    row = Transfer.objects.get()
    assert done["Location"] == reverse("transfer", args=[row.pk])
    assert person.name not in client.get(done["Location"]).content.decode()
    assert person.name not in client.get("/transfers/").content.decode()

    other = signed_in(there)
    assert "Transfers to answer" in text(other.get("/"))
    page = other.get(reverse("transfer", args=[row.pk])).content.decode()
    assert person.name in page
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    given = {"version": row.version, "seen": seen}
    assert other.post(reverse("transfer-answer", args=[row.pk]), given | {"decline": "yes"}).status_code == 422
    assert other.post(reverse("transfer-answer", args=[row.pk]), given | {"agree": "yes"})["Location"] == "/transfers/"
    row.refresh_from_db()
    assert (row.status, row.answered_on) == ("approved", TODAY)
    assert other.get(reverse("resident", args=[person.number])).status_code == 404
    assert other.get(reverse("transfer", args=[row.pk])).status_code == 404
    assert client.get(reverse("resident", args=[person.number])).status_code == 200
    assert person.name in client.get(reverse("transfer", args=[row.pk])).content.decode()


def test_asking_for_nobody(here: Actor) -> None:
    client = signed_in(here)
    assert client.get("/transfers/ask/")["Location"] == "/search/"
    assert client.post("/transfers/ask/", {"id_number": "x"})["Location"] == "/search/"
    assert client.post("/transfers/ask/", {"ref": "x"}).status_code == 404
    mine = make.resident()
    assert client.post("/transfers/ask/", {"id_number": mine.id_number})["Location"].endswith(f"/{mine.number}/")
    row = ask(make.resident(home=make.community(ELSEWHERE)), here)
    client.post(reverse("transfer-withdraw", args=[row.pk]), {"version": row.version})
    row.refresh_from_db()
    assert row.status == "withdrawn"
