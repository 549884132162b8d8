"""The pages of outpatient diseases, as a browser without JavaScript meets them."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Stay
from claims.outpatient.models import OutpatientApproval
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import User
from tests.claims import makers

from .makers import approved, asked, claimed

pytestmark = pytest.mark.django_db


def browser(actor: Actor) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_hospital_asks_the_reviewer_approves_and_the_hospital_claims():
    person, by = makers.insured(years=(2010,)), makers.hospital()
    makers.diagnosis("N18.9")
    makers.item()
    hospital, agency = browser(by), browser(makers.reviewer())
    wanted = {
        "submission": uuid.uuid4(),
        "resident": person.number,
        "disease": "dialysis",
        "diagnosis": "N18.9 Kidney failure",
        "evidence": "Report",
        "starts": "2010-01-01",
        "until": "2010-12-31",
    }
    page = hospital.post(reverse("outpatient-new"), wanted, follow=True)
    found = OutpatientApproval.objects.get()
    assert "Claims can be entered once the agency has approved it." in text_of(page)
    assert "Nothing is paid yet" in text_of(page)
    agency.post(reverse("outpatient-approve", args=[found.number]), {"version": found.version})
    paper = hospital.get(reverse("outpatient-decision", args=[found.number]))
    assert "is approved at this institution" in text_of(paper)
    claim = {
        "submission": uuid.uuid4(),
        "invoice": "MZ1",
        "first_day": "2010-03-01",
        "last_day": "2010-03-31",
        "row-TOTAL_FORMS": "2",
        "row-INITIAL_FORMS": "0",
        "row-0-on": "2010-03-02",
        "row-0-item_code": "A1",
        "row-0-quantity": "2",
        "row-0-unit_price": "50",
        "lines_text": "2010-03-03;A1;1;25.50",
    }
    page = hospital.post(reverse("outpatient-claim", args=[found.number]), claim, follow=True)
    stay = Stay.objects.get()
    assert page.redirect_chain[-1][0] == reverse("stay", args=[stay.number])
    assert sum(line.amount for line in stay.lines.all()) == 125.5
    assert stay.number in text_of(hospital.get(found.get_absolute_url()))
    page = hospital.post(reverse("outpatient-withdraw", args=[stay.number]), {"version": 99, "reason": "wrong"})
    assert page.status_code == 422
    stay.refresh_from_db()
    hospital.post(reverse("outpatient-withdraw", args=[stay.number]), {"version": stay.version, "reason": "wrong"})
    assert Stay.objects.get().status == "cancelled"


def test_a_claim_without_a_line_says_so():
    person, by = makers.insured(years=(2010,)), makers.hospital()
    found = approved(person, by)
    claim = {"submission": uuid.uuid4(), "invoice": "1", "first_day": "2010-03-01", "last_day": "2010-03-31"}
    claim |= {"row-TOTAL_FORMS": "0", "row-INITIAL_FORMS": "0", "lines_text": ""}
    page = browser(by).post(reverse("outpatient-claim", args=[found.number]), claim)
    assert (page.status_code, "Enter at least one fee line." in text_of(page)) == (422, True)


def test_the_reviewer_denies_and_ends_with_reasons():
    person, by = makers.insured(years=(2010,)), makers.hospital()
    agency = browser(makers.reviewer())
    first = approved(person, by, until="2010-04-30")
    claimed(first, by)
    ending = {"version": first.version, "last_day": "2010-03-10", "reason": "moved"}
    page = agency.post(reverse("outpatient-end", args=[first.number]), ending)
    assert (page.status_code, "Withdraw them first" in text_of(page)) == (422, True)
    agency.post(reverse("outpatient-end", args=[first.number]), ending | {"last_day": "2010-04-10"})
    first.refresh_from_db()
    assert (first.status, first.ends) == ("ended", makers.day("2010-04-10"))
    second = asked(person, by, starts="2010-05-01")
    denial = {"version": second.version, "reason": ""}
    assert agency.post(reverse("outpatient-deny", args=[second.number]), denial).status_code == 422
    agency.post(reverse("outpatient-deny", args=[second.number]), denial | {"reason": "No report"})
    second.refresh_from_db()
    assert second.status == "denied"


def test_the_list_has_what_waits_first_and_finds_by_number_and_name():
    person, by = makers.insured(years=(2010,), name="王芳"), makers.hospital()
    first = approved(person, by, until="2010-04-30")
    second = asked(person, by, starts="2010-05-01")
    page = browser(by).get(reverse("outpatient-approvals"))
    assert second.number in text_of(page)
    assert first.number not in text_of(page)
    page = browser(by).get(reverse("outpatient-approvals"), {"status": "all", "q": "王"})
    assert {first.number, second.number} <= set(text_of(page).split())
    page = browser(by).get(reverse("outpatient-approvals"), {"status": "all", "q": first.number.lower()})
    assert second.number not in text_of(page)
