"""Published figures for programs: one figure a row."""

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _

from .models import Publication
from .selectors import shown

# What a spreadsheet would take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(publication: Publication) -> str:
    """The figures of an edition as CSV (UTF-8 with its mark), in the language of the page: table, row, column, value.
    A value that is not shown is empty.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("Year"), _("Edition"), _("Published on"), _("Table"), _("Row"), _("Column"), _("Value")])
    on = publication.published_on.isoformat() if publication.published_on else ""
    for table, row, column, value in values(publication):
        writer.writerow([publication.year, publication.edition, on, *map(plain, (table, row, column)), value])
    return "\ufeff" + out.getvalue()


def values(publication: Publication) -> Iterator[tuple[str, str, str, str]]:
    """Every figure with the words for its table, row and column."""
    found = shown(publication)
    tables = (
        (_("Insured persons"), found.insured, (*found.districts, _("Sum"))),
        (_("Money and persons by district"), found.places, heads()),
        (_("Account of the fund (yuan)"), found.account, (_("Yuan"),)),
    )
    for table, lines, columns in tables:
        for line in lines:
            for column, cell in zip(columns, line.cells, strict=True):
                yield table, line.name, column, "" if cell is None else str(cell)


def heads() -> tuple[str, ...]:
    """What stands above the figures of a district."""
    return (
        _("Contributions (yuan)"),
        _("City subsidies (yuan)"),
        _("District subsidies (yuan)"),
        _("Persons paid for"),
        _("Paid by the fund (yuan)"),
    )


def plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
