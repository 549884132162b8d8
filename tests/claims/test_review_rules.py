"""Which stays need a person, by the rule alone; and what a cut takes off a line (A1)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.review_rules import (
    ReviewFacts,
    Thresholds,
    Usual,
    adjoin,
    is_injury,
    needs_second_person,
    reasons_for_review,
)
from claims.rules import LineFacts, assess_line
from liaoyang_medins.kernel.policy.terms import CatalogueClass, Cause, LineProblem, ReviewReason

NEVER = Thresholds(times=None, settlements=1, payment=None, second_person=Decimal(0))
USUAL = Thresholds(times=10, settlements=30, payment=Decimal(20_000), second_person=Decimal(1_000))
YUAN = st.decimals(min_value=0, max_value=10**6, places=2)


@pytest.mark.parametrize("code", ["S00", "S00.0", "S72.0", "T58", "T98", "T98.3", "V01", "W19", "X60.1", "Y98", "s52"])
def test_injuries(code):
    assert is_injury(code)


@pytest.mark.parametrize("code", ["R99", "T99", "V00", "Y99", "Z51.1", "J18.9", "A00", "U07", ""])
def test_no_injuries(code):
    assert not is_injury(code)


facts = st.builds(
    ReviewFacts,
    diagnoses=st.lists(st.sampled_from(["J18.9", "S52.5", "Y10", "T99"]), max_size=3).map(tuple),
    cause=st.sampled_from(Cause),
    overlaps=st.booleans(),
    emergency_outside=st.booleans(),
    transfer=st.booleans(),
    examined=st.booleans(),
    total=st.none() | YUAN,
    fund=st.none() | YUAN,
    usual=st.none() | st.builds(Usual, median=YUAN, settlements=st.integers(0, 100)),
)


@given(facts)
def test_every_reason_is_named_once_in_order_and_each_for_itself(known):
    found = reasons_for_review(known, USUAL)
    assert list(found) == [reason for reason in ReviewReason if reason in found]
    assert (ReviewReason.OVERLAP in found) == known.overlaps
    assert (ReviewReason.EMERGENCY_OUTSIDE in found) == known.emergency_outside
    assert (ReviewReason.TRANSFER in found) == known.transfer
    injured = bool({"S52.5", "Y10"} & set(known.diagnoses))
    assert (ReviewReason.INJURY in found) == (injured and (known.examined or known.cause is Cause.ILLNESS))
    assert (ReviewReason.EXAMINED in found) == known.examined
    assert (ReviewReason.LARGE_PAYMENT in found) == (known.fund is not None and known.fund >= 20_000)
    by_amount = {ReviewReason.UNUSUAL_COST, ReviewReason.LARGE_PAYMENT}
    assert set(found) - by_amount == set(reasons_for_review(known, NEVER))
    # Only an institution asks for it.
    assert ReviewReason.REVERSAL not in found


@given(YUAN, st.integers(0, 60), YUAN)
def test_far_above_the_usual(median, settlements, total):
    known = ReviewFacts(total=total, usual=Usual(median, settlements))
    unusual = settlements >= 30 and median > 0 and total > 10 * median
    assert reasons_for_review(known, USUAL) == ((ReviewReason.UNUSUAL_COST,) if unusual else ())


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        ((1, 5), (6, 9), True),
        ((1, 5), (5, 9), True),
        ((1, 5), (7, 9), False),
        ((6, 9), (1, 5), True),
        ((1, 9), (3, 4), True),
        ((7, 9), (1, 5), False),
    ],
)
def test_stays_that_leave_no_day_between_them(first, second, one):
    spans = [(date(2009, 3, starts), date(2009, 3, ends)) for starts, ends in (first, second)]
    assert adjoin(*spans) == one


@given(YUAN)
def test_a_second_person(fund):
    assert needs_second_person(fund, USUAL) == (fund >= 1_000)
    assert needs_second_person(fund, NEVER)


@given(
    amount=st.decimals(min_value="0.01", max_value=10**6, places=2),
    share=st.sampled_from([0, 1]),
    denied=st.data(),
    limit=st.none() | YUAN,
    own=st.decimals(min_value=0, max_value=1, places=2),
    cls=st.sampled_from(CatalogueClass),
)
def test_what_is_denied_lowers_what_counts_and_nothing_else(amount, share, denied, limit, own, cls):
    def assessed(off):
        return assess_line(
            LineFacts(amount, date(2009, 3, 1), cls, own, price_limit=limit, denied=off, in_benefit=bool(share))
        )

    less = denied.draw(st.decimals(min_value=0, max_value=amount, places=2))
    before, after, whole = assessed(Decimal(0)), assessed(less), assessed(amount)
    assert 0 <= after.in_scope <= before.in_scope
    assert before.in_scope - after.in_scope <= less + Decimal("0.01")
    assert whole.in_scope == 0
    assert after.in_scope + after.out_of_scope == amount
    assert (LineProblem.DENIED in after.reasons) == (less > 0)
    assert set(before.reasons) == set(after.reasons) - {LineProblem.DENIED}
