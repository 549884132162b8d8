"""Who may take part: E1–E9, W1, W3, and since when (B1)."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.registration.explanation import explain_eligibility
from enrollment.registration.rules import (
    FactsHistory,
    PersonFacts,
    assess_eligibility,
    barred_until,
    birthday,
    category,
    community_due,
    completed_age,
    district_due,
    due_date,
    eligible_since,
    reference_date,
    required_materials,
)
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.policy import BeforeTheLaw
from liaoyang_medins.kernel.policy.terms import (
    Category,
    Ineligible,
    LowIncome,
    Material,
    OtherScheme,
    Pension,
    Sex,
    StudentKind,
)

POLICY = policy.on("liaoyang", date(2009, 1, 1))
POLICY_ON = partial(policy.on, "liaoyang")
SECOND_AREA = Path(__file__).parent.parent / "policies"
NEW_YEAR = date(2010, 1, 1)

births = st.dates(date(1900, 1, 1), date(2010, 1, 1))
persons = st.builds(
    PersonFacts,
    sex=st.sampled_from(Sex),
    birth_date=births,
    student=st.sampled_from(StudentKind),
    low_income=st.sampled_from(LowIncome),
    disability_grade=st.integers(0, 4),
    working=st.booleans(),
    pension=st.sampled_from(Pension),
    other_scheme=st.sampled_from(OtherScheme),
    local_hukou=st.booleans(),
    barred=st.booleans(),
)


def person(birth: date = date(1970, 1, 1), sex: Sex = Sex.M, **facts) -> PersonFacts:
    return PersonFacts(sex=sex, birth_date=birth, **facts)


def reasons(facts: PersonFacts, on: date = NEW_YEAR) -> set[Ineligible]:
    found = assess_eligibility(facts, on, POLICY)
    assert found.eligible == (not found.reasons)
    assert (found.category is None) == bool(found.reasons)
    return set(found.reasons)


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        (date(2000, 5, 10), date(2010, 5, 9), 9),
        (date(2000, 5, 10), date(2010, 5, 10), 10),
        (date(1992, 2, 29), date(2010, 2, 28), 17),
        (date(1992, 2, 29), date(2010, 3, 1), 18),
        (date(1992, 2, 29), date(2012, 2, 28), 19),
        (date(1992, 2, 29), date(2012, 2, 29), 20),
        (date(2010, 1, 1), date(2010, 1, 1), 0),
    ],
)
def test_completed_age(birth: date, on: date, age: int):
    assert completed_age(birth, on) == age


def test_a_day_before_the_birth_has_no_age():
    with pytest.raises(ValueError, match="before the birth"):
        completed_age(date(2010, 1, 2), date(2010, 1, 1))


@given(births, st.integers(0, 110))
def test_on_the_birthday_the_age_is_completed(birth: date, age: int):
    day = birthday(birth, age)
    assert completed_age(birth, day) == age
    if age:
        assert completed_age(birth, day - timedelta(days=1)) == age - 1


def test_the_reference_date_is_new_year_or_the_later_registration():
    assert reference_date(2010, date(2009, 10, 5)) == date(2010, 1, 1)
    assert reference_date(2010, date(2010, 3, 5)) == date(2010, 3, 5)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        # E3: until the 19th birthday, and school students of any age.
        (person(date(1991, 1, 2)), Category.MINOR),
        (person(date(1991, 1, 1), low_income=LowIncome.LOW_INCOME), Category.WORKING_AGE),
        (person(date(1970, 1, 1), student=StudentKind.SCHOOL), Category.MINOR),
        (person(date(1940, 1, 1), student=StudentKind.SCHOOL), Category.MINOR),
        # E5: men from 60, women from 50.
        (person(date(1950, 1, 2), low_income=LowIncome.LOW_INCOME), Category.WORKING_AGE),
        (person(date(1950, 1, 1)), Category.ELDERLY),
        (person(date(1960, 1, 2), Sex.F, low_income=LowIncome.LOW_INCOME), Category.WORKING_AGE),
        (person(date(1960, 1, 1), Sex.F), Category.ELDERLY),
        # A university student is in the category of the age.
        (person(date(1991, 1, 1), student=StudentKind.UNIVERSITY), Category.WORKING_AGE),
    ],
)
def test_category(facts: PersonFacts, found: Category):
    assert category(facts, NEW_YEAR, POLICY) is found


@pytest.mark.parametrize("other", [OtherScheme.EMPLOYEE, OtherScheme.RURAL])
def test_no_double_cover(other: OtherScheme):
    assert reasons(person(date(1940, 1, 1), other_scheme=other)) == {Ineligible.OTHER_SCHEME}


def test_local_hukou_is_required():
    assert reasons(person(date(1940, 1, 1), local_hukou=False)) == {Ineligible.NO_LOCAL_HUKOU}


@pytest.mark.parametrize(
    ("facts", "may"),
    [
        (person(), False),
        (person(low_income=LowIncome.LOW_INCOME), True),
        (person(low_income=LowIncome.LOW_INCOME_EDGE, working=True), True),
        (person(disability_grade=1), True),
        (person(disability_grade=2), True),
        (person(disability_grade=3), False),
        (person(disability_grade=1, working=True), False),
        (person(low_income=LowIncome.LOW_INCOME, disability_grade=1, working=True), True),
        (person(working=True), False),
    ],
)
def test_working_age_needs_a_status(facts: PersonFacts, may: bool):
    assert reasons(facts) == (set() if may else {Ineligible.WORKING_AGE_WITHOUT_STATUS})


@pytest.mark.parametrize(
    ("facts", "excluded"),
    [
        (person(date(1940, 1, 1), pension=Pension.HERE), True),
        (person(date(1940, 1, 1), pension=Pension.ELSEWHERE), True),
        (person(pension=Pension.HERE, low_income=LowIncome.LOW_INCOME), False),
        (person(pension=Pension.ELSEWHERE, low_income=LowIncome.LOW_INCOME), True),
        (person(date(2000, 1, 1), pension=Pension.HERE), False),
        (person(date(2000, 1, 1), pension=Pension.ELSEWHERE), True),
        (person(date(1940, 1, 1), student=StudentKind.SCHOOL, pension=Pension.HERE), False),
    ],
)
def test_a_pension_excludes(facts: PersonFacts, excluded: bool):
    assert reasons(facts) == ({Ineligible.PENSION} if excluded else set())


def test_university_students_are_outside_whatever_their_age():
    young = person(date(1993, 1, 1), student=StudentKind.UNIVERSITY)
    assert reasons(young) == {Ineligible.UNIVERSITY_STUDENT}
    grown = person(date(1988, 1, 1), student=StudentKind.UNIVERSITY)
    assert reasons(grown) == {Ineligible.UNIVERSITY_STUDENT, Ineligible.WORKING_AGE_WITHOUT_STATUS}


def test_a_rejection_lists_every_reason():
    worst = person(
        student=StudentKind.UNIVERSITY,
        pension=Pension.ELSEWHERE,
        other_scheme=OtherScheme.RURAL,
        local_hukou=False,
        barred=True,
    )
    assert reasons(worst) == set(Ineligible)
    found = assess_eligibility(worst, NEW_YEAR, POLICY).reasons
    assert list(found) == sorted(found)


def test_a_bar_excludes():
    assert reasons(person(date(2000, 1, 1), barred=True)) == {Ineligible.BARRED}


def test_a_bar_lasts_two_years():
    assert barred_until(date(2009, 5, 10), POLICY) == date(2011, 5, 10)


def test_before_the_law_nothing_is_decided():
    with pytest.raises(BeforeTheLaw):
        assess_eligibility(person(), date(2008, 6, 30), POLICY)


@given(persons, st.dates(date(2010, 1, 1), date(2030, 1, 1)))
def test_eligible_or_a_reason_and_a_bar_always_counts(facts: PersonFacts, on: date):
    found = assess_eligibility(facts, on, POLICY)
    assert found.eligible != bool(found.reasons)
    assert (Ineligible.BARRED in found.reasons) == facts.barred
    assert (Ineligible.NO_LOCAL_HUKOU in found.reasons) != facts.local_hukou
    assert [step.code for step in explain_eligibility(facts, on, POLICY)].count("ineligible") == len(found.reasons)


@given(persons, st.dates(date(2010, 1, 1), date(2030, 1, 1)))
def test_a_certificate_never_harms(facts: PersonFacts, on: date):
    better = replace(facts, low_income=LowIncome.LOW_INCOME)
    assert set(assess_eligibility(better, on, POLICY).reasons) <= set(assess_eligibility(facts, on, POLICY).reasons)


def since(segments: list[tuple[date, PersonFacts]], on: date) -> date | None:
    return eligible_since(FactsHistory(tuple(segments)), on, POLICY_ON)


BORN = date(1950, 3, 10)


@pytest.mark.parametrize(
    ("segments", "on", "found"),
    [
        # Eligible all along: the law's first day, however long before it.
        ([(BORN, person(date(1940, 1, 1)))], date(2010, 5, 1), date(2008, 7, 1)),
        # The birthday that opens a category.
        ([(BORN, person(BORN))], date(2010, 5, 1), date(2010, 3, 10)),
        ([(BORN, person(BORN))], date(2010, 3, 9), None),
        # 29 February: the birthday is 1 March in a common year.
        ([(date(1950, 2, 1), person(date(1960, 2, 29), Sex.F))], date(2010, 5, 1), date(2010, 3, 1)),
        # Hukou entry of a newborn.
        ([(date(2010, 4, 2), person(date(2010, 3, 20)))], date(2010, 5, 1), date(2010, 4, 2)),
        # The date of a certificate.
        (
            [(BORN, person()), (date(2009, 6, 1), person(low_income=LowIncome.LOW_INCOME))],
            date(2010, 1, 1),
            date(2009, 6, 1),
        ),
        # From one certificate to another without a break: since the first.
        (
            [
                (BORN, person()),
                (date(2009, 6, 1), person(low_income=LowIncome.LOW_INCOME)),
                (date(2009, 9, 1), person(disability_grade=1)),
            ],
            date(2010, 1, 1),
            date(2009, 6, 1),
        ),
        # The end of employee cover.
        (
            [
                (BORN, person(date(1940, 1, 1), other_scheme=OtherScheme.EMPLOYEE)),
                (date(2009, 8, 1), person(date(1940, 1, 1))),
            ],
            date(2010, 1, 1),
            date(2009, 8, 1),
        ),
        # The end of university at working age opens nothing without a status.
        (
            [
                (date(2008, 9, 1), person(date(1988, 1, 1), student=StudentKind.UNIVERSITY)),
                (date(2010, 7, 1), person(date(1988, 1, 1))),
            ],
            date(2010, 8, 1),
            None,
        ),
        # A break by a bar: eligibility begins anew after it.
        (
            [
                (BORN, person(date(1940, 1, 1))),
                (date(2009, 1, 1), person(date(1940, 1, 1), barred=True)),
                (date(2011, 1, 1), person(date(1940, 1, 1))),
            ],
            date(2011, 5, 1),
            date(2011, 1, 1),
        ),
        # A minor who grows out of the category while low-income: under any category, unbroken.
        (
            [(date(2008, 1, 1), person(date(1991, 5, 5), low_income=LowIncome.LOW_INCOME))],
            date(2012, 1, 1),
            date(2008, 7, 1),
        ),
        # Known circumstances are taken to last until the reference date of next year: the 60th birthday lies between.
        ([(BORN, person(date(1950, 11, 20)))], date(2011, 1, 1), date(2010, 11, 20)),
        # Nothing is known on that day.
        ([(date(2010, 6, 1), person(date(1940, 1, 1)))], date(2010, 5, 1), None),
    ],
)
def test_eligible_since(segments, on: date, found: date | None):
    assert since(segments, on) == found


def test_eligible_since_is_not_asked_before_the_law():
    with pytest.raises(BeforeTheLaw):
        since([(BORN, person())], date(2008, 6, 30))


@given(persons, st.dates(date(2008, 7, 1), date(2015, 1, 1)), st.dates(date(2010, 1, 1), date(2016, 1, 1)))
def test_eligible_since_agrees_with_every_single_day(facts: PersonFacts, first: date, on: date):
    history = FactsHistory(((first, facts),))
    found = eligible_since(history, on, POLICY_ON)
    day, expected = on, None
    while day >= max(first, facts.birth_date, date(2008, 7, 1)) and assess_eligibility(facts, day, POLICY).eligible:
        day, expected = day - timedelta(days=1), day
    assert found == expected


def test_a_history_is_in_order():
    with pytest.raises(ValueError, match="sorted"):
        FactsHistory(((date(2010, 1, 1), person()), (date(2009, 1, 1), person())))


def test_eligible_since_over_a_new_policy_version():
    with policy.data_in(SECOND_AREA):
        on = partial(policy.on, "newport")
        history = FactsHistory(((date(2009, 1, 1), person(date(1940, 1, 1))),))
        assert eligible_since(history, date(2012, 1, 1), on) == date(2009, 4, 1)


def test_materials_of_everybody():
    found = required_materials(person(), by_agent=False, policy=POLICY)
    assert [(item.material, item.copies, item.article) for item in found] == [
        (Material.HUKOU_BOOKLET, 2, "9(1)"),
        (Material.ID_CARD, 2, "9(1)"),
        (Material.PHOTOS, 4, "9(2)"),
    ]


@pytest.mark.parametrize(
    ("facts", "by_agent", "more"),
    [
        (person(low_income=LowIncome.LOW_INCOME), False, {Material.LOW_INCOME_CERTIFICATE}),
        (person(low_income=LowIncome.LOW_INCOME_EDGE), False, {Material.LOW_INCOME_EDGE_CERTIFICATE}),
        (person(disability_grade=4), False, {Material.DISABILITY_CERTIFICATE}),
        (person(disability_grade=1), True, {Material.DISABILITY_CERTIFICATE, Material.AGENT_IDENTITY}),
    ],
)
def test_materials_of_what_is_claimed(facts: PersonFacts, by_agent: bool, more: set[Material]):
    found = {item.material for item in required_materials(facts, by_agent=by_agent, policy=POLICY)}
    assert found == {Material.HUKOU_BOOKLET, Material.ID_CARD, Material.PHOTOS} | more


def test_terms_of_the_chain():
    assert due_date(date(2010, 2, 26), 3) == date(2010, 3, 1)
    assert community_due(date(2010, 2, 26), POLICY) == date(2010, 3, 1)
    assert district_due(date(2010, 2, 26), POLICY) == date(2010, 3, 5)


def test_a_second_area_has_its_own_ages():
    with policy.data_in(SECOND_AREA):
        held = policy.on("newport", NEW_YEAR)
        assert category(person(date(1994, 1, 1)), NEW_YEAR, held) is Category.WORKING_AGE
        assert category(person(date(1945, 1, 2)), NEW_YEAR, held) is Category.WORKING_AGE
        assert category(person(date(1945, 1, 1)), NEW_YEAR, held) is Category.ELDERLY
        assert assess_eligibility(person(disability_grade=3), NEW_YEAR, held).eligible
