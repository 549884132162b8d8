"""How an eligibility came about, step by step: derived from the facts and the policy, never stored."""

from datetime import date

from enrollment.registration.rules import PersonFacts, assess_eligibility, category, completed_age
from liaoyang_medins.kernel.policy import Policy, Step
from liaoyang_medins.kernel.policy.steps import step
from liaoyang_medins.kernel.policy.terms import Category, Ineligible, Pension


def explain_eligibility(facts: PersonFacts, on: date, policy: Policy) -> tuple[Step, ...]:
    """The steps of `assess_eligibility`: age, category, and each rule that was looked at with what came out."""
    figures = policy.eligibility
    found = assess_eligibility(facts, on, policy)
    kind = category(facts, on, policy)
    limit = {
        Category.MINOR: figures.minor_last_age,
        Category.WORKING_AGE: figures.working_age_last_age[facts.sex],
        Category.ELDERLY: figures.elderly_first_age[facts.sex],
    }[kind]
    steps = [
        step("age", "E7", limit, on=on, age=completed_age(facts.birth_date, on)),
        step("category", {"minor": "E3", "working_age": "E4", "elderly": "E5"}[kind], limit, category=kind),
    ]
    rules = {
        Ineligible.BARRED: ("E9", figures.bar_years.article),
        Ineligible.NO_LOCAL_HUKOU: ("E2", "6"),
        Ineligible.OTHER_SCHEME: ("E1", "13"),
        Ineligible.PENSION: ("E5", "12" if facts.pension is Pension.ELSEWHERE else "6(3)"),
        Ineligible.UNIVERSITY_STUDENT: ("E6", "6"),
        Ineligible.WORKING_AGE_WITHOUT_STATUS: ("E4", "6(2)"),
    }
    for reason in found.reasons:
        rule, article = rules[reason]
        steps.append(Step("ineligible", {"reason": reason}, rule, article, policy.first_day))
    if found.eligible:
        steps.append(Step("eligible", {"category": kind}, "E8", "6", policy.first_day))
    return tuple(steps)
