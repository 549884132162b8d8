"""Who may take part, and how a registration goes: E1–E9, W1, W3, and the age of B1 (Art. 2, 6, 9, 12, 13, 16, 30).

Pure: facts and policy in, codes and figures out. One function for an article.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from liaoyang_medins.kernel.days import add_years, day_before, last_day_of_term
from liaoyang_medins.kernel.policy import BeforeTheLaw, Policy, PolicyOn
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


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person's circumstances on one day.

    `disability_grade` is 0 for none, else 1 (the most severe) to 4; `barred` is a bar for misuse in force (S1).
    """

    sex: Sex
    birth_date: date
    student: StudentKind = StudentKind.NONE
    low_income: LowIncome = LowIncome.NONE
    disability_grade: int = 0
    working: bool = False
    pension: Pension = Pension.NONE
    other_scheme: OtherScheme = OtherScheme.NONE
    local_hukou: bool = True
    barred: bool = False


@dataclass(frozen=True, slots=True)
class Eligibility:
    """`category` is that of Art. 6 and None where the person may not take part; `reasons` are all that apply,
    by name.
    """

    eligible: bool
    category: Category | None
    reasons: tuple[Ineligible, ...]


@dataclass(frozen=True, slots=True)
class FactsHistory:
    """A person's dated circumstances: pairs of first day and facts, in order; each holds until the next begins."""

    segments: tuple[tuple[date, PersonFacts], ...]

    def __post_init__(self) -> None:
        days = [first for first, _ in self.segments]
        if days != sorted(set(days)):
            raise ValueError("The segments of a history are sorted by their first days, one for each day.")

    def on(self, day: date) -> PersonFacts | None:
        """The facts that hold on `day`; None before the first segment."""
        return next((facts for first, facts in reversed(self.segments) if first <= day), None)


@dataclass(frozen=True, slots=True)
class RequiredMaterial:
    """A document of Art. 9 and in how many copies."""

    material: Material
    copies: int
    article: str


def completed_age(birth: date, on: date) -> int:
    """E7: full years on `on`; on the birthday itself the new age is completed, 29 February counts as 1 March in common
    years.

    Raises ValueError where `on` lies before the birth.
    """
    if on < birth:
        raise ValueError(f"{on} lies before the birth on {birth}.")
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def birthday(birth: date, age: int) -> date:
    """The day on which `age` is completed (E7)."""
    if (birth.month, birth.day) == (2, 29) and not is_leap(birth.year + age):
        return date(birth.year + age, 3, 1)
    return birth.replace(year=birth.year + age)


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def reference_date(contribution_year: int, registered_on: date) -> date:
    """E7: the day on which age is looked at: 1 January of the contribution year or, if later, the day of
    registration.
    """
    return max(date(contribution_year, 1, 1), registered_on)


def severely_disabled(facts: PersonFacts, policy: Policy) -> bool:
    """Art. 6(2): "grade two and above": grade 1 is the most severe."""
    return 1 <= facts.disability_grade <= policy.eligibility.severe_disability_last_grade.value


def is_minor_or_student(facts: PersonFacts, on: date, policy: Policy) -> bool:
    """E3, Art. 6(1): a school student of any age, or a person until the 19th birthday."""
    young = completed_age(facts.birth_date, on) <= policy.eligibility.minor_last_age.value
    return facts.student is StudentKind.SCHOOL or young


def is_of_elderly_age(facts: PersonFacts, on: date, policy: Policy) -> bool:
    """E5, Art. 6(3): men from 60, women from 50. Whom E3 fits is a minor or student all the same."""
    return completed_age(facts.birth_date, on) >= policy.eligibility.elderly_first_age[facts.sex].value


def category_ages(sex: Sex, policy: Policy) -> tuple[int, int]:
    """E3, E5: the ages, in completed years, with which a person is no minor any more and is elderly."""
    ages = policy.eligibility
    return ages.minor_last_age.value + 1, ages.elderly_first_age[sex].value


def category(facts: PersonFacts, on: date, policy: Policy) -> Category:
    """Art. 6: the category that the person's age and schooling put them in on `on`, whether or not they may
    take part.
    """
    if is_minor_or_student(facts, on, policy):
        return Category.MINOR
    return Category.ELDERLY if is_of_elderly_age(facts, on, policy) else Category.WORKING_AGE


def has_status(facts: PersonFacts, policy: Policy) -> bool:
    """E4, Art. 6(2): low-income, low-income-edge, or not working and severely disabled."""
    return facts.low_income is not LowIncome.NONE or (not facts.working and severely_disabled(facts, policy))


def in_other_scheme(facts: PersonFacts) -> bool:
    """E1, Art. 2, 13: covered by employee insurance or by the rural scheme; no double cover."""
    return facts.other_scheme is not OtherScheme.NONE


def without_local_hukou(facts: PersonFacts) -> bool:
    """E2, Art. 6: urban household registration in the pooling area is required."""
    return not facts.local_hukou


def working_age_without_status(facts: PersonFacts, found: Category, policy: Policy) -> bool:
    """E4, Art. 6(2): found to be of working age, and none of the three statuses."""
    return found is Category.WORKING_AGE and not has_status(facts, policy)


def excluded_by_pension(facts: PersonFacts, found: Category) -> bool:
    """E5, Art. 6(3), 12: a pension elsewhere excludes at any age, a pension here who is found to be elderly."""
    return facts.pension is Pension.ELSEWHERE or (facts.pension is Pension.HERE and found is Category.ELDERLY)


def is_university_student(facts: PersonFacts) -> bool:
    """E6, Art. 6: university students are outside these measures whatever their age."""
    return facts.student is StudentKind.UNIVERSITY


def is_barred(facts: PersonFacts) -> bool:
    """E9, Art. 30: barred for misuse (S1)."""
    return facts.barred


def barred_until(decided_on: date, policy: Policy) -> date:
    """S1, Art. 30: the last day of the bar of somebody whose misuse was decided on a day."""
    return add_years(decided_on, policy.eligibility.bar_years.value)


def assess_eligibility(facts: PersonFacts, on: date, policy: Policy) -> Eligibility:
    """E8: whether the person may take part, age looked at on `on` (E7), with every reason that speaks against it.

    Raises BeforeTheLaw where `on` lies before the measures, ValueError where it lies before the birth.
    """
    if on < policy.first_day:
        raise BeforeTheLaw(policy.area, on, policy.first_day)
    found = category(facts, on, policy)
    applies = {
        Ineligible.BARRED: is_barred(facts),
        Ineligible.NO_LOCAL_HUKOU: without_local_hukou(facts),
        Ineligible.OTHER_SCHEME: in_other_scheme(facts),
        Ineligible.PENSION: excluded_by_pension(facts, found),
        Ineligible.UNIVERSITY_STUDENT: is_university_student(facts),
        Ineligible.WORKING_AGE_WITHOUT_STATUS: working_age_without_status(facts, found, policy),
    }
    reasons = tuple(reason for reason, holds in applies.items() if holds)
    return Eligibility(not reasons, None if reasons else found, reasons)


def eligible_since(history: FactsHistory, on: date, policy_on: PolicyOn) -> date | None:
    """B1, Art. 16: the first day of the present unbroken eligibility under any category, seen from `on`.

    `on` is the reference date (E7) of the contribution in question: circumstances known now are taken to last until
    then. Looks no further back than the law's first day, since everybody eligible by then has the same term (Art. 36).
    None where the person is not eligible on `on`. Raises BeforeTheLaw where `on` lies before the measures.
    """
    since = None
    for first in change_days(history, on, policy_on):
        facts = history.on(first)
        if facts is None or first < facts.birth_date:
            break
        if not assess_eligibility(facts, first, policy_on(first)).eligible:
            break
        since = first
    return since


def change_days(history: FactsHistory, on: date, policy_on: PolicyOn) -> Iterator[date]:
    """The days up to `on` on which eligibility can change, the latest first: new facts, the birthdays on which another
    category begins, a new policy version.
    """
    people = {(facts.sex, facts.birth_date) for _first, facts in history.segments}
    days = {first for first, _facts in history.segments}
    first_day = on
    for policy in policies_until(on, policy_on):
        first_day = policy.first_day
        days.update((first_day, policy.holds_from))
        days.update(birthday(birth, age) for sex, birth in people for age in category_ages(sex, policy))
    return iter(sorted((day for day in days if first_day <= day <= on), reverse=True))


def policies_until(on: date, policy_on: PolicyOn) -> Iterator[Policy]:
    """The policies that held from the law's first day until `on`, the latest first. Raises BeforeTheLaw."""
    day = on
    while True:
        policy = policy_on(day)
        yield policy
        if policy.holds_from <= policy.first_day:
            return
        day = day_before(policy.holds_from)


def required_materials(facts: PersonFacts, *, by_agent: bool, policy: Policy) -> tuple[RequiredMaterial, ...]:
    """W1, Art. 9: what a person with these circumstances, claimed or proved, has to bring; of an agent the identity
    too.
    """
    needed = {
        Material.HUKOU_BOOKLET: True,
        Material.ID_CARD: True,
        Material.PHOTOS: True,
        Material.LOW_INCOME_CERTIFICATE: facts.low_income is LowIncome.LOW_INCOME,
        Material.LOW_INCOME_EDGE_CERTIFICATE: facts.low_income is LowIncome.LOW_INCOME_EDGE,
        Material.DISABILITY_CERTIFICATE: facts.disability_grade > 0,
        Material.AGENT_IDENTITY: by_agent,
    }
    copies = policy.registration.copies
    return tuple(
        RequiredMaterial(material, copies[material].value, copies[material].article)
        for material, is_needed in needed.items()
        if is_needed
    )


def due_date(start: date, days: int) -> date:
    """The last day of a term of `days` days from `start`: it is counted from the day after."""
    return last_day_of_term(start, days)


def community_due(accepted_on: date, policy: Policy) -> date:
    """W3, Art. 9: until when the community reports a complete registration to the sub-district."""
    return due_date(accepted_on, policy.registration.community_days.value)


def district_due(received_on: date, policy: Policy) -> date:
    """W3, Art. 9: until when the district reviews a registration that it received."""
    return due_date(received_on, policy.registration.district_days.value)
