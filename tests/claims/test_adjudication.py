"""A2, A3, A5, A8: who bears what of a stay, and every reason for which nothing is payable."""

import csv
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.explanation import explain_adjudication
from claims.rules import (
    Adjudication,
    StayFacts,
    adjudicate,
    cap,
    cap_period,
    decide,
    in_scope_of,
    share_cost,
    share_too_many_days,
)
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.policy import Policy
from liaoyang_medins.kernel.policy.loader import load_area
from liaoyang_medins.kernel.policy.terms import Category, Cause, Disease, Grade, NotPayable
from tests.claims.flat import write_flat
from tests.claims.test_rules import MENTAL, OUTSIDE, POLICY, TRANSFER, line, money, stay

GOLDEN = Path(__file__).parent.parent / "golden" / "claim.csv"
SECOND_AREA = Path(__file__).parent.parent / "policies"


def golden() -> list[dict[str, str]]:
    with GOLDEN.open(newline="") as file:
        return list(csv.DictReader(file))


def yuan(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.2f}"


@pytest.mark.parametrize("row", golden(), ids=lambda row: row["case"])
def test_golden_claim(row: dict[str, str]):
    flags = {name: row[name] == "true" for name in ("designated", "out_of_city", "emergency", "halve")}
    facts = stay(
        row["total"],
        row["in_scope"],
        category=Category(row["category"]),
        grade=Grade(row["grade"]),
        used=Decimal(row["used"]),
        cap=Decimal(row["cap"]),
        referral_approved=row["referral"] == "true",
        specialist_for=frozenset(Disease(name) for name in row["specialist_for"].split("|") if name),
        icd10=row["icd10"],
        **flags,
    )
    found = adjudicate(facts, POLICY)
    assert (str(found.payable).lower(), "|".join(found.reasons)) == (row["payable"], row["reasons"])
    for name in ("deductible", "ratio", "fund", "resident", "out_of_scope", "copayment", "over_cap"):
        assert yuan(getattr(found, name)) == row[name], name


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        ({"any_line_in_benefit": False}, ["no_benefit"]),
        ({"designated": False}, ["not_designated"]),
        ({"designated": False, "referral_approved": True}, ["not_designated"]),
        ({"designated": False, "out_of_city": True}, ["not_designated"]),
        (
            {"designated": False, "out_of_city": True, "transfer_stated": True},
            ["not_designated", "transfer_not_approved"],
        ),
        ({"transfer_stated": True}, ["transfer_not_approved"]),
        ({"transfer_stated": True, "referral_approved": True}, []),
        (OUTSIDE | {"transfer_stated": True}, []),
        ({"card_ok": False}, ["card_not_presented"]),
        ({"abroad": True}, ["treated_abroad"]),
        *(({"cause": cause}, ["excluded_cause"]) for cause in ("fight", "self_harm", "suicide", "drugs")),
        *(({"cause": cause}, ["excluded_cause"]) for cause in ("unlawful_act", "drunkenness")),
        *(({"cause": cause}, ["third_party_accident"]) for cause in ("traffic_accident", "medical_accident")),
        *(({"cause": cause}, []) for cause in ("illness", "accident")),
        ({"outpatient": True}, ["outpatient_policy_missing"]),
        (
            {"designated": False, "abroad": True, "card_ok": False, "cause": "fight", "any_line_in_benefit": False},
            ["card_not_presented", "excluded_cause", "no_benefit", "not_designated", "treated_abroad"],
        ),
    ],
)
def test_every_reason_for_which_nothing_is_payable(facts: dict[str, Any], reasons: list[str]):
    if "cause" in facts:
        facts = facts | {"cause": Cause(facts["cause"])}
    found = adjudicate(stay(**facts), POLICY)
    assert list(found.reasons) == [NotPayable(reason) for reason in reasons]
    assert found.payable == (not reasons)
    if reasons:
        assert (str(found.fund), str(found.resident)) == ("0.00", "10000.00")
        assert [found.ratio, found.deductible, found.out_of_scope, found.copayment, found.over_cap] == [None] * 5


def test_an_institution_out_of_the_city_is_never_designated():
    assert adjudicate(stay(designated=True, out_of_city=True), POLICY).reasons == (NotPayable.NOT_DESIGNATED,)


@pytest.mark.parametrize(
    "facts",
    [{"in_scope": "10000.01"}, {"in_scope": "-0.01"}, {"cap": Decimal(-1)}, {"used": Decimal("-0.01")}],
)
def test_facts_that_cannot_be(facts: dict[str, Any]):
    with pytest.raises(ValueError, match=r"negative|between"):
        stay(**facts)


stays = st.builds(
    lambda total, part, **facts: StayFacts(total=total, in_scope=(total * part).quantize(Decimal("0.01")), **facts),
    total=money,
    part=st.decimals(0, 1, places=3),
    category=st.sampled_from(Category),
    grade=st.sampled_from(Grade),
    cap=st.sampled_from([Decimal(30000), Decimal(10000)]),
    used=st.decimals(0, 35000, places=2),
    designated=st.booleans(),
    out_of_city=st.booleans(),
    emergency=st.booleans(),
    transfer_stated=st.booleans(),
    referral_approved=st.booleans(),
    icd10=st.sampled_from(["", "F20.0", "B18.1", "A15.0", "J18.9"]),
    specialist_for=st.frozensets(st.sampled_from(Disease)),
    halve=st.booleans(),
)


def parts_of(found: Adjudication) -> list[Decimal]:
    parts = [found.out_of_scope, found.deductible, found.copayment, found.over_cap]
    return [part for part in parts if part is not None]


@given(stays)
def test_parts_add_up(facts: StayFacts):
    found = adjudicate(facts, POLICY)
    assert found.fund + found.resident == found.total
    assert found.fund >= 0
    if found.payable:
        assert sum(parts_of(found)) == found.resident
        assert all(part >= 0 for part in parts_of(found))
    else:
        assert found.fund == 0
        assert parts_of(found) == []


@given(stays)
def test_the_cap_is_never_passed(facts: StayFacts):
    found = adjudicate(facts, POLICY)
    assert found.fund <= max(Decimal(0), facts.cap - facts.used)
    assert found.left == max(Decimal(0), facts.cap - facts.used) - found.fund


@given(stays, money, st.booleans())
def test_more_cost_never_pays_less(facts: StayFacts, more: Decimal, in_scope: bool):
    larger = replace(facts, total=facts.total + more, in_scope=facts.in_scope + (more if in_scope else 0))
    assert adjudicate(larger, POLICY).fund >= adjudicate(facts, POLICY).fund


@given(stays, money)
def test_more_used_never_pays_more(facts: StayFacts, more: Decimal):
    assert adjudicate(replace(facts, used=facts.used + more), POLICY).fund <= adjudicate(facts, POLICY).fund


@given(st.lists(stays, max_size=6), st.sampled_from([Decimal(30000), Decimal(10000)]))
def test_a_row_of_settlements_never_passes_the_cap(row: list[StayFacts], limit: Decimal):
    used = Decimal(0)
    for facts in row:
        used += adjudicate(replace(facts, cap=limit, used=used), POLICY).fund
    assert used <= limit


@given(stays)
def test_decision_and_arithmetic_are_apart(facts: StayFacts):
    assert share_cost(decide(facts, POLICY), facts) == adjudicate(facts, POLICY)


@given(stays)
def test_the_explanation_has_every_part(facts: StayFacts):
    found = adjudicate(facts, POLICY)
    steps = explain_adjudication(facts, POLICY)
    amounts = {step.code: step.figures.get("amount") for step in steps}
    assert (amounts["total"], amounts["fund"], amounts["resident"]) == (found.total, found.fund, found.resident)
    assert all(step.rule and step.article and step.holds_from for step in steps)
    if found.payable:
        for name in ("out_of_scope", "in_scope", "deductible", "copayment", "over_cap"):
            assert amounts[name] == getattr(found, name)
        assert amounts["without_cap"] == found.fund + (found.over_cap or 0)
    else:
        assert [step.figures["reason"] for step in steps if step.code == "not_payable"] == list(found.reasons)


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, ["deductible_stay", "deductible", "ratio"]),
        ({"halve": True}, ["deductible_stay", "deductible_halved", "deductible", "ratio"]),
        (OUTSIDE, ["deductible_emergency", "deductible", "ratio"]),
        (TRANSFER, ["deductible_transfer", "deductible", "ratio", "ratio_lowered"]),
        ({"icd10": "F20", "specialist_for": MENTAL, "halve": True}, ["deductible_none", "deductible", "ratio"]),
    ],
)
def test_the_steps_name_what_decided(facts: dict[str, Any], codes: list[str]):
    steps = [step.code for step in explain_adjudication(stay(**facts), POLICY)]
    assert steps == [
        *("total", "out_of_scope", "in_scope", *codes, "without_cap", "cap_left", "fund", "copayment", "over_cap"),
        *("resident", "cap_left_after"),
    ]


def test_specified_outpatient_diseases_once_a_policy_has_their_figures():
    with policy.data_in(SECOND_AREA):
        before, after = policy.version("newport", 1), policy.version("newport", 2)
    facts = stay("140.00", outpatient=True, halve=True)
    assert adjudicate(facts, before).reasons == (NotPayable.OUTPATIENT_POLICY_MISSING,)
    found = adjudicate(facts, after)
    assert (found.deductible, found.fund) == (40, 50)
    assert [step.code for step in explain_adjudication(facts, after)][3:6] == [
        "deductible_outpatient",
        "deductible",
        "ratio_outpatient",
    ]


def test_a_second_area_has_its_own_figures():
    with policy.data_in(SECOND_AREA):
        old, new = policy.version("newport", 1), policy.version("newport", 2)
    facts = stay("1000.00", category=Category.WORKING_AGE, grade=Grade.GRADE2, cap=cap(date(2010, 1, 1), False, old))
    assert adjudicate(facts, old).fund == (1000 - 170) * Decimal("0.64")
    assert adjudicate(facts, new).fund == (1000 - 170) * Decimal("0.70")
    assert (cap(date(2009, 9, 1), True, old), cap(date(2011, 9, 1), True, new)) == (Decimal("3086.25"), 20000)
    assert cap_period(date(2010, 8, 14), True, old) == (date(2009, 8, 15), date(2010, 8, 14))
    transfer = replace(facts, designated=False, out_of_city=True, referral_approved=True)
    assert adjudicate(transfer, old).fund == (1000 - 333) * Decimal("0.49")


@pytest.mark.parametrize(
    ("first", "second", "held"),
    [
        ((date(2009, 5, 1), date(2009, 5, 5)), (date(2009, 5, 5), date(2009, 5, 9)), False),
        ((date(2009, 5, 1), date(2009, 5, 5)), (date(2009, 5, 4), date(2009, 5, 9)), True),
        ((date(2009, 5, 1), date(2009, 5, 9)), (date(2009, 5, 3), date(2009, 5, 4)), True),
        ((date(2009, 5, 1), date(2009, 5, 5)), (date(2009, 5, 6), date(2009, 5, 9)), False),
        ((date(2009, 5, 4), date(2009, 5, 4)), (date(2009, 5, 4), date(2009, 5, 4)), False),
    ],
)
def test_stays_that_share_more_than_one_day(first: tuple[date, date], second: tuple[date, date], held: bool):
    assert share_too_many_days(first, second) is held
    assert share_too_many_days(second, first) is held


@pytest.fixture
def flat(tmp_path: Path) -> Policy:
    return load_area(write_flat(tmp_path, date(2010, 1, 1))).version(2)


@pytest.mark.parametrize(
    ("amounts", "fund"),
    [
        (["8000"], "4125.00"),
        (["1000", "2000", "3000", "500", "1500", "2000"], "5225.00"),
        (["8000.90"], "4125.50"),
        (["300"], "0.00"),
        (["300", "300"], "55.00"),
        (["60000"], "30000.00"),
    ],
)
def test_cases_that_claims_software_gets_wrong(flat: Policy, amounts: list[str], fund: str):
    for order in (amounts, amounts[::-1], sorted(amounts)):
        cost = in_scope_of([line(amount) for amount in order])
        found = adjudicate(stay(str(cost), grade=Grade.COMMUNITY), flat)
        assert yuan(found.fund) == fund


def test_a_late_entry_is_judged_by_the_policy_of_its_day(flat: Policy):
    facts = stay("8000", grade=Grade.COMMUNITY)
    assert adjudicate(facts, flat).fund == Decimal("4125.00")
    assert adjudicate(facts, POLICY).fund == Decimal("4680.00")
