"""What a declaration comes to, worked out by hand and by hypothesis (A4, S1)."""

import datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from funds.paying.rules import Owed, declare, last_day, month_before

Y = Decimal
AMOUNTS = st.decimals(0, 9_999, places=2)


def declared(settled: list[str], back: list[str] | None = None, carried: str = "0", *owed: Owed):
    return declare(
        settled=[Y(each) for each in settled],
        taken_back=[Y(each) for each in back or []],
        carried_in=Y(carried),
        owed=owed,
    )


def test_settlements_alone_are_paid_whole():
    sums = declared(["2025.00", "300.50"])
    assert (sums.payable, sums.carried_out, sums.deducted) == (Y("2325.50"), 0, 0)


def test_a_reversal_comes_off():
    sums = declared(["2025.00"], ["2000.00"])
    assert (sums.payable, sums.carried_out) == (Y("25.00"), 0)


def test_a_reversal_of_more_is_carried_on_and_nothing_is_paid():
    sums = declared(["100.00"], ["2000.00"], "50.00", Owed("I1", Y("10.00")))
    assert (sums.payable, sums.carried_out, sums.deductions) == (0, Y("1950.00"), ())


def test_what_is_owed_comes_off_as_far_as_something_is_left_the_oldest_first():
    sums = declared(["100.00"], [], "0", Owed("I1", Y("70.00")), Owed("I2", Y("70.00")), Owed("I3", Y("5.00")))
    assert sums.deductions == (Owed("I1", Y("70.00")), Owed("I2", Y("30.00")))
    assert (sums.payable, sums.carried_out) == (0, 0)


def test_what_was_deducted_too_much_goes_back_first():
    sums = declared(["100.00"], ["120.00"], "0", Owed("I1", Y("50.00")), Owed("I2", Y("-60.00")))
    assert sums.deductions == (Owed("I1", Y("40.00")), Owed("I2", Y("-60.00")))
    assert (sums.payable, sums.carried_out, sums.deducted) == (0, 0, Y("-20.00"))


@given(
    st.lists(AMOUNTS, max_size=5),
    st.lists(AMOUNTS, max_size=5),
    AMOUNTS,
    st.lists(st.decimals(-999, 999, places=2).filter(bool), max_size=4),
)
def test_parts_add_up_and_nothing_is_paid_below_zero(settled, back, carried, owed):
    sums = declare(
        settled=settled,
        taken_back=back,
        carried_in=carried,
        owed=[Owed(f"I{place}", amount) for place, amount in enumerate(owed)],
    )
    assert sums.payable - sums.carried_out == sums.settled - sums.taken_back - sums.carried_in - sums.deducted
    assert sums.payable >= 0
    assert sums.carried_out >= 0
    assert not (sums.payable and sums.carried_out)
    # What is owed for inspections is never carried on: it stays owed.
    assert sums.carried_out <= sums.taken_back + sums.carried_in
    wanted = {f"I{place}": amount for place, amount in enumerate(owed)}
    for each in sums.deductions:
        assert each.amount == wanted[each.number] or 0 < each.amount < wanted[each.number]


def test_days_of_a_month():
    assert last_day(datetime.date(2009, 2, 1)) == datetime.date(2009, 2, 28)
    assert month_before(datetime.date(2009, 1, 31)) == datetime.date(2008, 12, 1)
