"""What is paid, when, and from when it covers: C1–C7, W5–W7, B1–B3, B5 (Art. 8, 10–12, 14, 16, 17, 36).

Pure: facts and policy in, codes and figures out. One function for an article.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from enrollment.registration.rules import Eligibility, PersonFacts, assess_eligibility, severely_disabled
from liaoyang_medins.kernel.days import add_months, day_before, first_of_next_month, last_day_of_term, next_day
from liaoyang_medins.kernel.money import ZERO, fen, split
from liaoyang_medins.kernel.policy import Policy, PolicyOn
from liaoyang_medins.kernel.policy.terms import (
    Category,
    EnrollmentKind,
    LowIncome,
    MovedFrom,
    ReceiptProblem,
    Tier,
)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a contribution year costs, in yuan. Where the person may not take part everything but `eligibility` is
    None.

    `personal` is the amount due, C4 included; `city` and `district` add up to `government`.
    """

    eligibility: Eligibility
    category: Category | None = None
    tier: Tier | None = None
    personal: Decimal | None = None
    government: Decimal | None = None
    city: Decimal | None = None
    district: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ContributionFacts:
    """Everything that a contribution was assessed from: stored with the notice."""

    person: PersonFacts
    on: date
    moved_in: date | None = None
    contribution_year_no: int = 1


@dataclass(frozen=True, slots=True)
class BenefitFacts:
    """What decides when benefits start.

    `paid` is the bank's value date. `made` is the day on which the notice was made, None for the day of payment.
    `student` is a school student. `contribution_year` is that of a renewal's notice. `waiting_until` is the last day
    of a waiting period that still runs. `year_after` is the wish of a person who must wait to pay for the year after
    (W6).
    """

    kind: EnrollmentKind
    eligible_since: date
    paid: date
    student: bool = False
    moved_in: date | None = None
    moved_from: MovedFrom = MovedFrom.NONE
    contribution_year: int | None = None
    waiting_until: date | None = None
    made: date | None = None
    year_after: bool = False


@dataclass(frozen=True, slots=True)
class BenefitStart:
    """Cover from `start` to `end`, both included, bought by a notice for `notice_year`.

    `rule` is the one that settled the start (B1, B2, B3, B5). `prepaid_year` is the year after, which students of the
    first year pay in full together with it (B5).
    """

    start: date
    end: date
    notice_year: int
    waits: bool
    rule: str
    prepaid_year: int | None = None


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """A notice as a payment finds it. `ended_on` is the last covered day of a relationship that has ended (W9)."""

    amount_due: Decimal
    first_day: date
    last_day: date
    paid: bool = False
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """A payment of `amount` yuan with the bank's value date, and the notice that it names (None: no such notice)."""

    amount: Decimal
    value_date: date
    notice: NoticeFacts | None


def tiers_fitting(facts: PersonFacts, category: Category, policy: Policy) -> tuple[Tier, ...]:
    """C1, Art. 8: the columns of the category's row that the person fits. Of working age none fits without a status
    (E4).
    """
    severe = severely_disabled(facts, policy) and not (category is Category.WORKING_AGE and facts.working)
    fits = {
        Tier.ORDINARY: True,
        Tier.LOW_INCOME: facts.low_income is LowIncome.LOW_INCOME,
        Tier.LOW_INCOME_EDGE: facts.low_income is LowIncome.LOW_INCOME_EDGE,
        Tier.SEVERELY_DISABLED: severe,
    }
    return tuple(tier for tier in policy.contributions.tiers(category) if fits[tier])


def cheapest_tier(tiers: Sequence[Tier], category: Category, policy: Policy) -> Tier:
    """C2, Art. 8: of several columns the one with the lowest personal amount; the first named where two cost
    the same.
    """
    amounts = policy.contributions.tiers(category)
    return min(tiers, key=lambda tier: amounts[tier].personal.value)


def moved_in_without_subsidy(moved_in: date | None, contribution_year_no: int, policy: Policy) -> bool:
    """C4, Art. 12: the hukou moved in on or after the law's first day, and this is one of the first contribution
    years.
    """
    if contribution_year_no < 1:
        raise ValueError("Contribution years count from 1.")
    figures = policy.contributions
    moved = moved_in is not None and moved_in >= figures.no_subsidy_moved_in_from.value
    return moved and contribution_year_no <= figures.no_subsidy_years.value


def government_shares(government: Decimal, policy: Policy) -> tuple[Decimal, Decimal]:
    """C3, Art. 14: (city, district), yuan: the city's share rounded half up, the district's is the rest."""
    return split(government, policy.contributions.city_share.value)


def assess_contribution(
    facts: PersonFacts, on: date, policy: Policy, *, moved_in: date | None, contribution_year_no: int
) -> Contribution:
    """C1–C4: what a whole contribution year costs.

    `on` is the reference date (E7), `policy` that of 1 January of the contribution year, `moved_in` the day of a hukou
    entry by moving, `contribution_year_no` 1 for the contribution year of the first paid notice, 2 for the one after
    it. Raises BeforeTheLaw, and ValueError for a number below 1 or a day before the birth.
    """
    unsubsidised = moved_in_without_subsidy(moved_in, contribution_year_no, policy)
    eligibility = assess_eligibility(facts, on, policy)
    category = eligibility.category
    if category is None:
        return Contribution(eligibility)
    tier = cheapest_tier(tiers_fitting(facts, category, policy), category, policy)
    amounts = policy.contributions.tiers(category)[tier]
    personal, government = fen(amounts.personal.value), fen(amounts.government.value)
    if unsubsidised:
        personal, government = personal + government, ZERO
    city, district = government_shares(government, policy)
    return Contribution(eligibility, category, tier, personal, government, city, district)


def for_2008_quarter(contribution: Contribution, policy: Policy) -> Contribution:
    """B5, Art. 36: the notice for 2008: a quarter of each amount, rounded to the fen."""
    return scaled(contribution, Decimal(1), Decimal(policy.first_year.divisor.value), policy)


def for_2008_student(contribution: Contribution, policy: Policy) -> Contribution:
    """B5, Art. 36: what a school student pays for 2008: four months of each amount. The year 2009 is paid in full
    beside it.
    """
    return scaled(contribution, Decimal(policy.first_year.student_months.value), Decimal(12), policy)


def for_notice(contribution: Contribution, contribution_year: int, student: bool, policy: Policy) -> Contribution:
    """C7, B5: the amounts of a notice for `contribution_year`: the whole year's, but for the scheme's first year."""
    if contribution_year != policy.first_year.year.value:
        return contribution
    return for_2008_student(contribution, policy) if student else for_2008_quarter(contribution, policy)


def scaled(contribution: Contribution, times: Decimal, over: Decimal, policy: Policy) -> Contribution:
    """Each amount × `times` ÷ `over`, rounded to the fen; the shares are made of the new government part (C3)."""
    if contribution.personal is None or contribution.government is None:
        return contribution
    personal = fen(contribution.personal * times / over)
    government = fen(contribution.government * times / over)
    city, district = government_shares(government, policy)
    return replace(contribution, personal=personal, government=government, city=city, district=district)


def payment_window(year: int, policy: Policy) -> tuple[date, date]:
    """W5, Art. 10: first and last day on which residents pay for the contribution year `year`: they lie in the year
    before.
    """
    return policy.window.opens.value.in_year(year - 1), policy.window.closes.value.in_year(year - 1)


def window_of(paid: date, policy: Policy) -> int | None:
    """W5: the contribution year in whose window `paid` lies, or None outside every window."""
    first, last = payment_window(paid.year + 1, policy)
    return paid.year + 1 if first <= paid <= last else None


def notice_term(kind: EnrollmentKind, made: date, contribution_year: int, policy: Policy) -> tuple[date, date]:
    """W5, W6, Art. 10: first and last day on which a notice can be paid: the window, or 30 days for a first notice."""
    if kind is EnrollmentKind.RENEWAL:
        return payment_window(contribution_year, policy)
    return made, last_day_of_term(made, policy.window.first_notice_days.value)


def certificate_due(paid: date, policy: Policy) -> date:
    """W7, Art. 11: until when certificate and card are made: 30 days from the window's close, or from a payment
    outside it.
    """
    year = window_of(paid, policy)
    start = paid if year is None else payment_window(year, policy)[1]
    return last_day_of_term(start, policy.window.certificate_days.value)


def match_receipt(receipt: ReceiptFacts) -> ReceiptProblem | None:
    """C6, Art. 10: why a payment does not settle its notice; None where it does. The bank's value date decides."""
    notice = receipt.notice
    if notice is None:
        return ReceiptProblem.UNKNOWN_NOTICE
    if notice.paid:
        return ReceiptProblem.PAID_TWICE
    if notice.ended_on is not None and receipt.value_date > notice.ended_on:
        return ReceiptProblem.AFTER_END
    if not notice.first_day <= receipt.value_date <= notice.last_day:
        return ReceiptProblem.OUTSIDE_TERM
    if receipt.amount < notice.amount_due:
        return ReceiptProblem.SHORT
    if receipt.amount > notice.amount_due:
        return ReceiptProblem.OVER
    return None


def parts_settle_on(parts: Sequence[tuple[date, Decimal]], amount_due: Decimal) -> date | None:
    """C5, Art. 14: the date of the last part where parts (value date, yuan) add up to the amount due exactly, else
    None.
    """
    if not parts or sum((amount for _, amount in parts), ZERO) != amount_due:
        return None
    return max(day for day, _ in parts)


def enrollment_term(eligible_since: date, student: bool, policy: Policy) -> date:
    """B1, Art. 16, 36: the last day on which payment avoids the wait: 3 months, or the fixed dates of the first
    year.
    """
    first_year = policy.first_year
    if eligible_since <= first_year.eligible_by.value:
        return (first_year.students_pay_by if student else first_year.pays_by).value
    return add_months(eligible_since, policy.benefits.enroll_within_months.value)


def moved_in_from_outside(facts: BenefitFacts, policy: Policy) -> bool:
    """B2, Art. 16: the hukou came from outside the municipality on or after the law's first day."""
    moved = facts.moved_in is not None and facts.moved_in >= policy.benefits.waits_if_moved_in_from.value
    return moved and facts.moved_from is MovedFrom.OUTSIDE


def must_wait(facts: BenefitFacts, policy: Policy) -> bool:
    """B2, Art. 16, 17: re-enrollment, first enrollment after moving in from outside, or payment after the term
    of B1.
    """
    if facts.kind is EnrollmentKind.RENEWAL:
        return False
    if facts.kind is EnrollmentKind.LAPSED or moved_in_from_outside(facts, policy):
        return True
    return facts.paid > enrollment_term(facts.eligible_since, facts.student, policy)


def after_waiting(paid: date, policy: Policy) -> date:
    """B2, Art. 16: the first day after the waiting period that begins the day after payment (15 October: 16 April)."""
    return next_day(add_months(paid, policy.benefits.waiting_months.value))


def waiting_until(paid: date, policy: Policy) -> date:
    """B2: the last day of the waiting period of a payment."""
    return add_months(paid, policy.benefits.waiting_months.value)


def year_of_notice(made: date, policy: Policy) -> int:
    """W6: the contribution year of a first notice by the day it is made: from the window's first day on the
    next year.
    """
    return made.year + (made >= policy.window.opens.value.in_year(made.year))


def is_for_first_year(facts: BenefitFacts, policy: Policy) -> bool:
    """B5, Art. 36: the notice is one for the scheme's first, short year."""
    made = facts.made or facts.paid
    return year_of_notice(made, policy) == policy.first_year.year.value and not must_wait(facts, policy)


def first_start(facts: BenefitFacts, policy: Policy) -> tuple[date, str]:
    """B1, B2, B5, Art. 16, 17, 36: when a first enrollment's or re-enrollment's benefits start, and by which rule."""
    first_year = policy.first_year
    if must_wait(facts, policy):
        start, rule = after_waiting(facts.paid, policy), "B2"
    elif is_for_first_year(facts, policy):
        figure = first_year.student_benefits_from if facts.student else first_year.benefits_from
        start, rule = figure.value, "B5"
    else:
        start, rule = first_of_next_month(facts.paid), "B1"
    return max(start, facts.eligible_since), rule


def benefit_start(facts: BenefitFacts, policy_on: PolicyOn) -> BenefitStart:
    """B1–B3, B5, W6: from when to when a payment covers, and the contribution year that its notice is for.

    The policy is that of the day of payment. Raises BeforeTheLaw for a payment before it, ValueError for a renewal
    without its contribution year.
    """
    policy = policy_on(facts.paid)
    if facts.kind is EnrollmentKind.RENEWAL:
        return renewal_start(facts)
    start, rule = first_start(facts, policy)
    waits = rule == "B2"
    year = year_of_notice(facts.made or facts.paid, policy)
    if waits and year == policy.first_year.year.value:
        year += 1
    year = max(year, start.year)
    if facts.year_after and waits:
        # A year's contribution buys that year: who chooses the later one is not covered in the weeks before it.
        year += 1
        start = max(start, date(year, 1, 1))
    short_year = rule == "B5" and year == policy.first_year.year.value
    return BenefitStart(
        start=start,
        end=date(year, 12, 31),
        notice_year=year,
        waits=waits,
        rule=rule if short_year or rule != "B5" else "B1",
        prepaid_year=year + 1 if short_year and facts.student else None,
    )


def renewal_start(facts: BenefitFacts) -> BenefitStart:
    """B3, Art. 10, 16: a renewal covers its calendar year, but never before a running waiting period ends."""
    year = facts.contribution_year
    if year is None:
        raise ValueError("A renewal needs its contribution year.")
    start = date(year, 1, 1)
    if facts.waiting_until is not None:
        start = max(start, next_day(facts.waiting_until))
    return BenefitStart(start, date(year, 12, 31), year, waits=start > date(year, 1, 1), rule="B3")


def lapses_on(contribution_year: int) -> date:
    """W8, Art. 17: the last day of a relationship whose contribution for `contribution_year` was not paid in the
    window.
    """
    return day_before(date(contribution_year, 1, 1))
