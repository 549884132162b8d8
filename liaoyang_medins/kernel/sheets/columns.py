"""The columns of a list that somebody sends: what their headings are called, where they stand, and what is wrong with
a cell. What the columns mean is the business of the app that reads them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from liaoyang_medins.kernel.errors import Invalid

from . import values
from .reading import FIELD, Row

# Headings stand in one of the first rows: lists have a title above them.
HEADINGS_WITHIN = 5
# So many known headings make a row the one of the headings.
ENOUGH = 2
Parameters = dict[str, Any]


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


@dataclass(frozen=True, slots=True)
class Found:
    """Where the columns of a list stand: the headings as written, and the place of each column by its code."""

    headings: tuple[str, ...]
    places: Mapping[str, int]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Finding:
    """Why, or what: a code with its parameters, which the app puts into words."""

    code: str
    parameters: Parameters = field(default_factory=dict)

    def to_json(self) -> list[Any]:
        return [self.code, self.parameters]

    @classmethod
    def of(cls, data: list[Any]) -> "Finding":
        return cls(str(data[0]), dict(data[1]))


def columns_in(file: Path) -> dict[str, tuple[Column, ...]]:
    """The columns of each kind of list in a YAML file, in the order of its template."""
    kinds: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(file.read_text())
    return {kind: tuple(_column(code, given) for code, given in columns.items()) for kind, columns in kinds.items()}


def _column(code: str, given: dict[str, Any]) -> Column:
    return Column(
        code=code,
        headings=tuple(given["headings"]),
        cell=given.get("cell", False),
        day=given.get("day", False),
        width=given["width"],
        example=given.get("example", ""),
        words={word: each for each, words in given.get("words", {}).items() for word in words},
    )


def find_columns(columns: Sequence[Column], table: Sequence[Row]) -> Found:
    """The headings of a list and the rows below them. Columns that nobody knows may be there; they mean nothing.

    Invalid (field `file`) where columns are missing, all named at once, or there twice, or nothing stands below them.
    """
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


def given_cells(found: Found, row: Row) -> list[str]:
    """The cells as they stand in the list, under its headings: to show, and to give back."""
    cells = [values.as_given(cell) for cell in row.cells]
    return cells + [""] * (len(found.headings) - len(cells))


def _known_in(row: Row, known: Mapping[str, Column]) -> int:
    return sum(_heading(cell) in known for cell in row.cells)


def _heading(cell: Any) -> str:
    # Templates of others mark with a star what must be filled in.
    return values.as_given(cell).strip("*").replace(" ", "")


def _named(columns: Sequence[Column]) -> str:
    return ", ".join(column.heading for column in columns)
