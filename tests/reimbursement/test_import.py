"""Fee lines out of workbooks and CSV: every row is looked at, all good rows are added at once or none."""

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from claims.models import FeeLine, Stay
from claims.reimbursement import exports, services
from claims.reimbursement.models import LineImport
from claims.reimbursement.services.importing import figure
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict, Invalid
from tests.claims import makers as claims
from tests.reimbursement import makers

HEAD = "日期,项目编码,项目名称,数量,单价,金额,行号"
GOOD = "2010-03-02,A1,,2,12.50,25.00,"


def csv_of(*rows: str, head: str = HEAD) -> io.BytesIO:
    return io.BytesIO("\n".join([head, *rows]).encode("gb18030"))


def looked_at(made: Any, by: Any, *rows: str, head: str = HEAD) -> LineImport:
    return services.read_lines(number=made.number, file=csv_of(*rows, head=head), file_name="费用.csv", by=by)


@pytest.fixture
def made(clerk):
    claims.catalogue()
    return makers.entered(claims.insured(years=(2010,)), clerk)


def test_a_dry_run_adds_nothing_and_says_what_counts(made, clerk):
    found = looked_at(made, clerk, GOOD, "2010-3-3,B1,,1,100,,7", "20100304,ZZ,进口药,1,9.9,,")
    assert not FeeLine.objects.exists()
    lines = [row["line"] for row in found.rows]
    assert [(line["item_code"], line["amount"], line["in_scope"]) for line in lines] == [
        ("A1", "25.00", "25.00"),
        ("B1", "100.00", "90.00"),
        ("ZZ", "9.90", "0.00"),
    ]
    assert lines[2]["reasons"] == ["not_in_catalogue"]
    assert services.take_lines(number=made.number, key=found.key, by=clerk) == 3
    assert not LineImport.objects.exists()
    stored = FeeLine.objects.order_by("id").values_list("line_number", "amount", "item_name")
    assert list(stored) == [
        ("8", Decimal("25.00"), "青霉素"),
        ("7", Decimal("100.00"), "头孢"),
        ("9", Decimal("9.90"), "进口药"),
    ]
    assert Stay.objects.get().status == "discharged"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2010-02-28,A1,,1,1,,", "lies outside the stay"),
        ("2010-03-11,A1,,1,1,,", "lies outside the stay"),
        (",A1,,1,1,,", "is empty"),
        ("2010-03-02,,,1,1,,", "is empty"),
        ("31.12.,A1,,1,1,,", "cannot be read"),
        ("2010-03-02,A1,,zwei,1,,", "cannot be read"),
        ("2010-03-02,A1,,NaN,1,,", "cannot be read"),
        ("2010-03-02,A1,,1,1e40,,", "cannot be read"),
        ("2010-03-02,A1,,0,1,,", "above zero"),
        ("2010-03-02,A1,,-1,1,,", "above zero"),
        ("2010-03-02,A1,,1,1.00001,,", "four decimals"),
        ("2010-03-02,A1,,2,12.50,24.99,", "not 24.99"),
        ("2010-03-02,A1,,=1+1,1,,", "formula"),
        ("2010-03-02,A1,,1,0.001,,", "above zero"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_at_the_row(made, clerk, row, words):
    found = looked_at(made, clerk, GOOD, row)
    assert found.rows[0]["line"]
    assert (found.rows[1]["line"], found.rows[1]["place"]) == (None, 3)
    assert words in " ".join(found.rows[1]["problems"])


def test_a_line_number_that_is_taken_or_there_twice_is_refused(made, clerk):
    services.add_lines(number=made.number, lines=[claims.line("1.00", "2010-03-02", line_number="7")], by=clerk)
    rows = [f"2010-03-02,A1,,1,1,,{number}" for number in ("7", "8", "8")]
    found = looked_at(made, clerk, *rows)
    assert [bool(row["line"]) for row in found.rows] == [False, True, False]


def test_the_good_rows_go_in_and_the_refused_ones_come_back_as_a_workbook(made, clerk):
    found = looked_at(made, clerk, GOOD, "2010-03-02,A1,,zwei,1,,", head=HEAD + ",备注")
    services.take_lines(number=made.number, key=found.key, by=clerk)
    assert FeeLine.objects.count() == 1
    waiting = LineImport.objects.get()
    with exports.refused_rows(waiting) as written:
        rows = list(openpyxl.load_workbook(written).active.iter_rows(values_only=True))
    assert rows[0] == (*HEAD.split(","), "备注", "Reason", "Row")
    assert rows[1][3] == "zwei"
    assert "cannot be read" in rows[1][8]
    assert rows[1][9] == "3"
    with pytest.raises(Invalid, match="no line to add"):
        services.take_lines(number=made.number, key=waiting.key, by=clerk)
    services.drop_import(number=made.number, key=waiting.key, by=clerk)
    assert not LineImport.objects.exists()


def test_what_became_wrong_since_the_dry_run_adds_nothing_at_all(made, clerk):
    found = looked_at(made, clerk, "2010-03-02,A1,,1,1,,7", "2010-03-03,A1,,1,1,,8")
    services.add_lines(number=made.number, lines=[claims.line("1.00", "2010-03-02", line_number="8")], by=clerk)
    with pytest.raises(Invalid, match="8 is there already"):
        services.take_lines(number=made.number, key=found.key, by=clerk)
    assert FeeLine.objects.count() == 1
    assert Stay.objects.get().status == "discharged"
    other = looked_at(made, clerk, GOOD)
    with pytest.raises(Conflict, match="not the one"):
        services.take_lines(number=made.number, key=found.key, by=clerk)
    assert services.take_lines(number=made.number, key=other.key, by=clerk) == 1


def test_more_than_a_thousand_lines_go_in_together(made, clerk):
    found = looked_at(made, clerk, *["2010-03-02,A1,,1,1,,"] * 1_200)
    assert services.take_lines(number=made.number, key=found.key, by=clerk) == 1_200
    assert sorted(map(int, FeeLine.objects.values_list("line_number", flat=True))) == list(range(1, 1_201))


def test_a_file_that_is_no_list_is_refused_whole(made, clerk):
    for content, words in (
        (b"", "empty"),
        (b"%PDF-1.4", "PDF"),
        ("姓名,电话\n王,1".encode(), "other headings"),
        (f"{HEAD.replace('数量', '个数')}\n{GOOD}".encode(), "missing"),
        (HEAD.encode(), "no row"),
    ):
        with pytest.raises(Invalid, match=words):
            services.read_lines(number=made.number, file=io.BytesIO(content), file_name="x", by=clerk)
    assert not LineImport.objects.exists()


def test_the_template_comes_back_as_it_went_out(made, clerk):
    with exports.template() as written:
        book = openpyxl.load_workbook(written)
    book.active.append(["2010-03-02", "A1", "", "2", "12.50", "", ""])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    found = services.read_lines(number=made.number, file=file, file_name="模板.xlsx", by=clerk)
    assert found.rows[0]["line"]["amount"] == "25.00"


@given(st.text(max_size=20))
def test_a_figure_is_one_or_refused(text):
    try:
        found = figure(text)
    except ValueError:
        return
    assert found is None or (found.is_finite() and abs(found) < 10**12)


CELLS = st.one_of(
    st.sampled_from(["2010-03-02", "2009-01-01", "A1", "B1", "1", "2.5", "12.50", "-3", "", "=1", "1e9"]),
    st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters=',"'), max_size=8),
)


class TestAnyRows(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.lists(CELLS, min_size=7, max_size=7), min_size=1, max_size=5))
    def test_whatever_stands_in_the_rows_good_ones_go_in_and_no_others(self, rows):
        with clock.on_day(claims.day("2010-06-30")):
            clerk = claims.clerk()
            claims.catalogue()
            made = makers.entered(claims.insured(years=(2010,)), clerk)
            try:
                found = looked_at(made, clerk, *[",".join(row) for row in rows])
            except Invalid:
                # Nothing but empty cells.
                return
            for row in found.rows:
                assert bool(row["line"]) != bool(row["problems"])
            good = [row["line"] for row in found.rows if row["line"]]
            if good:
                assert services.take_lines(number=made.number, key=found.key, by=clerk) == len(good)
            amounts = FeeLine.objects.order_by("id").values_list("amount", flat=True)
            assert list(amounts) == [Decimal(line["amount"]) for line in good]
            for line in FeeLine.objects.select_related("stay"):
                assert line.stay.admitted_on <= line.on <= claims.day("2010-03-10")
