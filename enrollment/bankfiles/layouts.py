"""The formats of bank files, as tables: the records of a file and the columns of each (docs/bank-files.md).

Both formats have the same records and columns. In the fixed-width one a column is so many bytes of the file's encoding
and a record LENGTH bytes; in the CSV one it is a cell, so many characters at most.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

MARK = "LYMEDINS"
LENGTH = 128
# A file is told apart by how it begins, behind a mark of its encoding.
FIXED_BEGINS, CSV_BEGINS = f"H{MARK}", f"H,{MARK},"


class Layout(StrEnum):
    FIXED = "fixed"
    CSV = "csv"


class Record(StrEnum):
    """The first character of a line."""

    HEAD = "H"
    PAYMENT = "P"
    RETURN = "R"
    FOOT = "T"


class Holds(StrEnum):
    """What stands in a column.

    `AMOUNT` is written in fen with leading zeros in a fixed-width file, in yuan with two decimals in CSV; `DAY`
    20091020 or 2009-10-20; `COUNT` with leading zeros or without. `CODE` is of letters A to Z, digits and hyphens;
    `WORDS` are any characters that can be printed, with blanks behind them in a fixed-width file.
    """

    RECORD = "record"
    MARK = "mark"
    CODE = "code"
    WORDS = "words"
    AMOUNT = "amount"
    DAY = "day"
    COUNT = "count"
    WAY = "way"


@dataclass(frozen=True, slots=True)
class Column:
    """`width`: bytes in a fixed-width file, characters at most in CSV."""

    code: str
    width: int
    holds: Holds
    required: bool = True


_RECORD = Column("record", 1, Holds.RECORD)
_REFERENCE = Column("reference", 30, Holds.CODE)
_AMOUNT = Column("amount", 14, Holds.AMOUNT)
_DAY = Column("day", 8, Holds.DAY)

RECORDS: Mapping[Record, tuple[Column, ...]] = {
    Record.HEAD: (
        _RECORD,
        Column("mark", 8, Holds.MARK),
        Column("bank", 12, Holds.CODE),
        Column("bank_name", 40, Holds.WORDS),
        Column("file_number", 20, Holds.CODE),
        Column("file_day", 8, Holds.DAY),
    ),
    Record.PAYMENT: (
        _RECORD,
        _REFERENCE,
        Column("notice", 30, Holds.WORDS, required=False),
        _AMOUNT,
        _DAY,
        Column("payer", 40, Holds.WORDS, required=False),
        Column("way", 2, Holds.WAY),
    ),
    Record.RETURN: (
        _RECORD,
        _REFERENCE,
        Column("original", 30, Holds.CODE),
        _AMOUNT,
        _DAY,
        Column("reason", 45, Holds.WORDS, required=False),
    ),
    Record.FOOT: (
        _RECORD,
        Column("payments", 8, Holds.COUNT),
        Column("payments_sum", 16, Holds.AMOUNT),
        Column("returns", 8, Holds.COUNT),
        Column("returns_sum", 16, Holds.AMOUNT),
    ),
}
# How somebody paid at the bank.
WAYS = ("01", "02", "03", "04")


def widths(record: Record) -> int:
    """The bytes of a record before its filler."""
    return sum(column.width for column in RECORDS[record])
