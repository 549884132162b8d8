"""The workbook: sums as on the pages, numbers of people as text, nothing that a spreadsheet would run (U16)."""

import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from funds import exports, selectors, services
from funds.models import SubsidyStatement
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import NotAllowed
from liaoyang_medins.kernel.money import daxie
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories

from . import makers

D = datetime.date


def midnight(year: int, month: int, day: int) -> datetime.datetime:
    """A date as openpyxl reads it from a cell."""
    return datetime.datetime.combine(D(year, month, day), datetime.time())


def opened(statement: SubsidyStatement, role: Role = Role.CITY_FINANCE, office: str = "") -> Any:
    actor = factories.actor(role, factories.district(office) if office else None)
    with exports.export_statement(statement=statement, by=actor) as file:
        return openpyxl.load_workbook(BytesIO(file.read()))


def rows_of(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def labelled(sheet: Any, label: str) -> list[Any]:
    return next(row for row in rows_of(sheet) if row[0] == label)


def test_the_sums_are_those_of_the_portal(window, settings):
    settings.LANGUAGE_CODE = "en"
    table = selectors.table_of(window.sums.all())
    book = opened(window)
    summary, persons = book.worksheets
    total = table.total
    assert total.government == Decimal(260)
    expected = [total.persons, total.government, total.city, total.district_share]

    in_all = labelled(summary, "Government part in all")
    assert (in_all[1], in_all[2]) == (260, daxie(total.government))
    assert labelled(summary, "City share")[1:3] == [143, "壹佰肆拾叁元整"]
    assert labelled(summary, "District share")[1:3] == [117, "壹佰壹拾柒元整"]
    sums = [row[3:7] for row in rows_of(summary) if row[0] == "Sum"]
    claimed, corrected = table.claimed, table.corrected
    assert sums == [
        expected,
        [claimed.persons, claimed.government, claimed.city, claimed.district_share],
        [corrected.persons, corrected.government, corrected.city, corrected.district_share],
    ]
    body = rows_of(persons)[1:-1]
    assert rows_of(persons)[-1][9:13] == expected
    assert [sum(row[column] for row in body) for column in range(9, 13)] == expected


def test_the_heading_names_period_ratio_and_article(window, settings):
    settings.LANGUAGE_CODE = "en"
    summary = opened(window).worksheets[0]
    assert labelled(summary, "Number")[1] == window.number
    assert labelled(summary, "Payments until")[1] == midnight(2009, 11, 30)
    assert labelled(summary, "Payable by")[1] == midnight(2010, 1, 2)
    shares = labelled(summary, "Shares")
    assert shares[1:5] == ["city 5.5 : district 4.5", "Art. 14", None, "since 2008-07-01"]


def test_cells_have_their_types_and_no_formula(window):
    book = opened(window)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
    persons = book.worksheets[1]
    found = {row[2].value: row for row in persons.iter_rows(min_row=2)}
    row = found["=1+1"]
    assert row[2].data_type == "s"
    for column in (1, 3, 7):
        assert row[column].data_type == "s"
    assert "********" in row[3].value
    assert row[8].value == midnight(2009, 11, 30)
    assert [row[column].value for column in range(9, 13)] == [1, 40, 22, 18]
    assert row[10].number_format == "#,##0.00"
    correction = found["周退"]
    assert [correction[column].value for column in range(9, 13)] == [-1, -100, -55, -45]


def test_no_full_id_number_leaves_the_portal(window):
    actor = factories.actor(Role.CITY_FINANCE)
    numbers = set(window.items.values_list("notice__resident__id_number", flat=True))
    book = opened(window)
    cells = {str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert numbers
    assert not [cell for cell in cells for number in numbers if number in cell]
    assert actor.may("residents.reveal") is False


def test_a_district_gets_its_own_part(window, settings):
    settings.LANGUAGE_CODE = "en"
    book = opened(window, Role.DISTRICT_FINANCE, "211002")
    summary, persons = book.worksheets
    assert labelled(summary, "Government part in all")[1] == 140
    assert {row[2] for row in rows_of(persons)[1:-1]} == {"王一", "=1+1"}
    everything = str(rows_of(summary)) + str(rows_of(persons))
    assert "李三" not in everything
    assert "211003" not in everything
    assert labelled(summary, "Part of")[1] == "District 211002"


def test_a_draft_says_that_it_is_one(db, settings):
    settings.LANGUAGE_CODE = "en"
    makers.notice(makers.person(), paid_on=D(2009, 10, 8))
    with clock.on_day(D(2009, 12, 3)):
        clerk = factories.actor(Role.AGENCY_CLERK)
        draft = services.prepare_statement(kind="window", period_from=D(2009, 10, 1), by=clerk)
    summary = opened(draft, Role.SUPERVISOR).worksheets[0]
    assert labelled(summary, "Status")[1] == "Draft"
    assert "Date" not in [row[0] for row in rows_of(summary)]


def test_who_took_the_names_is_recorded(window):
    opened(window)
    entry = AuditEntry.objects.get(verb="statements.export")
    assert (entry.object_number, entry.role, entry.changes) == (window.number, "city_finance", {"items": 4})


def test_who_may_not_export(window):
    with pytest.raises(NotAllowed):
        exports.export_statement(statement=window, by=factories.actor(Role.COMMUNITY))
