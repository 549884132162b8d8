"""What makes stays suspicious, without a database."""

import datetime
from decimal import Decimal

import pytest

from funds.watch import rules
from funds.watch.rules import Figures, Measured

D = datetime.date


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (D(2009, 7, 15), D(2009, 4, 1), D(2009, 6, 30)),
        (D(2009, 7, 1), D(2009, 4, 1), D(2009, 6, 30)),
        (D(2009, 6, 30), D(2009, 1, 1), D(2009, 3, 31)),
        (D(2010, 1, 1), D(2009, 10, 1), D(2009, 12, 31)),
    ],
)
def test_the_quarter_that_is_over(today, first, last):
    assert rules.quarter_before(today) == (first, last)


def test_a_year_is_looked_through():
    assert rules.looked_through(D(2009, 7, 15), 12) == (D(2008, 7, 15), D(2009, 7, 15))


def of(*values: int, stays: int = 50, grade: str = "grade2") -> dict[int, Measured]:
    return {key: Measured(grade, stays, Decimal(value)) for key, value in enumerate(values)}


def test_far_above_the_others_of_the_grade():
    far = rules.unlike_peers(of(100, 110, 90, 100, 180), Figures())
    assert set(far) == {4}
    assert (far[4].mean, far[4].deviation) == (Decimal("100.0000"), Decimal("7.0711"))
    assert far[4].deviations == Decimal("11.3137")


def test_below_or_near_is_not_far():
    assert rules.unlike_peers(of(100, 110, 90, 100, 20), Figures()) == {}
    assert rules.unlike_peers(of(100, 110, 90, 100, 121), Figures()) == {}


def test_peers_that_are_all_alike_make_nobody_far_by_a_little():
    assert rules.unlike_peers(of(100, 100, 100, 114), Figures()) == {}
    assert set(rules.unlike_peers(of(100, 100, 100, 116), Figures())) == {3}


def test_who_alone_has_what_the_peers_never_have_is_far():
    nobody = [Decimal(0)] * 3
    assert rules.far_from_peers(Decimal("0.0333"), nobody, Decimal(3)) is None
    assert rules.far_from_peers(Decimal("0.5"), nobody, Decimal(3)) == rules.Far(
        Decimal(0), Decimal("0.02"), Decimal(25)
    )


def test_small_ones_neither_stand_out_nor_count_as_peers():
    small = {9: Measured("grade2", 29, Decimal(900))}
    assert rules.unlike_peers(of(100, 110, 90, 100) | small, Figures()) == {}
    assert rules.unlike_peers(of(100, 110, 180) | small, Figures()) == {}
    others = {9: Measured("grade3", 50, Decimal(900))}
    assert rules.unlike_peers(of(100, 110, 90, 100) | others, Figures()) == {}
