"""The pages of reports and inspections, as a browser without JavaScript meets them."""

import uuid

import pytest
from django.urls import reverse

from claims.inspections import services
from claims.inspections.models import Inspection, Report
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories
from tests.claims import makers as claims
from tests.claims.test_pages import browser, text_of

from .makers import clerk, opened, paid, received, reviewer, with_finding

pytestmark = pytest.mark.django_db


def test_a_report_on_its_way_through_the_pages():
    institution = claims.institution()
    client = browser(clerk())
    new = reverse("report-new")
    assert f'value="{institution.code}" selected' in client.get(new, {"institution": "H3"}).content.decode()
    fields = {
        "submission": str(uuid.uuid4()),
        "source": "resident",
        "institution": "H3",
        "facts": "Paid twice.",
        "reporter_name": "王大妈",
    }
    assert 'href="#id_facts"' in client.post(new, fields | {"facts": ""}).content.decode()
    response = client.post(new, fields)
    report = Report.objects.get()
    assert response.url == report.get_absolute_url()
    page = text_of(client.get(response.url))
    assert "Paid twice." in page
    assert "王大妈" not in page
    assert report.number in text_of(client.get(reverse("home")))
    client.post(reverse("report-take", args=[report.number]), {"version": 1})
    assert "王大妈" in text_of(client.get(response.url))
    other = browser(reviewer())
    assert "王大妈" not in text_of(other.get(response.url))
    close = reverse("report-close", args=[report.number])
    told = {"version": 2, "result": "confirmed", "answer": "An inspection follows."}
    assert "Somebody else handles this report" in text_of(other.post(close, told))
    assert client.post(close, told | {"version": 1}).status_code == 409
    assert client.post(close, told).status_code == 302
    assert "An inspection follows." in text_of(client.get(response.url))
    assert report.number in text_of(client.get(reverse("reports"), {"queue": "closed"}))
    assert report.number not in text_of(client.get(reverse("reports")))


def test_an_inspection_on_its_way_through_the_pages():
    settlement = paid()
    client = browser(clerk())
    fields = {
        "submission": str(uuid.uuid4()),
        "institution": "H3",
        "inspected_on": "2009-07-10",
        "inspectors": "李强",
        "looked_at": "Records of May.",
    }
    response = client.post(reverse("inspection-new"), fields)
    inspection = Inspection.objects.get()
    assert response.url == inspection.get_absolute_url()
    finding = reverse("finding-new", args=[inspection.number])
    rows = {"repay-TOTAL_FORMS": "6", "repay-INITIAL_FORMS": "0", "repay-0-stay": settlement.number}
    told = {"version": 1, "duty": "excess", "facts": "Two examinations."} | rows
    too_much = client.post(finding, told | {"repay-0-amount": "99999"})
    assert "at most" in text_of(too_much)
    nameless = client.post(finding, told | {"repay-0-stay": "", "repay-0-amount": "10"})
    assert "Enter the stay for each amount." in text_of(nameless)
    assert client.post(finding, told | {"repay-0-amount": "100"}).status_code == 302
    edit = reverse("inspection-edit", args=[inspection.number])
    assert client.get(edit).status_code == 200
    assert client.post(edit, fields | {"version": 2, "looked_at": "May and June."}).status_code == 302
    other = browser(reviewer())
    page = text_of(other.get(response.url))
    assert "100.00" in page
    assert "May and June." in page
    decide = reverse("inspection-decide", args=[inspection.number])
    assert client.get(decide).status_code == 403
    assert other.post(decide, {"version": 3, "reasoning": "The records show it."}).status_code == 302
    page = text_of(other.get(reverse("institution", args=["H3"])))
    assert "100.00 yuan are still to be repaid." in page
    assert other.post(reverse("inspection-revoke", args=[inspection.number]), {"version": 3}).status_code == 422
    assert "100.00" in text_of(client.get(reverse("inspections"), {"status": "decided", "q": "H3"}))


def test_without_a_violation_and_a_finding_taken_away():
    settlement = paid()
    inspection = with_finding(settlement)
    client = browser(clerk())
    assert client.post(reverse("finding-remove", args=[inspection.number, 9])).status_code == 404
    assert client.post(reverse("finding-remove", args=[inspection.number, 1])).status_code == 302
    inspection.refresh_from_db()
    fields = {"version": inspection.version, "reasoning": "In order."}
    other = browser(reviewer())
    assert other.post(reverse("inspection-dismiss", args=[inspection.number]), fields).status_code == 302
    assert Inspection.objects.get().status == "dismissed"


def test_hospitals_and_counters_see_none_of_it():
    report, inspection = received(), opened()
    services.take_report(number=report.number, version=1, by=clerk())
    for role in (Role.COMMUNITY, Role.CITY_FINANCE):
        client = browser(factories.actor(role))
        for url in (report.get_absolute_url(), inspection.get_absolute_url(), reverse("reports")):
            assert client.get(url).status_code == 403
    client = browser(claims.hospital())
    assert "Inspections and reports" not in text_of(client.get(reverse("institution", args=["H3"])))
