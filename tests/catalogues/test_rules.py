"""The difference between what holds and what is stated."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.catalogues.rules import Change, Entry, applied, changed_columns, difference, meanings, share_of

SHARES = st.decimals("0", "1", places=4)
LIMITS = st.none() | st.decimals("0", "9999", places=4)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    catalogue_class = draw(st.sampled_from("ABC"))
    given_share = draw(SHARES) if catalogue_class == "B" else None
    share = share_of(catalogue_class, given_share)
    assert share is not None
    name = draw(st.sampled_from(["青霉素", "头孢", "人参"]))
    return Entry(name, draw(st.sampled_from(["drug", "service"])), catalogue_class, share, draw(LIMITS))


CATALOGUES = st.dictionaries(st.sampled_from([f"X{number}" for number in range(8)]), entries())


@given(held=CATALOGUES, stated=CATALOGUES)
def test_the_difference_of_a_whole_catalogue_applied_gives_it(held, stated):
    assert applied(held, stated, difference(held, stated, whole=True)) == stated


@given(held=CATALOGUES, stated=CATALOGUES)
def test_a_part_leaves_the_rest_as_it_is(held, stated):
    assert applied(held, stated, difference(held, stated, whole=False)) == {**held, **stated}


@given(held=CATALOGUES)
def test_what_is_the_same_differs_in_nothing(held):
    assert set(difference(held, dict(held), whole=True).values()) <= {Change.UNCHANGED}


@given(entry=entries())
def test_an_entry_comes_back_from_its_text(entry):
    assert Entry.of(entry.to_json()) == entry


@given(one=entries(), other=entries())
def test_columns_differ_where_entries_do(one, other):
    assert bool(changed_columns(one, other)) == (one != other)


ENTRY = Entry("青霉素", "drug", "B", Decimal("0.1"))


@pytest.mark.parametrize(
    ("before", "after", "codes"),
    [
        (None, ENTRY, ["covered"]),
        (None, Entry("人参", "drug", "C", Decimal(1)), ["listed"]),
        (ENTRY, None, ["not_covered"]),
        (ENTRY, Entry("青霉素", "drug", "A", Decimal(0)), ["more"]),
        (ENTRY, Entry("青霉素", "drug", "B", Decimal("0.3")), ["less"]),
        (ENTRY, Entry("青霉素", "drug", "B", Decimal("0.1"), Decimal(8)), ["limited"]),
        (Entry("床", "service", "A", Decimal(0), Decimal(9)), Entry("床", "service", "A", Decimal(0)), ["limit_gone"]),
        (ENTRY, Entry("青霉素G", "drug", "B", Decimal("0.1")), []),
    ],
)
def test_what_a_change_means(before, after, codes):
    assert [meaning.code for meaning in meanings(before, after)] == codes


@pytest.mark.parametrize(
    ("catalogue_class", "share", "found"),
    [("A", None, 0), ("A", "0.1", None), ("B", None, None), ("B", "0.2", "0.2"), ("C", None, 1), ("C", "0.5", None)],
)
def test_class_and_share_fit(catalogue_class, share, found):
    expected = None if found is None else Decimal(found)
    assert share_of(catalogue_class, Decimal(share) if share else None) == expected
