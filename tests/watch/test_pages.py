"""The pages of findings: the queue with its filters, one on its way, the workbook."""

import re
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from funds.watch.models import Finding
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.runs.models import Run
from tests import factories

from .makers import a_finding, clerk, stay, supervisor, written

pytestmark = pytest.mark.django_db


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id or 0))
    return client


def page_of(client: Client, *args: Any, **asked: str) -> str:
    response = client.get(reverse(*args), asked)
    assert response.status_code == 200
    return response.content.decode()


def test_from_the_queue_to_the_result():
    finding = a_finding()
    officer, agency = client_of(supervisor()), client_of(clerk())
    assert finding.number in page_of(officer, "watch")
    assert finding.number not in page_of(agency, "watch")
    assert finding.number in page_of(agency, "watch", queue="live")
    steps: list[tuple[Client, str, dict[str, str]]] = [
        (officer, "watch-assign", {"owner": "agency-clerk", "due_on": "2009-08-14"}),
        (agency, "watch-answer", {"answer": "One card.", "consequence": "none"}),
        (officer, "watch-close", {"result": "not_proven", "conclusion": "Nobody remembers."}),
    ]
    for client, name, typed in steps:
        finding.refresh_from_db()
        url = reverse(name, args=[finding.number])
        assert client.get(url).status_code == 200
        response = client.post(url, {"version": finding.version, **typed}, follow=True)
        assert response.redirect_chain == [(reverse("watch-finding", args=[finding.number]), 302)]
    page = page_of(officer, "watch-finding", None, [finding.number])
    assert "Nobody remembers." in page
    assert "One card." in page
    assert finding.number in page_of(officer, "watch", queue="closed", status="not_proven", kind="overlap")
    assert finding.number not in page_of(officer, "watch", queue="closed", kind="series")


def test_what_is_wrong_stands_at_its_field_and_a_conflict_says_who_was_first():
    finding = a_finding()
    officer = client_of(supervisor())
    url = reverse("watch-assign", args=[finding.number])
    clerk()
    response = officer.post(url, {"version": 1, "owner": "agency-clerk", "due_on": "2009-07-15"})
    assert response.status_code == 422
    assert "Choose a day to come." in response.content.decode()
    typed = {"version": 1, "owner": "agency-clerk", "due_on": "2009-08-14"}
    assert officer.post(url, typed).status_code == 302
    response = officer.post(url, typed)
    assert response.status_code == 409
    assert "Gave the finding to somebody to see to" in response.content.decode()


def test_the_filters_find_by_person_and_institution_without_a_name_in_the_address():
    finding = a_finding(person=factories.resident(name="王小宝"))
    officer = client_of(supervisor())
    for text in ("王小宝", finding.resident.number, finding.number.lower()):
        response = officer.post(reverse("keep-term"), {"to": reverse("watch"), "q": text})
        assert "王小宝" not in response["Location"]
        assert text not in response["Location"]
        assert finding.number in officer.get(response["Location"]).content.decode()
    response = officer.post(reverse("keep-term"), {"to": reverse("watch"), "q": "nobody"})
    assert finding.number not in officer.get(response["Location"]).content.decode()


def test_the_button_starts_a_run_that_its_page_follows():
    officer = client_of(supervisor())
    response = officer.post(reverse("watch-look"))
    run = Run.objects.get(kind="watch")
    assert response["Location"] == reverse("run", args=[run.number])
    assert officer.get(response["Location"]).status_code == 200
    assert client_of(clerk()).post(reverse("watch-look")).status_code == 403


def test_the_workbook_has_the_findings_and_the_stays_of_the_evidence():
    finding = a_finding(person=factories.resident(name="=1+1"))
    officer = client_of(supervisor())
    response = officer.get(reverse("watch-export"), {"queue": "live"})
    book = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]
    findings, stays = book.worksheets
    row = [cell.value for cell in findings[5]]
    assert row[:4] == [finding.number, "Stays that overlap", finding.resident.number, "=1+1"]
    assert findings.cell(5, 4).data_type == "s"
    assert "Days that both count: 6" in row[8]
    rows = list(stays.iter_rows(values_only=True))
    assert [line[0] for line in rows[1:-1]] == [finding.number] * 2
    assert rows[-1][0] == "Sum"
    entry = AuditEntry.objects.get(verb="watch.export")
    assert entry.changes == {"count": 1}
    response = officer.get(reverse("watch-export"), {"queue": "closed"})
    book = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]
    assert book.worksheets[0].max_row == 4


def test_the_queue_asks_as_many_statements_for_three_as_for_one(django_assert_max_num_queries):
    officer = client_of(supervisor())
    a_finding()
    with django_assert_max_num_queries(40) as one:
        page_of(officer, "watch")
    for _number in range(2):
        person = factories.resident()
        stay(person, "H3", "2009-05-01", "2009-05-10")
        stay(person, "H1", "2009-05-05", "2009-05-12")
    assert written("overlap")["opened"] == 2
    with django_assert_max_num_queries(len(one)):
        page = page_of(officer, "watch")
    assert len(set(re.findall(r"WF2009-\d+", page))) == 3
    assert Finding.objects.count() == 3
