"""Workbooks: the template of a catalogue, the catalogue of a day, the refused rows of a version."""

import datetime
from typing import IO

from django.utils.translation import gettext as _

from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.sheets.columns import Column, Finding
from liaoyang_medins.kernel.sheets.writing import Sheet, workbook

from . import selectors
from .labels import finding_text
from .models import CatalogueVersion
from .reading import layout

REASON_WIDTH = 60


def template() -> IO[bytes]:
    """The empty catalogue with its headings, and a sheet that says what to write into each column."""
    with workbook(_("Catalogue")) as (book, file):
        sheet = Sheet(book, _("Catalogue"), [])
        sheet.all_text(column.width for column in layout())
        sheet.write(*[column.heading for column in layout()], style="head")
        sheet.freeze_head()
        help_sheet = Sheet(book, _("How to fill it in"), [20, 60, 36])
        help_sheet.write(_("Column"), _("What to write"), _("Example"), style="head")
        for column in layout():
            help_sheet.write(column.heading, help_text(column), column.example, style="wrap")
    return file


def help_text(column: Column) -> str:
    """What to write into a column, in words."""
    parts = [_("Must be filled in.") if column.cell else _("May be left empty.")]
    if column.words:
        parts.append(_("One of: %(words)s.") % {"words": "、".join(column.spoken)})
    elif column.code == "personal_share":
        parts.append(_("A share such as 0.1; class B must have one, class A is 0, class C is 1."))
    elif column.code == "price_limit":
        parts.append(_("Yuan a unit, at most four decimals; what is above it does not count."))
    elif column.code == "initials":
        parts.append(_("Made of the name where it is empty."))
    if not column.cell:
        parts.append(_("Without the column, what the catalogue says stays."))
    return " ".join(parts)


def catalogue_of(*, day: datetime.date, by: Actor) -> IO[bytes]:
    """The catalogue as it holds on a day, in the columns of an upload: uploaded again unchanged it differs in nothing.
    Raises NotAllowed.
    """
    by.require("catalogue.see")
    with workbook(_("Catalogue of %(day)s") % {"day": day.isoformat()}) as (book, file):
        sheet = Sheet(book, day.isoformat(), [])
        sheet.all_text(column.width for column in layout())
        sheet.write(*[column.heading for column in layout()], style="head")
        sheet.freeze_head()
        for item in selectors.items_on(day).iterator(chunk_size=2000):
            said = {"code": item.code, **selectors.entry_of(item).to_json()}
            sheet.write(*[cell_text(column, said) for column in layout()], style="as_text")
    return file


def cell_text(column: Column, said: dict[str, str]) -> str:
    """What an entry says in a column of the layout, in the words that are read again."""
    value = said.get(column.code, "")
    if column.words and value:
        return next(word for word, code in column.words.items() if code == value)
    return value


def refused_rows(*, version: CatalogueVersion, by: Actor) -> IO[bytes]:
    """The refused rows of a version in its own columns, the reasons beside each, to be corrected and sent again.
    Raises NotAllowed.
    """
    by.require("catalogue.versions")
    headings = [str(heading) for heading in version.headings]
    with workbook(version.number) as (book, file):
        sheet = Sheet(book, _("Refused rows"), [])
        sheet.all_text([*[18] * len(headings), REASON_WIDTH, 8])
        sheet.write(*headings, _("Reason"), _("Row"), style="head")
        sheet.freeze_head()
        for row in selectors.refused_rows(version).iterator(chunk_size=2000):
            cells = [str(cell) for cell in row.cells[: len(headings)]]
            reasons = " ".join(finding_text(Finding.of(data)) for data in row.findings)
            sheet.write(*cells, *[""] * (len(headings) - len(cells)), reasons, str(row.place), style="as_text")
    return file
