"""Who has not paid, in house order; the notices to print; the lists of a school; as pages, papers and workbooks."""

import datetime
import io
import re
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from enrollment.cockpit import exports, papers
from enrollment.cockpit.selectors.people import call_list, class_sheets, payers
from enrollment.collecting.selectors import dues_of
from enrollment.contributions.models import ContributionNotice
from enrollment.contributions.selectors import held_of_each
from enrollment.households.models import Household, Member
from enrollment.households.order import by_number
from enrollment.registration.models import Circumstance, Enrollment, Resident
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import NotAllowed
from liaoyang_medins.kernel.money import daxie
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.web.templatetags.medins import masked
from tests import factories as make
from tests.contributions import makers as m

from . import makers
from .makers import HOME, TODAY

D = datetime.date
ID_NUMBER = re.compile(r"(?<![0-9])[0-9]{17}[0-9X](?![0-9])")


def home() -> Any:
    return make.community(HOME)


def called(office: Any, year: int = 2010, kind: str = "") -> list[Any]:
    found = call_list(office, year, TODAY, kind)
    return payers(found, found.keys, office)


def names(office: Any, year: int = 2010, kind: str = "renewal") -> list[str]:
    return [row.notice.resident.address for row in called(office, year, kind)]


def rows_of(file: Any) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(file.read())).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


# --- the order -------------------------------------------------------------------------------------------------------


def test_house_numbers_are_numbers_and_streets_go_by_their_sound():
    doors = ["民主路10号", "民主路9号", "民主路９号２单元", "民主路 9号10单元", "安平街3号", "中华大街5号"]
    assert sorted(doors, key=by_number) == [
        "安平街3号",
        "民主路9号",
        "民主路９号２单元",
        "民主路 9号10单元",
        "民主路10号",
        "中华大街5号",
    ]
    assert sorted(["", "甲", "1号", "甲1", "𠀀街"], key=by_number)[0] == ""


def test_a_household_stands_together_its_head_first(city):
    residents = {row.address: row for row in Resident.objects.filter(community=home(), name__startswith="老人")}
    head, other = residents["民主路9号2单元102"], residents["民主路9号2单元101"]
    for person in (head, other, residents["安平街3号"]):
        Resident.objects.filter(pk=person.pk).update(address="民主路9号")
    household = Household.objects.create(
        number="H2009-9000001", community=home(), address="民主路9号", formed_on=TODAY
    )
    Member.objects.create(household=household, resident=other, relation="child", since=TODAY)
    Member.objects.create(household=household, resident=head, relation="head", since=TODAY)
    ContributionNotice.objects.filter(resident=residents["安平街3号"], status="paid", contribution_year=2010).update(
        status="open", paid_on=None
    )
    found = [row.notice.resident for row in called(home(), kind="renewal")]
    at_nine = [row.pk for row in found if row.address == "民主路9号"]
    assert at_nine == [residents["安平街3号"].pk, head.pk, other.pk]


# --- who has not paid ------------------------------------------------------------------------------------------------


def test_the_list_is_who_has_not_paid_and_comes_to_what_is_outstanding(city):
    assert names(home())[:2] == ["民主路9号2单元101", "民主路9号2单元102"]
    # Who has no address comes last.
    assert names(home())[-1] == ""
    for code in (HOME, makers.NEXT, makers.OTHER, makers.FAR):
        for year in (2008, 2009, 2010):
            for kind in ("renewal", ""):
                count, paid, due, received = makers.told(year, kind, make.community(code))
                found = call_list(make.community(code), year, TODAY, kind)
                assert (len(found.keys), found.amount) == (count - paid, due - received)
                assert found.to_call == count - paid
    assert call_list(make.community(makers.OTHER), 2010, TODAY, "renewal").keys == ()


def test_nobody_is_called_on_whose_relationship_ended(city):
    gone = called(home(), kind="renewal")[0].notice
    Enrollment.objects.filter(pk=gone.enrollment_id).update(ends=TODAY, end_reason="death")
    found = call_list(home(), 2010, TODAY, "renewal")
    assert found.keys[-1] == gone.pk
    assert found.over == {gone.pk}
    assert (found.to_call, found.amount_over) == (len(found.keys) - 1, gone.personal)
    paper = papers.call_sheet(home(), 2010, found, payers(found, found.keys, home()), on=TODAY)
    (table,) = [block for block in paper.body if block["kind"] == "table"]
    assert gone.number not in str(table)
    assert len(table["rows"]) == found.to_call


def test_money_that_the_bank_took_back_is_to_be_paid_again(city):
    paid = ContributionNotice.objects.filter(resident__community=home(), contribution_year=2010, status="paid")[0]
    assert paid.pk not in call_list(home(), 2010, TODAY).keys
    ContributionNotice.objects.filter(pk=paid.pk).update(status="returned")
    assert paid.pk in call_list(home(), 2010, TODAY).keys


def test_the_page_has_telephone_address_amount_and_term(city, as_role):
    client = as_role(Role.COMMUNITY, home())
    page = client.get(reverse("call-list", args=[HOME])).content.decode()
    for row in called(home(), kind="renewal"):
        resident = row.notice.resident
        for shown in (resident.name, resident.phone, resident.address, masked(resident.id_number), row.notice.number):
            assert shown in page
        assert "2009-11-30" in page
    found = call_list(home(), 2010, TODAY, "renewal")
    assert f"{found.amount:,.2f}" in page
    assert not ID_NUMBER.search(page)


def test_the_workbook_is_the_list(city):
    clerk = make.actor(Role.COMMUNITY, home())
    Resident.objects.filter(address="民主路9号2单元101").update(name="=1+1", phone="00860419")
    with translation.override("en"), exports.unpaid(office=home(), year=2010, kind="renewal", by=clerk) as file:
        head, *rows, last = rows_of(file)
    wanted = called(home(), kind="renewal")
    assert [row[7] for row in rows] == [one.notice.number for one in wanted]
    assert rows[0][:6] == [
        1,
        "=1+1",
        wanted[0].notice.resident.number,
        "00860419",
        "民主路9号2单元101",
        masked(wanted[0].notice.resident.id_number),
    ]
    assert head[10] == "Amount due (yuan)"
    assert (last[0], last[1], last[10]) == ("Sum", len(wanted), sum(row[10] for row in rows))
    assert last[10] == makers.told(2010, "renewal", home())[2] - makers.told(2010, "renewal", home())[3]
    entry = AuditEntry.objects.filter(verb="cockpit.export_unpaid").get()
    assert (entry.object_number, entry.changes["notices"]) == (HOME, len(wanted))
    with pytest.raises(NotAllowed):
        exports.unpaid(office=home(), year=2010, kind="", by=make.actor(Role.CITY_FINANCE))


def test_the_paper_lies_across_and_has_the_sum(city, as_role):
    client = as_role(Role.COMMUNITY, home())
    page = client.get(reverse("call-list-print", args=[HOME]))
    assert "sheet-a4-wide" in page.content.decode()
    pdf = PdfReader(io.BytesIO(client.get(reverse("call-list-print", args=[HOME]) + "?as=pdf").content))
    box = pdf.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (842, 595)
    text = pdf.pages[0].extract_text()
    assert f"{call_list(home(), 2010, TODAY, 'renewal').amount:,.2f}" in text
    assert "0419-0000001" in text


# --- notices to print ------------------------------------------------------------------------------------------------


def pages(response: Any) -> list[str]:
    assert response["Content-Type"] == "application/pdf"
    return [page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages]


def test_notices_come_out_in_house_order_each_the_same_as_by_itself(city, as_role):
    client = as_role(Role.COMMUNITY, home())
    found = pages(client.get(reverse("office-notices", args=[HOME])))
    wanted = [row.notice for row in called(home(), kind="renewal") if row.notice.status == "open"]
    assert len(found) == len(wanted) > 3
    for page, notice in zip(found, wanted, strict=True):
        (alone,) = pages(client.get(reverse("notice-print", args=[notice.number]) + "?as=pdf"))
        assert page == alone
        for shown in (notice.number, f"{notice.personal:,.2f}", f"{notice.government:,.2f}", daxie(notice.personal)):
            assert shown in page
        for shown in ("30 November 2009", "1 January 2010", "31 December 2010", "bank"):
            assert shown in page
        assert notice.resident.name in page.replace(" ", "")
        assert not ID_NUMBER.search(page)
    entry = AuditEntry.objects.filter(verb="cockpit.print_notices").get()
    assert (entry.object_number, entry.changes) == (HOME, {"year": 2010, "part": 1, "notices": len(wanted)})


def test_a_large_office_prints_in_parts(city, as_role, monkeypatch):
    monkeypatch.setattr(papers, "AT_A_TIME", 2)
    client = as_role(Role.COMMUNITY, home())
    parts = papers.parts_to_print(home(), 2010, TODAY, "renewal")
    assert [part.count for part in parts][:-1] == [2] * (len(parts) - 1)
    keys = [key for part in parts for key in part.keys]
    assert len(keys) == len(set(keys)) == len(called(home(), kind="renewal"))
    address = reverse("office-notices", args=[HOME])
    page = client.get(reverse("call-list", args=[HOME])).content.decode()
    assert page.count(f"{address}?") == len(parts)
    assert len(pages(client.get(f"{address}?part=2"))) == parts[1].count
    assert client.get(f"{address}?part=99").status_code == 404
    assert client.get(f"{reverse('office-notices', args=[makers.OTHER])}").status_code == 404


def test_where_nothing_is_to_be_paid_nothing_is_printed(city, as_role):
    client = as_role(Role.COMMUNITY, make.community(makers.OTHER))
    assert client.get(reverse("office-notices", args=[makers.OTHER])).status_code == 422
    assert "Everybody has paid" in client.get(reverse("call-list", args=[makers.OTHER])).content.decode()


def test_two_that_are_paid_together_are_one_paper(city):
    first = m.first_notice(m.pupil(home=home()), D(2008, 8, 20))
    assert first.joint.contribution_year == 2009
    (part,) = papers.parts_to_print(home(), 2008, TODAY)
    assert part.keys == (first.pk,)
    assert papers.parts_to_print(home(), 2009, TODAY) == []
    # Of the second year's list it is a row of its own, and names the notice that is paid.
    (row,) = called(home(), 2009, "first")
    assert (row.notice, exports.number_to_state(row.notice)) == (first.joint, first.number)


def test_drawing_many_asks_no_more_than_drawing_few(city, django_assert_max_num_queries):
    (part,) = papers.parts_to_print(home(), 2010, TODAY, "renewal")
    with django_assert_max_num_queries(12):
        assert len(papers.notice_papers(part, TODAY)) == part.count


# --- parts of an employer (C5) ---------------------------------------------------------------------------------------


def table_of(paper: Any, place: int = 0) -> Any:
    return [block for block in paper.body if block["kind"] == "table"][place]


def test_who_is_called_on_is_asked_for_what_an_employer_left(city, as_role):
    first = called(home(), kind="renewal")[0].notice
    m.pay(first, D(2009, 11, 2), "30", channel="employer", payer="辽阳石化公司")
    found = call_list(home(), 2010, TODAY, "renewal")
    due = sum(row.amount for row in called(home(), kind="renewal"))
    assert (found.amount, found.amount_held, found.left) == (due, 30, due - 30)
    rows = payers(found, found.keys, home())
    assert [(row.amount, row.held, row.left) for row in rows[:2]] == [(200, 30, 170), (200, 0, 200)]
    paper = papers.call_sheet(home(), 2010, found, rows, on=TODAY)
    assert [row[8] for row in table_of(paper)["rows"][:2]] == ["170.00", "200.00"]
    assert table_of(paper)["foot"][8] == f"{due - 30:,.2f}"
    assert [tuple(row) for row in table_of(paper, 1)["rows"]] == [
        (first.resident.name, first.number, "200.00", "30.00", "170.00")
    ]
    clerk = make.actor(Role.COMMUNITY, home())
    with translation.override("en"), exports.unpaid(office=home(), year=2010, kind="renewal", by=clerk) as file:
        head, line, *_more, last = rows_of(file)
    assert head[10:13] == ["Amount due (yuan)", "Held, in yuan", "Still unpaid (yuan)"]
    assert (line[10:13], last[10:13]) == ([200, 30, 170], [due, 30, due - 30])
    page = as_role(Role.COMMUNITY, home()).get(reverse("call-list", args=[HOME])).content.decode()
    assert [page.count(f'<td class="num">{words}</td>') for words in ("30.00", "170.00")] == [2, 1]


def test_the_teacher_collects_what_is_handed_in(city):
    sheet = class_sheets(make.school(), 2010, TODAY)[0]
    (notice,) = sheet.notices
    m.pay(notice, D(2009, 11, 2), "15", channel="employer", payer="辽阳石化公司")
    sheets = class_sheets(make.school(), 2010, TODAY)
    assert [(sheet.due, sheet.asked, sheet.outstanding) for sheet in sheets] == [(40, 25, 25), (40, 40, 0), (40,) * 3]
    handed_in = {due.notice: due.amount for due in dues_of(make.school(), 2010, TODAY)}
    assert handed_in[notice] == sheets[0].asked_of(notice)
    paper = papers.class_paper(make.school(), 2010, sheets[0], 1, on=TODAY)
    assert (table_of(paper)["rows"][0][4], table_of(paper)["foot"][4]) == ("25.00", "25.00")
    assert table_of(paper, 1)["rows"][0][2:] == ["40.00", "15.00", "25.00"]
    by = m.someone(Role.SCHOOL)
    with translation.override("en"), exports.collection(school=make.school(), year=2010, kind="", by=by) as file:
        _head, line, of_class, *_more, last = rows_of(file)
    assert (line[7:], of_class[7:], last[7:]) == ([40, 15, 25], [40, 15, 25], [120, 15, 65])


def test_of_two_that_are_paid_together_the_first_is_covered_first(city):
    first = m.first_notice(m.pupil(home=home()), D(2008, 8, 20))
    both = ContributionNotice.objects.filter(pk__in=[first.pk, first.joint.pk])
    m.pay(first, D(2008, 8, 21), "5", channel="employer", payer="辽阳石化公司")
    assert held_of_each(both) == {first.pk: 5}
    m.pay(first, D(2008, 8, 22), "15", channel="employer", payer="辽阳石化公司")
    assert held_of_each(both) == {first.pk: first.personal, first.joint.pk: 20 - first.personal}


# --- a school --------------------------------------------------------------------------------------------------------


def test_the_collection_list_goes_by_class_and_says_who_has_paid(city):
    sheets = class_sheets(make.school(), 2010, TODAY)
    # Class 9 comes before class 10, who is in none last.
    assert [(sheet.grade, sheet.class_name) for sheet in sheets] == [(3, "9"), (3, "10"), (None, "")]
    assert [(len(sheet.notices), len(sheet.unpaid)) for sheet in sheets] == [(1, 1), (1, 0), (1, 1)]
    assert [(sheet.due, sheet.outstanding) for sheet in sheets] == [(40, 40), (40, 0), (40, 40)]
    drawn = papers.collection_papers(make.school(), 2010, sheets, TODAY)
    assert [paper.number for paper in drawn] == ["SCH001-2010-1", "SCH001-2010-2", "SCH001-2010-3"]
    for sheet, paper in zip(sheets, drawn, strict=True):
        (table,) = [block for block in paper.body if block["kind"] == "table"]
        assert len(table["rows"]) == len(sheet.notices)
        assert table["foot"][4] == f"{sheet.due:,.2f}"
        assert not ID_NUMBER.search(str(paper.data()))


def test_who_is_no_pupil_any_more_or_not_to_pay_is_not_on_it(city):
    first, second, _third = Circumstance.objects.filter(school=make.school()).order_by("pk")
    first.ends = D(2009, 11, 1)
    first.save()
    Enrollment.objects.filter(resident=second.resident).update(ends=TODAY, end_reason="death")
    sheets = class_sheets(make.school(), 2010, TODAY)
    assert [sheet.grade for sheet in sheets] == [None]


def test_the_schools_page_workbook_and_papers(city, as_role):
    client = as_role(Role.SCHOOL)
    page = client.get(reverse("collection-list", args=["SCH001"])).content.decode()
    assert "120.00" in page
    assert "80.00" in page
    all_of = pages(client.get(reverse("collection-list", args=["SCH001"]) + "?as=pdf"))
    assert len(all_of) == 3
    one = pages(client.get(reverse("collection-list", args=["SCH001"]) + "?as=pdf&class=2"))
    assert one[0].replace("\n", "") == all_of[1].replace("\n", "")
    assert client.get(reverse("collection-list", args=["SCH001"]) + "?as=pdf&class=9").status_code == 404
    by = m.someone(Role.SCHOOL)
    with translation.override("en"), exports.collection(school=make.school(), year=2010, kind="", by=by) as file:
        rows = rows_of(file)
    assert rows[-1][0:2] == ["Sum", 3]
    assert rows[-1][7:] == [120, 0, 80]
    assert sum(row[7] for row in rows[1:] if isinstance(row[2], str)) == 120
    unpaid = client.get(reverse("call-list", args=["SCH001"])).content.decode()
    assert unpaid.count("Without a class") == 1
    with pytest.raises(NotAllowed):
        exports.collection(school=make.school(), year=2010, kind="", by=make.actor(Role.COMMUNITY))


def test_a_school_without_notices_has_nothing_to_collect(city, as_role):
    client = as_role(Role.SCHOOL)
    address = reverse("collection-list", args=["SCH001"])
    assert "Nothing to collect" in client.get(f"{address}?year=2009&kind=renewal").content.decode()
    assert client.get(f"{address}?year=2009&kind=renewal&as=pdf").status_code == 422
    assert Decimal(0) == sum(sheet.due for sheet in class_sheets(make.school(), 2009, TODAY, "renewal"))
