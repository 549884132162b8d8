"""Files that people send: every kind of wrong one is told, and a right one is read as it was meant (U15)."""

import datetime
import errno
import io
import tempfile
import zipfile
from contextlib import suppress

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.room import out_of_room
from liaoyang_medins.kernel.sheets import values
from liaoyang_medins.kernel.sheets.reading import Failed, Formula, Limits, read_table
from liaoyang_medins.kernel.sheets.writing import Sheet, workbook
from tests.lists import makers

D = datetime.date
MIDNIGHT = datetime.datetime(2009, 9, 1)  # noqa: DTZ001  (a file knows no zone)
ROWS = [["姓名", "日期", "数"], ["张三", D(2009, 9, 1), 12], ["李四", None, 1.5]]


def refused(content: bytes | io.BytesIO, **limits: int) -> str:
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    with pytest.raises(Invalid) as error:
        read_table(file, limits=Limits(**limits))
    assert error.value.field == "file"
    assert str(error.value)
    return error.value.code


def cells(file: io.BytesIO) -> list[tuple[object, ...]]:
    return [row.cells for row in read_table(file)]


class TestWorkbooks:
    def test_cells_come_as_they_lie_there(self):
        first, second, third = read_table(makers.workbook(ROWS))
        assert first.cells == ("姓名", "日期", "数")
        assert second.cells == ("张三", MIDNIGHT, 12)
        assert (third.place, third.cells) == (3, ("李四", None, 1.5))

    def test_empty_rows_are_left_out_and_places_stay(self):
        found = read_table(makers.workbook([["a", "b"], [None, None], ["", "x"], []]))
        assert [(row.place, row.cells) for row in found] == [(1, ("a", "b")), (3, ("", "x"))]

    def test_a_formula_is_none_of_its_values(self):
        found = cells(makers.workbook([["a"], ["=1+1"], ['=HYPERLINK("http://x")']], formulas=True))
        assert found[1:] == [(Formula("=1+1"),), (Formula('=HYPERLINK("http://x")'),)]

    def test_an_error_of_another_program(self):
        book = openpyxl.Workbook()
        book.active["A1"] = "a"
        book.active["A2"] = "#N/A"
        file = io.BytesIO()
        book.save(file)
        file.seek(0)
        assert cells(file)[1] == (Failed("#N/A"),)

    def test_hidden_sheets_are_passed_over(self):
        book = openpyxl.Workbook()
        book.active.sheet_state = "hidden"
        book.create_sheet("seen")["A1"] = "here"
        book.active = 1
        file = io.BytesIO()
        book.save(file)
        file.seek(0)
        assert cells(file) == [("here",)]

    def test_what_a_sheet_says_of_its_size_is_not_believed(self):
        file = makers.workbook(ROWS)
        other = io.BytesIO()
        with zipfile.ZipFile(file) as archive, zipfile.ZipFile(other, "w") as written:
            for part in archive.infolist():
                content = archive.read(part)
                if part.filename.endswith("sheet1.xml"):
                    content = content.replace(b'<dimension ref="A1:C3"/>', b'<dimension ref="A1:XFD1048576"/>')
                    assert b"XFD1048576" in content
                written.writestr(part, content)
        other.seek(0)
        assert len(cells(other)) == 3


class TestText:
    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
    def test_either_encoding(self, encoding):
        assert cells(makers.text([["姓名", "号"], ["张三", "1"]], encoding)) == [("姓名", "号"), ("张三", "1")]

    @pytest.mark.parametrize("delimiter", [",", "\t", ";"])
    def test_any_delimiter(self, delimiter):
        assert cells(io.BytesIO(f"a{delimiter}b\n1{delimiter}2\n".encode())) == [("a", "b"), ("1", "2")]

    def test_a_formula_and_a_text_that_looks_like_one(self):
        found = cells(io.BytesIO(b'a,b,c\n=1+1,"=""0123""",@SUM(A1)\n'))
        assert found[1] == (Formula("=1+1"), "0123", Formula("@SUM(A1)"))


class TestWrongFiles:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "empty"),
            (b"\xef\xbb\xbf\r\n\r\n", "empty"),
            (b",,\n,,\n", "empty"),
            (bytes.fromhex("D0CF11E0A1B11AE1") + b"x" * 100, "no_workbook"),
            (b"%PDF-1.7 ...", "no_workbook"),
            (b"\x89PNG\r\n\x1a\n....", "no_workbook"),
            (b"\xff\xd8\xff\xe0....", "no_workbook"),
            (b"<html><table><tr><td>1</td></tr></table></html>", "web_page"),
            (b"\xef\xbb\xbf <TABLE><tr></tr></TABLE>", "web_page"),
            ("姓名\t号\n".encode("utf-16"), "unicode_text"),
            (b"a,b\n\x00\x01,2\n", "no_workbook"),
            (b"a,b\n\x81\xff\x81,2\n", "characters"),
            (b'a,b\n"x,2\n', "no_csv"),
            (b"PK\x03\x04 and no more", "damaged"),
        ],
    )
    def test_it_says_what_it_is(self, content, code):
        assert refused(content) == code

    def test_an_archive_that_is_no_workbook(self):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("word/document.xml", "<document/>")
        assert refused(file.getvalue()) == "no_workbook"

    def test_a_workbook_that_is_damaged(self):
        content = makers.workbook(ROWS).getvalue()
        assert refused(content[: len(content) // 2]) == "damaged"
        other = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(other, "w") as written:
            for part in archive.infolist():
                whole = archive.read(part)
                written.writestr(part, whole[:80] if part.filename.endswith("sheet1.xml") else whole)
        assert refused(other.getvalue()) == "damaged"

    def test_one_that_unpacks_to_too_much_is_not_opened(self):
        file = makers.bomb()
        assert len(file.getvalue()) < 1024 * 1024
        assert refused(file) == "unpacks_to_too_much"

    def test_a_row_that_says_to_lie_far_below_is_not_counted_to(self):
        """A few bytes that would have a program step through a thousand million empty rows."""
        content = makers.workbook(ROWS).getvalue()
        for place, code in ((1_048_576, ""), (1_048_577, "damaged"), (10**12, "damaged")):
            other = io.BytesIO()
            with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(other, "w") as written:
                for part in archive.infolist():
                    whole = archive.read(part)
                    if part.filename.endswith("sheet1.xml"):
                        whole = whole.replace(b'<row r="3"', b'<row r="%d"' % place)
                        whole = whole.replace(b'r="A3"', b'r="A%d"' % place).replace(b'r="C3"', b'r="C%d"' % place)
                    written.writestr(part, whole)
            other.seek(0)
            if code:
                assert refused(other.getvalue()) == code
            else:
                assert [row.place for row in read_table(other)] == [1, 2, place]

    def test_entities_are_not_unfolded(self):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "aaaa">]><workbook>&a;</workbook>')
        assert refused(file.getvalue()) == "doctype"

    def test_too_large_too_long_too_wide(self):
        assert refused(b"a" * 101, size=100) == "too_large"
        assert refused(b"a,b\n" * 12, rows=10) == "too_many_rows"
        assert refused(makers.workbook([["a"]] * 12), rows=10) == "too_many_rows"
        assert len(read_table(makers.workbook([["a"]] * 11), limits=Limits(rows=10))) == 11
        assert refused(b"a,b,c\n1,2,3\n", columns=2) == "too_many_columns"
        assert refused(makers.workbook([["a", "b", "c", "d"]]), columns=2) == "too_many_columns"

    @given(st.binary(min_size=1, max_size=300))
    def test_whatever_it_is_it_is_read_or_refused(self, content):
        for start in (b"", b"PK\x03\x04"):
            with suppress(Invalid):
                assert read_table(io.BytesIO(start + content))


class TestValues:
    @pytest.mark.parametrize(
        "cell",
        [
            D(2009, 9, 1),
            MIDNIGHT,
            40057,
            40057.0,
            20090901,
            "2009-09-01",
            "2009-9-1",
            "2009/9/1",
            "2009.9.1",
            "2009年9月1日",
            " ２００９－０９－０１ ",
            "20090901",
            "2009-09-01 00:00:00",
        ],
    )
    def test_a_day_however_it_is_written(self, cell):
        assert values.day(cell) == D(2009, 9, 1)

    @pytest.mark.parametrize(
        "cell", ["2009-13-01", "2009-02-30", "9月1日", "yesterday", "09-01-2009", 1.5, True, "12"]
    )
    def test_no_day(self, cell):
        with pytest.raises(ValueError):  # noqa: PT011
            values.day(cell)

    def test_no_day_at_all(self):
        assert values.day(None) is None
        assert values.day("  ") is None

    def test_text_without_its_noise(self):
        assert values.plain(" 张　三 ") == "张 三"
        assert values.plain("２１１００２Ｘ") == "211002X"
        assert values.plain("\u200b张\ufeff三\xa0") == "张三"
        assert values.plain(12.0) == "12"
        assert values.plain(None) == ""

    def test_a_long_number_that_a_program_took_for_a_figure(self):
        assert values.long_number(211002990101123) == "211002990101123"
        assert values.long_number(211002990101123.0) == "211002990101123"
        assert values.long_number("211002 19990101 123x") == "21100219990101123x"
        for lost in (2.11002199901011e17, 211002199901011234, "2.11002E+17", "2.11002e17"):
            with pytest.raises(values.LostDigits):
                values.long_number(lost)

    @pytest.mark.parametrize(("cell", "number"), [(3, 3), (3.0, 3), ("3", 3), ("３", 3), ("3.0", 3), ("", None)])
    def test_a_whole_number(self, cell, number):
        assert values.whole(cell) == number

    @pytest.mark.parametrize("cell", ["3.5", "three", -1, True])
    def test_no_whole_number(self, cell):
        with pytest.raises(ValueError):  # noqa: PT011
            values.whole(cell)

    def test_a_formula_has_no_value(self):
        for read in (values.plain, values.day, values.whole, values.long_number):
            with pytest.raises(values.HasFormula):
                read(Formula("=1"))
        with pytest.raises(ValueError, match="#N/A"):
            values.plain(Failed("#N/A"))

    @given(st.dates(D(1950, 1, 1), D(2099, 12, 31)))
    def test_every_way_to_write_a_day_means_the_same(self, day):
        ways = [day, day.isoformat(), f"{day:%Y%m%d}", f"{day.year}/{day.month}/{day.day}", int(f"{day:%Y%m%d}")]
        ways.append((day - D(1899, 12, 30)).days)
        assert {values.day(way) for way in ways} == {day}


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20), min_size=1))
def test_what_is_written_is_read_as_the_same_text(texts):
    with workbook("test") as (book, file):
        Sheet(book, "one", [10]).write(*texts)
    found = read_table(io.BytesIO(file.read()))[0].cells
    file.close()
    # A formula would come as one.
    assert [cell or "" for cell in found] == texts[: len(found)]
    assert not any(texts[len(found) :])


def test_a_workbook_that_finds_no_room_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    kept = []

    def write() -> None:
        with workbook("test") as (book, file):
            kept.append(file)
            Sheet(book, "one", [10]).write("text")
            monkeypatch.setattr("zipfile.ZipFile.write", full)

    with pytest.raises(Exception, match="No space left") as caught:
        write()
    assert out_of_room(caught.value)
    assert kept[0].closed
    assert list(tmp_path.iterdir()) == []
