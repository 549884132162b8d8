"""What is published tells of nobody: a hidden figure is not to be computed from those that are shown."""

from decimal import Decimal
from itertools import product
from types import SimpleNamespace
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funds.published import compiling
from funds.published.compiling import NO_DISTRICT, money_table
from funds.published.rules import TOTAL, Cell, hidden_cells, hidden_in_line, small, tells, with_sums
from funds.supervision.selectors.fund import Flow

COUNTS = st.one_of(st.integers(0, 6), st.sampled_from([0, 0, 7, 40, 3000]))


@st.composite
def tables(draw: st.DrawFn) -> dict[Cell, int]:
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    return {(f"r{row}", f"c{column}"): draw(COUNTS) for row in range(rows) for column in range(columns)}


def equations(table: dict[Cell, int]) -> list[dict[Cell, int]]:
    """Every sum that a reader knows to hold: cells with their signs that come to zero."""
    rows = sorted({row for row, _column in table})
    columns = sorted({column for _row, column in table})
    found = []
    for row in rows:
        found.append({(row, column): -1 if column == TOTAL else 1 for column in columns})
    for column in columns:
        found.append({(row, column): -1 if row == TOTAL else 1 for row in rows})
    return found


def solvable(free: list[Cell], table: dict[Cell, int], sums: list[tuple[dict[Cell, int], int]]) -> bool:
    """Whether the free cells can be one more, one less or as they are, and never below 0, so that all sums hold."""
    if any(total for signs, total in sums if not signs):
        return False
    if not free:
        return True
    # The sum with the fewest free cells leaves the fewest ways.
    cell = next(iter(min((signs for signs, _total in sums if signs), key=len)))
    for value in (table[cell], table[cell] + 1, table[cell] - 1):
        rest = [
            ({other: sign for other, sign in signs.items() if other != cell}, total + signs.get(cell, 0) * value)
            for signs, total in sums
        ]
        if value >= 0 and solvable([other for other in free if other != cell], table, rest):
            return True
    return False


def could_be(cell: Cell, value: int, table: dict[Cell, int], hidden: set[Cell]) -> bool:
    """Whether a reader who knows the shown cells has to reckon with one more, or one less, in this cell.

    That is enough: two tables of whole numbers with the same sums differ along rings, of which one alone goes through
    the cell and changes each other cell by one at most.
    """
    free = sorted(hidden - {cell})
    sums = []
    for signs in equations(table):
        known = sum(
            sign * (value if other == cell else table[other]) for other, sign in signs.items() if other not in free
        )
        sums.append(({other: sign for other, sign in signs.items() if other in free}, known))
    return solvable(free, table, sums)


@settings(max_examples=150, deadline=None)
@given(tables())
def test_no_small_figure_can_be_computed_from_the_others(counts: dict[Cell, int]) -> None:
    table, hidden = with_sums(counts), hidden_cells(counts)
    for cell, count in table.items():
        if not small(count):
            continue
        assert cell in hidden
        assert any(could_be(cell, value, table, hidden) for value in (count + 1, count - 1)), (counts, cell, hidden)


@settings(max_examples=150, deadline=None)
@given(tables())
def test_nothing_is_hidden_without_need(counts: dict[Cell, int]) -> None:
    hidden = hidden_cells(counts)
    assert bool(hidden) == any(small(count) for count in with_sums(counts).values())


def test_a_ring_of_large_figures_protects_a_small_one() -> None:
    counts = dict(zip(product(("minor", "elderly"), ("a", "b", "c")), [3, 60, 70, 500, 80, 90], strict=True))
    assert hidden_cells(counts) == {("minor", "a"), ("minor", "b"), ("elderly", "a"), ("elderly", "b")}


def test_one_less_than_nothing_protects_nobody() -> None:
    """The cheapest ring leads through empty cells; but no group has fewer than 0, as every reader knows."""
    counts = dict(zip(product(("x", "y", "z"), ("a", "b")), [1, 0, 0, 0, 50, 60], strict=True))
    hidden = hidden_cells(counts)
    assert ("x", "a") in hidden
    assert could_be(("x", "a"), 2, with_sums(counts), hidden)


def test_what_an_edition_hides_the_next_one_does_not_tell() -> None:
    """Otherwise the figures that stayed the same are taken from the new edition and the small one computed."""
    counts = dict(zip(product(("minor", "elderly"), ("a", "b", "c")), [3, 60, 70, 500, 80, 90], strict=True))
    first = hidden_cells(counts)
    later = counts | {("minor", "b"): 400, ("elderly", "b"): 800}
    assert not first <= hidden_cells(later)
    assert hidden_cells(later, first) == first
    assert hidden_cells(counts | {("minor", "a"): 7}, first) == first


AMOUNTS = st.decimals(Decimal("-50.00"), Decimal("90000.00"), places=2)
GROUPS = st.tuples(*[st.one_of(st.integers(0, 12), st.just(0))] * 2)


@settings(deadline=None)
@given(st.lists(st.tuples(AMOUNTS, GROUPS), min_size=2, max_size=5), st.sets(st.sampled_from(["d0", "d1"])))
def test_no_amount_of_a_line_is_left_alone_with_its_sum(
    line: list[tuple[Decimal, tuple[int, int]]], before: set[str]
) -> None:
    amounts = {f"d{place}": amount for place, (amount, _persons) in enumerate(line)}
    persons = {f"d{place}": groups for place, (_amount, groups) in enumerate(line)}
    hidden = hidden_in_line(amounts, persons, before)
    telling = {name for name, groups in persons.items() if tells(groups, amounts[name])}
    assert telling | before <= hidden
    if not telling | before:
        assert hidden == set()
        return
    # What is left of the sum is that of all hidden ones together.
    together = [sum(persons[name][place] for name in hidden) for place in range(2)]
    assert hidden == set(amounts) or (len(hidden) > 1 and any(together) and not any(map(small, together)))


def test_two_small_groups_do_not_hide_each_other() -> None:
    """One person and two: the rest of the sum would be the amount of three."""
    amounts = dict(zip("abc", map(Decimal, (100, 200, 9000)), strict=True)) | {"d": Decimal(8000)}
    persons = {"a": (1,), "b": (2,), "c": (30,), "d": (25,)}
    assert hidden_in_line(amounts, persons) == {"a", "b", "d"}


def test_what_belongs_to_no_district_does_not_hide_a_district() -> None:
    """An amount of nobody knows whom beside a small one: those of the district could be counted from the sum."""
    amounts = {"a": Decimal(100), "b": Decimal(900), "none": Decimal("-20.00")}
    assert hidden_in_line(amounts, {"a": (3,), "b": (40,)}) == {"a", "b", "none"}


def test_the_category_of_a_few_is_not_told_by_what_categories_pay() -> None:
    amounts = dict(zip("abc", map(Decimal, (12120, 20000, 30000)), strict=True))
    assert hidden_in_line(amounts, {"a": (3, 60), "b": (50, 90), "c": (70, 100)}) == {"a", "b"}


# --- the lines of money, with the persons behind them ----------------------------------------------------------------


def money(
    patients: dict[str, int],
    recovered: tuple[int, Decimal],
    before: set[Cell] = frozenset(),  # type: ignore[assignment]
) -> dict[str, dict[str, str | None]]:
    """The lines of money of districts with so many patients, at 100 yuan each, and of persons of whom so much was
    recovered; everybody paid 10 yuan.
    """
    flows = {
        code: Flow(contributions=Decimal(10 * count), inpatient=Decimal(100 * count))
        for code, count in patients.items()
    }
    count, amount = recovered
    flows[NO_DISTRICT] = Flow(other_spending=-amount)
    people = {code: (count,) for code, count in patients.items()}
    persons = {"contributions": people, "subsidies": {}, "payments": people | {NO_DISTRICT: (count,)}}
    offices = [SimpleNamespace(code=code) for code in patients]
    with mock.patch.object(compiling, "districts", return_value=offices):
        return money_table(flows, persons, before)


@pytest.mark.parametrize("recovered", [2, 6])
def test_what_was_recovered_from_some_hides_no_district(recovered: int) -> None:
    """Of no district: no cell of the patients stands for it, and its persons may be those three."""
    patients = {"Baita": 120, "Wensheng": 90, "Hongwei": 60, "Taizihe": 3}
    table = money(patients, (recovered, Decimal(5000)))
    assert table["patients"] == {"Baita": "120", "Wensheng": "90", "Hongwei": None, "Taizihe": None, TOTAL: "273"}
    hidden = {code for code, amount in table["spending"].items() if amount is None}
    assert hidden == {"Hongwei", "Taizihe"} | ({NO_DISTRICT} if recovered < 5 else set())


PATIENTS = st.one_of(st.integers(0, 12), st.sampled_from([0, 40, 300]))


@settings(deadline=None)
@given(
    st.lists(PATIENTS, min_size=2, max_size=6),
    st.tuples(st.integers(0, 7), st.sampled_from([Decimal(0), Decimal(5), Decimal("880.50"), Decimal(50000)])),
    st.sets(st.tuples(st.sampled_from(["spending", "contributions"]), st.sampled_from(["d0", "d1", NO_DISTRICT]))),
)
def test_no_hidden_cell_of_any_line_can_be_computed(
    counts: list[int], recovered: tuple[int, Decimal], before: set[Cell]
) -> None:
    patients = {f"d{place}": count for place, count in enumerate(counts)}
    table = money(patients, recovered, before)
    if table["patients"][TOTAL] is None:
        assert set(table["patients"].values()) | set(table["spending"].values()) == {None}
        return
    for row, cells in table.items():
        hidden = {column for column, value in cells.items() if value is None}
        assert TOTAL not in hidden
        # One equation, the sum: a cell follows from it where it alone is hidden.
        assert len(hidden) != 1, row
        inside = [patients[code] for code in hidden - {NO_DISTRICT}]
        assert len(inside) > 1 or not hidden, row
        assert sum(inside) >= 5 or not hidden or len(inside) == len(patients), row
        if row not in ("city", "district"):
            telling = {code for code, count in patients.items() if small(count)}
            assert telling <= hidden, row
