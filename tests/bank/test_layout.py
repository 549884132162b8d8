"""Reading a statement of the bank: whole or not at all, with the line that is wrong."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.bankfiles.reading import Unreadable
from funds.bank.layout import read, write

from .makers import FACTS, D, statement

TODAY = D(2009, 10, 12)
MOVES = [
    (D(2009, 9, 1), "REF1", Decimal("200.00"), "张大爷", "缴费"),
    (D(2009, 9, 1), "", Decimal("-50.50"), "", ""),
    (D(2009, 9, 30), "REF2", Decimal("0.01"), '辽阳, "银行"', "利息"),
]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-8-sig"])
def test_a_statement_is_read_as_it_was_written(encoding):
    found = read(statement(MOVES, opening="1000.00", encoding=encoding), TODAY)
    assert [each[1:4] for each in found.movements] == [move[:3] for move in MOVES]
    assert [each.balance for each in found.movements] == [Decimal("1200.00"), Decimal("1149.50"), Decimal("1149.51")]
    assert (found.opening, found.closing) == (Decimal("1000.00"), Decimal("1149.51"))
    assert (found.paid_in, found.paid_out) == (Decimal("200.01"), Decimal("50.50"))
    assert found.movements[2].counterparty == '辽阳, "银行"'


def spoilt(old: str, new: str) -> bytes:
    text = statement(MOVES, opening="1000.00").decode("gb18030")
    assert old in text
    return text.replace(old, new, 1).encode("gb18030")


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"  \n", "nothing", 0),
        (b"PK\x03\x04...", "no_text", 0),
        (b"H,LYMEDINS,x\r\n", "unknown_statement", 1),
        (spoilt("1149.50", "1149.60"), "balance", 3),
        (spoilt("T,3,", "T,4,"), "control", 5),
        (spoilt("200.01", "200.02"), "control", 5),
        (spoilt(",50.50,1149.51", ",50.50,1149.52"), "control", 5),
        (spoilt("200.00,,", "200.00,1.00,"), "one_amount", 2),
        (spoilt("200.00,,", ",,"), "one_amount", 2),
        (spoilt("200.00", "200"), "yuan", 2),
        (spoilt(",50.50,1149.50", ",-50.50,1149.50"), "yuan", 3),
        (spoilt("2009-09-30,REF2", "2009-10-01,REF2"), "day_order", 4),
        (spoilt("2009-09-30,REF2", "2009-08-31,REF2"), "day_order", 4),
        (spoilt("2009-09-30,REF2", "2009-09-31,REF2"), "day_csv", 4),
        (spoilt("L,2009-09-30", "X,2009-09-30"), "record_of_statement", 4),
        (spoilt("L,2009-09-30", "H,2009-09-30"), "head_again", 4),
        (spoilt("T,3,200.01,50.50,1149.51\r\n", ""), "no_foot", 4),
        (spoilt("T,3,200.01,50.50,1149.51\r\n", "T,3,200.01,50.50,1149.51\r\nL,1\r\n"), "after_foot", 6),
        (spoilt(",缴费\r\n", "\r\n"), "cells", 2),
        (spoilt("2009-09-30,1000.00", "2009-12-31,1000.00"), "late", 1),
        (spoilt("2009-09-01,2009-09-30,", "2009-10-01,2009-09-30,"), "days_turned", 1),
        (spoilt("1000.00", "a lot"), "yuan", 1),
    ],
)
def test_a_wrong_file_is_refused_whole_with_its_line(content, code, line):
    with pytest.raises(Unreadable) as caught:
        read(content, TODAY)
    assert (caught.value.problems[0].code, caught.value.problems[0].line) == (code, line)


amounts = st.decimals(Decimal("-9999.99"), Decimal("9999.99"), places=2).filter(bool)
words = st.text(st.characters(codec="gb18030", exclude_categories=("C", "Z")), max_size=12)
moves = st.lists(st.tuples(st.dates(D(2009, 9, 1), D(2009, 9, 30)), words, amounts, words, words), max_size=8)


@given(moves, amounts, st.sampled_from(["utf-8", "gb18030"]))
def test_whatever_is_written_is_read_again(rows, opening, encoding):
    rows = sorted(rows, key=lambda row: row[0])
    found = read(write(rows, **FACTS, opening=opening, encoding=encoding), TODAY)
    assert [(each.day, each.amount) for each in found.movements] == [(row[0], row[2]) for row in rows]
    assert [each.counterparty for each in found.movements] == [row[3].strip() for row in rows]
    assert found.closing == opening + sum(row[2] for row in rows)


@given(moves, st.integers(0, 400), st.binary(min_size=1, max_size=3))
def test_a_file_with_other_bytes_is_refused_or_adds_up(rows, at, other):
    content = write(sorted(rows, key=lambda row: row[0]), **FACTS, opening=Decimal("10.00"), encoding="utf-8")
    with contextlib.suppress(Unreadable):
        found = read(content[:at] + other + content[at + len(other) :], TODAY)
        assert found.closing == found.opening + found.paid_in - found.paid_out
