"""The workbook of persons: a run that writes it in parts, what stands in it, who fetches it and for how long (U16)."""

import datetime
import tracemalloc
import zlib
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.utils import translation

from funds import selectors, services
from funds.exports import persons
from funds.models import PersonsWorkbook, SubsidyStatement, WorkbookPiece
from funds.services import workbooks
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from tests import factories, signing
from tests.at_once import at_once, parted

from . import makers
from .pages import text, url
from .steps import AFTER, IN_WINDOW, prepared, refusal

D = datetime.date
TODAY = D(2009, 12, 20)


def asked(statement: SubsidyStatement, by: Actor, on: D = TODAY) -> PersonsWorkbook:
    """The workbook, ready."""
    with clock.on_day(on):
        workbook = services.ask_for_workbook(number=statement.number, by=by, calls=False)
        runs.work_off(number=workbook.run)
    return PersonsWorkbook.objects.get(pk=workbook.pk)


def fetched(statement: SubsidyStatement, by: Actor) -> bytes:
    with clock.on_day(TODAY):
        _workbook, content = services.fetch_workbook(number=statement.number, by=by)
        return b"".join(content)


def opened(statement: SubsidyStatement, by: Actor) -> Any:
    asked(statement, by)
    return openpyxl.load_workbook(BytesIO(fetched(statement, by)))


def rows_of(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.fixture(autouse=True)
def _in_chinese():
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def city(db) -> Actor:
    return factories.actor(Role.CITY_FINANCE)


def test_a_sheet_for_each_district_with_the_sums_of_the_portal(window, city):
    book = opened(window, city)
    assert book.sheetnames == ["汇总", "白塔区", "文圣区"]
    table = selectors.table_of(window.sums.all())
    for group, sheet in zip(table.districts, book.worksheets[1:], strict=True):
        rows = rows_of(sheet)
        sums = [group.sums.persons, group.sums.government, group.sums.city, group.sums.district_share]
        assert rows[-1][8:12] == sums
        assert [sum(row[column] for row in rows[1:-1]) for column in range(8, 12)] == sums
        assert sheet.dimensions == f"A1:L{len(rows)}"
    names = [row[1] for sheet in book.worksheets[1:] for row in rows_of(sheet)[1:-1]]
    assert sorted(names) == sorted(["王一", "=1+1", "李三", "周退"])


def test_cells_have_their_types_and_no_formula(window, city):
    book = opened(window, city)
    found = {}
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            assert "f" not in {cell.data_type for cell in row}
            if sheet is not book.worksheets[0]:
                found[row[1].value] = row
    row = found["=1+1"]
    assert [row[column].data_type for column in (0, 1, 2, 6)] == ["s"] * 4
    assert "********" in row[2].value
    assert row[7].value == datetime.datetime.combine(D(2009, 11, 30), datetime.time())
    assert [row[column].value for column in range(8, 12)] == [1, 40, 22, 18]
    assert (row[9].number_format, row[7].number_format) == ("#,##0.00", "yyyy-mm-dd")
    assert [found["周退"][column].value for column in range(8, 12)] == [-1, -100, -55, -45]
    numbers = set(window.items.values_list("notice__resident__id_number", flat=True))
    cells = {str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert not [cell for cell in cells for number in numbers if number in cell]


def test_a_reader_that_goes_row_by_row_finds_them_all(window, city):
    asked(window, city)
    book = openpyxl.load_workbook(BytesIO(fetched(window, city)), read_only=True)
    assert [sum(1 for _row in sheet.iter_rows()) for sheet in book.worksheets[1:]] == [4, 4]


def test_what_people_typed_stays_what_it_is(city):
    odd = ["<b>&\"'", "a\x01b\x0bc", "两 格  空", " 前后 ", "𠮷野", "_x000D_"]
    for name in odd:
        makers.notice(makers.person(name=name), paid_on=IN_WINDOW)
    with clock.on_day(AFTER):
        statement = signing.issued(prepared(factories.actor(Role.AGENCY_CLERK)), factories.actor(Role.AGENCY_REVIEWER))
    sheet = opened(statement, city).worksheets[1]
    assert [row[1] for row in rows_of(sheet)[1:-1]] == ["<b>&\"'", "abc", *odd[2:]]


def test_written_in_parts_of_any_size_it_is_the_same(window, city, monkeypatch):
    whole = rows_of(opened(window, city).worksheets[1])
    other = factories.actor(Role.CITY_FINANCE)
    monkeypatch.setattr(workbooks, "ROWS_PER_LOT", 1)
    assert rows_of(opened(window, other).worksheets[1]) == whole
    assert Run.objects.get(number=PersonsWorkbook.objects.get(asked_by=other.user_id).run).chunks.count() == 4


def test_where_excel_has_no_more_rows_a_district_goes_on_on_another_sheet(window, city, monkeypatch):
    monkeypatch.setattr(workbooks, "ROWS_PER_LOT", 1)
    monkeypatch.setattr(persons, "ROWS_AT_MOST", 1)
    book = opened(window, city)
    assert book.sheetnames == ["汇总", "白塔区", "白塔区 2", "文圣区", "文圣区 2"]
    assert [rows_of(sheet)[-1][8] for sheet in book.worksheets[1:]] == [1, 1, -1, 1]


def test_a_district_gets_its_own_persons(window):
    baita = factories.actor(Role.DISTRICT_FINANCE, factories.district("211002"))
    book = opened(window, baita)
    assert book.sheetnames == ["汇总", "白塔区"]
    everything = str([rows_of(sheet) for sheet in book.worksheets])
    assert "王一" in everything
    for foreign in ("李三", "周退", "文圣区"):
        assert foreign not in everything
    hongwei = factories.actor(Role.DISTRICT_FINANCE, factories.district("211004"))
    for verb in (services.ask_for_workbook, services.fetch_workbook):
        assert refusal(Conflict, verb, number=window.number, by=hongwei) == "not_issued"


def test_it_speaks_the_language_of_who_asked(window, city):
    with translation.override("en"):
        book = opened(window, city)
        assert book.sheetnames == ["Summary", "District 211002", "District 211003"]
    assert selectors.workbook_of(window, city) is None


def test_only_who_asked_fetches_it_and_each_time_is_on_record(window, city):
    workbook = asked(window, city)
    assert workbook.kept_until == D(2010, 1, 3)
    fetched(window, city)
    entry = AuditEntry.objects.get(verb="statements.fetch")
    assert (entry.object_number, entry.changes["sha256"]) == (window.number, workbook.sha256)
    for other in (factories.actor(Role.CITY_FINANCE), factories.actor(Role.SUPERVISOR)):
        assert refusal(Conflict, services.fetch_workbook, number=window.number, by=other) == "no_workbook"
    # In another posting the same person is somebody else: what they see may differ.
    baita = factories.district("211002")
    elsewhere = factories.actor(Role.DISTRICT_FINANCE, baita, username=workbook.asked_by.username)
    assert refusal(Conflict, services.fetch_workbook, number=window.number, by=elsewhere) == "no_workbook"
    refusal(NotAllowed, services.fetch_workbook, number=window.number, by=factories.actor(Role.COMMUNITY))


def test_asked_twice_it_is_made_once(window, city):
    first = asked(window, city)
    with clock.on_day(TODAY):
        assert services.ask_for_workbook(number=window.number, by=city, calls=False) == first
    assert Run.objects.filter(kind="statement_workbook").count() == 1


def test_after_its_term_it_is_deleted_and_can_be_made_again(window, city):
    first = asked(window, city)
    job = Actor.job("workbooks")
    with clock.on_day(D(2010, 1, 3)):
        assert services.delete_old_workbooks(by=job) == 0
    with clock.on_day(D(2010, 1, 4)):
        assert services.delete_old_workbooks(by=job) == 1
        assert services.delete_old_workbooks(by=job) == 0
        assert refusal(Conflict, services.fetch_workbook, number=window.number, by=city) == "no_workbook"
    first.refresh_from_db()
    assert (first.deleted_on, first.pieces.count()) == (D(2010, 1, 4), 0)
    assert AuditEntry.objects.filter(verb="statements.forget").count() == 1
    assert asked(window, city, on=D(2010, 1, 5)).pk != first.pk


def test_where_the_night_has_not_come_by_the_term_ends_all_the_same(window, city):
    first = asked(window, city)
    with clock.on_day(D(2010, 1, 4)):
        assert refusal(Conflict, services.fetch_workbook, number=window.number, by=city) == "no_workbook"
    second = asked(window, city, on=D(2010, 1, 4))
    first.refresh_from_db()
    assert (first.deleted_on, first.pieces.count(), second.deleted_on) == (D(2010, 1, 4), 0, None)


def test_cancelled_nothing_of_it_is_left(window, city):
    with clock.on_day(TODAY):
        workbook = services.ask_for_workbook(number=window.number, by=city, calls=False)
        runs.work_one(number=workbook.run)
        assert refusal(Conflict, services.fetch_workbook, number=window.number, by=city) == "no_workbook"
        runs.cancel_run(number=workbook.run, by=city)
    assert not PersonsWorkbook.objects.exists()
    assert not WorkbookPiece.objects.exists()
    assert asked(window, city).ready_on


def test_rows_that_do_not_add_up_to_the_statement_make_no_workbook(window, city):
    with clock.on_day(TODAY):
        workbook = services.ask_for_workbook(number=window.number, by=city, calls=False)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE funds_statementsum DISABLE TRIGGER USER")
        cursor.execute("UPDATE funds_statementsum SET city = city + 1, district_share = district_share - 1")
    with pytest.raises(runs.RunFailed, match="come to"):
        runs.work_off(number=workbook.run)
    assert not PersonsWorkbook.objects.get().ready_on


def test_the_rows_are_never_all_in_memory():
    """Forty megabytes of XML are written in one or two."""
    rows = (["P1", "王小宝" * 100, 1] for _number in range(40_000))
    look = workbooks.parts.Look((("A", "1"), ("B", "1"), ("C", "2")))
    tracemalloc.start()
    try:
        content = workbooks.parts.rows_of(rows, 2, look)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(zlib.decompress(content)) > 40_000_000 > 20 * peak


# --- the page --------------------------------------------------------------------------------------------------------


def test_from_the_page_it_is_asked_for_followed_and_fetched(window, signed_in, monkeypatch):
    monkeypatch.setattr("liaoyang_medins.kernel.runs.services.wake", lambda *_given: None)
    client = signed_in(Role.CITY_FINANCE)
    page, file = url("statement-workbook", window.number), url("statement-workbook-file", window.number)
    assert page in text(client.get(window.get_absolute_url()))
    assert file not in text(client.get(page))
    assert client.get(file).status_code == 409
    assert client.post(page).url == page
    run = Run.objects.get(kind="statement_workbook")
    followed = text(client.get(page))
    assert "intake-live" in followed
    assert client.get(page, headers={"hx-request": "true"}).status_code == 200
    runs.work_off(number=run.number)
    assert client.get(page, headers={"hx-request": "true"})["HX-Refresh"] == "true"
    assert file in text(client.get(page))
    answer = client.get(file)
    assert f'filename="{window.number}-persons.xlsx"' in answer["Content-Disposition"]
    assert b"".join(answer).startswith(b"PK")
    # The run itself is the agency's business.
    assert client.get(run.get_absolute_url()).status_code == 403


def test_the_run_can_be_paused_and_cancelled_by_who_asked(window, signed_in, monkeypatch):
    monkeypatch.setattr("liaoyang_medins.kernel.runs.services.wake", lambda *_given: None)
    client = signed_in(Role.CITY_FINANCE)
    page, steer = url("statement-workbook", window.number), url("statement-workbook-steer", window.number)
    client.post(page)
    for action, status in (("pause", "paused"), ("resume", "planned"), ("cancel", "cancelled")):
        assert client.post(steer, {"action": action}).url == page
        assert Run.objects.get(kind="statement_workbook").status == status
    assert not PersonsWorkbook.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_asked_at_once_it_is_made_once():
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    with clock.on_day(AFTER):
        statement = signing.issued(prepared(factories.actor(Role.AGENCY_CLERK)), factories.actor(Role.AGENCY_REVIEWER))
    city = factories.actor(Role.CITY_FINANCE)

    def ask() -> PersonsWorkbook:
        with clock.on_day(TODAY):
            return services.ask_for_workbook(number=statement.number, by=city, calls=False)

    done, refused = parted(at_once(ask, ask, ask))
    assert not refused
    assert len({workbook.pk for workbook in done}) == 1
