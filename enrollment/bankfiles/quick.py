"""Payments as banks write them nearly always, read by one pattern made of the table of columns. Pure.

A line that does not fit it is read cell by cell (`reading`), which also says what is wrong.
"""

import re
from datetime import date
from decimal import Decimal

from .cells import CONTROL, WrongCell, amount_of, day_of, words_of
from .layouts import LENGTH, RECORDS, WAYS, Column, Holds, Layout, Record, widths

# reference, notice, amount, day, payer, way
Cells = tuple[str, str, Decimal, date, str, str]


def _fixed(column: Column) -> str:
    match column.holds:
        case Holds.RECORD:
            return Record.PAYMENT.value
        case Holds.CODE:
            return f"([0-9A-Z -]{{{column.width}}})"
        case Holds.AMOUNT | Holds.DAY:
            return f"([0-9]{{{column.width}}})"
        case Holds.WAY:
            return f"({'|'.join(WAYS)})"
        case _:
            return f"(.{{{column.width}}})"


def _separated(column: Column) -> str:
    match column.holds:
        case Holds.RECORD:
            return Record.PAYMENT.value
        case Holds.CODE:
            return f"([0-9A-Z-]{{1,{column.width}}})"
        case Holds.AMOUNT:
            return r"([0-9]{1,12}\.[0-9]{2})"
        case Holds.DAY:
            return "([0-9]{4}-[0-9]{2}-[0-9]{2})"
        case Holds.WAY:
            return f"({'|'.join(WAYS)})"
        case _:
            return f'([^,"]{{0,{column.width}}})'


_COLUMNS = RECORDS[Record.PAYMENT]
_FILLER = LENGTH - widths(Record.PAYMENT)
_FIXED = re.compile(f"{''.join(map(_fixed, _COLUMNS))} {{{_FILLER}}}\r?".encode(), re.DOTALL)
_SEPARATED = re.compile(f"{','.join(map(_separated, _COLUMNS))}\r?", re.DOTALL)


def payment(text: bytes, layout: Layout, encoding: str) -> Cells | None:
    """The cells of a payment; None for any line that does not fit the pattern."""
    try:
        found = _FIXED.fullmatch(text) if layout is Layout.FIXED else _SEPARATED.fullmatch(text.decode(encoding))
        if found is None:
            return None
        reference, notice, amount, day, payer, way = (
            cell.decode(encoding) if isinstance(cell, bytes) else cell for cell in found.groups()
        )
        reference = reference.rstrip(" ")
        if not reference or " " in reference or CONTROL.search(notice) or CONTROL.search(payer):
            return None
        return reference, words_of(notice), amount_of(amount, layout), day_of(day, layout), words_of(payer), way
    except (UnicodeDecodeError, WrongCell):
        return None
