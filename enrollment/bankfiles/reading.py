"""Reading a bank file: bytes in, its lines or every reason why it cannot be taken out. Pure; nothing is guessed.

A file is whole or refused whole: it begins with a header, ends with a trailer whose counts and sums are those of its
lines, every line can be read and no bank reference stands twice.
"""

import codecs
import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from .cells import WrongCell, value_of
from .layouts import CSV_BEGINS, FIXED_BEGINS, LENGTH, RECORDS, Layout, Record, widths
from .quick import payment

ZERO = Decimal("0.00")
LINES_AT_MOST = 100_000
LINES_A_PART = 1_000
# More than these need not be read to see that the file is wrong.
PROBLEMS_AT_MOST = 20
UTF8, GB18030 = "utf-8", "gb18030"
MARKS = ((codecs.BOM_UTF8, UTF8), ("\ufeff".encode(GB18030), GB18030))
# What begins so is a workbook, a PDF, a picture or text of another kind.
NO_TEXT = (b"PK\x03\x04", bytes.fromhex("D0CF11E0A1B11AE1"), b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"\xff\xfe")
_CHINESE = re.compile("[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file, as a code with its values: in a line (counted from 1) and a column, where it can be
    said.
    """

    code: str
    line: int = 0
    column: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


class Unreadable(ValueError):
    """A file that is refused, with the first problems in it."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(f"{each.line} {each.column} {each.code}" for each in problems))
        self.problems = problems


class Line(NamedTuple):
    """A payment, or a payment that the bank took back.

    `stated` is the notice's number as the payer stated it, of a return the bank reference of the payment that went
    back; `words` the payer's name, of a return its reason; `way` how it was paid at the bank. `amount` in yuan, `day`
    is the bank's value date.
    """

    place: int
    returned: bool
    reference: str
    stated: str
    amount: Decimal
    day: date
    words: str
    way: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """How the bytes of a file are to be read."""

    layout: Layout
    encoding: str


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the file: its bytes, the place of its first line, how many lines it has. Header and trailer are parts
    without lines; all parts one after the other are the file.
    """

    content: bytes
    first: int
    lines: int


@dataclass(frozen=True, slots=True)
class Sums:
    """Lines and yuan of the payments and of the returned ones."""

    payments: int = 0
    payments_sum: Decimal = ZERO
    returns: int = 0
    returns_sum: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Content:
    """A file that can be taken: what its header says, its sums, its parts."""

    form: Form
    bank: str
    bank_name: str
    file_number: str
    file_day: date
    sums: Sums
    parts: tuple[Part, ...]


def read(content: bytes, first_day: date, today: date) -> Content:
    """The file, checked whole. Days before `first_day` or after `today` are refused. Raises Unreadable."""
    if not content.strip():
        raise Unreadable(Problem("nothing"))
    if content.startswith(NO_TEXT):
        raise Unreadable(Problem("no_text"))
    begin, encoding = encoding_of(content)
    layout = _layout(content[begin:], encoding)
    lines = content[begin:].split(b"\n")
    ends = bool(lines) and not lines[-1].strip()
    while lines and not lines[-1].strip():
        lines.pop()
    if len(lines) > LINES_AT_MOST + 2:
        raise Unreadable(Problem("many", values={"lines": LINES_AT_MOST}))
    return _Reader(Form(layout, encoding), first_day, today).whole(content, begin, lines, ends)


def lines_of(part: Part, form: Form) -> list[Line]:
    """The lines of a part of a file that was taken. Raises Unreadable."""
    reader = _Reader(form, date.min, date.max)
    found = part.content.split(b"\n")[: part.lines]
    return [reader.line(place, text) for place, text in enumerate(found, start=part.first)]


# --- the bytes -------------------------------------------------------------------------------------------------------


def encoding_of(content: bytes) -> tuple[int, str]:
    """Where the text begins, and its encoding: as marked, else UTF-8 where all of it is that, else GB18030."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            _decodes(content, encoding)
            return len(mark), encoding
    try:
        content.decode(UTF8)
    except UnicodeDecodeError:
        _must_be_one(content)
        _decodes(content, GB18030)
        return 0, GB18030
    return 0, UTF8


def _decodes(content: bytes, encoding: str) -> None:
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        code = "no_encoding" if encoding == GB18030 else "no_utf8"
        raise Unreadable(Problem(code, line)) from error


def _must_be_one(content: bytes) -> None:
    """Whether no line of a GB18030 file is in UTF-8 after all: two files that somebody put together."""
    for place, line in enumerate(content.split(b"\n"), start=1):
        if line.isascii():
            continue
        try:
            words = "".join(char for char in line.decode(UTF8) if not char.isascii())
        except UnicodeDecodeError:
            continue
        if _CHINESE.fullmatch(words):
            raise Unreadable(Problem("two_encodings", place))


def _layout(content: bytes, encoding: str) -> Layout:
    begins = content[: len(CSV_BEGINS)].decode("latin-1")
    if begins.startswith(FIXED_BEGINS):
        return Layout.FIXED
    if begins.startswith(CSV_BEGINS):
        return Layout.CSV
    raise Unreadable(Problem("unknown", 1, values={"fixed": FIXED_BEGINS, "csv": CSV_BEGINS}))


# --- the records -----------------------------------------------------------------------------------------------------


class _Reader:
    """Reads the records of one file, and gathers what is wrong."""

    def __init__(self, form: Form, first_day: date, today: date) -> None:
        self.form = form
        self.first_day, self.today = first_day, today
        self.problems: list[Problem] = []

    def whole(self, content: bytes, begin: int, lines: list[bytes], ends: bool) -> Content:
        head = self._head(lines[0])
        self.today = min(self.today, head["file_day"])
        last = len(lines)
        foot_at = next((place for place, text in enumerate(lines, start=1) if text.startswith(b"T")), 0)
        if not foot_at:
            raise Unreadable(*self.problems, Problem("no_foot", last))
        if foot_at < last:
            raise Unreadable(Problem("after_foot", foot_at + 1, values={"foot": foot_at}))
        sums = self._lines(lines[1:-1])
        self._foot(lines[-1], last, sums)
        if self.problems:
            raise Unreadable(*self.problems[:PROBLEMS_AT_MOST])
        return Content(
            self.form,
            head["bank"],
            head["bank_name"],
            head["file_number"],
            head["file_day"],
            sums,
            tuple(_parts(content, begin, lines)),
        )

    def line(self, place: int, text: bytes) -> Line:
        """A payment or return. Raises Unreadable."""
        cells = payment(text, self.form.layout, self.form.encoding)
        if cells is not None:
            return Line(place, False, *cells)
        record = self._record(place, text)
        if record not in (Record.PAYMENT, Record.RETURN):
            raise Unreadable(Problem("head_again" if record is Record.HEAD else "record", place))
        found = self._cells(place, text, record)
        returned = record is Record.RETURN
        return Line(
            place,
            returned,
            found["reference"],
            found["original" if returned else "notice"],
            found["amount"],
            found["day"],
            found["reason" if returned else "payer"],
            found.get("way", ""),
        )

    def _lines(self, lines: list[bytes]) -> Sums:
        """Every line looked at: their counts and sums."""
        counts, sums = [0, 0], [ZERO, ZERO]
        seen: dict[str, int] = {}
        for place, text in enumerate(lines, start=2):
            try:
                line = self.line(place, text)
            except Unreadable as error:
                self.problems += error.problems
                if len(self.problems) >= PROBLEMS_AT_MOST:
                    raise Unreadable(*self.problems[:PROBLEMS_AT_MOST]) from error
                continue
            counts[line.returned] += 1
            sums[line.returned] += line.amount
            first = seen.setdefault(line.reference, place)
            if first != place:
                self.problems.append(Problem("reference_twice", place, "reference", {"first": first}))
            if not line.amount:
                self.problems.append(Problem("no_amount", place, "amount"))
            self._in_time(place, "day", line.day)
        return Sums(counts[0], sums[0], counts[1], sums[1])

    def _in_time(self, place: int, column: str, day: date) -> None:
        if day > self.today:
            self.problems.append(Problem("late", place, column, {"day": day, "last": self.today}))
        elif day < self.first_day:
            self.problems.append(Problem("early", place, column, {"day": day, "first": self.first_day}))

    def _head(self, text: bytes) -> Mapping[str, Any]:
        found = self._cells(1, text, Record.HEAD)
        self._in_time(1, "file_day", found["file_day"])
        if self.problems:
            raise Unreadable(*self.problems)
        return found

    def _foot(self, text: bytes, place: int, sums: Sums) -> None:
        """The trailer says what the lines come to; not compared where a line could not be read."""
        try:
            found = self._cells(place, text, Record.FOOT)
        except Unreadable as error:
            self.problems += error.problems
            return
        if self.problems:
            return
        for code in ("payments", "payments_sum", "returns", "returns_sum"):
            counted = getattr(sums, code)
            if found[code] != counted:
                self.problems.append(Problem("control", place, code, {"said": found[code], "found": counted}))

    def _record(self, place: int, text: bytes) -> Record | None:
        """What kind of line it is. Raises Unreadable for one of the other format."""
        mark, behind = text[:1].decode("latin-1"), text[1:2]
        if mark not in set(Record):
            return None
        if (behind == b",") != (self.form.layout is Layout.CSV):
            raise Unreadable(Problem("other_layout", place))
        return Record(mark)

    def _cells(self, place: int, text: bytes, record: Record) -> dict[str, Any]:
        columns = RECORDS[record]
        split = self._fixed if self.form.layout is Layout.FIXED else self._separated
        found: dict[str, Any] = {}
        wrong = []
        for column, cell in zip(columns, split(place, text.removesuffix(b"\r"), record), strict=True):
            try:
                found[column.code] = value_of(column, cell, self.form.layout)
            except WrongCell as error:
                wrong.append(Problem(error.code, place, column.code, error.values))
        if wrong:
            raise Unreadable(*wrong)
        return found

    def _fixed(self, place: int, text: bytes, record: Record) -> Iterator[str]:
        if len(text) != LENGTH:
            raise Unreadable(Problem("length", place, values={"length": len(text), "wanted": LENGTH}))
        if text[widths(record) :].strip():
            raise Unreadable(Problem("filler", place, values={"first": widths(record) + 1}))
        at = 0
        for column in RECORDS[record]:
            try:
                yield text[at : at + column.width].decode(self.form.encoding)
            except UnicodeDecodeError as error:
                raise Unreadable(
                    Problem("cut", place, column.code, {"first": at + 1, "last": at + column.width})
                ) from error
            at += column.width

    def _separated(self, place: int, text: bytes, record: Record) -> Iterator[str]:
        decoded = text.decode(self.form.encoding)
        cells = decoded.split(",")
        if '"' in decoded:
            try:
                cells = next(csv.reader([decoded], strict=True))
            except (csv.Error, StopIteration) as error:
                raise Unreadable(Problem("quotes", place)) from error
        wanted = len(RECORDS[record])
        if len(cells) != wanted:
            raise Unreadable(Problem("cells", place, values={"cells": len(cells), "wanted": wanted}))
        return iter(cells)


def _parts(content: bytes, begin: int, lines: list[bytes]) -> Iterator[Part]:
    """Header, LINES_A_PART lines each, trailer with whatever blank lines follow."""
    at = begin + len(lines[0]) + 1
    yield Part(content[:at], 1, 0)
    for start in range(1, len(lines) - 1, LINES_A_PART):
        piece = lines[start : min(start + LINES_A_PART, len(lines) - 1)]
        until = at + sum(map(len, piece)) + len(piece)
        yield Part(content[at:until], start + 1, len(piece))
        at = until
    yield Part(content[at:], len(lines), 0)
