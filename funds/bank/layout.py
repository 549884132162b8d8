"""The format of bank statements (docs/bank-statements.md): reading one whole or not at all, and writing one. Pure.

CSV in UTF-8 or GB18030: a header with the opening balance, the movements in their order, each with the balance after
it, and a trailer with count, sums and closing balance. Every figure is reckoned again.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from enrollment.bankfiles.cells import CONTROL, WrongCell, day_of, shown, words_of
from enrollment.bankfiles.layouts import Layout
from enrollment.bankfiles.reading import NO_TEXT, PROBLEMS_AT_MOST, Problem, Unreadable, encoding_of

MARK = "LYSTATEMENT"
BEGINS = f"H,{MARK},"
LINES_AT_MOST = 20_000
ZERO = Decimal("0.00")
HEAD = ("record", "mark", "bank", "bank_name", "account", "statement", "first", "last", "opening")
LINE = ("record", "day", "reference", "paid_in", "paid_out", "balance", "counterparty", "words")
FOOT = ("record", "lines", "paid_in_sum", "paid_out_sum", "closing")
COLUMNS_OF = {"H": HEAD, "L": LINE, "T": FOOT}
# Characters at most.
WIDTHS = {"bank": 12, "bank_name": 40, "account": 30, "statement": 20, "reference": 40}
WIDTHS |= {"counterparty": 60, "words": 60}
_CODE = re.compile(r"[0-9A-Z-]+")
_YUAN = re.compile(r"-?\d{1,12}\.\d\d", re.ASCII)
_DAYS = ("day", "first", "last")
_AMOUNTS = ("paid_in", "paid_out", "paid_in_sum", "paid_out_sum")
_BALANCES = ("opening", "balance", "closing")
_CODES = ("bank", "account", "statement")
_MAY_BE_EMPTY = ("reference", "paid_in", "paid_out", "counterparty", "words")


class Movement(NamedTuple):
    """A line of a statement: what moved on `day`, in yuan, paid in above zero and paid out below, and the balance of
    the account after it.
    """

    place: int
    day: date
    reference: str
    amount: Decimal
    balance: Decimal
    counterparty: str
    words: str


@dataclass(frozen=True, slots=True)
class Content:
    """A statement that can be taken: what its header and trailer say (which is what its lines come to), its lines."""

    encoding: str
    bank: str
    bank_name: str
    account: str
    statement: str
    first: date
    last: date
    opening: Decimal
    closing: Decimal
    paid_in: Decimal
    paid_out: Decimal
    movements: tuple[Movement, ...]


def read(content: bytes, today: date) -> Content:
    """The statement, checked whole. Days after `today` are refused. Raises Unreadable with the first problems."""
    if not content.strip():
        raise Unreadable(Problem("nothing"))
    if content.startswith(NO_TEXT):
        raise Unreadable(Problem("no_text"))
    begin, encoding = encoding_of(content)
    lines = content[begin:].decode(encoding).split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines[0].startswith(BEGINS):
        raise Unreadable(Problem("unknown_statement", 1, values={"begins": BEGINS}))
    if len(lines) > LINES_AT_MOST + 2:
        raise Unreadable(Problem("many", values={"lines": LINES_AT_MOST}))
    return _Reader(today).whole(encoding, lines)


class _Reader:
    """Reads the lines of one statement, and gathers what is wrong."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.problems: list[Problem] = []

    def whole(self, encoding: str, lines: list[str]) -> Content:
        head = self._cells(1, lines[0])
        if not head:
            raise Unreadable(*self.problems)
        if head["last"] < head["first"]:
            self._wrong(Problem("days_turned", 1, "last", {"first": head["first"]}))
        if head["last"] > self.today:
            self._wrong(Problem("late", 1, "last", {"day": head["last"], "last": self.today}))
        last = len(lines)
        foot_at = next((place for place, text in enumerate(lines, start=1) if text.startswith("T")), 0)
        if not foot_at:
            raise Unreadable(*self.problems, Problem("no_foot", last))
        if foot_at < last:
            raise Unreadable(Problem("after_foot", foot_at + 1, values={"foot": foot_at}))
        movements = tuple(self._movements(head, lines[1:-1]))
        paid_in = sum((each.amount for each in movements if each.amount > 0), ZERO)
        paid_out = -sum((each.amount for each in movements if each.amount < 0), ZERO)
        closing = head["opening"] + paid_in - paid_out
        foot = self._cells(last, lines[-1])
        if foot and not self.problems:
            found = {"lines": len(movements), "paid_in_sum": paid_in, "paid_out_sum": paid_out, "closing": closing}
            for name, value in found.items():
                if foot[name] != value:
                    self._wrong(Problem("control", last, name, {"said": foot[name], "found": value}))
        if self.problems:
            raise Unreadable(*self.problems)
        return Content(
            encoding=encoding,
            closing=closing,
            paid_in=paid_in,
            paid_out=paid_out,
            movements=movements,
            **{name: head[name] for name in ("bank", "bank_name", "account", "statement", "first", "last", "opening")},
        )

    def _movements(self, head: Mapping[str, Any], lines: list[str]) -> Iterator[Movement]:
        balance: Decimal | None = head["opening"]
        day = head["first"]
        for place, text in enumerate(lines, start=2):
            found = self._cells(place, text)
            if not found:
                balance = None
                continue
            amount = found["paid_in"] - found["paid_out"]
            if (found["paid_in"] > 0) == (found["paid_out"] > 0):
                self._wrong(Problem("one_amount", place, "paid_in"))
            elif balance is not None and balance + amount != found["balance"]:
                self._wrong(
                    Problem("balance", place, "balance", {"said": found["balance"], "found": balance + amount})
                )
            if not day <= found["day"] <= head["last"]:
                self._wrong(Problem("day_order", place, "day", {"first": day, "last": head["last"]}))
            balance, day = found["balance"], max(day, found["day"])
            yield Movement(
                place,
                found["day"],
                found["reference"],
                amount,
                found["balance"],
                found["counterparty"],
                found["words"],
            )

    def _cells(self, place: int, text: str) -> dict[str, Any]:
        """The cells of a line by their columns; empty where anything is wrong with it."""
        try:
            cells = next(csv.reader([text.removesuffix("\r")], strict=True), [])
        except csv.Error:
            self._wrong(Problem("quotes", place))
            return {}
        record = cells[0] if cells else ""
        wanted = "H" if place == 1 else record
        if record not in COLUMNS_OF or record != wanted or (record == "H" and place > 1):
            self._wrong(Problem("head_again" if record == "H" else "record_of_statement", place))
            return {}
        names = COLUMNS_OF[record]
        if len(cells) != len(names):
            self._wrong(Problem("cells", place, values={"cells": len(cells), "wanted": len(names)}))
            return {}
        found: dict[str, Any] = {}
        for name, cell in zip(names, cells, strict=True):
            try:
                found[name] = value_of(name, cell)
            except WrongCell as error:
                self._wrong(Problem(error.code, place, name, error.values))
        return found if len(found) == len(names) else {}

    def _wrong(self, problem: Problem) -> None:
        self.problems.append(problem)
        if len(self.problems) >= PROBLEMS_AT_MOST:
            raise Unreadable(*self.problems)


def value_of(name: str, text: str) -> Any:
    """What a cell says. Raises WrongCell."""
    if CONTROL.search(text):
        raise WrongCell("control_character")
    plain = words_of(text)
    if not plain and name not in _MAY_BE_EMPTY:
        raise WrongCell("empty")
    if len(plain) > WIDTHS.get(name, 20):
        raise WrongCell("long", longest=WIDTHS.get(name, 20))
    if name in _DAYS:
        return day_of(plain, Layout.CSV)
    if name in _AMOUNTS or name in _BALANCES:
        if not plain:
            return ZERO
        if not _YUAN.fullmatch(plain) or (plain.startswith("-") and name in _AMOUNTS):
            raise WrongCell("yuan", text=shown(plain))
        return Decimal(plain)
    if name == "lines":
        if not (plain.isascii() and plain.isdigit()):
            raise WrongCell("count", text=shown(plain))
        return int(plain)
    if name in _CODES:
        plain = plain.upper() if plain.isascii() else plain
        if not _CODE.fullmatch(plain):
            raise WrongCell("code", text=shown(plain))
    if name == "mark" and plain != MARK:
        raise WrongCell("mark", text=shown(plain), mark=MARK)
    return plain


def write(
    movements: Iterable[tuple[date, str, Decimal, str, str]],
    *,
    bank: str,
    bank_name: str,
    account: str,
    statement: str,
    first: date,
    last: date,
    opening: Decimal,
    encoding: str = "gb18030",
) -> bytes:
    """A statement as a bank would send it: day, reference, amount, counterparty and words of each movement."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(("H", MARK, bank, bank_name, account, statement, first, last, f"{opening:.2f}"))
    balance, sums, count = opening, [ZERO, ZERO], 0
    for day, reference, amount, counterparty, words in movements:
        balance += amount
        sums[amount < 0] += abs(amount)
        count += 1
        paid = (f"{amount:.2f}", "") if amount > 0 else ("", f"{-amount:.2f}")
        rows.writerow(("L", day, reference, *paid, f"{balance:.2f}", counterparty, words))
    rows.writerow(("T", count, f"{sums[0]:.2f}", f"{sums[1]:.2f}", f"{balance:.2f}"))
    return out.getvalue().encode(encoding)
