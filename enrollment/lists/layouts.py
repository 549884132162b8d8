"""What the columns of each list are called, and what its cells say: read from layouts.yaml, where the words of those
who send the lists stand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.sheets import values
from liaoyang_medins.kernel.sheets.reading import FIELD, Row

FILE = Path(__file__).with_name("layouts.yaml")
# Headings stand in one of the first rows: lists have a title above them.
HEADINGS_WITHIN = 5
# So many known headings make a row the one of the headings.
ENOUGH = 2


class Source(StrEnum):
    """Where a list comes from, and so what it tells."""

    CIVIL_AFFAIRS = "civil_affairs"
    DISABILITY = "disability"
    POLICE = "police"
    EMPLOYEE = "employee"
    RURAL = "rural"
    SCHOOL = "school"


# Those that the agency is sent; a school's own is the other kind.
AUTHORITIES = tuple(source for source in Source if source is not Source.SCHOOL)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its headings, the first that of the template; `cell`, whether it must be filled in; `day`, whether
    days stand in it; `words`, the codes by the words that stand for them.
    """

    code: str
    headings: tuple[str, ...]
    cell: bool = False
    day: bool = False
    width: int = 14
    example: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def heading(self) -> str:
        return self.headings[0]

    @property
    def spoken(self) -> list[str]:
        """The first word of each code: what a help text tells."""
        return list({code: word for word, code in reversed(list(self.words.items()))}.values())[::-1]


@cache
def layout(source: Source) -> tuple[Column, ...]:
    """The columns of a list, in the order of its template."""
    columns: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text())[source.value]
    return tuple(
        Column(
            code=code,
            headings=tuple(given["headings"]),
            cell=given.get("cell", False),
            day=given.get("day", False),
            width=given["width"],
            example=given.get("example", ""),
            words={word: each for each, words in given.get("words", {}).items() for word in words},
        )
        for code, given in columns.items()
    )


@dataclass(frozen=True, slots=True)
class Found:
    """Where the columns of a list stand: the headings as written, and the place of each column by its code."""

    headings: tuple[str, ...]
    places: Mapping[str, int]
    rows: Sequence[Row]


def find_columns(source: Source, table: Sequence[Row]) -> Found:
    """The headings of a list and the rows below them. Columns that nobody knows may be there; they mean nothing.

    Invalid (field `file`) where columns are missing, all named at once, or there twice, or nothing stands below them.
    """
    columns = layout(source)
    known = {heading: column for column in columns for heading in column.headings}
    head = max(table[:HEADINGS_WITHIN], key=lambda row: _known_in(row, known))
    if _known_in(head, known) < ENOUGH:
        raise Invalid(
            _("The columns have other headings than this list needs. It needs: %(columns)s.")
            % {"columns": _named(columns)},
            code="wrong_columns",
            field=FIELD,
        )
    headings = tuple(_heading(cell) for cell in head.cells)
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        column = known.get(heading)
        if column is None:
            continue
        if column.code in places:
            raise Invalid(
                _("The column “%(column)s” is there twice.") % {"column": heading}, code="column_twice", field=FIELD
            )
        places[column.code] = place
    missing = [column for column in columns if column.code not in places and column.cell]
    if missing:
        raise Invalid(
            _("Columns are missing: %(columns)s.") % {"columns": _named(missing)}, code="wrong_columns", field=FIELD
        )
    rows = [row for row in table if row.place > head.place]
    if not rows:
        raise Invalid(_("There is no row below the headings."), code="no_rows", field=FIELD)
    return Found(headings, places, rows)


def _known_in(row: Row, known: Mapping[str, Column]) -> int:
    return sum(_heading(cell) in known for cell in row.cells)


def _heading(cell: Any) -> str:
    # Templates of others mark with a star what must be filled in.
    return values.as_given(cell).strip("*").replace(" ", "")


def _named(columns: Sequence[Column]) -> str:
    return ", ".join(column.heading for column in columns)
