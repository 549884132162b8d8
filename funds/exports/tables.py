"""A statement as a workbook, and as CSV."""

import csv
import datetime
import io
from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _

from liaoyang_medins.kernel.money import daxie
from liaoyang_medins.kernel.sheets.writing import Sheet, workbook

from .summary import Section, Summary, figure_heads

# The columns of words stand before the figures; a section with fewer leaves the rest of them empty.
WORDS = 3
WIDTHS = [26, 22, 22, 12, 18, 18, 18]
# What a spreadsheet would take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_workbook(summary: Summary) -> IO[bytes]:
    """The workbook of a statement, without its persons, opened for reading at its start."""
    with workbook(summary.statement.number) as (book, file):
        write_summary(Sheet(book, _("Summary"), WIDTHS), summary)
    return file


def write_summary(sheet: Sheet, summary: Summary) -> None:
    """Heading, ratio with its article and day, sums in figures and characters, tables and signatures."""
    sheet.write(_("Statement of government subsidies"), style="title")
    sheet.write(settings.AGENCY_NAME)
    for label, value in summary.facts:
        sheet.write(label, value)
    for words, article, since in summary.shares:
        sheet.write(_("Shares"), words, article, None, _("since %(day)s") % {"day": since})
    sheet.skip()
    for label, amount in summary.amounts:
        sheet.write(label, amount, daxie(amount))
    sheet.skip()
    for section in summary.sections:
        sheet.write(section.title, style="title")
        sheet.write(*_padded(section.words), *figure_heads(), style="head")
        for row in section.rows:
            places = len(section.words)
            sheet.write(*_padded(row[:places]), *row[places:])
        sheet.write(*_padded((_("Sum"),)), *section.foot, style="bold")
        sheet.skip()
    for label, name in summary.signatures:
        sheet.write(label, name)
    if summary.statement.hash:
        sheet.write(_("Seal over all items"), f"SHA-256 {summary.statement.hash}")


def _padded(words: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*words, *[None] * (WORDS - len(words)))


def to_csv(summary: Summary) -> bytes:
    """The same as CSV in UTF-8, marked as such for spreadsheets: amounts with two decimals and nothing between
    thousands, days as 2009-12-31; what people typed starts no formula.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)

    def write(*values: object) -> None:
        writer.writerow([_cell(value) for value in values])

    write(_("Statement of government subsidies"))
    write(settings.AGENCY_NAME)
    for label, value in summary.facts:
        write(label, value)
    for words, article, since in summary.shares:
        write(_("Shares"), words, article, since)
    for label, amount in summary.amounts:
        write(label, amount, daxie(amount))
    for section in summary.sections:
        _write_section(write, section)
    write()
    for label, name in summary.signatures:
        write(label, name)
    if summary.statement.hash:
        write(_("Seal over all items"), f"SHA-256 {summary.statement.hash}")
    return text.getvalue().encode("utf-8-sig")


def _write_section(write: Any, section: Section) -> None:
    write()
    write(section.title)
    write(*section.words, *figure_heads())
    for row in section.rows:
        write(*row)
    write(_("Sum"), *[""] * (len(section.words) - 1), *section.foot)


def _cell(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, datetime.date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, int):
        return str(value)
    words = str(value)
    return f"'{words}" if words.startswith(FORMULA) else words
