"""The quote that registration shows before anything is decided: contribution year, tier, amounts, cover (W6, C, B).

The notice itself is made, and everything looked at again, when the agency takes the registration into its records.
"""

from dataclasses import replace
from datetime import date

from django.db.models import Min

from enrollment.registration.explanation import explain_eligibility
from enrollment.registration.quotes import Quote, QuoteFacts, QuotePart
from enrollment.registration.rules import FactsHistory, PersonFacts, assess_eligibility, eligible_since, reference_date
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.policy import Policy, PolicyOn, Step
from liaoyang_medins.kernel.policy.terms import StudentKind

from .explanation import explain_benefit_start, explain_contribution
from .models import ContributionNotice
from .rules import (
    BenefitFacts,
    Contribution,
    ContributionFacts,
    assess_contribution,
    benefit_start,
    for_notice,
    year_of_notice,
)


def quote_of(facts: QuoteFacts, policy_on: PolicyOn) -> Quote:
    """What a first enrollment or re-enrollment asked for on `facts.on` costs and buys if it is paid that day.

    Raises BeforeTheLaw for a day before the measures, ValueError for one before the person's birth.
    """
    first_paid = None
    if facts.resident:
        paid = ContributionNotice.objects.filter(
            resident__number=facts.resident, status=ContributionNotice.Status.PAID
        )
        first_paid = paid.aggregate(year=Min("contribution_year"))["year"]
    return first_quote(facts, policy_on, first_paid_year=first_paid)


def first_quote(facts: QuoteFacts, policy_on: PolicyOn, *, first_paid_year: int | None = None) -> Quote:
    """The same from facts alone; `first_paid_year` is the contribution year of the first notice ever paid (C4)."""
    known = tuple((first, held) for first, held in facts.history.segments if first <= facts.on)
    facts = replace(facts, history=FactsHistory(known))
    person = facts.history.on(facts.on)
    if person is None:
        raise ValueError(f"Nothing is known of the person on {facts.on}.")
    year, bought = settled_year(facts, person, policy_on)
    registered = facts.registered_on or facts.on
    on = reference_date(year, registered)
    policy = policy_of_year(year, policy_on)
    year_no = max(1, year - (first_paid_year or year) + 1)
    asked = ContributionFacts(person, on, facts.moved_in, year_no)
    found = contribution_of(asked, policy)

    def explain() -> tuple[Step, ...]:
        cover = explain_benefit_start(bought, policy_on) if bought else ()
        return *explain_eligibility(person, on, policy), *explain_contribution(asked, policy), *cover

    if bought is None:
        return Quote(year, on, found.eligibility, explain)
    cover = benefit_start(bought, policy_on)
    parts = [part_of(found, year, person, policy)]
    if cover.prepaid_year:
        later = replace(asked, on=reference_date(cover.prepaid_year, registered), contribution_year_no=year_no + 1)
        law = policy_of_year(cover.prepaid_year, policy_on)
        parts.append(part_of(contribution_of(later, law), cover.prepaid_year, person, law))
    return Quote(
        contribution_year=year,
        reference_date=on,
        eligibility=found.eligibility,
        explain=explain,
        tier=found.tier,
        parts=tuple(parts),
        starts=cover.start,
        ends=cover.end,
        waits=cover.waits,
    )


def settled_year(facts: QuoteFacts, person: PersonFacts, policy_on: PolicyOn) -> tuple[int, BenefitFacts | None]:
    """W6, E7: the contribution year of the notice, and what decides its cover; None for who may not take part.

    Age is looked at on a day that depends on the year, and the year follows from the start of benefits: a person who
    must wait into the next year is looked at again on its 1 January.
    """
    year = year_of_notice(facts.on, policy_on(facts.on))
    while True:
        on = reference_date(year, facts.registered_on or facts.on)
        if not assess_eligibility(person, on, policy_of_year(year, policy_on)).eligible:
            return year, None
        bought = BenefitFacts(
            kind=facts.kind,
            eligible_since=since(facts, on, policy_on),
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


def since(facts: QuoteFacts, on: date, policy_on: PolicyOn) -> date:
    """B1: since when the person is eligible, seen from the later of the reference date and the day.

    Who turned too old between the two is still in the category of the reference date (E7).
    """
    seen = eligible_since(facts.history, max(on, facts.on), policy_on)
    return seen or eligible_since(facts.history, on, policy_on) or facts.history.segments[-1][0]


def policy_of_year(year: int, policy_on: PolicyOn) -> Policy:
    """The policy of a contribution year: of its 1 January; of the first year, of the law's first day."""
    first_day = policy_on(date(year, 12, 31)).first_day
    return policy_on(max(date(year, 1, 1), first_day))


def contribution_of(asked: ContributionFacts, policy: Policy) -> Contribution:
    """C1–C4: what the whole contribution year costs."""
    return assess_contribution(
        asked.person, asked.on, policy, moved_in=asked.moved_in, contribution_year_no=asked.contribution_year_no
    )


def part_of(found: Contribution, year: int, person: PersonFacts, policy: Policy) -> QuotePart:
    """What the notice for `year` asks for: in 2008 only a part of the year (B5)."""
    asked = for_notice(found, year, person.student is StudentKind.SCHOOL, policy)
    return QuotePart(year, asked.personal or ZERO, asked.government or ZERO)
