"""How a contribution and the start of benefits came about, step by step: derived from facts and policy, never
stored.
"""

from enrollment.contributions.rules import (
    BenefitFacts,
    Contribution,
    ContributionFacts,
    assess_contribution,
    benefit_start,
    enrollment_term,
    for_notice,
    moved_in_from_outside,
    moved_in_without_subsidy,
    tiers_fitting,
    waiting_until,
)
from liaoyang_medins.kernel.days import next_day
from liaoyang_medins.kernel.policy import Amounts, Policy, PolicyOn, Step
from liaoyang_medins.kernel.policy.steps import step
from liaoyang_medins.kernel.policy.terms import EnrollmentKind, Tier


def explain_contribution(facts: ContributionFacts, policy: Policy) -> tuple[Step, ...]:
    """The steps of `assess_contribution` after those of the eligibility: column, amounts, C4, shares."""
    found = assess_contribution(
        facts.person, facts.on, policy, moved_in=facts.moved_in, contribution_year_no=facts.contribution_year_no
    )
    if found.category is None or found.tier is None:
        return ()
    figures = policy.contributions
    amounts = figures.tiers(found.category)
    fitting = tiers_fitting(facts.person, found.category, policy)
    steps = [tier_step(tier, amounts[tier]) for tier in fitting]
    chosen = amounts[found.tier]
    if len(fitting) > 1:
        steps.append(step("cheapest_tier", "C2", chosen.personal, tier=found.tier, amount=chosen.personal.value))
    if moved_in_without_subsidy(facts.moved_in, facts.contribution_year_no, policy):
        years = figures.no_subsidy_years
        steps.append(step("no_subsidy", "C4", years, moved_in=facts.moved_in, years=years.value))
    steps.append(step("personal", "C1", chosen.personal, amount=found.personal))
    steps.append(step("government", "C1", chosen.government, amount=found.government))
    share = figures.city_share
    steps.append(step("shares", "C3", share, share=share.value, city=found.city, district=found.district))
    return tuple(steps)


def explain_first_year(contribution: Contribution, student: bool, policy: Policy) -> tuple[Step, ...]:
    """B5: the step from the year's amount to that of a notice for the scheme's first year."""
    figures = policy.first_year
    due = for_notice(contribution, figures.year.value, student, policy).personal
    if student:
        months = figures.student_months
        return (step("four_months", "B5", months, months=months.value, amount=due),)
    return (step("quarter", "B5", figures.divisor, divisor=figures.divisor.value, amount=due),)


def tier_step(tier: Tier, amounts: Amounts) -> Step:
    personal, government = amounts.personal, amounts.government
    return step("tier_fits", "C1", personal, tier=tier, personal=personal.value, government=government.value)


def explain_benefit_start(facts: BenefitFacts, policy_on: PolicyOn) -> tuple[Step, ...]:
    """The steps of `benefit_start`: the term of B1 or the wait of B2, the start, the notice's year and the cover."""
    policy = policy_on(facts.paid)
    found = benefit_start(facts, policy_on)
    benefits, first_year, opens = policy.benefits, policy.first_year, policy.window.opens
    steps = []
    if facts.kind is EnrollmentKind.RENEWAL:
        steps.append(step("renewal", "B3", opens, paid=facts.paid, year=found.notice_year))
        if facts.waiting_until is not None:
            steps.append(step("waiting_runs", "B3", benefits.waiting_months, until=facts.waiting_until))
    elif facts.kind is EnrollmentKind.LAPSED:
        steps.append(Step("lapsed", {}, "B2", "17", benefits.waiting_months.holds_from))
    elif moved_in_from_outside(facts, policy):
        steps.append(step("moved_in_from_outside", "B2", benefits.waits_if_moved_in_from, moved_in=facts.moved_in))
    else:
        fixed = facts.eligible_since <= first_year.eligible_by.value
        figure = first_year.eligible_by if fixed else benefits.enroll_within_months
        term = enrollment_term(facts.eligible_since, facts.student, policy)
        steps.append(step("term", "B1", figure, eligible_since=facts.eligible_since, until=term, paid=facts.paid))
    if facts.kind is not EnrollmentKind.RENEWAL and found.waits:
        until = waiting_until(facts.paid, policy)
        months = benefits.waiting_months
        steps.append(step("waiting", "B2", months, months=months.value, first=next_day(facts.paid), until=until))
    if found.rule == "B5":
        steps.append(step("first_year", "B5", first_year.year, year=found.notice_year))
    steps.append(step("notice_year", "W6", opens, opens=opens.value, year=found.notice_year))
    if facts.year_after and found.waits:
        steps.append(step("year_after", "W6", opens, year=found.notice_year))
    start_figure = {"B5": first_year.year, "B3": opens}.get(found.rule, benefits.enroll_within_months)
    steps.append(step("cover", found.rule, start_figure, start=found.start, end=found.end))
    return tuple(steps)
