"""What the bank says of a list that it carried out (docs/payment-files.md). Pure: bytes in; the result, or every
reason why the file cannot be taken.

A file is taken whole or not at all: it has a line for each payment of the list and no other, with its amount, and its
trailer says what its lines come to.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

MARK = "LYPAYR"
ZERO = Decimal("0.00")
BYTES_AT_MOST = 2 * 1024 * 1024
REFERENCE_AT_MOST = 40
# More than these need not be read to see that the file is wrong.
PROBLEMS_AT_MOST = 20
AMOUNT = re.compile(r"[0-9]{1,12}\.[0-9]{2}", re.ASCII)
COUNT = re.compile(r"[0-9]{1,6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, as a code with its values, in a line counted from 1 (0: the whole file)."""

    code: str
    line: int = 0
    values: Mapping[str, object] = field(default_factory=dict)


class Unreadable(ValueError):
    """A file that is refused, with the first problems in it."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(f"{each.line} {each.code}" for each in problems))
        self.problems = problems[:PROBLEMS_AT_MOST]


@dataclass(frozen=True, slots=True)
class Line:
    """What became of a payment: `reason` is why it came back, empty where it was paid. `amount` in yuan."""

    number: str
    amount: Decimal
    reason: str

    @property
    def paid(self) -> bool:
        return not self.reason


@dataclass(frozen=True, slots=True)
class Result:
    """The bank carried a list out on `paid_on`, its value date, under `reference`."""

    number: str
    paid_on: date
    reference: str
    lines: tuple[Line, ...]


def read(content: bytes, *, number: str, due: Mapping[str, Decimal]) -> Result:
    """The result of the list `number`, of which the payments `due` (yuan by their numbers) are open.

    Raises Unreadable.
    """
    if not content.strip():
        raise Unreadable(Problem("nothing"))
    if len(content) > BYTES_AT_MOST:
        raise Unreadable(Problem("too_long"))
    rows = _rows(content)
    paid_on, reference = _head(rows[0], number)
    lines, problems = _lines(rows[1:-1], due)
    problems += _foot(rows[-1], len(rows), lines)
    if problems:
        raise Unreadable(*problems)
    return Result(number, paid_on, reference, tuple(lines))


def _rows(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise Unreadable(Problem("no_encoding")) from error
    if "\0" in text:
        raise Unreadable(Problem("no_encoding"))
    try:
        rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True))
    except csv.Error as error:
        raise Unreadable(Problem("no_csv")) from error
    found = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    if not found or found[0][:2] != ["H", MARK]:
        raise Unreadable(Problem("unknown", 1, {"begins": f"H,{MARK},"}))
    if len(found) < 2 or found[-1][0] != "T":
        raise Unreadable(Problem("no_foot", len(found)))
    return found


def _head(row: list[str], number: str) -> tuple[date, str]:
    if len(row) != 5:
        raise Unreadable(Problem("cells", 1, {"wanted": 5, "found": len(row)}))
    if row[2] != number:
        raise Unreadable(Problem("other_list", 1, {"list": row[2][:20]}))
    try:
        paid_on = date.fromisoformat(row[3])
    except ValueError as error:
        raise Unreadable(Problem("no_day", 1)) from error
    if not row[4] or len(row[4]) > REFERENCE_AT_MOST:
        raise Unreadable(Problem("no_reference", 1))
    return paid_on, row[4]


def _lines(rows: list[list[str]], due: Mapping[str, Decimal]) -> tuple[list[Line], list[Problem]]:
    lines: dict[str, Line] = {}
    problems: list[Problem] = []
    for place, row in enumerate(rows, start=2):
        line = _line(place, row)
        if isinstance(line, Problem):
            problems.append(line)
        elif line.number in lines:
            problems.append(Problem("twice", place, {"number": line.number}))
        elif line.number not in due:
            problems.append(Problem("not_on_list", place, {"number": line.number[:20]}))
        elif line.amount != due[line.number]:
            values = {"number": line.number, "said": line.amount, "due": due[line.number]}
            problems.append(Problem("amount_differs", place, values))
        else:
            lines[line.number] = line
    missing = [] if problems else [Problem("missing", 0, {"number": one}) for one in sorted({*due} - {*lines})]
    return list(lines.values()), [*problems, *missing]


def _line(place: int, row: list[str]) -> Line | Problem:
    if row[0] not in ("P", "R"):
        return Problem("record", place)
    if len(row) not in (3, 4):
        return Problem("cells", place, {"wanted": 4, "found": len(row)})
    if not AMOUNT.fullmatch(row[2]):
        return Problem("no_amount", place)
    reason = row[3] if len(row) == 4 else ""
    if (row[0] == "R") != bool(reason):
        return Problem("no_reason" if row[0] == "R" else "reason_of_paid", place)
    return Line(row[1], Decimal(row[2]), reason[:200])


def _foot(row: list[str], place: int, lines: list[Line]) -> list[Problem]:
    paid, returned = [line for line in lines if line.paid], [line for line in lines if not line.paid]
    counted = [len(paid), sum((line.amount for line in paid), ZERO)]
    counted += [len(returned), sum((line.amount for line in returned), ZERO)]
    if len(row) != 5 or not all(COUNT.fullmatch(cell) for cell in row[1::2]):
        return [Problem("foot", place)]
    if not all(AMOUNT.fullmatch(cell) for cell in row[2::2]):
        return [Problem("foot", place)]
    said = [int(row[1]), Decimal(row[2]), int(row[3]), Decimal(row[4])]
    if said == counted:
        return []
    return [Problem("control", place, {"said": " ".join(row[1:]), "found": " ".join(map(str, counted))})]
