"""The pages of cards, as each role meets them."""

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from enrollment.cards import services
from enrollment.cards.models import InsuranceCard
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs.models import Run
from tests import factories as make
from tests.registration.pages import signed_in, text

from .makers import TODAY, D, card, clerk, community, handed_out, insured, with_community

pytestmark = pytest.mark.django_db
Status = InsuranceCard.Status


@pytest.fixture(autouse=True)
def _day(settings):
    settings.BUSINESS_DATE = TODAY.isoformat()


def url(name: str, row: InsuranceCard) -> str:
    return reverse(name, args=[row.number])


def state(row: InsuranceCard) -> str:
    row.refresh_from_db()
    return row.status


def test_the_clerk_makes_what_is_due_hands_it_over_and_the_community_hands_it_out():
    person = insured(name="王小宝")
    office = signed_in(clerk())
    page = text(office.get(reverse("cards-due")))
    assert "Community 001" in page
    assert "2009-04-14" in page
    run_page = office.post(reverse("cards-make"), {"community": ""})
    run = Run.objects.get()
    assert run_page.headers["Location"] == run.get_absolute_url()
    from liaoyang_medins.kernel.runs.services import work_off

    work_off(number=run.number)
    made = InsuranceCard.objects.get(resident=person)
    assert f"{reverse('cards')}?run={run.number}" in office.get(run.get_absolute_url()).content.decode()
    listed = office.get(f"{reverse('cards')}?view=made")
    assert made.number in text(listed)
    said = text(office.post(reverse("cards-hand-over"), {"row": [made.number]}, follow=True))
    assert "1 cards are with their communities" in said

    counter = signed_in(community())
    page = counter.get(reverse("cards-hand-out"))
    assert "王小宝" in text(page)
    posted = {
        "on": "2009-03-20",
        "row": [made.number],
        f"version_{made.number}": made.version + 1,
        f"taken_by_{made.number}": "parent",
        f"name_{made.number}": "",
    }
    refused = counter.post(reverse("cards-hand-out"), posted)
    assert refused.status_code == 422
    assert "Enter the name of who took the card of 王小宝." in text(refused)
    assert 'value="parent" selected' in refused.content.decode()
    posted[f"name_{made.number}"] = "王芳"
    assert "1 cards are handed out." in text(counter.post(reverse("cards-hand-out"), posted, follow=True))
    assert state(made) == Status.HANDED_OUT
    page = text(counter.get(url("card", made)))
    assert "王芳" in page
    assert "Undo: not handed out" in page
    counter.post(url("card-undo", made), {"version": made.version})
    assert state(made) == Status.WITH_COMMUNITY


def test_loss_and_replacement_on_the_pages():
    row = handed_out(insured(name="王小宝"))
    counter, office = signed_in(community()), signed_in(clerk())
    data = {"taken_by": "parent", "taken_by_name": "王芳", "reason": "on the bus", "version": row.version}
    assert "is lost from now on" in text(counter.post(url("card-loss", row), data, follow=True))
    assert state(row) == Status.LOST
    assert row.number in text(office.get(f"{reverse('cards')}?view=lost"))
    wrong = office.post(url("card-replace", row), {"cause": "lost", "reason": "", "version": row.version})
    assert wrong.status_code == 422
    done = office.post(
        url("card-replace", row), {"cause": "lost", "reason": "bus", "version": row.version}, follow=True
    )
    assert "The number of the old one is dead." in text(done)
    new = InsuranceCard.objects.get(replaces=row)
    assert f"The card {new.number} took its place." in text(office.get(url("card", row)))


def test_a_second_click_is_told_who_was_first():
    row = handed_out()
    client = signed_in(clerk())
    data = {"cause": "damaged", "reason": "broken", "version": row.version}
    client.post(url("card-replace", row), data)
    again = client.post(url("card-replace", row), data)
    assert again.status_code == 409
    assert InsuranceCard.objects.filter(replaces=row).count() == 1


def test_a_hand_out_of_what_was_handed_out_meanwhile_is_a_conflict():
    row = with_community()
    client = signed_in(community())
    services.hand_out(taken=[services.Taken(row.number)], on=TODAY, by=clerk())
    posted = {"on": "2009-03-20", "row": [row.number], f"version_{row.number}": row.version}
    assert client.post(reverse("cards-hand-out"), posted).status_code == 409


def test_the_sheet_and_the_certificate_as_page_and_pdf():
    row = with_community(insured(name="王小宝"))
    client = signed_in(community())
    for address, words in ((reverse("cards-sheet"), "王小宝"), (url("certificate-print", row), row.number)):
        assert words in text(client.get(address))
        pdf = client.get(f"{address}?as=pdf")
        assert pdf["Content-Type"] == "application/pdf"
        assert len(PdfReader(io.BytesIO(pdf.content)).pages) == 1


def test_the_resident_s_page_says_what_serves_as_the_card():
    person = insured()
    client = signed_in(clerk())
    page = text(client.get(reverse("resident", args=[person.number])))
    assert "The payment receipt serves as the card until then (W7)." in page
    client.post(reverse("card-make", args=[person.number]))
    row = InsuranceCard.objects.get()
    assert row.number in text(client.get(reverse("resident", args=[person.number])))
    assert "Nothing is to be made" in text(client.post(reverse("card-make", args=[person.number]), follow=True))


def test_found_by_its_number_typed_or_read_in_scope_only():
    row = card()
    spaced = f"{row.number[:4]} {row.number[4:]}"
    for typed in (row.number, spaced):
        assert signed_in(clerk()).post(reverse("search"), {"q": typed}).headers["Location"] == url("card", row)
    stranger = make.actor(Role.COMMUNITY, make.community("211003001001"))
    answer = signed_in(stranger).post(reverse("search"), {"q": row.number}, follow=True)
    assert url("card", row) not in answer.content.decode()
    assert signed_in(stranger).get(url("card", row)).status_code == 404


def test_a_hospital_is_told_of_a_card_that_is_lost():
    from tests.claims import makers as claims

    row = handed_out()
    services.report_loss(number=row.number, version=row.version, reported_by="self", by=community())
    client = signed_in(claims.hospital())
    said = text(client.post(reverse("stay-person"), {"resident": row.resident.number, "admitted_at": "2009-03-20"}))
    assert "It was reported lost" in said
    assert row.number not in said


def test_an_enrollment_that_has_ended_shows_instead_of_the_state():
    row = with_community()
    make.circumstance(row.resident, "death", "died", starts=D(2009, 3, 18))
    from enrollment.registration.services.relationships import settle_ends

    with clock.on_day(TODAY):
        settle_ends(row.resident, by=clerk())
    client = signed_in(community())
    page = client.get(url("card", row))
    assert "Enrollment has ended" in text(page)
    assert "Take out of use" in text(page)
    client.post(url("card-take-in", row), {"reason": "died", "version": row.version})
    assert state(row) == Status.ENDED


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.DISTRICT, Role.SUBDISTRICT, Role.SCHOOL])
def test_others_look_and_change_nothing(role):
    row = handed_out()
    client = signed_in(make.actor(role))
    assert client.get(reverse("cards")).status_code == 200
    for name in ("card-replace", "card-take-in", "card-hand-out"):
        assert client.post(url(name, row), {"version": row.version}).status_code in (403, 404)
    assert state(row) == Status.HANDED_OUT
