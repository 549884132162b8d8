"""B4, B5, D1–D7, A1: cap, deductible, ratio, transfers, the card and fee lines."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.rules import (
    LineFacts,
    StayFacts,
    adjudicate,
    assess_line,
    cap,
    cap_period,
    card_in_order,
    decide,
    disease_of,
    halves_deductible,
    in_scope_of,
    line_in_stay,
    transfer_counts,
)
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.policy import Policy
from liaoyang_medins.kernel.policy.loader import load_area
from liaoyang_medins.kernel.policy.terms import (
    CatalogueClass,
    Category,
    Disease,
    Grade,
    LineProblem,
)

POLICY = policy.on("liaoyang", date(2009, 1, 1))
GOLDEN = Path(__file__).parent.parent / "golden" / "claim.csv"
SECOND_AREA = Path(__file__).parent.parent / "policies"
CAP = Decimal(30000)


def stay(total: str = "10000.00", in_scope: str | None = None, **facts) -> StayFacts:
    given: dict[str, Any] = {"category": Category.ELDERLY, "grade": Grade.GRADE3, "cap": CAP} | facts
    return StayFacts(total=Decimal(total), in_scope=Decimal(in_scope or total), **given)


# B4, B5: cap and cap period.


@pytest.mark.parametrize(
    ("on", "student", "first", "last"),
    [
        (date(2009, 8, 31), False, date(2009, 1, 1), date(2009, 12, 31)),
        (date(2009, 8, 31), True, date(2008, 9, 1), date(2009, 8, 31)),
        (date(2009, 9, 1), True, date(2009, 9, 1), date(2010, 8, 31)),
        (date(2012, 2, 29), True, date(2011, 9, 1), date(2012, 8, 31)),
        (date(2008, 12, 31), True, date(2008, 9, 1), date(2009, 8, 31)),
    ],
)
def test_cap_period(on: date, student: bool, first: date, last: date):
    assert cap_period(on, student, POLICY) == (first, last)


@given(st.dates(date(2008, 7, 1), date(2100, 1, 1)), st.booleans())
def test_cap_periods_follow_each_other(on: date, student: bool):
    first, last = cap_period(on, student, POLICY)
    assert first <= on <= last
    assert cap_period(last + timedelta(days=1), student, POLICY)[0] == last + timedelta(days=1)
    assert cap_period(first, student, POLICY) == (first, last)


@pytest.mark.parametrize(
    ("on", "student", "amount"),
    [
        (date(2008, 12, 31), True, "10000.00"),
        (date(2009, 1, 1), True, "30000.00"),
        (date(2008, 12, 31), False, "30000.00"),
        (date(2010, 5, 1), False, "30000.00"),
    ],
)
def test_cap(on: date, student: bool, amount: str):
    assert str(cap(on, student, POLICY)) == amount


def test_the_deductible_of_stays_admitted_in_2008_is_halved():
    assert halves_deductible(date(2008, 12, 31), POLICY)
    assert not halves_deductible(date(2009, 1, 1), POLICY)


# D1–D6: deductible and ratio.

TABLE: dict[Category, tuple[int, ...]] = {
    Category.MINOR: (100, 200, 300, 500),
    Category.WORKING_AGE: (200, 300, 400, 500),
    Category.ELDERLY: (200, 300, 400, 500),
}


@pytest.mark.parametrize("category", list(Category))
@pytest.mark.parametrize("halve", [False, True])
def test_deductible_of_every_category_and_grade(category: Category, halve: bool):
    for grade, amount in zip(Grade, TABLE[category], strict=True):
        found = decide(stay(category=category, grade=grade, halve=halve), POLICY)
        assert found.deductible == Decimal(amount) / (2 if halve else 1)


OUTSIDE = {"designated": False, "emergency": True}
TRANSFER = {"designated": False, "out_of_city": True, "referral_approved": True}


@pytest.mark.parametrize(
    ("facts", "deductible", "ratio"),
    [
        (OUTSIDE, "700.00", "0.45"),
        (OUTSIDE | {"halve": True}, "350.00", "0.45"),
        (OUTSIDE | {"out_of_city": True}, "700.00", "0.45"),
        (TRANSFER, "700.00", "0.40"),
        (TRANSFER | {"halve": True}, "350.00", "0.40"),
        (TRANSFER | {"grade": Grade.COMMUNITY}, "700.00", "0.55"),
        (TRANSFER | {"grade": Grade.GRADE1}, "700.00", "0.50"),
        (TRANSFER | {"grade": Grade.GRADE2}, "700.00", "0.45"),
        # Both stated: an emergency outside the designated institutions is no transfer.
        (TRANSFER | {"emergency": True}, "700.00", "0.45"),
        # Within the city an approved transfer to a designated institution changes nothing.
        ({"referral_approved": True}, "500.00", "0.45"),
        ({"emergency": True}, "500.00", "0.45"),
        ({"emergency": True, "referral_approved": True, "grade": Grade.GRADE1}, "300.00", "0.55"),
    ],
)
def test_emergency_and_transfer(facts: dict[str, Any], deductible: str, ratio: str):
    found = decide(stay(**facts), POLICY)
    assert (str(found.deductible), str(found.ratio)) == (deductible, ratio)


MENTAL = frozenset({Disease.MENTAL})


@pytest.mark.parametrize(
    ("facts", "deductible"),
    [
        ({"icd10": "F20.0", "specialist_for": MENTAL}, "0.00"),
        ({"icd10": "F20.0", "specialist_for": MENTAL, "halve": True}, "0.00"),
        ({"icd10": "A15.0", "specialist_for": MENTAL}, "500.00"),
        ({"icd10": "F20.0"}, "500.00"),
        ({"icd10": "", "specialist_for": MENTAL}, "500.00"),
        ({"icd10": "B18.1", "specialist_for": frozenset(Disease)}, "0.00"),
        ({"icd10": "B18.2", "specialist_for": frozenset(Disease)}, "500.00"),
        # The specialist designated for the disease has no deductible out of the city either; the ratio is lowered.
        (TRANSFER | {"icd10": "F20.0", "specialist_for": MENTAL}, "0.00"),
        (OUTSIDE | {"icd10": "F20.0", "specialist_for": MENTAL}, "0.00"),
        (OUTSIDE | {"icd10": "F20.0"}, "700.00"),
    ],
)
def test_specialist_diseases_have_no_deductible(facts: dict[str, Any], deductible: str):
    assert str(decide(stay(**facts), POLICY).deductible) == deductible


def test_disease_of_a_diagnosis():
    assert disease_of("A19.9", POLICY) is Disease.PULMONARY_TUBERCULOSIS
    assert disease_of("A17.0", POLICY) is None


def test_further_stays_have_the_full_deductible():
    first = adjudicate(stay(), POLICY)
    second = adjudicate(stay(used=first.fund), POLICY)
    assert first.deductible == second.deductible == 500
    assert first.fund == second.fund


def lowering_at(place: str, tmp_path: Path) -> Policy:
    folder = tmp_path / "liaoyang"
    folder.mkdir()
    text = (policy.DATA / "liaoyang" / "2008-07-01.yaml").read_text()
    (folder / "1.yaml").write_text(text.replace("value: out_of_city", f"value: {place}"))
    return load_area(folder).version(1)


@pytest.mark.parametrize(
    ("place", "facts", "ratio"),
    [
        ("receiving", TRANSFER, "0.40"),
        ("receiving", {"referral_approved": True}, "0.40"),
        ("receiving", OUTSIDE | {"referral_approved": True}, "0.45"),
        ("receiving", {"transferred_out": True}, "0.45"),
        ("sending", {"transferred_out": True}, "0.40"),
        ("sending", TRANSFER, "0.45"),
    ],
)
def test_where_a_transfer_lowers_the_ratio_is_a_parameter(
    place: str, facts: dict[str, Any], ratio: str, tmp_path: Path
):
    assert str(decide(stay(**facts), lowering_at(place, tmp_path)).ratio) == ratio


# D7, Art. 19: what a transfer and a card need.


@pytest.mark.parametrize(
    ("named", "approved_on", "out_of_city", "designated", "counts"),
    [
        (True, date(2009, 5, 1), True, False, True),
        (True, date(2009, 4, 1), True, False, True),
        (True, date(2009, 5, 2), True, False, False),
        (True, None, True, False, False),
        (False, date(2009, 5, 1), True, False, False),
        (True, date(2009, 5, 1), False, True, True),
        (True, date(2009, 5, 1), False, False, False),
    ],
)
def test_a_transfer_that_counts(
    named: bool, approved_on: date | None, out_of_city: bool, designated: bool, counts: bool
):
    found = transfer_counts(
        issued_by_named_institution=named,
        approved_on=approved_on,
        admitted_on=date(2009, 5, 1),
        out_of_city=out_of_city,
        designated=designated,
    )
    assert found is counts


ADMITTED = datetime(2009, 5, 1, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("emergency", "after", "signed", "in_order"),
    [
        (False, timedelta(), True, True),
        (False, timedelta(hours=-1), True, True),
        (False, timedelta(days=1), True, False),
        (False, timedelta(), False, False),
        (False, None, True, False),
        (True, timedelta(hours=24), True, True),
        (True, timedelta(hours=24, seconds=1), True, False),
        (True, timedelta(hours=2), False, False),
        (True, None, True, False),
    ],
)
def test_the_card_is_presented_in_time(emergency: bool, after: timedelta | None, signed: bool, in_order: bool):
    found = card_in_order(
        emergency=emergency,
        admitted_at=ADMITTED,
        presented_at=None if after is None else ADMITTED + after,
        form_signed=signed,
        policy=POLICY,
    )
    assert found is in_order


# A1: fee lines.


def line(amount: str, cls: CatalogueClass | None = CatalogueClass.A, **facts) -> LineFacts:
    return LineFacts(Decimal(amount), date(2009, 5, 1), cls, **facts)


@pytest.mark.parametrize(
    ("facts", "in_scope", "reasons"),
    [
        (line("100.00"), "100.00", []),
        (line("100.00", personal_share=Decimal("0.5")), "100.00", []),
        (line("100.05", CatalogueClass.B, personal_share=Decimal("0.1")), "90.05", ["personal_share"]),
        (line("100.00", CatalogueClass.B), "100.00", []),
        (line("100.00", CatalogueClass.C), "0.00", ["class_c"]),
        (line("100.00", None), "0.00", ["not_in_catalogue"]),
        (line("100.00", covered=False), "0.00", ["not_in_catalogue"]),
        (line("100.00", in_benefit=False), "0.00", ["outside_benefit"]),
        (line("100.00", CatalogueClass.C, in_benefit=False), "0.00", ["outside_benefit", "class_c"]),
        (
            line("100.00", quantity=Decimal(4), unit_price=Decimal(25), price_limit=Decimal("20.00")),
            "80.00",
            ["over_price_limit"],
        ),
        (line("100.00", quantity=Decimal(4), unit_price=Decimal(25), price_limit=Decimal(25)), "100.00", []),
        (
            line(
                "100.00",
                CatalogueClass.B,
                personal_share=Decimal("0.15"),
                quantity=Decimal(3),
                price_limit=Decimal("33.33"),
            ),
            "84.99",
            ["personal_share", "over_price_limit"],
        ),
        (line("0.00"), "0.00", []),
    ],
)
def test_a_fee_line(facts: LineFacts, in_scope: str, reasons: list[str]):
    found = assess_line(facts)
    assert str(found.in_scope) == in_scope
    assert list(found.reasons) == [LineProblem(reason) for reason in reasons]
    assert found.in_scope + found.out_of_scope == facts.amount


money = st.decimals(0, 10**6, places=2)
lines = st.builds(
    LineFacts,
    amount=money,
    on=st.just(date(2009, 5, 1)),
    cls=st.sampled_from([*CatalogueClass, None]),
    personal_share=st.decimals(0, 1, places=4),
    quantity=st.decimals(0, 100, places=2),
    unit_price=st.none(),
    price_limit=st.one_of(st.none(), st.decimals(0, 1000, places=4)),
    covered=st.booleans(),
    in_benefit=st.booleans(),
)


@given(lines)
def test_a_line_adds_up(facts: LineFacts):
    found = assess_line(facts)
    assert found.in_scope + found.out_of_scope == facts.amount
    assert 0 <= found.in_scope <= facts.amount
    assert found.reasons or found.out_of_scope == 0


@given(st.lists(lines, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(found: list[LineFacts], chance: random.Random):
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert in_scope_of(found) == in_scope_of(shuffled)


def test_a_line_outside_the_stay():
    admitted, discharged = date(2009, 5, 1), date(2009, 5, 9)
    assert line_in_stay(admitted, admitted, discharged)
    assert line_in_stay(discharged, admitted, discharged)
    assert not line_in_stay(date(2009, 4, 30), admitted, discharged)
    assert not line_in_stay(date(2009, 5, 10), admitted, discharged)
