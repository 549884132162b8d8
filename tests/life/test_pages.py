"""Something changed, something was wrong: the pages show what follows, and do it once and as shown (W9)."""

import uuid
from typing import Any

import pytest
from django.urls import reverse

from claims.models import SettlementToCorrect
from enrollment.life import services
from enrollment.life.models import LifeChange
from enrollment.registration.models import Circumstance, Enrollment
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make
from tests.contributions import makers as m
from tests.registration.pages import signed_in, text

from .makers import ELSEWHERE, D, Story, What, confirm, moved_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(db: None) -> Actor:
    return make.actor(Role.COMMUNITY, username="counter")


def page_of(person: Any) -> str:
    return reverse("resident", args=[person.number])


def test_what_happened_is_chosen_in_plain_words(clerk: Actor) -> None:
    person = make.resident()
    client = signed_in(clerk)
    address = reverse("resident-change", args=[person.number])
    assert address in client.get(page_of(person)).content.decode()
    shown = text(client.get(address))
    assert "The person died" in shown
    assert "Receives no pension any more" not in shown, "nothing of the kind is on record"
    assert client.get(address, {"what": "nonsense"}).status_code == 422
    form = client.get(address, {"what": "died"})
    assert "Day of death" in text(form)
    assert "Number of the certificate" not in text(form)


def test_a_death_is_shown_and_then_put_on_record(story: Story) -> None:
    client = signed_in(story.community)
    address = reverse("resident-change", args=[story.person.number])
    typed = {"what": "died", "on": "2009-05-31", "reason": "", "submission": str(uuid.uuid4())}
    page = client.post(address, typed)
    shown = text(page)
    assert page.status_code == 200
    assert "2009-01-01 – 2009-12-31 → 2009-01-01 – 2009-05-31" in shown
    assert "What was rightly paid is not refunded" in shown
    assert "Settlements are not changed" in shown
    assert Enrollment.objects.get().ends is None, "nothing is done yet"
    assert confirm(client, address, typed)["Location"] == page_of(story.person)
    enrollment = Enrollment.objects.get()
    assert (enrollment.ends, enrollment.end_reason) == (D(2009, 5, 31), "death")
    # Back, and sent again: nothing more happens, and nothing is offered of who has died.
    again = client.post(address, typed | {"confirmed": "yes", "seen": "x"})
    assert LifeChange.objects.count() == 1
    assert again.status_code in (200, 302)
    assert "Nothing more happens to this person" in text(client.get(address))


def test_going_back_keeps_what_was_typed(clerk: Actor) -> None:
    person = make.resident()
    client = signed_in(clerk)
    typed = {"what": "low_income", "on": "2009-10-01", "value": "low_income", "document_number": "D-77", "reason": "x"}
    typed["submission"] = str(uuid.uuid4())
    page = client.post(reverse("resident-change", args=[person.number]), typed | {"back": "yes"})
    content = page.content.decode()
    assert 'value="D-77"' in content
    assert 'value="2009-10-01"' in content
    assert not Circumstance.objects.filter(kind="low_income").exists()


def test_errors_stand_at_their_fields(clerk: Actor) -> None:
    person = make.resident()
    client = signed_in(clerk)
    address = reverse("resident-change", args=[person.number])
    for typed, field in (
        ({"what": "died", "on": "2009-12-01"}, "id_on"),
        ({"what": "died", "on": ""}, "id_on"),
        ({"what": "low_income", "on": "1930-01-01", "value": "low_income"}, "id_on"),
        ({"what": "low_income", "on": "2009-01-01"}, "id_value"),
        ({"what": "moved", "on": "2009-01-01"}, "id_community"),
    ):
        page = client.post(address, {"submission": str(uuid.uuid4())} | typed)
        assert page.status_code == 422
        assert f'href="#{field}' in page.content.decode(), typed


def test_something_else_on_record_by_then_is_shown_before_it_is_done(story: Story) -> None:
    client = signed_in(story.community)
    address = reverse("resident-change", args=[story.person.number])
    typed = {"what": "low_income", "on": "2009-10-15", "value": "low_income", "submission": str(uuid.uuid4())}
    page = client.post(address, typed).content.decode()
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    story.make(story.change(What.SCHEME_JOINED, D(2009, 10, 1), value="employee"))
    late = client.post(address, typed | {"confirmed": "yes", "seen": seen})
    assert late.status_code == 409
    assert "Look at it again" in text(late)
    assert not story.person.circumstances.filter(kind="low_income").exists()


def test_a_move_takes_the_page_away(clerk: Actor) -> None:
    person = make.resident()
    client = signed_in(clerk)
    address = reverse("resident-change", args=[person.number])
    typed = {"what": "moved", "on": "2009-10-01", "community": moved_to().pk, "address": "民主路8号"}
    assert confirm(client, address, typed)["Location"] == reverse("home")
    assert client.get(page_of(person)).status_code == 404


def test_a_school_speaks_of_its_students() -> None:
    school = make.actor(Role.SCHOOL)
    pupil = m.pupil()
    client = signed_in(school)
    address = reverse("resident-change", args=[pupil.number])
    shown = text(client.get(address))
    assert "Left the school or university" in shown
    assert "The person died" not in shown
    confirm(client, address, {"what": "school_left", "on": "2009-07-15"})
    assert pupil.circumstances.get(kind="student").ends == D(2009, 7, 15)
    assert client.get(reverse("resident-correct", args=[pupil.number])).status_code == 403


def test_a_circumstance_is_added_ended_and_voided(clerk: Actor) -> None:
    person = make.resident()
    client = signed_in(clerk)
    new = reverse("circumstance-new", args=[person.number])
    assert client.get(new).status_code == 200
    confirm(client, new, {"holds": "low_income:low_income", "starts": "2009-02-01"})
    row = Circumstance.objects.get(kind="low_income")
    overlap = confirm(client, new, {"holds": "low_income:low_income_edge", "starts": "2009-01-01"})
    assert 'href="#id_starts"' in overlap.content.decode()
    end = reverse("circumstance-end", args=[person.number, row.pk])
    assert client.get(end).status_code == 200
    assert confirm(client, end, {"ends": "2009-01-01"}).status_code == 422
    confirm(client, end, {"ends": "2009-09-30"})
    void = reverse("circumstance-void", args=[person.number, row.pk])
    assert client.get(void).status_code == 200
    assert confirm(client, void, {"reason": ""}).status_code == 422
    confirm(client, void, {"reason": "wrong person"})
    row.refresh_from_db()
    assert (row.ends, row.voided) == (D(2009, 9, 30), True)
    assert client.get(void).status_code == 404


def test_an_end_that_was_put_down_by_mistake_is_taken_back(story: Story) -> None:
    """The wrong person was said to have moved away: all is as it was."""
    client = signed_in(story.community)
    before = story.cover()
    confirm(client, reverse("resident-change", args=[story.person.number]), {"what": "moved_away", "on": "2009-05-31"})
    assert SettlementToCorrect.objects.filter(status="waiting").count() == 1
    assert story.cover() != before
    row = story.person.circumstances.get(kind="hukou")
    end = reverse("circumstance-end", args=[story.person.number, row.pk])
    page = client.get(page_of(story.person))
    assert "Correct the end" in text(page)
    assert end in page.content.decode()
    assert "Correct the end of a circumstance" in text(client.get(end))
    for last, why, field in (("", "", "id_reason"), ("2009-05-31", "x", "id_ends")):
        wrong = confirm(client, end, {"ends": last, "reason": why})
        assert (wrong.status_code, f'href="#{field}' in wrong.content.decode()) == (422, True)
    shown = client.post(end, {"ends": "", "reason": "the other of that name", "submission": str(uuid.uuid4())})
    assert "2009-01-01 – 2009-05-31 → 2009-01-01 – 2009-12-31" in text(shown)
    assert "is not refunded" not in text(shown), "nothing ends"
    confirm(client, end, {"ends": "", "reason": "the other of that name"})
    row.refresh_from_db()
    assert row.ends is None
    assert story.cover() == before
    assert Enrollment.objects.get().ends is None
    assert SettlementToCorrect.objects.get().status == "right_again"
    assert LifeChange.objects.filter(what="corrected").count() == 1
    assert "Took back the end of a circumstance" in text(client.get(page_of(story.person)))


def test_another_last_day_is_put_right_and_what_came_after_stands_against_it(clerk: Actor) -> None:
    person = make.resident()
    client = signed_in(clerk)
    row = make.circumstance(person, "low_income", "low_income", starts=D(2009, 1, 1), ends=D(2009, 6, 30))
    bar = make.circumstance(person, "bar", "misuse", starts=D(2008, 1, 1), ends=D(2009, 1, 1))
    end = reverse("circumstance-end", args=[person.number, row.pk])
    confirm(client, end, {"ends": "2009-07-31", "reason": "typed wrong"})
    row.refresh_from_db()
    assert row.ends == D(2009, 7, 31)
    make.circumstance(person, "low_income", "low_income_edge", starts=D(2009, 8, 1))
    page = confirm(client, end, {"ends": "", "reason": "typed wrong"})
    assert (page.status_code, "Something else of this kind is on record since" in text(page)) == (422, True)
    of_bar = reverse("circumstance-end", args=[person.number, bar.pk])
    assert of_bar not in client.get(page_of(person)).content.decode()
    with pytest.raises(Refused):
        services.take_back_end(circumstance_id=bar.pk, reason="x", by=make.actor(Role.AGENCY_CLERK))


def test_address_and_community_are_changed_and_two_clerks_told(clerk: Actor) -> None:
    person = make.resident()
    client = signed_in(clerk)
    address = reverse("resident-edit", args=[person.number])
    assert client.get(address).status_code == 200
    typed = {"version": 1, "community": make.community().pk, "phone": "1", "address": ""}
    assert confirm(client, address, typed)["Location"] == page_of(person)
    person.refresh_from_db()
    assert person.phone == "1"
    assert confirm(client, address, typed).status_code == 422
    moved = typed | {"version": person.version, "community": moved_to().pk}
    assert confirm(client, address, moved)["Location"] == reverse("home")


def test_wrong_data_is_put_right_and_shown_with_what_it_was(clerk: Actor) -> None:
    person = make.resident(birth=D(1950, 3, 1), sex="M", name="张三丰", id_number=None)
    client = signed_in(clerk)
    address = reverse("resident-correct", args=[person.number])
    assert client.get(address).status_code == 200
    number = make.id_number(D(1949, 3, 1), "M")
    typed = {
        "version": 1,
        "name": "张三峰",
        "birth_date": "1949-03-01",
        "sex": "M",
        "id_number": number,
        "hukou_since": "1950-03-01",
        "reason": "hukou booklet",
    }
    wrong = confirm(client, address, typed | {"id_number": make.id_number(D(1949, 3, 1), "F")})
    assert 'href="#id_id_number"' in wrong.content.decode()
    assert confirm(client, address, typed)["Location"] == page_of(person)
    person.refresh_from_db()
    assert (person.name, person.id_number) == ("张三峰", number)
    assert person.circumstances.get(kind="hukou", voided=False).starts == D(1949, 3, 1)
    shown = text(client.get(page_of(person)))
    assert "张三丰 张三峰 hukou booklet" in shown
    assert number not in shown


def test_a_wrong_hukou_day_alone(clerk: Actor) -> None:
    person = make.resident(hukou="county", hukou_since=D(2009, 8, 1))
    typed = {
        "version": 1,
        "name": person.name,
        "birth_date": person.birth_date.isoformat(),
        "sex": "M",
        "hukou_since": "2008-06-01",
        "reason": "booklet",
    }
    confirm(signed_in(clerk), reverse("resident-correct", args=[person.number]), typed)
    assert person.circumstances.get(kind="hukou", voided=False).starts == D(2008, 6, 1)
    assert person.corrections.get().field == "hukou"


def test_pages_of_other_communities_residents_are_not_found(clerk: Actor) -> None:
    theirs = make.resident(home=make.community(ELSEWHERE))
    row = theirs.circumstances.get()
    client = signed_in(clerk)
    for name in ("resident-edit", "resident-change", "resident-correct", "circumstance-new"):
        address = reverse(name, args=[theirs.number])
        assert client.get(address).status_code == client.post(address).status_code == 404
    for name in ("circumstance-end", "circumstance-void"):
        address = reverse(name, args=[theirs.number, row.pk])
        assert client.get(address).status_code == client.post(address).status_code == 404


# --- settlements to correct ------------------------------------------------------------------------------------------


def test_settlements_to_correct_are_shown_counted_and_left_with_a_reason(story: Story) -> None:
    reviewer = signed_in(story.reviewer)
    assert "Nothing to correct" in text(reviewer.get("/settlements/to-correct/"))
    story.make(story.change(What.DIED, D(2009, 5, 31)))
    row = SettlementToCorrect.objects.get()
    shown = text(reviewer.get("/settlements/to-correct/"))
    assert f"{story.settlement.number} 张大爷" in shown
    assert "In-scope cost on covered days (yuan): 8,000.00 → 0.00" in shown
    home = reviewer.get("/")
    assert "Settlements to correct" in text(home)
    entry = next(entry for entry in home.context["navigation"] if entry.url == "/stays/")
    assert entry.count == 1
    page = reviewer.get(reverse("settlement", args=[story.settlement.number]))
    assert "What became known later contradicts this settlement" in text(page)
    leave = reverse("correction-leave", args=[story.settlement.number])
    assert reviewer.get(leave).status_code == 200
    assert reviewer.post(leave, {"version": row.version, "reason": " "}).status_code == 422
    assert reviewer.post(leave, {"version": row.version, "reason": "court"})["Location"] == "/settlements/to-correct/"
    assert "Left as it is court" in text(reviewer.get("/settlements/to-correct/?status="))
    assert reviewer.get(leave).status_code == 404
    assert signed_in(story.clerk).get(leave).status_code == 403
    hospital = make.actor(Role.HOSPITAL, story.settlement.stay.institution.office)
    assert signed_in(hospital).get("/settlements/to-correct/").status_code == 403
    own = text(signed_in(hospital).get(reverse("settlement", args=[story.settlement.number])))
    assert "contradicts" not in own
