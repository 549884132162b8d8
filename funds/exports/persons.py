"""The workbook of the persons of a statement: its frame, and the rows of its sheets."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from enrollment.registration.labels import label
from funds.models import SubsidyItem
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import Category, Tier
from liaoyang_medins.kernel.sheets.parts import ROWS_AT_MOST, Value
from liaoyang_medins.kernel.sheets.writing import Sheet, workbook
from liaoyang_medins.kernel.web.templatetags.medins import masked

from .summary import Summary, figure_heads
from .tables import WIDTHS, write_summary

# Rows that are fetched from PostgreSQL at a time.
AT_A_TIME = 2_000
# The summary is the first sheet of the workbook.
SHEETS_BEFORE = 1
COLUMNS = [16, 20, 22, 18, 18, 10, 18, 12, 10, 18, 18, 18]
# What Excel does not have in the name of a sheet, and how long that is at most.
NOT_IN_NAMES, NAME_AT_MOST = str.maketrans(dict.fromkeys("[]:*?/\\'", " ")), 31


@dataclass(frozen=True, slots=True)
class Lot:
    """Items of one district, with notices' keys above `after` up to `until`, that make `rows` rows."""

    district: str
    after: int
    until: int
    rows: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a lot stands: on the sheet (from 1), from the row `first` on."""

    lot: Lot
    sheet: int
    first: int


def places_of(lots: Sequence[Lot]) -> list[Place]:
    """A sheet for each district; where Excel has no more rows, the district goes on on another."""
    found: list[Place] = []
    sheet, rows, district = SHEETS_BEFORE, 0, None
    for lot in lots:
        if lot.district != district or rows + lot.rows > ROWS_AT_MOST:
            sheet, rows, district = sheet + 1, 0, lot.district
        found.append(Place(lot, sheet, rows + 2))
        rows += lot.rows
    return found


def frame_of(summary: Summary, places: Sequence[Place]) -> IO[bytes]:
    """The workbook with its summary, and of each sheet of persons the head, a row and a sum for the look of them."""
    offices = {office.code: office.label for office in Office.objects.filter(kind=Office.Kind.DISTRICT)}
    with workbook(summary.statement.number) as (book, file):
        write_summary(Sheet(book, _("Summary"), WIDTHS), summary)
        sheets = {place.sheet: place.lot.district for place in places}
        for number, code in sheets.items():
            again = sum(1 for other, of in sheets.items() if of == code and other < number)
            sheet = Sheet(book, _sheet_name(offices[code], again), COLUMNS)
            sheet.write(*heads(), style="head")
            sheet.sheet.freeze_panes(1, 0)
            day, yuan = datetime.date(2008, 7, 1), Decimal("1.00")
            sheet.write("-", "-", "-", "-", "-", 2008, "-", day, 1, yuan, yuan, yuan)
            sheet.write(*["-"] * 8, 1, yuan, yuan, yuan, style="bold")
    return file


def _sheet_name(district: str, again: int) -> str:
    mark = f" {again + 1}" if again else ""
    return district.translate(NOT_IN_NAMES)[: NAME_AT_MOST - len(mark)] + mark


def heads() -> tuple[str, ...]:
    """The headings of a sheet of persons."""
    return (
        _("Personal number"),
        _("Name"),
        _("ID number"),
        _("Category"),
        _("Tier"),
        _("Year"),
        _("Notice"),
        _("Paid on"),
        *figure_heads(),
    )


def rows_in(items: QuerySet[SubsidyItem]) -> Iterator[list[Value]]:
    """A row for each item, in the order in which an index has them, a few thousand in memory at a time. Numbers of
    people are text, ID numbers masked.
    """
    words = {code.value: label(code) for code in [*Category, *Tier]}
    rows = items.order_by("district_id", "notice_id", "-persons").values_list(
        "notice__resident__number",
        "notice__resident__name",
        "notice__resident__id_number",
        "category",
        "tier",
        "notice__contribution_year",
        "notice__number",
        "notice__paid_on",
        "persons",
        "government",
        "city",
        "district_share",
    )
    for number, name, id_number, category, tier, *rest in rows.iterator(chunk_size=AT_A_TIME):
        yield [number, name, masked(id_number), words[category], words[tier], *rest]


def sums_row(persons: int, government: Decimal, city: Decimal, district_share: Decimal) -> list[Value]:
    """The last row of a sheet."""
    return [_("Sum"), *[None] * 7, persons, government, city, district_share]
