"""The cells of bank files, read and written. Pure."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from .layouts import MARK, WAYS, Column, Holds, Layout

Cell = str | int | date | Decimal

_CODE = re.compile(r"[0-9A-Z-]+")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
# At most what a receipt can hold.
_YUAN = re.compile(r"\d{1,12}\.\d\d", re.ASCII)
_DAY = {
    Layout.FIXED: re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII),
    Layout.CSV: re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII),
}
_FEN = Decimal("0.01")


class WrongCell(ValueError):
    """A cell that cannot be read; `code` and `values` say why."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def value_of(column: Column, text: str, layout: Layout) -> Cell:
    """What a cell says: text without blanks around it, a count, a day, or an amount in yuan. Raises WrongCell."""
    if CONTROL.search(text):
        raise WrongCell("control_character")
    plain = words_of(text)
    if not plain:
        if column.required:
            raise WrongCell("empty")
        return ""
    if layout is Layout.CSV and len(plain) > column.width and column.holds in (Holds.CODE, Holds.WORDS):
        raise WrongCell("long", longest=column.width)
    match column.holds:
        case Holds.CODE:
            code = plain.upper() if plain.isascii() else plain
            if not _CODE.fullmatch(code):
                raise WrongCell("code", text=shown(plain))
            return code
        case Holds.AMOUNT:
            return amount_of(plain, layout)
        case Holds.DAY:
            return day_of(plain, layout)
        case Holds.COUNT:
            if not (plain.isascii() and plain.isdigit() and len(plain) <= 8):
                raise WrongCell("count", text=shown(plain))
            return int(plain)
        case Holds.WAY:
            if plain not in WAYS:
                raise WrongCell("way", text=shown(plain), ways=", ".join(WAYS))
            return plain
        case Holds.MARK:
            if plain != MARK:
                raise WrongCell("mark", text=shown(plain), mark=MARK)
            return plain
        case _:
            return plain


def words_of(text: str) -> str:
    """Text without the blanks around it; those of full width fill up names of full width."""
    return text.replace("\u3000", " ").strip()


# The same few amounts and days stand in line after line.
@lru_cache(maxsize=4096)
def amount_of(text: str, layout: Layout) -> Decimal:
    """An amount in yuan. Raises WrongCell."""
    if layout is Layout.FIXED:
        if not (text.isascii() and text.isdigit()):
            raise WrongCell("fen", text=shown(text))
        return Decimal(text).scaleb(-2)
    if not _YUAN.fullmatch(text):
        raise WrongCell("yuan", text=shown(text))
    return Decimal(text)


@lru_cache(maxsize=4096)
def day_of(text: str, layout: Layout) -> date:
    """A day. Raises WrongCell."""
    found = _DAY[layout].fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        return date(*(int(part) for part in found.groups()))
    except ValueError as error:
        raise WrongCell(f"day_{layout}", text=shown(text)) from error


def shown(text: str) -> str:
    """A cell as a message shows it."""
    return text if len(text) <= 24 else f"{text[:23]}…"


def written(column: Column, values: Mapping[str, Any], layout: Layout) -> str:
    """A value as it stands in its column, in a fixed-width file before it is filled up."""
    value = values.get(column.code, "")
    match value:
        case Decimal():
            fen = int(value / _FEN)
            return f"{fen:0{column.width}d}" if layout is Layout.FIXED else f"{value:.2f}"
        case date():
            return f"{value:%Y%m%d}" if layout is Layout.FIXED else value.isoformat()
        case int():
            return f"{value:0{column.width}d}" if layout is Layout.FIXED else str(value)
        case _:
            return str(value)
