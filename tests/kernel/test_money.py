"""Rounding, exact splits and capital figures."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaoyang_medins.kernel.money import daxie, fen, share, split, spread

amounts = st.decimals(min_value=0, max_value=10**9, places=2)
shares = st.decimals(min_value=0, max_value=1, places=4)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("0.005", "0.01"),
        ("0.004999", "0.00"),
        ("2.675", "2.68"),
        ("-0.005", "-0.01"),
        ("30", "30.00"),
        ("1e3", "1000.00"),
    ],
)
def test_fen_rounds_half_up(amount: str, rounded: str):
    assert str(fen(Decimal(amount))) == rounded


@pytest.mark.parametrize(
    ("amount", "ratio", "part"),
    [("0.10", "0.45", "0.05"), ("0.99", "0.55", "0.54"), ("8000.90", "0.55", "4400.50"), ("64.00", "0.55", "35.20")],
)
def test_share_rounds_half_up(amount: str, ratio: str, part: str):
    assert str(share(Decimal(amount), Decimal(ratio))) == part


@given(amounts, shares)
def test_a_split_adds_up(amount: Decimal, ratio: Decimal):
    part, rest = split(amount, ratio)
    assert part + rest == amount
    assert 0 <= part <= amount


@given(amounts, st.lists(st.integers(0, 1000), min_size=1, max_size=8).filter(any))
def test_a_spread_adds_up_and_is_fair(amount: Decimal, weights: list[int]):
    parts = spread(amount, [Decimal(weight) for weight in weights])
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - amount * weight / sum(weights)) < Decimal("0.01")


@pytest.mark.parametrize(("amount", "weights"), [("1.001", [1]), ("1", []), ("1", [0, 0]), ("1", [2, -1])])
def test_a_spread_over_nothing_is_refused(amount: str, weights: list[int]):
    with pytest.raises(ValueError, match="whole fen"):
        spread(Decimal(amount), [Decimal(weight) for weight in weights])


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "零元整"),
        ("0.01", "壹分"),
        ("0.10", "壹角整"),
        ("0.55", "伍角伍分"),
        ("1", "壹元整"),
        ("1.05", "壹元零伍分"),
        ("10", "壹拾元整"),
        ("10.50", "壹拾元零伍角整"),
        ("11.50", "壹拾壹元伍角整"),
        ("100.07", "壹佰元零柒分"),
        ("101", "壹佰零壹元整"),
        ("1001", "壹仟零壹元整"),
        ("1010", "壹仟零壹拾元整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("10000", "壹万元整"),
        ("10001", "壹万零壹元整"),
        ("12345.67", "壹万贰仟叁佰肆拾伍元陆角柒分"),
        ("30000", "叁万元整"),
        ("100000", "壹拾万元整"),
        ("1000000", "壹佰万元整"),
        ("10000001", "壹仟万零壹元整"),
        ("100000000", "壹亿元整"),
        ("100000001.20", "壹亿零壹元贰角整"),
        ("200030000", "贰亿零叁万元整"),
        ("-41.30", "负肆拾壹元叁角整"),
    ],
)
def test_capital_figures(amount: str, text: str):
    assert daxie(Decimal(amount)) == text


@pytest.mark.parametrize("amount", ["0.001", "1000000000000", "-1000000000000"])
def test_what_has_no_capital_figures(amount: str):
    with pytest.raises(ValueError, match="capital figures"):
        daxie(Decimal(amount))


VALUES = {"零": 0, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def read_back(text: str) -> Decimal:
    """Reads capital figures the way a person does: digit by digit with the unit behind it."""
    total = group = digit = 0
    cents = 0
    for sign in text:
        if sign in VALUES:
            digit = VALUES[sign]
        elif sign in UNITS:
            group, digit = group + digit * UNITS[sign], 0
        elif sign in "万亿":
            total += (group + digit) * (10**4 if sign == "万" else 10**8)
            group = digit = 0
        elif sign == "元":
            total, group, digit = total + group + digit, 0, 0
        elif sign == "角":
            cents, digit = cents + 10 * digit, 0
        elif sign == "分":
            cents, digit = cents + digit, 0
    return Decimal(total) + Decimal(cents) / 100


@given(st.decimals(min_value=0, max_value=Decimal("999999999999.99"), places=2))
def test_capital_figures_read_back(amount: Decimal):
    text = daxie(amount)
    assert read_back(text) == amount
    assert "零零" not in text
    assert not any(f"零{unit}" in text for unit in "拾佰仟万亿角分")
