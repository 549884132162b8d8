"""What a cell is meant as: text, a whole number, a day, an ID number. People write each in several ways.

Pure: a cell in, a value out; ValueError where it can be none.
"""

import datetime
import re

from .reading import Cell, Failed, Formula

# Full-width forms of letters, digits and signs, and blanks that look like any other.
_WIDE = {0xFF01 + place: chr(0x21 + place) for place in range(94)}
_BLANKS = {0x3000: " ", 0xA0: " ", 0x200B: None, 0x200C: None, 0x200D: None, 0xFEFF: None, 0x2060: None}
_PLAIN = _WIDE | _BLANKS
_SPACES = re.compile(r"\s+")
_DAY = re.compile(r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?日?(?:[ T]00?:00(?::00(?:\.0+)?)?)?")
_DAY_TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})")
_POWER_OF_TEN = re.compile(r"\d+(?:\.\d+)?E\+?\d+", re.IGNORECASE)
# Day 1 of a workbook's calendar is 1 January 1900, and it has a 29 February of that year.
_FIRST = datetime.date(1899, 12, 30)
_SERIAL = range(61, 73_051)
# A program that keeps numbers in 64 bits knows so many of their digits.
EXACT_DIGITS = 15


class LostDigits(ValueError):
    """A number of more digits than the program that wrote it keeps: its last ones are gone."""


class HasFormula(ValueError):
    """The cell would compute something."""


def plain(cell: Cell) -> str:
    """The cell as text: plain characters for full-width ones, single blanks, none at the ends. A date is written as
    2009-09-01, a whole number without a point. HasFormula, ValueError (an error of another program).
    """
    if isinstance(cell, Formula):
        raise HasFormula(cell.text)
    if isinstance(cell, Failed):
        raise ValueError(cell.text)
    return as_given(cell)


def as_given(cell: Cell) -> str:
    """The same, formulas and errors as they stand in the file: to show, and to give back."""
    match cell:
        case None:
            return ""
        case Formula(text) | Failed(text):
            return text
        case str():
            return _SPACES.sub(" ", cell.translate(_PLAIN)).strip()
        case bool():
            return str(cell).upper()
        case datetime.datetime():
            midnight = cell.time() == datetime.time.min
            return cell.date().isoformat() if midnight else cell.isoformat(" ", "minutes")
        case datetime.date():
            return cell.isoformat()
        case float() if cell.is_integer() and abs(cell) < 10**EXACT_DIGITS:
            return str(int(cell))
        case _:
            return str(cell)


def day(cell: Cell) -> datetime.date | None:
    """The day that is meant: a date, its number in a workbook's calendar, or text such as 2009-9-1 and 20090901. None
    of an empty cell.
    """
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, datetime.date):
        return cell
    text = plain(cell)
    if not text:
        return None
    if isinstance(cell, int | float) and not isinstance(cell, bool) and cell in _SERIAL:
        return _FIRST + datetime.timedelta(days=int(cell))
    found = _DAY.fullmatch(text) or _DAY_TOGETHER.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return datetime.date(*(int(part) for part in found.groups()))


def whole(cell: Cell) -> int | None:
    """The whole number that is meant; None of an empty cell."""
    text = plain(cell)
    if not text:
        return None
    if isinstance(cell, bool) or not re.fullmatch(r"\d{1,9}(\.0+)?", text):
        raise ValueError(text)
    return int(text.partition(".")[0])


def long_number(cell: Cell) -> str:
    """A number that is text, such as an ID number, without blanks. LostDigits where a program took it for a figure and
    has rounded it.
    """
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if not float(cell).is_integer() or abs(cell) >= 10**EXACT_DIGITS:
            raise LostDigits(str(cell))
        return str(int(cell))
    text = plain(cell).replace(" ", "")
    if _POWER_OF_TEN.fullmatch(text):
        raise LostDigits(text)
    return text
