"""What is paid and when: C1–C7, W5–W8, and the amounts of B5."""

import csv
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.contributions.explanation import explain_contribution, explain_first_year
from enrollment.contributions.rules import (
    Contribution,
    ContributionFacts,
    NoticeFacts,
    ReceiptFacts,
    assess_contribution,
    certificate_due,
    for_notice,
    government_shares,
    lapses_on,
    match_receipt,
    notice_term,
    parts_settle_on,
    payment_window,
    tiers_fitting,
    window_of,
)
from enrollment.registration.rules import PersonFacts
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.policy.terms import (
    Category,
    EnrollmentKind,
    LowIncome,
    OtherScheme,
    Pension,
    ReceiptProblem,
    Sex,
    StudentKind,
    Tier,
)
from tests.registration.test_rules import persons

POLICY = policy.on("liaoyang", date(2009, 1, 1))
POLICY_ON = partial(policy.on, "liaoyang")
GOLDEN = Path(__file__).parent.parent / "golden"
SECOND_AREA = Path(__file__).parent.parent / "policies"
NEW_YEAR = date(2010, 1, 1)
FIRST, LAPSED, RENEWAL = EnrollmentKind.FIRST, EnrollmentKind.LAPSED, EnrollmentKind.RENEWAL
LAW = date(2008, 7, 1)


def golden(name: str) -> list[dict[str, str]]:
    with (GOLDEN / name).open(newline="") as file:
        return list(csv.DictReader(file))


def paying(facts: PersonFacts, *, moved_in: date | None = None, number: int = 1, on: date = NEW_YEAR) -> Contribution:
    return assess_contribution(facts, on, POLICY, moved_in=moved_in, contribution_year_no=number)


@pytest.mark.parametrize("row", golden("contribution.csv"), ids=lambda row: row["case"])
def test_golden_contribution(row: dict[str, str]):
    on = date.fromisoformat(row["on"])
    found = assess_contribution(
        PersonFacts(
            sex=Sex(row["sex"]),
            birth_date=date.fromisoformat(row["birth"]),
            student=StudentKind(row["student"]),
            low_income=LowIncome(row["low_income"]),
            disability_grade=int(row["disability_grade"]),
            working=row["working"] == "true",
            pension=Pension(row["pension"]),
            other_scheme=OtherScheme(row["other_scheme"]),
            local_hukou=row["local_hukou"] == "true",
            barred=row["barred"] == "true",
        ),
        on,
        policy.for_contribution_year("liaoyang", on.year),
        moved_in=date.fromisoformat(row["moved_in"]) if row["moved_in"] else None,
        contribution_year_no=int(row["contribution_year_no"]),
    )
    assert "|".join(found.eligibility.reasons) == row["reasons"]
    assert str(found.eligibility.eligible).lower() == row["eligible"]
    for name in ("category", "tier", "personal", "government", "city", "district"):
        value = getattr(found, name)
        assert ("" if value is None else str(value)) == row[name]


def amounts_of(found: Contribution) -> list[str]:
    return [str(amount) for amount in (found.personal, found.government, found.city, found.district)]


MINOR = PersonFacts(Sex.F, date(2000, 1, 1))
WORKING = PersonFacts(Sex.M, date(1970, 1, 1))
OLD = PersonFacts(Sex.M, date(1940, 1, 1))


@pytest.mark.parametrize(
    ("facts", "tier", "personal", "government"),
    [
        (MINOR, Tier.ORDINARY, "40.00", "40.00"),
        (replace(MINOR, low_income=LowIncome.LOW_INCOME), Tier.LOW_INCOME, "16.00", "64.00"),
        (replace(MINOR, low_income=LowIncome.LOW_INCOME_EDGE), Tier.LOW_INCOME_EDGE, "30.00", "50.00"),
        (replace(MINOR, disability_grade=1), Tier.ORDINARY, "40.00", "40.00"),
        (replace(WORKING, low_income=LowIncome.LOW_INCOME), Tier.LOW_INCOME, "180.00", "120.00"),
        (replace(WORKING, low_income=LowIncome.LOW_INCOME_EDGE), Tier.LOW_INCOME_EDGE, "210.00", "90.00"),
        (replace(WORKING, disability_grade=2), Tier.SEVERELY_DISABLED, "180.00", "120.00"),
        (OLD, Tier.ORDINARY, "200.00", "100.00"),
        (replace(OLD, low_income=LowIncome.LOW_INCOME), Tier.LOW_INCOME, "80.00", "220.00"),
        (replace(OLD, low_income=LowIncome.LOW_INCOME_EDGE), Tier.LOW_INCOME_EDGE, "160.00", "140.00"),
        (replace(OLD, disability_grade=1, working=True), Tier.SEVERELY_DISABLED, "80.00", "220.00"),
    ],
)
def test_the_table_of_article_8(facts: PersonFacts, tier: Tier, personal: str, government: str):
    found = paying(facts)
    assert (found.tier, str(found.personal), str(found.government)) == (tier, personal, government)


@pytest.mark.parametrize(
    ("facts", "tier"),
    [
        # The lowest personal amount holds; where two cost the same, low-income is named.
        (replace(OLD, low_income=LowIncome.LOW_INCOME, disability_grade=1), Tier.LOW_INCOME),
        (replace(OLD, low_income=LowIncome.LOW_INCOME_EDGE, disability_grade=2), Tier.SEVERELY_DISABLED),
        (replace(OLD, low_income=LowIncome.LOW_INCOME_EDGE, disability_grade=3), Tier.LOW_INCOME_EDGE),
        (replace(WORKING, low_income=LowIncome.LOW_INCOME, disability_grade=1), Tier.LOW_INCOME),
        (replace(WORKING, low_income=LowIncome.LOW_INCOME_EDGE, disability_grade=1), Tier.SEVERELY_DISABLED),
        (
            replace(WORKING, low_income=LowIncome.LOW_INCOME_EDGE, disability_grade=1, working=True),
            Tier.LOW_INCOME_EDGE,
        ),
        (replace(MINOR, low_income=LowIncome.LOW_INCOME_EDGE, disability_grade=1), Tier.LOW_INCOME_EDGE),
    ],
)
def test_of_several_columns_the_cheapest(facts: PersonFacts, tier: Tier):
    assert paying(facts).tier is tier


def test_columns_that_fit():
    edge = replace(OLD, low_income=LowIncome.LOW_INCOME_EDGE, disability_grade=1)
    assert tiers_fitting(edge, Category.ELDERLY, POLICY) == (
        Tier.ORDINARY,
        Tier.LOW_INCOME_EDGE,
        Tier.SEVERELY_DISABLED,
    )
    assert tiers_fitting(WORKING, Category.WORKING_AGE, POLICY) == ()


@pytest.mark.parametrize(
    ("moved_in", "number", "subsidised"),
    [
        (None, 1, True),
        (date(2008, 6, 30), 1, True),
        (date(2008, 7, 1), 1, False),
        (date(2008, 7, 1), 2, False),
        (date(2008, 7, 1), 3, True),
        (date(2012, 5, 5), 1, False),
    ],
)
def test_who_moved_in_pays_the_whole_standard_for_two_years(moved_in: date | None, number: int, subsidised: bool):
    found = paying(OLD, moved_in=moved_in, number=number)
    if subsidised:
        assert amounts_of(found) == ["200.00", "100.00", "55.00", "45.00"]
    else:
        assert amounts_of(found) == ["300.00", "0.00", "0.00", "0.00"]
    assert found.tier is Tier.ORDINARY


def test_contribution_years_count_from_one():
    with pytest.raises(ValueError, match="from 1"):
        paying(OLD, number=0)


def test_who_may_not_take_part_has_no_amounts():
    found = paying(WORKING)
    assert (found.category, found.tier, found.personal, found.government, found.city, found.district) == (None,) * 6
    assert explain_contribution(ContributionFacts(WORKING, NEW_YEAR), POLICY) == ()


@given(st.decimals(0, 10**6, places=2))
def test_city_and_district_add_up(government: Decimal):
    city, district = government_shares(government, POLICY)
    assert city + district == government
    assert abs(city - government * Decimal("0.55")) <= Decimal("0.005")


@given(persons, st.integers(1, 4), st.one_of(st.none(), st.dates(date(2005, 1, 1), date(2010, 1, 1))))
def test_moving_in_never_changes_the_sum(facts: PersonFacts, number: int, moved_in: date | None):
    found = paying(facts, moved_in=moved_in, number=number, on=date(2010, 1, 1))
    plain = paying(facts, on=date(2010, 1, 1))
    if found.personal is None or found.government is None or found.city is None or found.district is None:
        assert plain.personal is None
        return
    assert plain.personal is not None
    assert plain.government is not None
    assert found.personal + found.government == plain.personal + plain.government
    assert found.city + found.district == found.government
    assert found.personal >= plain.personal


@pytest.mark.parametrize(
    ("facts", "moved_in", "student", "amounts"),
    [
        (MINOR, None, False, ("10.00", "10.00", "5.50", "4.50")),
        (replace(MINOR, low_income=LowIncome.LOW_INCOME), None, False, ("4.00", "16.00", "8.80", "7.20")),
        (replace(MINOR, low_income=LowIncome.LOW_INCOME_EDGE), None, False, ("7.50", "12.50", "6.88", "5.62")),
        (OLD, None, False, ("50.00", "25.00", "13.75", "11.25")),
        (OLD, date(2008, 8, 1), False, ("75.00", "0.00", "0.00", "0.00")),
        (MINOR, None, True, ("13.33", "13.33", "7.33", "6.00")),
        (replace(MINOR, low_income=LowIncome.LOW_INCOME), None, True, ("5.33", "21.33", "11.73", "9.60")),
        (replace(MINOR, low_income=LowIncome.LOW_INCOME_EDGE), None, True, ("10.00", "16.67", "9.17", "7.50")),
        (MINOR, date(2008, 8, 1), True, ("26.67", "0.00", "0.00", "0.00")),
    ],
)
def test_a_notice_for_2008(facts: PersonFacts, moved_in: date | None, student: bool, amounts: tuple[str, ...]):
    year = paying(facts, moved_in=moved_in, on=date(2008, 9, 1))
    due = for_notice(year, 2008, student, POLICY)
    assert amounts_of(due) == list(amounts)
    assert explain_first_year(year, student, POLICY)[0].figures["amount"] == due.personal
    assert for_notice(year, 2009, student, POLICY) == year


def test_a_notice_for_2008_of_who_may_not_take_part():
    assert for_notice(paying(WORKING), 2008, False, POLICY).personal is None


def test_the_window_lies_in_the_year_before():
    assert payment_window(2010, POLICY) == (date(2009, 10, 1), date(2009, 11, 30))


@pytest.mark.parametrize(
    ("paid", "year"),
    [
        (date(2009, 9, 30), None),
        (date(2009, 10, 1), 2010),
        (date(2009, 11, 30), 2010),
        (date(2009, 12, 1), None),
    ],
)
def test_window_of(paid: date, year: int | None):
    assert window_of(paid, POLICY) == year


def test_terms_of_notices():
    assert notice_term(RENEWAL, date(2009, 9, 20), 2010, POLICY) == (date(2009, 10, 1), date(2009, 11, 30))
    assert notice_term(FIRST, date(2010, 1, 30), 2010, POLICY) == (date(2010, 1, 30), date(2010, 3, 1))
    assert notice_term(LAPSED, date(2010, 4, 1), 2010, POLICY) == (date(2010, 4, 1), date(2010, 5, 1))


@pytest.mark.parametrize(
    ("paid", "due"),
    [
        (date(2009, 10, 3), date(2009, 12, 30)),
        (date(2009, 11, 30), date(2009, 12, 30)),
        (date(2009, 12, 1), date(2009, 12, 31)),
        (date(2010, 2, 1), date(2010, 3, 3)),
    ],
)
def test_certificate_and_card_are_made_within_30_days(paid: date, due: date):
    assert certificate_due(paid, POLICY) == due


def test_not_paid_in_the_window_lapses_at_the_end_of_the_year():
    assert lapses_on(2010) == date(2009, 12, 31)


NOTICE = NoticeFacts(Decimal("40.00"), date(2009, 10, 1), date(2009, 11, 30))


@pytest.mark.parametrize(
    ("amount", "day", "notice", "problem"),
    [
        ("40.00", date(2009, 10, 1), NOTICE, None),
        ("40.00", date(2009, 11, 30), NOTICE, None),
        ("40", date(2009, 11, 30), replace(NOTICE, ended_on=date(2009, 11, 30)), None),
        ("39.99", date(2009, 10, 1), NOTICE, ReceiptProblem.SHORT),
        ("40.01", date(2009, 10, 1), NOTICE, ReceiptProblem.OVER),
        ("40.00", date(2009, 9, 30), NOTICE, ReceiptProblem.OUTSIDE_TERM),
        ("40.00", date(2009, 12, 1), NOTICE, ReceiptProblem.OUTSIDE_TERM),
        ("40.00", date(2009, 10, 1), replace(NOTICE, paid=True), ReceiptProblem.PAID_TWICE),
        ("40.00", date(2009, 10, 2), replace(NOTICE, ended_on=date(2009, 10, 1)), ReceiptProblem.AFTER_END),
        ("40.00", date(2009, 10, 1), None, ReceiptProblem.UNKNOWN_NOTICE),
    ],
)
def test_a_payment_settles_or_has_a_problem(
    amount: str, day: date, notice: NoticeFacts | None, problem: ReceiptProblem | None
):
    assert match_receipt(ReceiptFacts(Decimal(amount), day, notice)) is problem


def test_parts_settle_when_they_add_up():
    due = Decimal("200.00")
    parts = [(date(2009, 10, 20), Decimal("120.00")), (date(2009, 10, 5), Decimal("80.00"))]
    assert parts_settle_on(parts, due) == date(2009, 10, 20)
    assert parts_settle_on(parts[:1], due) is None
    assert parts_settle_on([*parts, (date(2009, 10, 21), Decimal("0.01"))], due) is None
    assert parts_settle_on([], due) is None


@given(persons)
def test_the_explanation_ends_with_what_is_paid(facts: PersonFacts):
    found = paying(facts)
    steps = {step.code: step for step in explain_contribution(ContributionFacts(facts, NEW_YEAR), POLICY)}
    if found.tier is None:
        assert steps == {}
        return
    assert steps["personal"].figures["amount"] == found.personal
    assert steps["government"].figures["amount"] == found.government
    assert (steps["shares"].figures["city"], steps["shares"].figures["district"]) == (found.city, found.district)
