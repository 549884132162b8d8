"""Writing a bank file as a bank would: for the demo and the tests. Pure."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from .cells import written
from .layouts import LENGTH, MARK, RECORDS, Layout, Record
from .reading import ZERO, Form, Line


class TooWide(ValueError):
    """A text that does not fit into its column."""


def write(lines: Iterable[Line], *, bank: str, bank_name: str, file_number: str, file_day: date, form: Form) -> bytes:
    """A bank file with these lines, their places left aside. Raises TooWide."""
    lines = list(lines)
    head = {"record": "H", "mark": MARK, "bank": bank, "bank_name": bank_name}
    head |= {"file_number": file_number, "file_day": file_day}  # type: ignore[dict-item]
    rows = [record_of(Record.HEAD, head, form), *(line_of(line, form) for line in lines)]
    rows.append(record_of(Record.FOOT, foot_of(lines), form))
    return b"".join(row + b"\r\n" for row in rows)


def line_of(line: Line, form: Form) -> bytes:
    """A payment or return as it stands in a file."""
    record = Record.RETURN if line.returned else Record.PAYMENT
    names = ("original", "reason") if line.returned else ("notice", "payer")
    values: dict[str, Any] = {"record": record.value, "reference": line.reference, "amount": line.amount}
    values |= {"day": line.day, "way": line.way, names[0]: line.stated, names[1]: line.words}
    return record_of(record, values, form)


def foot_of(lines: Iterable[Line]) -> dict[str, Any]:
    """What the trailer says."""
    counts: list[int] = [0, 0]
    sums: list[Decimal] = [ZERO, ZERO]
    for line in lines:
        counts[line.returned] += 1
        sums[line.returned] += line.amount
    return {
        "record": "T",
        "payments": counts[0],
        "payments_sum": sums[0],
        "returns": counts[1],
        "returns_sum": sums[1],
    }


def record_of(record: Record, values: Mapping[str, Any], form: Form) -> bytes:
    """A record without the end of its line. Raises TooWide."""
    cells = [written(column, values, form.layout) for column in RECORDS[record]]
    if form.layout is Layout.CSV:
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow(cells)
        return text.getvalue().encode(form.encoding)
    found = b""
    for column, cell in zip(RECORDS[record], cells, strict=True):
        raw = cell.encode(form.encoding)
        if len(raw) > column.width:
            raise TooWide(f"{column.code}: {cell}")
        found += raw.ljust(column.width)
    return found.ljust(LENGTH)
