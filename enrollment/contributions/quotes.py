"""The quote that registration shows before anything is decided: contribution year, tier, amounts and cover (W6, C, B).

Pure. The notice itself is made, and everything looked at again, when the agency takes the registration into its
records.
"""

from datetime import date

from enrollment.registration.explanation import explain_eligibility
from enrollment.registration.quotes import Quote, QuoteFacts, QuotePart
from enrollment.registration.rules import PersonFacts, eligible_since, reference_date
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.policy import Policy, PolicyOn
from liaoyang_medins.kernel.policy.terms import StudentKind

from .explanation import explain_benefit_start, explain_contribution
from .rules import (
    BenefitFacts,
    BenefitStart,
    Contribution,
    ContributionFacts,
    assess_contribution,
    benefit_start,
    for_2008_quarter,
    for_2008_student,
    year_of_notice,
)


def first_quote(facts: QuoteFacts, policy_on: PolicyOn) -> Quote:
    """What a first enrollment or re-enrollment asked for on `facts.on` costs and buys if it is paid that day.

    Raises BeforeTheLaw for a day before the measures, ValueError for one before the person's birth.
    """
    person = facts.history.on(facts.on)
    if person is None:
        raise ValueError(f"Nothing is known of the person on {facts.on}.")
    year, bought = settled_year(facts, person, policy_on)
    policy = policy_of_year(year, policy_on)
    on = reference_date(year, facts.registered_on or facts.on)
    asked = ContributionFacts(person, on, facts.moved_in)
    found = assess_contribution(person, on, policy, moved_in=facts.moved_in, contribution_year_no=1)
    steps = (*explain_eligibility(person, on, policy), *explain_contribution(asked, policy))
    if bought is None or found.personal is None:
        return Quote(year, on, found.eligibility, steps)
    cover = benefit_start(bought, policy_on)
    return Quote(
        contribution_year=year,
        reference_date=on,
        eligibility=found.eligibility,
        steps=(*steps, *explain_benefit_start(bought, policy_on)),
        tier=found.tier,
        parts=parts_due(found, cover, asked, policy_on),
        starts=cover.start,
        ends=cover.end,
        waits=cover.waits,
    )


def settled_year(facts: QuoteFacts, person: PersonFacts, policy_on: PolicyOn) -> tuple[int, BenefitFacts | None]:
    """W6, E7: the contribution year of the notice, and what decides its cover; None where the person may not take
    part.

    Age is looked at on a day that depends on the year, and the year follows from the start of benefits: a person who
    must wait into the next year is looked at again on its 1 January.
    """
    year = year_of_notice(facts.on, policy_on(facts.on))
    while True:
        on = reference_date(year, facts.registered_on or facts.on)
        if not assess_contribution(
            person, on, policy_of_year(year, policy_on), moved_in=None, contribution_year_no=1
        ).eligibility.eligible:
            return year, None
        bought = BenefitFacts(
            kind=facts.kind,
            eligible_since=eligible_since(facts.history, on, policy_on) or on,
            paid=facts.on,
            student=person.student is StudentKind.SCHOOL,
            moved_in=facts.moved_in,
            moved_from=facts.moved_from,
            made=facts.on,
            year_after=facts.year_after,
        )
        found = benefit_start(bought, policy_on).notice_year
        if found <= year:
            return year, bought
        year = found


def policy_of_year(year: int, policy_on: PolicyOn) -> Policy:
    """The policy of a contribution year: of its 1 January; of the first year, of the law's first day."""
    first_day = policy_on(date(year, 12, 31)).first_day
    return policy_on(max(date(year, 1, 1), first_day))


def parts_due(
    found: Contribution, cover: BenefitStart, asked: ContributionFacts, policy_on: PolicyOn
) -> tuple[QuotePart, ...]:
    """B5: what each contribution year costs: in 2008 a quarter, of students four months and the year 2009 in full."""
    policy = policy_of_year(cover.notice_year, policy_on)
    if cover.rule != "B5":
        return (_part(cover.notice_year, found),)
    if cover.prepaid_year is None:
        return (_part(cover.notice_year, for_2008_quarter(found, policy)),)
    later = assess_contribution(
        asked.person,
        reference_date(cover.prepaid_year, asked.on),
        policy_of_year(cover.prepaid_year, policy_on),
        moved_in=asked.moved_in,
        contribution_year_no=asked.contribution_year_no + 1,
    )
    return (_part(cover.notice_year, for_2008_student(found, policy)), _part(cover.prepaid_year, later))


def _part(year: int, found: Contribution) -> QuotePart:
    return QuotePart(year, found.personal or ZERO, found.government or ZERO)
