"""What a row of a list says: its cells, made of what they are meant as, with every reason why one cannot be read."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from enrollment.registration import idnumber
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.sheets import values
from liaoyang_medins.kernel.sheets.columns import Finding, given_cells
from liaoyang_medins.kernel.sheets.reading import Cell, Row

from .layouts import Column, Found, Source, layout

__all__ = ["Finding", "Stated", "given_cells", "read_row"]

LONGEST = {"name": 60, "address": 200, "phone": 30, "document": 60, "class_name": 20, "agent_name": 60}
LONGEST |= {"agent_relation": 20, "low_income_number": 60, "disability_number": 60}


@dataclass(frozen=True, slots=True)
class Stated:
    """What a row says, by the codes of its columns; empty where it says nothing. Days are included on both sides."""

    name: str = ""
    id_number: str = ""
    change: str = ""
    status: str = ""
    starts: datetime.date | None = None
    ends: datetime.date | None = None
    document: str = ""
    community: str = ""
    address: str = ""
    phone: str = ""
    hukou: str = ""
    moved_in: datetime.date | None = None
    grade: str = ""
    class_name: str = ""
    low_income: str = ""
    low_income_since: datetime.date | None = None
    low_income_number: str = ""
    disability: str = ""
    disability_since: datetime.date | None = None
    disability_number: str = ""
    agent_name: str = ""
    agent_relation: str = ""

    @property
    def first(self) -> datetime.date:
        """The first day, for rows that must have one."""
        if self.starts is None:
            raise ValueError("A row without its first day is not worked.")
        return self.starts

    @property
    def last(self) -> datetime.date:
        """The last day, for rows that must have one."""
        if self.ends is None:
            raise ValueError("A row without its last day is not worked.")
        return self.ends

    def to_json(self) -> dict[str, str]:
        """What is said, days in ISO form."""
        said = ((name, getattr(self, name)) for name in self.__slots__)
        return {
            name: value.isoformat() if isinstance(value, datetime.date) else value for name, value in said if value
        }

    @classmethod
    def of(cls, data: dict[str, str]) -> "Stated":
        days = {name: datetime.date.fromisoformat(data[name]) for name in _DAYS if name in data}
        return cls(**{**data, **days})  # type: ignore[arg-type]


_DAYS = ("starts", "ends", "moved_in", "low_income_since", "disability_since")
# Where one of a pair is filled in, the other is too; so is the status of who states the number of a certificate.
_TOGETHER = (
    ("agent_name", "agent_relation"),
    ("agent_relation", "agent_name"),
    ("low_income", "low_income_since"),
    ("low_income_since", "low_income"),
    ("low_income_number", "low_income"),
    ("disability", "disability_since"),
    ("disability_since", "disability"),
    ("disability_number", "disability"),
)


def read_row(source: Source, found: Found, row: Row, today: datetime.date) -> tuple[Stated, list[Finding]]:
    """What the row says, and everything that is wrong with its cells."""
    said: dict[str, Any] = {}
    wrong: list[Finding] = []
    for column in layout(source):
        place = found.places.get(column.code)
        cell = row.cells[place] if place is not None and place < len(row.cells) else None
        try:
            said[column.code] = _read(column, cell, today)
        except _Wrong as error:
            wrong.append(Finding(error.code, {"column": column.heading, **error.parameters}))
        else:
            if column.cell and not said[column.code]:
                wrong.append(Finding("empty_cell", {"column": column.heading}))
    stated = Stated(**said)
    if not wrong:
        wrong += _missing(source, stated)
    return stated, wrong


class _Wrong(Exception):
    def __init__(self, code: str, **parameters: Any) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = parameters


def _read(column: Column, cell: Cell, today: datetime.date) -> Any:
    try:
        if column.code == "id_number":
            return _id_number(cell, today)
        if column.day:
            return values.day(cell)
        text = values.plain(cell)
    except values.HasFormula as error:
        raise _Wrong("formula") from error
    except values.LostDigits as error:
        raise _Wrong("lost_digits") from error
    except ValueError as error:
        raise _Wrong("bad_day" if column.day else "bad_cell") from error
    if column.words and text:
        return _code(column, text)
    longest = LONGEST.get(column.code)
    if longest is not None and len(text) > longest:
        raise _Wrong("too_long", longest=longest)
    return text.replace(" ", "") if column.code == "name" and not text.isascii() else text


def _id_number(cell: Cell, today: datetime.date) -> str:
    text = values.long_number(cell)
    if not text:
        return ""
    try:
        return idnumber.parse(text, today=today).number
    except Invalid as error:
        raise _Wrong(error.code) from error


def _code(column: Column, text: str) -> str:
    code = column.words.get(text.replace(" ", "").removesuffix(".0"))
    if code is None:
        raise _Wrong("unknown_word", allowed="、".join(column.spoken))
    return code


def _missing(source: Source, stated: Stated) -> Iterator[Finding]:
    """What a row needs besides, by what it says."""
    columns = {column.code: column for column in layout(source)}
    needed = {
        ("change", "new"): ("starts",),
        ("change", "ended"): ("ends",),
        ("change", "moved_within"): ("community",),
        ("hukou", "county"): ("moved_in",),
        ("hukou", "outside"): ("moved_in",),
    }
    for (code, value), others in needed.items():
        if getattr(stated, code) == value:
            for other in others:
                if not getattr(stated, other):
                    yield Finding("empty_cell", {"column": columns[other].heading})
    empty = [other for one, other in _TOGETHER if getattr(stated, one) and not getattr(stated, other)]
    for other in dict.fromkeys(empty):
        yield Finding("empty_cell", {"column": columns[other].heading})
    if stated.starts and stated.ends and stated.ends < stated.starts:
        yield Finding("days")
