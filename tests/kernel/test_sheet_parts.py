"""A long sheet written in parts reads as if it had been written at once."""

import datetime
import io
import zipfile
from decimal import Decimal

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from liaoyang_medins.kernel.sheets import parts
from liaoyang_medins.kernel.sheets.writing import Sheet, workbook

DAY = datetime.date(2009, 10, 1)
# What people can type, and what no XML can hold.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r_"), max_size=12)
ROW = st.tuples(TEXT, st.integers(-5, 5), st.decimals(-9999, 9999, places=2), st.dates(datetime.date(1960, 1, 1)))


def frame() -> io.BytesIO:
    """A sheet before, and the long one: text, number, yuan, day."""
    with workbook("frame") as (book, file):
        Sheet(book, "Summary", [10]).write("Summary", style="title")
        sheet = Sheet(book, "Persons", [10, 10, 10, 10])
        sheet.write("Name", "Persons", "Yuan", "Day", style="head")
        sheet.write("-", 1, Decimal("1.00"), DAY)
        sheet.write("-", 1, Decimal("1.00"), "-", style="bold")
    with file:
        return io.BytesIO(file.read())


def written(rows: list[tuple[str, int, Decimal, datetime.date]], size: int) -> bytes:
    """The workbook of the rows, in parts of `size`."""
    made, empty = io.BytesIO(), frame()
    row, _sums = parts.looks_in(empty, 2)
    cut = [rows[place : place + size] for place in range(0, len(rows), size)]
    squeezed = [parts.rows_of(part, 2 + size * place, row) for place, part in enumerate(cut)]
    sums = ["Sum", sum(each[1] for each in rows), sum((each[2] for each in rows), Decimal(0)), None]
    parts.stitch(empty, {2: parts.Long(len(rows), lambda: squeezed, sums)}, made)
    return made.getvalue()


def readable(text: str) -> str:
    """A text as XML holds it: without the characters that it has no place for."""
    return "".join(char for char in text if char in "\t\n" or (char >= " " and char not in "\ufffe\uffff"))


@given(st.lists(ROW, max_size=8), st.integers(1, 3))
def test_it_reads_as_it_was_meant(rows, size: int):
    data = written(rows, size)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book["Summary"]["A1"].value == "Summary"
    sheet = book["Persons"]
    assert sheet.dimensions == f"A1:D{len(rows) + 2}"
    found = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert found[0] == ["Name", "Persons", "Yuan", "Day"]
    for (name, count, yuan, day), line in zip(rows, found[1:-1], strict=True):
        assert (line[0] or "") == readable(name)
        assert (line[1], Decimal(str(line[2])).quantize(Decimal("0.01"))) == (count, yuan)
        assert line[3] == datetime.datetime.combine(day, datetime.time())
    assert found[-1][:2] == ["Sum", sum(row[1] for row in rows)]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert sheet["C2"].number_format == "#,##0.00"
    assert sheet.cell(len(rows) + 2, 1).font.bold


def test_it_is_whole_and_nothing_of_the_frame_is_left():
    with zipfile.ZipFile(io.BytesIO(written([("王小宝", 1, Decimal(40), DAY)] * 5, 2))) as book:
        assert book.testzip() is None
        sheet = book.read("xl/worksheets/sheet2.xml").decode()
    assert sheet.count("<row ") == 7
    assert ">-<" not in sheet
