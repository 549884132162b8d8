"""Reports of the public: given without signing in, asked for by number and code, told what came of it (S2)."""

import logging
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from redis.exceptions import RedisError

from claims.inspections import services as inspections
from claims.inspections.models import Report
from claims.violations import services
from claims.violations.models import PublicReport
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Invalid, Refused
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.web import limits
from tests.at_once import at_once
from tests.claims import makers as claims
from tests.inspections.makers import TODAY, D, clerk, received

pytestmark = pytest.mark.django_db
FACTS = "On the second floor nobody lies in the beds that are charged."


def given(**values: Any) -> tuple[Report, str]:
    typed = {"submission": uuid.uuid4(), "source": "anonymous", "facts": FACTS, "about_other": "二楼病房"}
    return services.receive_public_report(**typed | values)


def typed(**values: Any) -> dict[str, Any]:
    return {"submission": str(uuid.uuid4()), "source": "anonymous", "facts": FACTS, "about_other": "二楼病房"} | values


def in_hand(report: Report) -> Report:
    return inspections.take_report(number=report.number, version=1, by=clerk())


def closed(report: Report, told: str = "We looked into it on the spot.", result: str = "confirmed") -> Report:
    return inspections.close_report(
        number=report.number, version=2, result=result, answer="The ward was empty.", told=told, by=clerk()
    )


# --- services --------------------------------------------------------------------------------------------------------


def test_it_flows_into_the_register_with_its_term():
    report, code = given()
    assert Report.objects.get() == report
    assert (report.status, report.received_on, report.due_on) == ("received", TODAY, D(2009, 8, 14))
    assert report.made_by is None
    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{4}(-[2-9A-HJKMNP-Z]{4}){2}", code)
    entry = AuditEntry.objects.get(verb="reports.receive")
    assert (entry.actor_kind, entry.actor_name) == ("job", "public")
    assert FACTS not in str(entry.changes) + entry.note


def test_the_code_is_kept_nowhere_and_differs_each_time():
    codes = {given()[1] for _number in range(20)}
    assert len(codes) == 20
    kept = str(list(PublicReport.objects.values_list("code_hash", flat=True)))
    assert not any(services.plain_code(code) in kept for code in codes)


def test_asked_with_number_and_code_however_it_is_typed():
    report, code = given()
    for said in (code, code.lower(), code.replace("-", " "), code.replace("-", "")):
        answer = services.ask(number=f" {report.number.lower()} ", code=said)
        assert answer is not None
        assert (answer.status, answer.due_on, answer.closed_on, answer.told) == ("received", D(2009, 8, 14), None, "")


def test_without_the_code_or_with_that_of_another_nothing_is_said():
    report, code = given()
    other, others = given()
    entered = received()
    for number, said in [
        (report.number, others),
        (other.number, code),
        (report.number, ""),
        (entered.number, code),
        ("O2009-9999999", code),
        ("", code),
        ("", ""),
    ]:
        assert services.ask(number=number, code=said) is None


def test_the_same_form_twice_makes_one_report_and_tells_no_second_code():
    mark = uuid.uuid4()
    first, code = given(submission=mark)
    assert code
    assert given(submission=mark) == (first, "")
    assert Report.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twice_at_once_makes_one_report_and_one_code():
    mark = uuid.uuid4()
    answers = at_once(*[lambda: given(submission=mark)] * 4)
    assert {report.number for report, _code in answers} == {Report.objects.get().number}
    (code,) = [code for _report, code in answers if code]
    assert services.ask(number=Report.objects.get().number, code=code) is not None


@pytest.mark.parametrize("source", ["authority", "agency", "nobody"])
def test_the_public_speaks_for_no_office(source):
    with pytest.raises(Invalid):
        given(source=source)


def test_an_anonymous_one_names_nobody_and_each_is_about_something():
    with pytest.raises(Invalid):
        given(reporter_name="王大妈")
    with pytest.raises(Invalid):
        given(about_other="")
    assert not PublicReport.objects.exists()
    assert given(source="citizen", reporter_name="王大妈")[0].reporter_name == "王大妈"


def test_no_more_in_a_day_than_can_be_read(settings):
    settings.PUBLIC_REPORTS_A_DAY = 2
    given()
    given()
    received()
    with pytest.raises(Refused):
        given()


def test_closed_with_what_the_public_is_told():
    report, code = given()
    in_hand(report)
    closed(report)
    answer = services.ask(number=report.number, code=code)
    assert answer is not None
    assert (answer.status, answer.result, answer.closed_on) == ("closed", "confirmed", TODAY)
    assert answer.told == "We looked into it on the spot."


@pytest.mark.parametrize("told", ["", "  ", "王大妈 was right.", "It was 211002194005060018.", "Call 0419-2123456."])
def test_what_is_told_is_said_and_names_nobody(told):
    report, _code = given(source="citizen", reporter_name="王大妈")
    in_hand(report)
    with pytest.raises(Invalid) as refused:
        closed(report, told)
    assert refused.value.field == "told"
    report.refresh_from_db()
    assert report.status == "in_hand"


def test_one_that_did_not_come_by_the_page_is_closed_as_before():
    report = in_hand(received())
    assert closed(report, told="").status == "closed"


# --- pages -----------------------------------------------------------------------------------------------------------


def test_reported_shown_once_and_asked_for(client):
    institution = claims.institution()
    page = client.get(reverse("public-report")).content.decode()
    assert institution.office.name in page or institution.office.name_en in page
    response = client.post(reverse("public-report"), typed(institution=institution.code))
    assert response["Location"] == reverse("public-report-received")
    shown = client.get(response["Location"])
    assert "no-store" in shown["Cache-Control"]
    text = shown.content.decode()
    code = re.search(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}", text)
    report = Report.objects.get()
    assert code
    assert report.number in text
    # It can be loaded again here, and by nobody else.
    assert code[0] in client.get(response["Location"]).content.decode()
    assert Client().get(response["Location"])["Location"] == reverse("public-report-ask")
    asked = Client().post(reverse("public-report-ask"), {"number": report.number, "code": code[0]})
    assert asked.status_code == 200
    assert "Nobody has begun to look into it yet." in asked.content.decode()


def test_who_asks_reads_the_result_and_nothing_of_anybody(client):
    claims.institution()
    report, code = given(
        source="citizen",
        institution="H3",
        about_other="张主任",
        reporter_name="王大妈",
        reporter_contact="0419-1234567",
    )
    in_hand(report)
    closed(report)
    asked = client.post(reverse("public-report-ask"), {"number": report.number, "code": code})
    page = asked.content.decode()
    assert "What was reported proved to be true." in page
    assert "We looked into it on the spot." in page
    for text in ("王大妈", "张主任", "0419", FACTS, "The ward was empty.", clerk().name, code):
        assert text not in page


def test_a_wrong_code_and_no_such_number_are_answered_alike(client):
    report, code = given()
    pages = []
    for number, said in ((report.number, "AAAA-BBBB-CCCC"), ("O2009-9999999", code)):
        response = client.post(reverse("public-report-ask"), {"number": number, "code": said})
        assert response.status_code == 422
        text = response.content.decode()
        assert "There is no report with this number and code." in text
        pages.append(re.sub(r'value="[^"]*"', "", re.sub(r"csrf\w*.{0,120}", "", text, flags=re.IGNORECASE)))
    assert pages[0] == pages[1]


def test_the_form_says_what_is_missing_and_keeps_what_was_typed(client):
    response = client.post(reverse("public-report"), typed(about_other="", facts="I saw it."))
    assert response.status_code == 422
    page = response.content.decode()
    assert "Say what the report is about." in page
    assert "I saw it." in page
    assert client.post(reverse("public-report"), {}).status_code == 422
    assert not Report.objects.exists()


def test_nothing_larger_than_a_report_is_read(client):
    response = client.post(reverse("public-report"), typed(facts="x" * 70_000))
    assert response.status_code == 413
    assert client.post(reverse("public-report"), typed(facts="x" * 2_001)).status_code == 422
    assert client.post(reverse("public-report-ask"), {"number": "x" * 70_000}).status_code == 413
    assert not Report.objects.exists()


def test_markup_stays_text(client):
    response = client.post(reverse("public-report"), typed(facts="<script>alert(1)</script>", about_other=""))
    assert "<script>alert(1)" not in response.content.decode()


def test_not_without_the_forms_token():
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(reverse("public-report"), typed()).status_code == 403
    assert strict.post(reverse("public-report-ask"), {"number": "O", "code": "x"}).status_code == 403


def test_from_one_address_so_many_in_an_hour(client, settings):
    settings.PUBLIC_REPORTS_AN_HOUR, settings.PUBLIC_ASKS_AN_HOUR = 2, 3
    assert [client.post(reverse("public-report"), typed()).status_code for _time in range(3)] == [302, 302, 429]
    assert Report.objects.count() == 2
    wrong = {"number": "O2009-9999999", "code": "AAAA"}
    assert [client.post(reverse("public-report-ask"), wrong).status_code for _time in range(4)] == [422, 422, 422, 429]
    elsewhere = Client(REMOTE_ADDR="10.0.0.9")
    assert elsewhere.post(reverse("public-report"), typed()).status_code == 302


def test_behind_the_proxy_the_address_is_what_the_proxy_says_last(client, settings, rf):
    settings.HTTPS = True
    request = rf.get("/", headers={"X-Forwarded-For": "1.1.1.1, 2.2.2.2"})
    assert limits.address_of(request) == "2.2.2.2"
    settings.HTTPS = False
    assert limits.address_of(request) == "127.0.0.1"


def test_what_is_counted_keeps_no_address(client, counter):
    client.post(reverse("public-report"), typed())
    assert len(counter.counts) == 1
    assert "127.0.0.1" not in str(counter.counts)


def test_without_the_counter_reports_still_come_in(client, monkeypatch, caplog):
    def broken() -> Any:
        raise RedisError("gone")

    monkeypatch.setattr(limits, "counters", broken)
    with caplog.at_level(logging.WARNING):
        assert client.post(reverse("public-report"), typed()).status_code == 302
    assert "not counted" in caplog.text


def test_the_clerk_says_on_closing_what_the_public_is_told():
    report, code = given()
    in_hand(report)
    agency = Client()
    agency.force_login(clerk_user())
    url = reverse("report-close", args=[report.number])
    assert "They read it on the public page." in agency.get(url).content.decode()
    answered = {"version": 2, "result": "unfounded", "answer": "All beds were taken."}
    assert agency.post(url, answered).status_code == 422
    assert agency.post(url, answered | {"told": "The beds are in use."}).status_code == 302
    answer = services.ask(number=report.number, code=code)
    assert answer is not None
    assert answer.told == "The beds are in use."
    page = agency.get(reverse("report", args=[report.number])).content.decode()
    assert "The beds are in use." in page
    other = in_hand(received())
    assert (
        "They read it on the public page."
        not in agency.get(reverse("report-close", args=[other.number])).content.decode()
    )


def clerk_user() -> User:
    return User.objects.get(pk=clerk().user_id)
