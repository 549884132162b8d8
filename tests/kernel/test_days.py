"""Months and terms."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaoyang_medins.kernel.days import add_months, add_years, first_of_next_month, last_day_of_term, next_day

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        (date(2010, 11, 30), 3, date(2011, 2, 28)),
        (date(2011, 11, 30), 3, date(2012, 2, 29)),
        (date(2010, 8, 31), 6, date(2011, 2, 28)),
        (date(2010, 10, 15), 6, date(2011, 4, 15)),
        (date(2010, 12, 31), 0, date(2010, 12, 31)),
        (date(2010, 3, 31), -1, date(2010, 2, 28)),
        (date(2009, 12, 1), 1, date(2010, 1, 1)),
    ],
)
def test_adding_months_clips(day: date, months: int, found: date):
    assert add_months(day, months) == found


def test_adding_years_clips():
    assert add_years(date(2008, 2, 29), 2) == date(2010, 2, 28)


def test_a_term_is_counted_from_the_day_after():
    assert last_day_of_term(date(2010, 3, 1), 3) == date(2010, 3, 4)


@given(days, st.integers(0, 600))
def test_adding_months_never_leaves_the_month(day: date, months: int):
    found = add_months(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or next_day(found).day == 1


@given(days)
def test_the_next_month_begins_with_its_first(day: date):
    assert first_of_next_month(day) == add_months(day, 1).replace(day=1) > day
