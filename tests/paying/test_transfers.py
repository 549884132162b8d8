"""The file for the bank, and every way in which its result can be wrong."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.transfers import orders, results
from claims.transfers.labels import PROBLEMS, told
from claims.transfers.orders import Order
from claims.transfers.results import Problem, Unreadable

DUE = {"PI2009-0000001": Decimal("1203.45"), "PI2009-0000002": Decimal("20.00")}
GOOD = (
    "H,LYPAYR,PB2009-0000001,2009-08-10,BK-77\n"
    "P,PI2009-0000001,1203.45\n"
    "R,PI2009-0000002,20.00,户名不符\n"
    "T,1,1203.45,1,20.00\n"
)


def read(text: str | bytes) -> results.Result:
    content = text if isinstance(text, bytes) else text.encode("gb18030")
    return results.read(content, number="PB2009-0000001", due=DUE)


def codes(text: str | bytes) -> list[str]:
    with pytest.raises(Unreadable) as error:
        read(text)
    assert all(told(problem) for problem in error.value.problems)
    return [problem.code for problem in error.value.problems]


def test_the_file_for_the_bank():
    rows = [
        Order("PI1", "辽阳市中心医院", "辽阳市商业银行,白塔支行", "0410001234567", Decimal("1203.45"), "MD1 2009-07"),
        Order("PI2", "=SUM(A1)", "@bank\n2", "62220202", Decimal("20.00"), "MD2"),
    ]
    text = orders.write(number="PB1", made_on=datetime.date(2009, 8, 10), orders=rows).decode("gb18030")
    assert text.split("\r\n") == [
        "H,LYPAY,PB1,2009-08-10",
        'P,PI1,辽阳市中心医院,"辽阳市商业银行,白塔支行",0410001234567,1203.45,MD1 2009-07',
        "P,PI2,SUM(A1),bank 2,62220202,20.00,MD2",
        "T,2,1223.45",
        "",
    ]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_a_result_is_read(encoding):
    found = read(GOOD.replace("\n", "\r\n").encode(encoding))
    assert (found.paid_on, found.reference) == (datetime.date(2009, 8, 10), "BK-77")
    assert [(line.number, line.paid, line.reason) for line in found.lines] == [
        ("PI2009-0000001", True, ""),
        ("PI2009-0000002", False, "户名不符"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (GOOD, "  \n", "nothing"),
        ("LYPAYR", "LYPAY", "unknown"),
        ("T,1,1203.45,1,20.00\n", "", "no_foot"),
        (",BK-77", "", "cells"),
        ("PB2009-0000001", "PB2009-0000009", "other_list"),
        ("2009-08-10", "10.8.2009", "no_day"),
        ("BK-77", "", "no_reference"),
        ("BK-77", "X" * 41, "no_reference"),
        ("P,PI", "Q,PI", "record"),
        ("1203.45\nR", "1203,45\nR", "no_amount"),
        ("1203.45\nR", "１203.45\nR", "no_amount"),
        (",户名不符", "", "no_reason"),
        ("1203.45\nR", "1203.45,why\nR", "reason_of_paid"),
        ("PI2009-0000002", "PI2009-0000001", "twice"),
        ("PI2009-0000002", "PI2009-0000003", "not_on_list"),
        ("20.00,户", "20.01,户", "amount_differs"),
        ("R,PI2009-0000002,20.00,户名不符\n", "", "missing"),
        ("T,1,1203.45", "T,1,1203.46", "control"),
        ("T,1,1203.45,1,20.00", "T,1,1203.45", "foot"),
        ("T,1,", "T,x,", "foot"),
        ("R,PI", 'R,"PI', "no_csv"),
        ("BK-77", "BK-\0", "no_encoding"),
    ],
)
def test_what_is_wrong_is_named(old, new, code):
    assert code in codes(GOOD.replace(old, new, 1))


def test_bytes_that_are_no_text_are_refused():
    assert codes(b"H,LYPAYR,\xff\xff\xff\n") == ["no_encoding"]
    assert codes(b"x" * (results.BYTES_AT_MOST + 1)) == ["too_long"]
    assert told(Problem("control", 3, {"said": "1", "found": "2"})).startswith("Line 3")
    assert set(PROBLEMS) >= {"foot", "cells"}


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: (GOOD + text).encode("gb18030", "replace")))
def test_any_bytes_are_read_or_refused(content):
    try:
        found = read(content)
    except Unreadable:
        return
    assert {line.number for line in found.lines} == set(DUE)
