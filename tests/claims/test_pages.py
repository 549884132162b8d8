"""The pages of claims, as a browser without JavaScript meets them."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from claims import services
from claims.models import FeeLine, Settlement, Stay
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories
from tests.claims import makers

pytestmark = pytest.mark.django_db


def browser(actor: Actor) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def hidden(response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    assert found, name
    return found[1]


def admission_fields(person, **values):
    return {
        "resident": person.number,
        "inpatient_number": "Z77",
        "admitted_at": "2009-03-01T09:30",
        "emergency": "ordinary",
        "card": "at_admission",
        "form_signed": "on",
        "diagnosis": "J18.9",
        "cause": "illness",
        "submission": "6f1c1b6e-8f5e-4d5c-8c3e-1f4a3d1b2c3d",
        **values,
    }


def test_a_stay_from_admission_to_its_slip_and_back(settings):
    person, by = makers.insured(name="王秀英"), makers.hospital()
    makers.catalogue()
    makers.diagnosis()
    client = browser(by)
    response = client.post(reverse("stay-new"), admission_fields(person, resident=person.id_number))
    stay = Stay.objects.get()
    assert response.url == reverse("stay", args=[stay.number])
    assert person.id_number not in response.url
    assert stay.card_presented_at == stay.admitted_at
    page = client.get(response.url)
    assert "No fee line yet" in text_of(page)
    assert person.id_number not in page.content.decode()
    client.post(
        reverse("stay-lines", args=[stay.number]),
        {"on": "2009-03-02", "item_code": "A1", "quantity": "2", "unit_price": "4000"},
    )
    pasted = "2009-03-02\tB1\t1\t100\t100.00\tA-7\n2009/3/3 C1 2 25"
    client.post(reverse("stay-lines", args=[stay.number]), {"lines_text": pasted.replace("/3/3", "/03/03")})
    page = text_of(client.get(reverse("stay", args=[stay.number])))
    assert "Class B 10%" in page
    assert "Class C is borne by the person." in page
    assert "8,150.00" in page
    assert "8,090.00" in page
    response = client.post(
        reverse("stay-discharge", args=[stay.number]),
        {"version": Stay.objects.get().version, "discharged_on": "2009-03-09"},
    )
    assert response.url == reverse("stay-calculation", args=[stay.number])
    page = client.get(response.url)
    told = text_of(page)
    for words in ("8,090.00", "D1 · Art. 20(2)", "since 2008-07-01", "3,415.50", "Left afterwards", "26,584.50"):
        assert words in told
    response = client.post(
        reverse("stay-settle", args=[stay.number]),
        {"version": hidden(page, "version"), "stated_total": hidden(page, "stated_total")},
    )
    settlement = Settlement.objects.get()
    assert response.url == reverse("settlement", args=[settlement.number])
    told = text_of(client.get(response.url))
    for words in ("3,415.50", "4,734.50", "The same to the fen", "Reverse this settlement"):
        assert words in told
    slip = client.get(reverse("settlement-print", args=[settlement.number]))
    told = text_of(slip)
    for words in ("捌仟壹佰伍拾元整", "叁仟肆佰壹拾伍元伍角整", settlement.number, "王秀英", "Reviewed by (agency)"):
        assert words in told
    assert person.id_number not in slip.content.decode()
    response = client.post(reverse("settlement-reverse", args=[settlement.number]), {"reason": "wrong item"})
    assert response.url == reverse("stay", args=[stay.number])
    assert "wrong item" in text_of(client.get(response.url))
    assert "Reversed" in text_of(client.get(reverse("settlement", args=[settlement.number])))


def test_a_form_sent_twice_leads_to_the_same_stay():
    person, client = makers.insured(), browser(makers.hospital())
    makers.diagnosis()
    first = client.post(reverse("stay-new"), admission_fields(person))
    assert client.post(reverse("stay-new"), admission_fields(person)).url == first.url
    assert Stay.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"resident": "P0"}, "resident", "Nobody with this number"),
        ({"resident": "211002194005060015"}, "resident", "check digit"),
        ({"inpatient_number": ""}, "inpatient_number", "Fill this in."),
        ({"admitted_at": "2011-01-01T00:00"}, "admitted_at", "in the future"),
        ({"diagnosis": "Q99"}, "diagnosis", "not in the list"),
        ({"card": "later"}, "card_presented_at", "Enter when the card was presented"),
    ],
)
def test_what_is_wrong_stands_on_top_and_at_its_field_and_what_was_typed_stays(values, field, words):
    makers.diagnosis()
    page = browser(makers.hospital()).post(reverse("stay-new"), admission_fields(makers.insured(), **values))
    content = page.content.decode()
    assert f'href="#id_{field}"' in content
    assert text_of(page).count(words) >= 2
    assert "<title>Error:" in content
    assert 'value="2009-03-01T09:30"' in content or "admitted_at" in values
    assert not Stay.objects.exists()


def test_the_persons_page_leads_to_a_form_that_knows_the_person_but_no_id_number():
    person, client = makers.insured(), browser(makers.clerk())
    assert f'value="{person.number}"' in client.get(reverse("stay-new"), {"resident": person.number}).content.decode()
    page = client.get(reverse("stay-new"), {"resident": person.id_number}).content.decode()
    assert f'value="{person.id_number}"' not in page


def test_the_live_answer_names_the_person_and_every_reason():
    person, client = makers.insured(name="李建国"), browser(makers.hospital("X1", designated=False))
    answer = client.post(reverse("stay-person"), {"resident": person.number, "admitted_at": "2010-03-01T09:00"})
    told = text_of(answer)
    for words in ("李建国", "Not entitled", "No benefit period covers this day.", "not designated", "30,000.00"):
        assert words in told
    answer = client.post(
        reverse("stay-person"),
        {"resident": person.number, "admitted_at": "2009-03-01T09:00", "emergency": "emergency"},
    )
    assert "Entitled" in text_of(answer)
    assert "Nobody" in text_of(client.post(reverse("stay-person"), {"resident": "nobody"}))
    assert client.get(reverse("stay-person")).status_code == 405


def test_the_check_of_cover_keeps_the_number_out_of_the_address():
    person, client = makers.insured(years=(2010,)), browser(makers.hospital())
    told = text_of(client.post(reverse("entitlement"), {"resident": person.id_number, "on": "2010-05-01"}))
    assert "Entitled on this day" in told
    assert person.number in told
    told = text_of(client.post(reverse("entitlement"), {"resident": person.number, "on": "2009-12-31"}))
    assert "Not entitled on this day" in told
    assert "2010-01-01" in told
    page = client.post(reverse("entitlement"), {"resident": person.number, "on": "2008-01-01"})
    assert page.status_code == 200
    assert 'href="#id_on"' in page.content.decode()


def test_wrong_lines_come_back_with_what_was_typed():
    by = makers.hospital()
    makers.catalogue()
    stay = makers.admitted(makers.insured(), by)
    client = browser(by)
    url = reverse("stay-lines", args=[stay.number])
    page = client.post(url, {"lines_text": "2009-03-02 A1 x 1\nnonsense"})
    told = text_of(page)
    assert "Line 1: “x” is no figure." in told
    assert "Line 2: date, item code, quantity and unit price are needed." in told
    assert "nonsense" in page.content.decode()
    page = client.post(url, {"on": "2009-02-01", "item_code": "A1", "quantity": "1", "unit_price": "7.5"})
    assert "2009-02-01 lies outside the stay." in text_of(page)
    assert 'value="7.5"' in page.content.decode()
    assert not FeeLine.objects.exists()


def test_ticked_lines_are_removed():
    by = makers.hospital()
    makers.catalogue()
    stay = makers.admitted(makers.insured(), by)
    services.add_lines(stay_number=stay.number, lines=[makers.line()] * 3, by=by)
    client = browser(by)
    url = reverse("stay-line-delete", args=[stay.number])
    client.post(url, {"row": ["1", "3"]})
    assert list(FeeLine.objects.values_list("line_number", flat=True)) == ["2"]
    assert client.post(url, {}).status_code == 302
    assert client.post(url, {"row": ["9"]}).status_code == 422


def test_an_admission_is_changed_and_cancelled_through_its_pages():
    by = makers.hospital()
    person = makers.insured()
    stay = makers.admitted(person, by)
    client = browser(by)
    url = reverse("stay-edit", args=[stay.number])
    page = client.get(url)
    fields = admission_fields(person, version=hidden(page, "version"), card="not_presented", emergency="emergency")
    assert client.post(url, fields).status_code == 302
    changed = Stay.objects.get()
    assert (changed.emergency, changed.card_presented_at, changed.inpatient_number) == (True, None, "Z77")
    told = text_of(client.post(url, fields))
    assert "Somebody changed this record" in told
    assert f"{by.name} · Hospital: Changed the admission" in told
    url = reverse("stay-cancel", args=[stay.number])
    assert "Fill this in." in text_of(client.post(url, {"version": changed.version}))
    assert client.post(url, {"version": changed.version, "reason": "never came"}).status_code == 302
    assert Stay.objects.get().status == "cancelled"


def test_a_discharge_is_taken_back():
    by = makers.hospital()
    stay = makers.discharged(makers.insured(), by)
    client = browser(by)
    assert client.post(reverse("stay-undischarge", args=[stay.number])).status_code == 302
    assert client.post(reverse("stay-undischarge", args=[stay.number])).status_code == 409
    assert Stay.objects.get().status == "admitted"
    url = reverse("stay-discharge", args=[stay.number])
    page = client.post(url, {"version": Stay.objects.get().version, "discharged_on": "2009-01-01"})
    assert "before the admission" in text_of(page)


def test_what_is_settled_is_what_was_looked_at():
    by = makers.hospital()
    stay = makers.discharged(makers.insured(), by)
    client = browser(by)
    url = reverse("stay-settle", args=[stay.number])
    page = client.post(url, {"version": stay.version, "stated_total": "7999.99"})
    assert "7,999.99" in text_of(page)
    page = client.post(url, {"version": stay.version - 1, "stated_total": "8000.00"})
    assert "Somebody changed this record" in text_of(page)
    assert not Settlement.objects.exists()
    assert client.get(url).url == reverse("stay-calculation", args=[stay.number])


def test_a_clerk_sees_that_a_colleague_has_to_settle():
    clerk = makers.clerk()
    makers.institution()
    stay = makers.discharged(makers.insured(), clerk, institution="H3")
    url = reverse("stay-calculation", args=[stay.number])
    assert "a colleague has to decide on it" in text_of(browser(clerk).get(url))
    colleague = browser(makers.clerk()).get(url)
    assert hidden(colleague, "stated_total") == "8000.00"


def test_a_held_stay_leads_the_agency_to_its_review_and_tells_the_hospital_to_wait():
    person, one, two = makers.insured(), makers.hospital(), makers.hospital("H2")
    first = makers.discharged(person, one, until="2009-03-10")
    held = makers.discharged(person, two, on="2009-03-05", until="2009-03-12")
    url = reverse("stay-calculation", args=[held.number])
    told = text_of(browser(two).get(url))
    assert first.number not in told
    assert "You need do nothing" in told
    page = browser(makers.reviewer()).get(url)
    assert reverse("stay-review", args=[held.number]) in page.content.decode()
    assert "Overlaps another stay" in text_of(page)
    browser(two).post(reverse("stay-settle", args=[held.number]), {"version": held.version, "stated_total": "8000.00"})
    assert not Settlement.objects.exists()


def test_a_settlement_that_others_count_on_says_which_to_reverse_first():
    person, by = makers.insured(), makers.hospital()
    first = makers.settled(person, by)
    later = makers.settled(person, by, on="2009-05-01", until="2009-05-03")
    client = browser(by)
    told = text_of(client.get(reverse("settlement", args=[first.number])))
    assert later.number in told
    assert "Reverse this settlement" not in told
    page = client.post(reverse("settlement-reverse", args=[first.number]), {"reason": "x"})
    assert later.number in text_of(page)
    assert Settlement.objects.filter(live=True).count() == 2


OBJECT_ROUTES = (
    "stay",
    "stay-edit",
    "stay-cancel",
    "stay-lines",
    "stay-line-delete",
    "stay-discharge",
    "stay-undischarge",
    "stay-calculation",
    "stay-settle",
)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_hospital_finds_nothing_of_another(method):
    stay = makers.discharged(makers.insured(name="陈玉兰"), makers.hospital())
    settlement = makers.settled(makers.insured(name="陈玉兰"), makers.hospital())
    client = browser(makers.hospital("H2"))
    for route in OBJECT_ROUTES:
        response = getattr(client, method)(reverse(route, args=[stay.number]))
        assert response.status_code in (404, 405), route
        assert "陈玉兰" not in response.content.decode()
    for route in ("settlement", "settlement-print", "settlement-reverse"):
        response = getattr(client, method)(reverse(route, args=[settlement.number]))
        assert response.status_code in (404, 405), route
    assert "陈玉兰" not in client.get(reverse("stays"), {"status": "all"}).content.decode()


@pytest.mark.parametrize("role", [Role.COMMUNITY, Role.SUBDISTRICT, Role.DISTRICT, Role.SCHOOL, Role.CITY_FINANCE])
def test_who_has_nothing_to_do_with_stays_sees_none(role):
    stay = makers.admitted(makers.insured(), makers.hospital())
    client = browser(factories.actor(role))
    for url in (reverse("stays"), reverse("stay", args=[stay.number]), reverse("referrals"), reverse("entitlement")):
        assert client.get(url).status_code == 403
