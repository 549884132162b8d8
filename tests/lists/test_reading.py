"""Columns and cells of lists: every kind of wrong one is told with its reason, the others are read (U15)."""

import datetime

import pytest

from enrollment.lists.layouts import Source, find_columns, layout
from enrollment.lists.models import UploadedList
from enrollment.lists.stated import Finding, Stated, read_row
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.sheets.reading import Formula, Row
from tests import factories as make

from . import makers

D = datetime.date
GOOD = {"name": "王小明", "status": "低保", "change": "新增", "starts": "2009-09-01"}


def read(source: Source = Source.CIVIL_AFFAIRS, **values: object) -> tuple[Stated, list[Finding]]:
    given = {"id_number": make.id_number(D(1940, 5, 6), "M"), **GOOD} | values
    columns = makers.headings(source)
    cells = tuple(given.get(column.code) for column in layout(source))
    found = find_columns(source, [Row(1, tuple(columns)), Row(2, cells)])
    return read_row(source, found, found.rows[0], makers.TODAY)


def wrong(source: Source = Source.CIVIL_AFFAIRS, **values: object) -> list[str]:
    return [finding.code for finding in read(source, **values)[1]]


@pytest.mark.parametrize("source", Source)
def test_every_list_has_its_columns_and_a_source_of_its_name(source):
    columns = layout(source)
    assert {"name", "id_number"} <= {column.code for column in columns}
    assert source.value in UploadedList.Source.values
    headings = [heading for column in columns for heading in column.headings]
    assert len(headings) == len(set(headings))
    assert all(column.cell for column in columns if column.code in {"name", "id_number"})


class TestColumns:
    def columns(self, *rows: tuple[object, ...]) -> Invalid:
        with pytest.raises(Invalid) as error:
            find_columns(Source.CIVIL_AFFAIRS, [Row(place, row) for place, row in enumerate(rows, start=1)])
        assert error.value.field == "file"
        return error.value

    def test_other_headings(self):
        error = self.columns(("Name", "Amount"), ("x", 1))
        assert error.code == "wrong_columns"
        assert "身份证号" in str(error)

    def test_all_missing_ones_at_once(self):
        error = self.columns(("姓名", "身份证号", "备注"), ("x", "y", "z"))
        assert error.code == "wrong_columns"
        assert "保障类别" in str(error)
        assert "变动" in str(error)

    def test_one_twice(self):
        assert self.columns((*makers.headings(Source.CIVIL_AFFAIRS), "身份证号码"), ("x",)).code == "column_twice"

    def test_nothing_below(self):
        assert self.columns(tuple(makers.headings(Source.CIVIL_AFFAIRS))).code == "no_rows"

    def test_a_title_above_and_other_columns_beside_change_nothing(self):
        headings = ("序号", "*姓名*", "身份证 号码", "类别", "变动情况", "发证日期", "备注")
        rows = [Row(1, ("低保名册",)), Row(3, headings), Row(4, (1, "张三", "x", "低保"))]
        found = find_columns(Source.CIVIL_AFFAIRS, rows)
        assert [row.place for row in found.rows] == [4]
        assert found.places == {"name": 1, "id_number": 2, "status": 3, "change": 4, "starts": 5}


class TestRows:
    def test_a_good_one(self):
        stated, found = read()
        assert found == []
        assert (stated.name, stated.status, stated.change) == ("王小明", "low_income", "new")
        assert (stated.starts, stated.ends) == (D(2009, 9, 1), None)
        assert Stated.of(stated.to_json()) == stated

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"name": ""}, "empty_cell"),
            ({"name": "  "}, "empty_cell"),
            ({"id_number": None}, "empty_cell"),
            ({"id_number": "211002194005060011"}, "id_number_check_digit"),
            ({"id_number": "21100219400506001"}, "id_number_form"),
            ({"id_number": "21100219401306001X"}, "id_number_date"),
            ({"id_number": 2.1100219400506e17}, "lost_digits"),
            ({"id_number": "2.11002E+17"}, "lost_digits"),
            ({"id_number": Formula("=A1")}, "formula"),
            ({"name": Formula('=HYPERLINK("http://x")')}, "formula"),
            ({"status": "五保"}, "unknown_word"),
            ({"change": "？"}, "unknown_word"),
            ({"starts": "昨天"}, "bad_day"),
            ({"starts": Formula("=TODAY()")}, "formula"),
            ({"starts": None}, "empty_cell"),
            ({"ends": "2009-08-31"}, "days"),
            ({"change": "取消"}, "empty_cell"),
            ({"document": "x" * 61}, "too_long"),
        ],
    )
    def test_a_bad_one(self, values, code):
        assert wrong(**values) == [code]

    def test_everything_that_is_wrong_is_told_at_once(self):
        assert wrong(name="", id_number="1", status="?", starts="?") == [
            "empty_cell",
            "id_number_form",
            "unknown_word",
            "bad_day",
        ]

    def test_a_number_of_the_future(self):
        assert wrong(id_number=make.id_number(D(2019, 5, 6), "M")) == ["id_number_future"]

    def test_how_people_write_it(self):
        number = make.id_number(D(1940, 5, 6), "M")
        wide = number.translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)})
        stated, found = read(
            name=" 王 小明　",
            id_number=f" {wide[:6]} {wide[6:]} ".lower(),
            status=" 低 保",
            starts=40057,
            ends=D(2010, 8, 31),
        )
        assert found == []
        assert (stated.name, stated.id_number, stated.status) == ("王小明", number, "low_income")
        assert (stated.starts, stated.ends) == (D(2009, 9, 1), D(2010, 8, 31))

    def test_an_old_number_of_15_digits_as_a_figure(self):
        stated, found = read(id_number=211002400506001)
        assert found == []
        assert stated.id_number.startswith("21100219400506001")

    def test_grades_and_guardians_of_pupils(self):
        given = {"community": "社区001", "hukou": "本市", "grade": 3.0, "class_name": "2班", "starts": D(2009, 9, 1)}
        stated, found = read(Source.SCHOOL, **given)
        assert found == []
        assert stated.grade == "3"
        assert read(Source.SCHOOL, **given | {"grade": "初二"})[0].grade == "8"
        assert wrong(Source.SCHOOL, **given | {"grade": "十三年级"}) == ["unknown_word"]
        assert wrong(Source.SCHOOL, **given | {"agent_name": "王父"}) == ["empty_cell"]
        assert wrong(Source.SCHOOL, **given | {"agent_relation": "父亲"}) == ["empty_cell"]
        assert wrong(Source.SCHOOL, **given | {"hukou": "外市迁入"}) == ["empty_cell"]

    def test_certificates_of_pupils(self):
        given = {"community": "社区001", "hukou": "本市", "grade": 3, "class_name": "2班", "starts": D(2009, 9, 1)}
        given |= {"status": None, "change": None}
        poor = given | {"low_income": "低保边缘户", "low_income_since": "2009-03-01", "low_income_number": "A1"}
        stated, found = read(Source.SCHOOL, **poor, disability="二级", disability_since=D(2008, 5, 6))
        assert found == []
        assert (stated.low_income, stated.low_income_since) == ("low_income_edge", D(2009, 3, 1))
        assert (stated.disability, stated.disability_since) == ("2", D(2008, 5, 6))
        assert Stated.of(stated.to_json()) == stated
        assert wrong(Source.SCHOOL, **poor | {"low_income_since": None}) == ["empty_cell"]
        assert wrong(Source.SCHOOL, **poor | {"low_income": None}) == ["empty_cell"]
        assert wrong(Source.SCHOOL, **given | {"disability_number": "42"}) == ["empty_cell"]
        assert wrong(Source.SCHOOL, **given | {"disability": "五级", "disability_since": "?"}) == [
            "unknown_word",
            "bad_day",
        ]

    def test_a_move_needs_the_community(self):
        assert wrong(Source.POLICE, change="市内迁移", status=None) == ["empty_cell"]
        assert wrong(Source.POLICE, change="死亡", status=None) == []
