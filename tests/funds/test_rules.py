"""Periods of statements, what is owed, the seal (F2, F3): pure."""

import datetime
import hashlib
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funds import rules
from funds.rules import Line, Period, PeriodKind
from liaoyang_medins.kernel import policy

D = datetime.date

LAW = D(2008, 7, 1)


def period_of(day: D) -> Period:
    return rules.period_of(day, policy.on("liaoyang", day))


@pytest.mark.parametrize(
    ("day", "kind", "first", "last"),
    [
        (D(2009, 10, 1), "window", D(2009, 10, 1), D(2009, 11, 30)),
        (D(2009, 11, 30), "window", D(2009, 10, 1), D(2009, 11, 30)),
        (D(2009, 9, 30), "month", D(2009, 9, 1), D(2009, 9, 30)),
        (D(2009, 12, 1), "month", D(2009, 12, 1), D(2009, 12, 31)),
        (D(2008, 7, 1), "month", D(2008, 7, 1), D(2008, 7, 31)),
        (D(2012, 2, 29), "month", D(2012, 2, 1), D(2012, 2, 29)),
    ],
)
def test_the_period_of_a_payment(day: D, kind: str, first: D, last: D):
    assert period_of(day) == Period(PeriodKind(kind), first, last)


@given(st.dates(LAW, D(2040, 12, 31)))
def test_every_day_is_in_exactly_one_period(day: D):
    period = period_of(day)
    assert period.first <= day <= period.last
    assert period_of(period.first) == period_of(period.last) == period
    assert period_of(period.last + datetime.timedelta(days=1)).first == period.last + datetime.timedelta(days=1)


def test_a_month_that_the_window_cuts_gives_up_its_days():
    """Another area's window, 15 October to 10 December, is data: the months around it keep what is left of them."""
    here = policy.on("liaoyang", D(2009, 1, 1))
    window = replace(
        here.window,
        opens=replace(here.window.opens, value=policy.DayOfYear(10, 15)),
        closes=replace(here.window.closes, value=policy.DayOfYear(12, 10)),
    )
    there = replace(here, window=window)
    assert rules.period_of(D(2009, 10, 1), there) == Period(PeriodKind.MONTH, D(2009, 10, 1), D(2009, 10, 14))
    assert rules.period_of(D(2009, 11, 5), there) == Period(PeriodKind.WINDOW, D(2009, 10, 15), D(2009, 12, 10))
    assert rules.period_of(D(2009, 12, 31), there) == Period(PeriodKind.MONTH, D(2009, 12, 11), D(2009, 12, 31))


def test_a_statement_is_due_thirty_days_after_its_date():
    assert rules.due_on(D(2009, 12, 3), policy.on("liaoyang", D(2009, 12, 3))) == D(2010, 1, 2)


@pytest.mark.parametrize(
    ("claimed", "received", "due", "outstanding", "overdue"),
    [
        ("100", "0", D(2010, 1, 2), "100", 8),
        ("100", "99.99", D(2010, 1, 2), "0.01", 8),
        ("100", "100", D(2010, 1, 2), "0", 0),
        ("100", "0", D(2010, 1, 10), "100", 0),
        ("100", "0", None, "100", 0),
        ("-20", "0", D(2010, 1, 2), "-20", 0),
    ],
)
def test_what_is_owed(claimed: str, received: str, due: D | None, outstanding: str, overdue: int):
    found = rules.balance(claimed=Decimal(claimed), received=Decimal(received), due=due, today=D(2010, 1, 10))
    assert found == rules.Balance(
        Decimal(claimed), Decimal(received), Decimal(0), Decimal(outstanding), overdue, Decimal(outstanding) <= 0
    )


LINE = Line("N1", "211002", "elderly", "ordinary", 1, Decimal("100.00"), Decimal("55.00"), Decimal("45.00"))
OTHER = Line("N2", "211003", "minor", "ordinary", -1, Decimal("-40.00"), Decimal("-22.00"), Decimal("-18.00"))


def seal(heading: list[str], lines: list[Line], cut: int = 1000) -> str:
    """The seal, its text taken in pieces of `cut` bytes as a database sends them."""
    text = b"".join(rules.sealed_line(line)[1:] + b"\n" for line in lines)
    found = rules.Seal(heading)
    assert sum(found.write(text[place : place + cut]) for place in range(0, len(text) + cut, cut)) == len(text)
    return found.hexdigest()


def test_the_seal_is_that_of_the_heading_and_a_line_for_each_item():
    text = "B1|x\nN1|211002|elderly|ordinary|1|100.00|55.00|45.00\nN2|211003|minor|ordinary|-1|-40.00|-22.00|-18.00"
    assert seal(["B1", "x"], [LINE, OTHER]) == hashlib.sha256(text.encode()).hexdigest()
    assert seal(["B1"], []) == hashlib.sha256(b"B1").hexdigest()


def test_the_seal_depends_on_everything():
    sealed = seal(["B1"], [LINE, OTHER])
    assert seal(["B1"], [LINE, OTHER], cut=7) == sealed
    changed = [
        replace(LINE, notice="N3"),
        replace(LINE, district="211004"),
        replace(LINE, category="minor"),
        replace(LINE, tier="low_income"),
        replace(LINE, government=Decimal("100.01")),
        replace(LINE, city=Decimal("55.01")),
        replace(LINE, district_share=Decimal("45.01")),
    ]
    seals = {seal(["B1"], [line, OTHER]) for line in changed} | {seal(["B2"], [LINE, OTHER])}
    assert len(seals) == len(changed) + 1
    assert sealed not in seals
