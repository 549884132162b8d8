"""What a row of a catalogue says: its cells, made of what they are meant as, with every reason why one cannot be."""

import re
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from claims.models import CatalogueItem
from liaoyang_medins.kernel.sheets import columns, values
from liaoyang_medins.kernel.sheets.columns import Column, Finding, Found
from liaoyang_medins.kernel.sheets.reading import Cell, Row

from .rules import plain, share_of

FILE = Path(__file__).with_name("layouts.yaml")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,29}")
LONGEST: dict[str, int] = {
    name: getattr(CatalogueItem._meta.get_field(name), "max_length", 0)
    for name in ("name", "name_en", "unit", "initials")
}
LIMIT_BELOW = Decimal(10) ** 8
DECIMALS = Decimal("0.0001")
# A share in per cent or as a part of one.
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s?%")
# So many digits of a figure in a workbook are meant; the rest is how it is kept.
MEANT_DIGITS = 10


@cache
def layout() -> tuple[Column, ...]:
    """The columns of a catalogue, in the order of its template."""
    return columns.columns_in(FILE)["catalogue"]


def read_row(found: Found, row: Row) -> tuple[dict[str, str], list[Finding]]:
    """What the row says by the codes of the columns that are there, empty text where it says nothing, figures as text;
    and everything that is wrong with its cells.
    """
    said: dict[str, str] = {}
    wrong: list[Finding] = []
    for column in layout():
        place = found.places.get(column.code)
        if place is None:
            continue
        cell = row.cells[place] if place < len(row.cells) else None
        try:
            said[column.code] = _read(column, cell)
        except _Wrong as error:
            wrong.append(Finding(error.code, {"column": column.heading, **error.parameters}))
        else:
            if column.cell and not said[column.code]:
                wrong.append(Finding("empty_cell", {"column": column.heading}))
    if not wrong and "personal_share" in said:
        given = said["personal_share"]
        share = share_of(said["catalogue_class"], Decimal(given) if given else None)
        if share is None:
            wrong.append(misfit(said["catalogue_class"]))
        else:
            said["personal_share"] = plain(share)
    return said, wrong


def misfit(catalogue_class: str) -> Finding:
    """That class and personal share do not fit."""
    return Finding(f"share_{catalogue_class.lower()}")


class _Wrong(Exception):
    def __init__(self, code: str, **parameters: Any) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = parameters


def _read(column: Column, cell: Cell) -> str:
    try:
        text = values.long_number(cell) if column.code == "code" else values.plain(cell)
    except values.HasFormula as error:
        raise _Wrong("formula") from error
    except values.LostDigits as error:
        raise _Wrong("lost_digits") from error
    except ValueError as error:
        raise _Wrong("bad_cell") from error
    if not text:
        return ""
    if column.words:
        return _code(column, text)
    if column.code == "code" and not CODE.fullmatch(text):
        raise _Wrong("bad_code")
    if column.code == "personal_share":
        return _share(cell, text)
    if column.code == "price_limit":
        return _limit(cell, text)
    longest = LONGEST.get(column.code)
    if longest is not None and len(text) > longest:
        raise _Wrong("too_long", longest=longest)
    return text.lower() if column.code == "initials" else text


def _code(column: Column, text: str) -> str:
    code = column.words.get(text.replace(" ", ""))
    if code is None:
        raise _Wrong("unknown_word", allowed="、".join(column.spoken))
    return code


def _share(cell: Cell, text: str) -> str:
    percent = _PERCENT.fullmatch(text)
    share = _figure(percent[1], "bad_share") / 100 if percent else _figure(_meant(cell, text), "bad_share")
    if not 0 <= share <= 1 or share != share.quantize(DECIMALS):
        raise _Wrong("bad_share")
    return plain(share)


def _limit(cell: Cell, text: str) -> str:
    limit = _figure(_meant(cell, text).replace(",", ""), "bad_limit")
    if not 0 <= limit < LIMIT_BELOW or limit != limit.quantize(DECIMALS):
        raise _Wrong("bad_limit")
    return plain(limit)


def _meant(cell: Cell, text: str) -> str:
    """A program keeps 0.15 as 0.15000000000000002 after it computed it."""
    return f"{round(cell, MEANT_DIGITS)}" if isinstance(cell, float) else text


def _figure(text: str, code: str) -> Decimal:
    try:
        figure = Decimal(text)
    except InvalidOperation as error:
        raise _Wrong(code) from error
    if not figure.is_finite():
        raise _Wrong(code)
    return figure
