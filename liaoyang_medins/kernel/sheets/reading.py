"""Reading a file that somebody sends: a workbook (.xlsx) or CSV, told apart by what is in it, not by its name.

Before anything is parsed its size is looked at, and of a workbook what it would unpack to: a small file can hold
gigabytes. Cells come as they lie in the file; a formula comes as `Formula`, since nobody knows its value but the
program that made it.
"""

import csv
import datetime
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import load_workbook
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils.exceptions import InvalidFileException

from liaoyang_medins.kernel.errors import Invalid

MB = 1024 * 1024
FIELD = "file"


@dataclass(frozen=True, slots=True)
class Limits:
    """What is read at most: bytes of the file, bytes that a workbook unpacks to, rows below the headings, columns."""

    size: int = 10 * MB
    unpacked: int = 200 * MB
    rows: int = 20_000
    columns: int = 60


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that would compute something; `text` is how it stands in the file."""

    text: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A cell in which a program wrote an error, such as #N/A."""

    text: str


Cell = str | int | float | bool | datetime.date | datetime.datetime | datetime.time | Formula | Failed | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row that holds something: its place in the file, counted from 1, and its cells."""

    place: int
    cells: tuple[Cell, ...]


# How a file begins that is neither a workbook nor text.
_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_NO_TEXT: dict[bytes, str | Promise] = {
    _OLE: gettext_lazy(
        "This is a workbook of the old kind (.xls), or one with a password. Open it, save it as “Excel workbook "
        "(.xlsx)” without a password, and send that."
    ),
    b"%PDF": gettext_lazy("This is a PDF, whatever its name says. Send the list as a workbook (.xlsx) or CSV."),
    b"\x89PNG": gettext_lazy("This is a picture, whatever its name says. Send the list as a workbook (.xlsx) or CSV."),
    b"\xff\xd8\xff": gettext_lazy(
        "This is a picture, whatever its name says. Send the list as a workbook (.xlsx) or CSV."
    ),
}
_WEB_PAGE = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"mime-version:")
_FORMULA_IN_TEXT = ("=", "@")
# No program writes more rows into a sheet; of a file that names one far below the empty ones would be counted for
# hours.
LAST_PLACE = 1_048_576
# What zipfile says of an archive that it cannot read. RuntimeError: one with a password, or packed in a way that it
# does not know.
_BAD_ARCHIVE = (zipfile.BadZipFile, RuntimeError, EOFError, OSError)


def read_table(file: IO[bytes], *, limits: Limits = Limits()) -> list[Row]:
    """The rows of the first sheet of a workbook, or of a CSV file in UTF-8 or GB18030, empty rows left out.

    Raises Invalid (field `file`) that says what is wrong with the file: empty, too large, too many rows or columns,
    unpacks to too much, an old or locked workbook, damaged, or no table at all.
    """
    content = _content(file, limits)
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for mark, said in _NO_TEXT.items():
        if content.startswith(mark):
            raise _wrong(str(said), "no_workbook")
    if content.startswith(_ZIP):
        return _bounded(_of_workbook(content, limits), limits)
    if start.startswith(_WEB_PAGE):
        raise _wrong(
            _("This is a web page, whatever its name says. Open it and save it as a workbook (.xlsx)."), "web_page"
        )
    return _bounded(_of_text(content), limits)


def _wrong(message: str, code: str) -> Invalid:
    return Invalid(message, code=code, field=FIELD)


def _content(file: IO[bytes], limits: Limits) -> bytes:
    content = file.read(limits.size + 1)
    if len(content) > limits.size:
        raise _wrong(
            _("The file is larger than %(size)s MB. Send it in several parts.") % {"size": limits.size // MB},
            "too_large",
        )
    if not content.strip(b"\x00 \t\r\n"):
        raise _wrong(_("The file is empty."), "empty")
    return content


def _bounded(rows: Iterable[Row], limits: Limits) -> list[Row]:
    found: list[Row] = []
    for row in rows:
        if len(row.cells) > limits.columns:
            raise _wrong(
                _("Row %(row)s has more than %(columns)s columns.") % {"row": row.place, "columns": limits.columns},
                "too_many_columns",
            )
        # The headings are a row too.
        if len(found) > limits.rows:
            raise _wrong(
                _("The list has more than %(rows)s rows. Send it in several parts.") % {"rows": limits.rows},
                "too_many_rows",
            )
        found.append(row)
    if not found:
        raise _wrong(_("The file is empty."), "empty")
    return found


def _row(place: int, cells: Sequence[Cell]) -> Row | None:
    """The row without the empty cells at its end; None where all are empty."""
    last = len(cells)
    while last and cells[last - 1] in (None, ""):
        last -= 1
    return Row(place, tuple(cells[:last])) if last else None


# --- workbooks -------------------------------------------------------------------------------------------------------


def _of_workbook(content: bytes, limits: Limits) -> Iterator[Row]:
    _look_before_unpacking(content, limits)
    try:
        with warnings.catch_warnings():
            # Of styles and extensions that nobody needs here.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            try:
                yield from _of_sheet(book, limits)
            finally:
                book.close()
    except Invalid:
        raise
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, SyntaxError, OSError) as error:
        # A part that is not there, XML that is none, a number that is none: all say that the file is damaged.
        raise _wrong(
            _("The workbook cannot be read: it is damaged. Save it anew and send that."), "damaged"
        ) from error
    except (AttributeError, IndexError, EOFError, OverflowError) as error:
        raise _wrong(
            _("The workbook cannot be read: it is damaged. Save it anew and send that."), "damaged"
        ) from error


def _look_before_unpacking(content: bytes, limits: Limits) -> None:
    """What the archive says it unpacks to is all that is ever unpacked of it: zipfile reads no further."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                raise _wrong(
                    _("This is no workbook, whatever its name says. Send the list as a workbook (.xlsx) or CSV."),
                    "no_workbook",
                )
            if sum(part.file_size for part in parts) > limits.unpacked or len(parts) > 1000:
                raise _wrong(
                    _("The workbook unpacks to more than %(size)s MB, far more than a list needs. It is not opened.")
                    % {"size": limits.unpacked // MB},
                    "unpacks_to_too_much",
                )
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as opened:
                        if b"<!DOCTYPE" in opened.read(4096):
                            raise _wrong(_("The workbook holds what no list needs. It is not opened."), "doctype")
    except _BAD_ARCHIVE as error:
        raise _wrong(
            _("The workbook cannot be read: it is damaged. Save it anew and send that."), "damaged"
        ) from error


def _of_sheet(book: Any, limits: Limits) -> Iterator[Row]:
    sheet = next((sheet for sheet in book.worksheets if sheet.sheet_state == "visible"), None)
    if sheet is None:
        raise _wrong(_("The workbook has no sheet."), "empty")
    # What a sheet says of its own size need not be true.
    sheet.reset_dimensions()
    # openpyxl gives one and the same row for all that are not in the file.
    empty = None
    for place, cells in enumerate(sheet.iter_rows(max_col=limits.columns + 1), start=1):
        if place > LAST_PLACE:
            raise _wrong(_("The workbook cannot be read: it is damaged. Save it anew and send that."), "damaged")
        if cells is empty:
            continue
        if all(cell is EMPTY_CELL for cell in cells):
            empty = cells
            continue
        row = _row(place, [_cell(cell) for cell in cells])
        if row is not None:
            yield row


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return None
    if cell.data_type == "f":
        return Formula(str(getattr(value, "text", value)))
    if cell.data_type == "e":
        return Failed(str(value))
    if isinstance(value, str | bool | int | float | datetime.date | datetime.time):
        return value
    if isinstance(value, datetime.timedelta):
        return value / datetime.timedelta(days=1)
    return str(value)


# --- text ------------------------------------------------------------------------------------------------------------


def _of_text(content: bytes) -> Iterator[Row]:
    text = _decoded(content)
    first = text.partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            row = _row(reader.line_num, [_text_cell(cell) for cell in cells])
            if row is not None:
                yield row
    except csv.Error as error:
        raise _wrong(
            _("Line %(line)s cannot be read: quotation marks do not fit, or it is no CSV.")
            % {"line": reader.line_num},
            "no_csv",
        ) from error


def _decoded(content: bytes) -> str:
    if content.startswith(_UTF16):
        raise _wrong(
            _("This is “Unicode text”. Save the list as a workbook (.xlsx) or as CSV in UTF-8."), "unicode_text"
        )
    if b"\x00" in content:
        raise _wrong(
            _("This is no workbook, whatever its name says. Send the list as a workbook (.xlsx) or CSV."),
            "no_workbook",
        )
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _wrong(_("The characters of the file are neither UTF-8 nor GB18030. Save it as a workbook."), "characters")


def _text_cell(cell: str) -> Cell:
    """Other programs write ="0123" for a text that shall stay one; everything else behind = would be computed."""
    if not cell.startswith(_FORMULA_IN_TEXT):
        return cell
    inner = cell[2:-1] if cell.startswith('="') and cell.endswith('"') and len(cell) > 2 else ""
    return inner if inner and '"' not in inner else Formula(cell)
