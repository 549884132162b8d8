"""A statement as workbook, CSV and paper: sums as on the pages, text that stays text, each ratio apart (U16, C3)."""

import csv
import datetime
import io
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client

from funds import exports, selectors, services
from funds.models import SubsidyStatement
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.money import daxie
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.papers.paper import Paper
from liaoyang_medins.kernel.papers.pdf import to_pdf
from tests import factories

from . import makers
from .pages import text, url

D = datetime.date


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"


def midnight(year: int, month: int, day: int) -> datetime.datetime:
    """A date as openpyxl reads it from a cell."""
    return datetime.datetime.combine(D(year, month, day), datetime.time())


def summary(statement: SubsidyStatement, role: Role = Role.CITY_FINANCE, office: str = "") -> exports.Summary:
    actor = factories.actor(role, factories.district(office) if office else None)
    return exports.summary_of(statement, actor)


def opened(statement: SubsidyStatement, role: Role = Role.CITY_FINANCE, office: str = "") -> Any:
    with exports.to_workbook(summary(statement, role, office)) as file:
        return openpyxl.load_workbook(BytesIO(file.read())).worksheets[0]


def rows_of(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def labelled(rows: list[list[Any]], label: str) -> list[Any]:
    return next(row for row in rows if row and row[0] == label)


def csv_rows(statement: SubsidyStatement, role: Role = Role.CITY_FINANCE, office: str = "") -> list[list[str]]:
    data = exports.to_csv(summary(statement, role, office))
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def blocks(paper: Paper, kind: str) -> list[dict[str, Any]]:
    return [block for block in paper.body if block["kind"] == kind]


def test_the_sums_are_those_of_the_portal_in_every_form(window):
    table = selectors.table_of(window.sums.all())
    total = table.total
    assert total.government == Decimal(260)
    expected = [[each.persons, each.government, each.city, each.district_share] for each in (total, table.claimed)]
    expected.append([-1, Decimal(-100), Decimal(-55), Decimal(-45)])

    sheet = rows_of(opened(window))
    assert labelled(sheet, "Government part in all")[1:3] == [260, daxie(total.government)]
    assert labelled(sheet, "City share")[1:3] == [143, "壹佰肆拾叁元整"]
    assert labelled(sheet, "District share")[1:3] == [117, "壹佰壹拾柒元整"]
    assert [row[3:7] for row in sheet if row[0] == "Sum"] == expected

    text_rows = csv_rows(window)
    assert labelled(text_rows, "City share") == ["City share", "143.00", "壹佰肆拾叁元整"]
    assert [[Decimal(value) for value in row[-4:]] for row in text_rows if row[:1] == ["Sum"]] == expected

    paper = exports.paper_of(summary(window))
    assert [(block["figure"], block["words"]) for block in blocks(paper, "amount")] == [
        ("¥260.00", "贰佰陆拾元整"),
        ("¥143.00", "壹佰肆拾叁元整"),
        ("¥117.00", "壹佰壹拾柒元整"),
    ]
    feet = [block["foot"][-4:] for block in blocks(paper, "table")]
    assert [[Decimal(value.replace(",", "")) for value in foot] for foot in feet] == expected


def test_the_heading_names_period_ratio_article_and_people(window):
    sheet = rows_of(opened(window))
    assert labelled(sheet, "Number")[1] == window.number
    assert labelled(sheet, "Payments until")[1] == midnight(2009, 11, 30)
    assert labelled(sheet, "Payable by")[1] == midnight(2010, 1, 2)
    assert labelled(sheet, "Shares")[1:5] == ["city 5.5 : district 4.5", "Art. 14", None, "since 2008-07-01"]
    assert labelled(sheet, "Checked by")[1] == window.checked_by.name
    assert labelled(sheet, "Approved by")[1] == "approver"
    assert labelled(sheet, "Seal over all items")[1] == f"SHA-256 {window.hash}"
    assert labelled(csv_rows(window), "Shares") == ["Shares", "city 5.5 : district 4.5", "Art. 14", "2008-07-01"]
    paper = exports.paper_of(summary(window))
    assert ["Shares", "city 5.5 : district 4.5 (Art. 14, since 2008-07-01)"] in [
        [label, value.replace("1 July 2008", "2008-07-01")] for label, value in blocks(paper, "facts")[0]["pairs"]
    ]
    assert paper.signatures[2] == "Approved by approver"
    assert (paper.number, paper.layout) == (window.number, "wide")


def test_the_paper_is_a_pdf(window):
    assert to_pdf([exports.paper_of(summary(window))]).startswith(b"%PDF-")


def test_a_name_that_looks_like_a_formula_is_text(window):
    district = factories.district("211002")
    district.name = district.name_en = "=1+1"
    district.save()
    sheet = opened(window)
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    assert "=1+1" in {row[0] for row in rows_of(sheet)}
    cells = [cell for row in csv_rows(window) for cell in row]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t"))]


def test_a_district_gets_its_own_part_in_every_form(window):
    sheet, text_rows = (
        form(window, Role.DISTRICT_FINANCE, "211002") for form in (lambda *of: rows_of(opened(*of)), csv_rows)
    )
    paper = exports.paper_of(summary(window, Role.DISTRICT_FINANCE, "211002"))
    assert labelled(sheet, "Government part in all")[1] == 140
    assert labelled(sheet, "Part of")[1] == labelled(text_rows, "Part of")[1] == "District 211002"
    for everything in (str(sheet), str(text_rows), str(paper.data())):
        for foreign in ("211003", "260", "143.00", "¥143"):
            assert foreign not in everything
    assert "District 211002" in str(blocks(paper, "text"))


def test_a_draft_says_that_it_is_one(db):
    makers.notice(makers.person(), paid_on=D(2009, 10, 8))
    with clock.on_day(D(2009, 12, 3)):
        clerk = factories.actor(Role.AGENCY_CLERK)
        draft = services.prepare_statement(kind="window", period_from=D(2009, 10, 1), by=clerk)
    sheet = rows_of(opened(draft, Role.SUPERVISOR))
    assert labelled(sheet, "Status")[1] == "Draft"
    assert "Date" not in [row[0] for row in sheet]
    paper = exports.paper_of(summary(draft, Role.SUPERVISOR))
    assert blocks(paper, "text")[0]["words"] == "Draft, not issued"
    assert paper.signatures == ("Made by " + str(draft.made_by), "Checked by", "Approved by")


def test_files_are_sent_by_their_names(window, signed_in):
    client: Client = signed_in(Role.CITY_FINANCE)
    for query, kind, name in (
        ("", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        ("?as=csv", "text/csv; charset=utf-8", "csv"),
    ):
        answer = client.get(url("statement-export", window.number) + query)
        assert answer["Content-Type"] == kind
        assert f'filename="{window.number}.{name}"' in answer["Content-Disposition"]
        b"".join(answer)
    paper = client.get(url("statement-print", window.number) + "?as=pdf")
    assert paper["Content-Type"] == "application/pdf"
    assert window.hash in text(client.get(url("statement-print", window.number)))
