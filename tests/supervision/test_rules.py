"""The indicators, by hand."""

from decimal import Decimal

from funds.supervision.rules import Measures, months_of_reserve

D = Decimal


def test_months_of_reserve() -> None:
    assert months_of_reserve(D(1200), [D(100)] * 12) == D("12.0")
    # The last twelve months alone.
    assert months_of_reserve(D(1200), [D(9999), *[D(100)] * 12]) == D("12.0")
    # A young fund: of the months that there are.
    assert months_of_reserve(D(250), [D(100), D(0), D(50)]) == D("5.0")
    assert months_of_reserve(D(-100), [D(50)]) == D("-2.0")
    assert months_of_reserve(D(100), [D(30)]) == D("3.3")
    assert months_of_reserve(D(100), [D(0), D(0)]) is None
    assert months_of_reserve(D(100), []) is None


def test_measures() -> None:
    own = Measures(stays=3, total=D("1000.00"), in_scope=D("850.00"), fund=D("400.00"), days=20, readmitted=1)
    assert own.average_cost == D("333.33")
    assert own.average_days == D("6.7")
    assert own.readmission == D("0.3333")
    assert own.out_of_scope == D("0.1500")
    assert own + Measures() == own
    assert own - own == Measures()
    nothing = Measures()
    assert (nothing.average_cost, nothing.average_days, nothing.readmission, nothing.out_of_scope) == (None,) * 4
