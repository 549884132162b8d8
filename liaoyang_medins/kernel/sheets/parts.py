"""A workbook whose long sheets are written in parts, by several processes, each in constant memory.

Whoever writes one makes its frame with `writing`: the workbook with everything but the long rows, and of each long
sheet the head, one row that shows how its cells look, and one that shows how its sums do. `rows_of` writes a part of
the rows as they lie in a workbook, squeezed; `stitch` puts the parts where they belong and writes the file. Text is
text, and no cell holds a formula.
"""

import datetime
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

Value = str | int | Decimal | datetime.date | None
# Excel has no more rows on a sheet; two are for the head and the sums.
ROWS_AT_MOST = 1_048_576 - 2
# The day that Excel counts from, with the 29 February 1900 that it believes in.
DAY_ZERO = datetime.date(1899, 12, 30)
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CELL = re.compile(rb'<c r="([A-Z]+)\d+"(?: s="(\d+)")?')
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"/>')
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Look:
    """How the cells of a long sheet look: for each column its letters and the number of its style."""

    columns: tuple[tuple[str, str], ...]


def row_xml(number: int, values: Sequence[Value], look: Look) -> str:
    """One row of a sheet, the `number`-th, as it lies in a workbook."""
    cells = []
    for (letters, style), value in zip(look.columns, values, strict=True):
        if value is None:
            continue
        at = f'<c r="{letters}{number}" s="{style}"'
        if isinstance(value, str):
            words = escape(_NOT_IN_XML.sub("", value))
            cells.append(f'{at} t="inlineStr"><is><t xml:space="preserve">{words}</t></is></c>')
        elif isinstance(value, datetime.date):
            cells.append(f"{at}><v>{(value - DAY_ZERO).days}</v></c>")
        else:
            cells.append(f"{at}><v>{value}</v></c>")
    return f'<row r="{number}">{"".join(cells)}</row>'


def rows_of(rows: Iterable[Sequence[Value]], first: int, look: Look) -> bytes:
    """A part of a sheet's rows from the row `first` on (the head is row 1), squeezed. What it holds at a time is a row
    and the bytes so far.
    """
    squeeze = zlib.compressobj(6)
    found = bytearray()
    for number, values in enumerate(rows, start=first):
        found += squeeze.compress(row_xml(number, values, look).encode())
    found += squeeze.flush()
    return bytes(found)


def looks_in(frame: IO[bytes], sheet: int) -> tuple[Look, Look]:
    """How the rows of the long sheet (the `sheet`-th of the workbook, from 1) and its sums look."""
    with ZipFile(frame) as book:
        _head, rows, _foot = _cut(book.read(_name(sheet)))
    return _look(rows[1]), _look(rows[2])


def _look(row: bytes) -> Look:
    return Look(tuple((letters.decode(), (style or b"0").decode()) for letters, style in _CELL.findall(row)))


def _name(sheet: int) -> str:
    return f"xl/worksheets/sheet{sheet}.xml"


def _cut(xml: bytes) -> tuple[bytes, list[bytes], bytes]:
    """What stands before the rows of a sheet, its rows, and what stands behind them."""
    begins, ends = xml.index(b"<sheetData>") + len(b"<sheetData>"), xml.index(b"</sheetData>")
    rows = [row + b"</row>" for row in xml[begins:ends].split(b"</row>") if row]
    return xml[:begins], rows, xml[ends:]


@dataclass(frozen=True, slots=True)
class Long:
    """A long sheet: how many rows its `parts` (squeezed, in their order) hold, and its sums."""

    count: int
    parts: Callable[[], Iterable[bytes]]
    sums: Sequence[Value]


def stitch(frame: IO[bytes], longs: Mapping[int, Long], into: IO[bytes]) -> None:
    """Write the workbook `into` a file: the frame, with the rows of its long sheets (by their place, from 1)."""
    with ZipFile(frame) as book, ZipFile(into, "w", ZIP_DEFLATED) as made:
        names = {_name(sheet): long for sheet, long in longs.items()}
        for entry in book.infolist():
            if entry.filename not in names:
                made.writestr(entry, book.read(entry))
                continue
            # A full sheet has a gigabyte; only above two would it need what old versions of Excel do not read.
            with made.open(entry.filename, "w") as sheet:
                for piece in _pieces(book.read(entry), names[entry.filename]):
                    sheet.write(piece)


def _pieces(xml: bytes, long: Long) -> Iterator[bytes]:
    head, rows, foot = _cut(xml)
    look = _look(rows[2])
    last = long.count + 2
    yield _DIMENSION.sub(b'<dimension ref="A1:%s%d"/>' % (look.columns[-1][0].encode(), last), head)
    yield rows[0]
    for part in long.parts():
        spread = zlib.decompressobj()
        while part:
            yield spread.decompress(part, _BLOCK)
            part = spread.unconsumed_tail
    yield row_xml(last, long.sums, look).encode()
    yield foot
