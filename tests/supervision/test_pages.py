"""The pages of supervision: they read what was counted, say when, and give the same as workbooks."""

import io
import json
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from funds.supervision import tasks
from funds.supervision.models import CountedMonth, FundMonth, InstitutionMonth, Refresh
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.models import User
from tests.portal import sound_city

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The sound city, once for all tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        sound_city.build()
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def city(built, db, settings) -> Iterator[None]:
    settings.BUSINESS_DATE = sound_city.TODAY.isoformat()
    with clock.on_day(sound_city.TODAY):
        yield


def browser(username: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(username=username))
    return client


def page(username: str, name: str, *args: str, **query: str) -> str:
    response = browser(username).get(reverse(name, args=args), query)
    assert response.status_code == 200, (name, response.status_code)
    return response.content.decode()


def sheets(username: str, name: str, *args: str, **query: str) -> dict[str, list[tuple[object, ...]]]:
    response = browser(username).get(reverse(name, args=args), query)
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return {sheet.title: list(sheet.values) for sheet in book}


def sum_row(rows: list[tuple[object, ...]]) -> tuple[object, ...]:
    return next(row for row in rows if row[0] == "Sum")


def test_the_workbook_has_the_sums_of_the_page() -> None:
    context = browser("supervisor").get(reverse("supervision-fund"), {"year": "2009"}).context
    report = context["report"]
    book = sheets("supervisor", "supervision-fund-export", year="2009")
    assert set(book) == {"By month", "By district"}
    for rows in book.values():
        told = sum_row(rows)
        assert Decimal(str(told[5])).quantize(Decimal("0.01")) == report.total.income
        assert Decimal(str(told[8])).quantize(Decimal("0.01")) == report.total.spending
        assert Decimal(str(told[10])).quantize(Decimal("0.01")) == report.balance
    assert f"{report.balance:,.2f}" in page("supervisor", "supervision-fund", year="2009")


def test_institutions_and_their_workbook() -> None:
    context = browser("city-finance").get(reverse("supervision-institutions"), {"year": "2009"}).context
    report = context["report"]
    book = sheets("city-finance", "supervision-institutions-export", year="2009")
    assert sum_row(book["Institutions"])[2] == report.total.stays > 0
    assert sum_row(book["Grades"])[2] == report.total.stays
    code = report.rows[0].institution.code
    course = sheets("city-finance", "supervision-institution-export", code, year="2009")
    own = sum(row.own.stays for row in report.rows if row.institution.code == code)
    assert sum_row(course["By month"])[1] == own
    text = page("city-finance", "supervision-institution", code, year="2009")
    assert "rest of the grade" in text


def test_the_chart_has_the_figures_of_the_table() -> None:
    text = page("supervisor", "supervision-fund", year="2009")
    (data,) = re.findall(r'<script id="flows" type="application/json">(.*?)</script>', text)
    chart = json.loads(data)
    assert chart["labels"] == [f"2009-{month:02}" for month in range(1, 13)]
    for each in chart["series"]:
        for value in each["values"]:
            assert f"{Decimal(value):,.2f}" in text


def test_a_district_sees_its_own_figures_and_no_institutions() -> None:
    client = browser("district-finance")
    own = client.get(reverse("supervision-fund"), {"year": "2009"})
    whole = client.get(reverse("supervision-fund"), {"year": "2009", "district": "211003"})
    assert own.status_code == 200
    assert own.context["report"].total == whole.context["report"].total
    assert [row.office.code for row in own.context["report"].districts] == ["211002"]
    assert client.get(reverse("supervision-institutions")).status_code == 403
    assert client.post(reverse("supervision-refresh")).status_code == 403
    other = page("supervisor", "supervision-fund", year="2009", district="211003")
    assert f"{own.context['report'].total.income:,.2f}" not in other


def test_what_the_address_says_wrongly_is_the_usual() -> None:
    usual = browser("supervisor").get(reverse("supervision-fund")).context["report"]
    for query in ({"year": "x"}, {"year": "1066"}, {"district": "nowhere"}):
        assert browser("supervisor").get(reverse("supervision-fund"), query).context["report"] == usual
    assert page("supervisor", "supervision-institutions", year="1066", show="nothing")


def test_before_the_first_count_there_is_a_button() -> None:
    for model in (FundMonth, InstitutionMonth, CountedMonth, Refresh):
        model.objects.all().delete()
    text = page("supervisor", "supervision-fund")
    assert "Nothing was counted yet" in text
    assert browser("supervisor").get(reverse("supervision-fund-export")).status_code == 404
    client = browser("supervisor")
    answer = client.post(reverse("supervision-refresh"), {"next": reverse("supervision-institutions")})
    assert answer["Location"] == reverse("supervision-institutions")
    assert Refresh.objects.get().whole
    assert "Counted at" in page("supervisor", "supervision-fund")
    assert client.post(reverse("supervision-refresh"), {"next": "https://elsewhere.example/"})["Location"] == reverse(
        "supervision-fund"
    )


def test_the_jobs_count() -> None:
    Refresh.objects.all().delete()
    tasks.refresh_everything()
    tasks.refresh_changed()
    assert set(Refresh.objects.values_list("whole", flat=True)) == {True, False}


def asked_by(client: Client, name: str) -> set[str]:
    """The statements of a second look at a page."""
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse(name))
    return {query["sql"] for query in asked.captured_queries}


@pytest.mark.parametrize("name", ["supervision-fund", "supervision-institutions"])
def test_the_page_asks_for_sums_alone(name: str) -> None:
    client = browser("supervisor")
    own = asked_by(client, name) - asked_by(client, "publications")
    tables = ("funds_journal", "contributions_", "claims_settlement", "claims_stay", "registration_resident")
    assert own
    assert not [sql for sql in own if any(f'"{table}' in sql for table in tables)]


def test_the_home_page_leads_there() -> None:
    for username in ("supervisor", "city-finance", "district-finance", "clerk", "reviewer"):
        assert reverse("supervision-fund") in browser(username).get("/").content.decode()
