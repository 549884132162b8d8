"""The cockpit's pages: whose figures a role sees, the way down, the filters, the workbook."""

import datetime
import io
import re
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.urls import reverse

from enrollment.cockpit import exports
from enrollment.cockpit.report import report_of
from enrollment.cockpit.selectors.offices import offices_seen_by, payers_of, way_to
from liaoyang_medins.kernel.errors import NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make
from tests.contributions import makers as m

from . import makers
from .makers import FAR, HOME, NEXT, OTHER, TODAY

D = datetime.date


def text(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def seen(role: Role, office: Office | None = None) -> set[str]:
    return set(offices_seen_by(make.actor(role, office)).values_list("code", flat=True))


def test_each_role_sees_its_own_office_and_what_lies_in_it(city):
    places = {"211000", "211002", "211003", "211002001", "211002002", "211003001", HOME, NEXT, OTHER, FAR}
    for role in (Role.AGENCY_CLERK, Role.AGENCY_REVIEWER, Role.SUPERVISOR):
        assert seen(role) == {*places, "SCH001"}
    assert seen(Role.DISTRICT) == {"211002", "211002001", "211002002", HOME, NEXT, OTHER}
    assert seen(Role.DISTRICT, make.district("211003")) == {"211003", "211003001", FAR}
    assert seen(Role.SUBDISTRICT) == {"211002001", HOME, NEXT}
    assert seen(Role.COMMUNITY) == {HOME}
    assert seen(Role.SCHOOL) == {"SCH001"}
    for role in (Role.CITY_FINANCE, Role.DISTRICT_FINANCE, Role.ADMINISTRATOR):
        assert seen(role) == set()
    assert set(payers_of(make.actor(Role.SUBDISTRICT)).values_list("code", flat=True)) == {HOME, NEXT}
    assert offices_seen_by(Actor.job("test")).count() == len(places) + 1


def test_the_way_up_ends_where_the_role_ends(city):
    community = make.community(HOME)
    assert [row.code for row in way_to(community, make.actor(Role.AGENCY_CLERK))] == ["211000", "211002", "211002001"]
    assert [row.code for row in way_to(community, make.actor(Role.DISTRICT))] == ["211002", "211002001"]
    assert way_to(community, make.actor(Role.COMMUNITY)) == []
    assert [row.code for row in way_to(make.school(), make.actor(Role.SUPERVISOR))] == ["211000", "211002"]


def test_other_offices_are_not_there(city, as_role):
    names = ("cockpit-office", "cockpit-export", "call-list", "call-list-print", "call-list-export", "office-notices")
    for role, others in (
        (Role.COMMUNITY, (NEXT, "211002001", "SCH001")),
        (Role.SUBDISTRICT, (OTHER, "211002")),
        (Role.DISTRICT, (FAR, "211000", "SCH001")),
        (Role.SCHOOL, (HOME, "211002")),
    ):
        client = as_role(role)
        for code in others:
            assert {client.get(reverse(name, args=[code])).status_code for name in names} == {404}
    # Only communities and schools know payers by name.
    client = as_role(Role.AGENCY_CLERK)
    assert client.get(reverse("call-list", args=["211002"])).status_code == 404
    assert client.get(reverse("collection-list", args=[HOME])).status_code == 404
    assert as_role(Role.CITY_FINANCE).get(reverse("cockpit")).status_code == 403


def test_from_the_city_down_to_the_people(city, as_role):
    client = as_role(Role.AGENCY_CLERK)
    response = client.get(reverse("cockpit"))
    at = response["Location"]
    for code in ("211000", "211002", "211002001", HOME):
        assert at.split("?")[0] == reverse("cockpit-office", args=[code])
        page = client.get(at)
        count, paid, due, received = makers.told(2010, "renewal", Office.objects.get(code=code))
        shown = text(page)
        for figure in (f"{due:,.2f}", f"{received:,.2f}", f"{due - received:,.2f}", f"{100 * paid / count:.1f}%"):
            assert figure in shown
        below = {"211000": "211002", "211002": "211002001", "211002001": HOME}.get(code)
        if below:
            address = reverse("cockpit-office", args=[below])
            (at,) = re.findall(rf'<tr data-href="({address}[^"]*)"', page.content.decode())
            at = at.replace("&amp;", "&")
    assert reverse("call-list", args=[HOME]) in page.content.decode()


def test_the_filters_stand_in_the_address_and_go_along(city, as_role):
    client = as_role(Role.AGENCY_CLERK)
    area = reverse("cockpit-office", args=["211000"])
    page = client.get(f"{area}?year=2009&kind=").content.decode()
    count, _paid, due, _received = makers.told(2009, "", make.area())
    assert f"{due:,.2f}" in page
    assert "year=2009&amp;kind=" in page
    assert count == 13
    # What cannot be asked for is the usual.
    due = makers.told(2010, "renewal", make.area())[2]
    for wrong in ("", "?year=1999", "?year=2008", "?kind=nothing", "?year=x&kind=y"):
        assert f"{due:,.2f}" in text(client.get(area + wrong))


def test_by_school_for_who_sees_all_schools(city, as_role):
    area = reverse("cockpit-office", args=["211000"])
    page = text(as_role(Role.AGENCY_CLERK).get(f"{area}?by=school"))
    assert "No. 1 Primary School" in page
    assert "counted every few minutes" in page
    district = reverse("cockpit-office", args=["211002"])
    assert "No. 1 Primary School" not in text(as_role(Role.DISTRICT).get(f"{district}?by=school"))
    own = text(as_role(Role.SCHOOL).get(reverse("cockpit-office", args=["SCH001"])))
    assert "33.3%" in own
    assert "120.00" in own


def test_before_the_first_notice_the_page_says_what_will_be_here(city, as_role):
    empty = make.community("211004001001")
    client = as_role(Role.COMMUNITY, empty)
    assert "No notices of this year yet" in text(client.get(reverse("cockpit-office", args=[empty.code])))
    assert "Everybody has paid" in text(client.get(reverse("call-list", args=[empty.code])))


def test_a_chart_has_words_for_who_does_not_see_it(city, as_role):
    page = as_role(Role.AGENCY_CLERK).get(reverse("cockpit-office", args=["211000"])).content.decode()
    report = report_of(make.area(), 2010, "renewal", TODAY)
    assert report.now.share is not None
    title = re.search(r'<title id="chart-title">([^<]*)', page)
    assert title is not None
    assert f"2010 {report.now.share * 100:.1f}%" in title[1]
    assert page.count("<polyline") == 2
    assert "style=" not in page.split("<main")[1]


def test_the_workbook_has_the_pages_figures(city):
    clerk = m.clerk()
    report = report_of(make.area(), 2010, "renewal", TODAY)
    with exports.figures(report=report, kind="renewal", by=clerk) as file:
        book = openpyxl.load_workbook(io.BytesIO(file.read()))
    summary, days = book.worksheets
    rows = [[cell.value for cell in row] for row in summary.iter_rows()]
    sums = [row[1:9] for row in rows if row[0] in ("Sum", "合计")]
    count, paid, due, received = makers.told(2010, "renewal", make.area())
    share = round(float(Decimal(100) * paid / count), 2)
    assert [row[:7] for row in sums] == [[count, paid, count - paid, share, due, received, due - received]] * 2
    by_office = [row for row in rows if row[0] in {part.office.label for part in report.parts}]
    assert [row[5] for row in by_office] == [part.now.due for part in report.parts]
    assert sum(row[5] for row in by_office) == due
    by_day = [[cell.value for cell in row] for row in days.iter_rows()][1:]
    assert by_day[0][0] == datetime.datetime.combine(D(2009, 10, 1), datetime.time())
    assert by_day[-1][1:3] == [paid, received]
    assert sum(row[1] for row in by_day[:-1]) == paid
    with pytest.raises(NotAllowed):
        exports.figures(report=report, kind="", by=make.actor(Role.CITY_FINANCE))


def test_the_export_answers_with_the_same_filters(city, as_role):
    response = as_role(Role.DISTRICT).get(reverse("cockpit-export", args=["211002"]) + "?year=2009&kind=")
    assert response["Content-Disposition"] == 'attachment; filename="211002-2009.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    values = [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
    assert makers.told(2009, "", make.district())[2] in values


def test_pages_ask_no_more_of_a_larger_office(city, as_role, django_assert_max_num_queries):
    client = as_role(Role.AGENCY_CLERK)
    client.get(reverse("cockpit-office", args=["211000"]))
    for name, code in (("cockpit-office", "211000"), ("cockpit-office", HOME), ("call-list", HOME)):
        with django_assert_max_num_queries(30) as asked:
            client.get(reverse(name, args=[code]))
        if name == "cockpit-office":
            read = " ".join(query["sql"] for query in asked.captured_queries)
            # The sums stand for the notices.
            assert '"contributions_contributionnotice"' not in read.replace("work", "")
