"""From when to when a payment covers: B1–B3, B5, W6."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.contributions.explanation import explain_benefit_start
from enrollment.contributions.rules import (
    BenefitFacts,
    assess_contribution,
    benefit_start,
    enrollment_term,
    must_wait,
    payment_window,
)
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.policy import BeforeTheLaw
from liaoyang_medins.kernel.policy.terms import EnrollmentKind, MovedFrom
from tests.contributions.test_rules import (
    FIRST,
    LAPSED,
    MINOR,
    NEW_YEAR,
    POLICY,
    POLICY_ON,
    RENEWAL,
    SECOND_AREA,
    golden,
)

LAW = date(2008, 7, 1)


@pytest.mark.parametrize("row", golden("benefit_start.csv"), ids=lambda row: row["case"])
def test_golden_benefit_start(row: dict[str, str]):
    found = benefit_start(
        BenefitFacts(
            kind=EnrollmentKind(row["kind"]),
            eligible_since=date.fromisoformat(row["eligible_since"]),
            paid=date.fromisoformat(row["paid"]),
            student=row["student"] == "true",
            moved_in=date.fromisoformat(row["moved_in"]) if row["moved_in"] else None,
            moved_from=MovedFrom(row["moved_from"]),
            contribution_year=int(row["contribution_year"] or 0) or None,
        ),
        POLICY_ON,
    )
    assert (str(found.start), str(found.notice_year)) == (row["benefit_start"], row["notice_year"])
    assert found.end == date(found.notice_year, 12, 31)


def start_of(kind: EnrollmentKind, since: date, paid: date, **facts) -> tuple[date, int, str]:
    found = benefit_start(BenefitFacts(kind, since, paid, **facts), POLICY_ON)
    return found.start, found.notice_year, found.rule


@pytest.mark.parametrize(
    ("kind", "since", "paid", "facts", "answer"),
    [
        # 3 months, clipped: 30 November + 3 months is 28 February.
        (FIRST, date(2010, 11, 30), date(2011, 2, 28), {}, (date(2011, 3, 1), 2011, "B1")),
        (FIRST, date(2010, 11, 30), date(2011, 3, 1), {}, (date(2011, 9, 2), 2011, "B2")),
        (FIRST, date(2011, 11, 30), date(2012, 2, 29), {}, (date(2012, 3, 1), 2012, "B1")),
        # The examples of B2.
        (LAPSED, date(2009, 1, 1), date(2010, 10, 15), {}, (date(2011, 4, 16), 2011, "B2")),
        (LAPSED, date(2009, 1, 1), date(2010, 8, 31), {}, (date(2011, 3, 1), 2011, "B2")),
        (LAPSED, date(2009, 1, 1), date(2011, 8, 30), {}, (date(2012, 3, 1), 2012, "B2")),
        # A wait that ends with the year starts in the next, and so does its notice.
        (LAPSED, date(2009, 1, 1), date(2010, 6, 29), {}, (date(2010, 12, 30), 2010, "B2")),
        (LAPSED, date(2009, 1, 1), date(2010, 6, 30), {}, (date(2010, 12, 31), 2010, "B2")),
        (LAPSED, date(2009, 1, 1), date(2010, 7, 1), {}, (date(2011, 1, 2), 2011, "B2")),
        # Paid in December: the month after is January of the notice's year.
        (FIRST, date(2010, 12, 5), date(2010, 12, 20), {}, (date(2011, 1, 1), 2011, "B1")),
        (FIRST, date(2010, 9, 5), date(2010, 9, 30), {}, (date(2010, 10, 1), 2010, "B1")),
        (FIRST, date(2010, 9, 5), date(2010, 10, 1), {}, (date(2010, 11, 1), 2011, "B1")),
        # Not before the person is eligible, and never in a year without a notice.
        (FIRST, date(2010, 12, 20), date(2010, 8, 1), {}, (date(2010, 12, 20), 2010, "B1")),
        (FIRST, date(2011, 2, 1), date(2010, 8, 1), {}, (date(2011, 2, 1), 2011, "B1")),
        # Moved in: from outside waits, from a county not; before the law nobody waits for it.
        (
            FIRST,
            LAW,
            date(2008, 8, 1),
            {"moved_in": date(2008, 6, 30), "moved_from": MovedFrom.OUTSIDE},
            (date(2008, 10, 1), 2008, "B5"),
        ),
        (
            FIRST,
            date(2008, 7, 2),
            date(2008, 8, 1),
            {"moved_in": date(2008, 7, 2), "moved_from": MovedFrom.OUTSIDE},
            (date(2009, 2, 2), 2009, "B2"),
        ),
        # The first year: the term of everybody eligible by 1 July ends on 1 September, of students on 30 September.
        (FIRST, date(2008, 6, 1), date(2008, 7, 1), {}, (date(2008, 10, 1), 2008, "B5")),
        (FIRST, date(2008, 6, 1), date(2008, 9, 2), {}, (date(2009, 3, 3), 2009, "B2")),
        (FIRST, date(2008, 6, 1), date(2008, 9, 30), {"student": True}, (date(2008, 9, 1), 2008, "B5")),
        (FIRST, date(2008, 6, 1), date(2008, 10, 1), {"student": True}, (date(2009, 4, 2), 2009, "B2")),
        (FIRST, date(2008, 7, 2), date(2008, 9, 30), {}, (date(2008, 10, 1), 2008, "B5")),
        (FIRST, date(2008, 9, 15), date(2008, 9, 20), {"student": True}, (date(2008, 9, 15), 2008, "B5")),
        (FIRST, date(2008, 9, 15), date(2008, 12, 15), {"student": True}, (date(2009, 1, 1), 2009, "B1")),
        (FIRST, date(2008, 11, 10), date(2008, 9, 20), {}, (date(2008, 11, 10), 2008, "B5")),
        (FIRST, date(2009, 2, 10), date(2008, 9, 20), {"student": True}, (date(2009, 2, 10), 2009, "B1")),
        # A notice made in September and paid in October is still for 2008, and for the current year later on.
        (FIRST, date(2008, 9, 1), date(2008, 10, 5), {"made": date(2008, 9, 25)}, (date(2008, 10, 1), 2008, "B5")),
        (FIRST, date(2010, 9, 1), date(2010, 10, 5), {"made": date(2010, 9, 25)}, (date(2010, 11, 1), 2010, "B1")),
        # Made anew if paid so late that benefits start after its year.
        (LAPSED, date(2009, 1, 1), date(2010, 7, 5), {"made": date(2010, 6, 20)}, (date(2011, 1, 6), 2011, "B2")),
        # Renewals.
        (RENEWAL, LAW, date(2009, 10, 1), {"contribution_year": 2010}, (date(2010, 1, 1), 2010, "B3")),
        (
            RENEWAL,
            LAW,
            date(2009, 11, 30),
            {"contribution_year": 2010, "waiting_until": date(2010, 3, 31)},
            (date(2010, 4, 1), 2010, "B3"),
        ),
        (
            RENEWAL,
            LAW,
            date(2009, 11, 30),
            {"contribution_year": 2010, "waiting_until": date(2009, 12, 20)},
            (date(2010, 1, 1), 2010, "B3"),
        ),
        # Who must wait may have the notice made for the year after: cover begins with that year.
        (LAPSED, date(2009, 1, 1), date(2010, 3, 5), {"year_after": True}, (date(2011, 1, 1), 2011, "B2")),
        (LAPSED, date(2009, 1, 1), date(2010, 9, 5), {"year_after": True}, (date(2012, 1, 1), 2012, "B2")),
        (FIRST, date(2010, 3, 1), date(2010, 3, 5), {"year_after": True}, (date(2010, 4, 1), 2010, "B1")),
    ],
)
def test_benefit_start(kind, since, paid, facts, answer):
    assert start_of(kind, since, paid, **facts) == answer


def test_students_of_the_first_year_pay_the_next_with_it():
    student = BenefitFacts(FIRST, LAW, date(2008, 9, 1), student=True)
    assert benefit_start(student, POLICY_ON).prepaid_year == 2009
    assert benefit_start(replace(student, student=False), POLICY_ON).prepaid_year is None
    later = replace(student, eligible_since=date(2009, 9, 1), paid=date(2009, 9, 1))
    assert benefit_start(later, POLICY_ON).prepaid_year is None


def test_a_payment_before_the_law_is_refused():
    with pytest.raises(BeforeTheLaw):
        start_of(FIRST, date(2008, 1, 1), date(2008, 6, 30))


def test_a_renewal_needs_its_year():
    with pytest.raises(ValueError, match="contribution year"):
        start_of(RENEWAL, LAW, date(2009, 10, 1))


def test_the_term_without_a_wait():
    assert enrollment_term(LAW, False, POLICY) == date(2008, 9, 1)
    assert enrollment_term(LAW, True, POLICY) == date(2008, 9, 30)
    assert enrollment_term(date(2008, 7, 2), True, POLICY) == date(2008, 10, 2)


benefit_facts = st.builds(
    BenefitFacts,
    kind=st.sampled_from([FIRST, LAPSED]),
    eligible_since=st.dates(date(2005, 1, 1), date(2013, 1, 1)),
    paid=st.dates(LAW, date(2013, 1, 1)),
    student=st.booleans(),
    moved_in=st.none(),
    moved_from=st.just(MovedFrom.NONE),
    contribution_year=st.none(),
    waiting_until=st.none(),
    made=st.none(),
    year_after=st.just(False),
)


@given(benefit_facts, st.integers(1, 400))
def test_paying_later_never_starts_benefits_earlier(facts: BenefitFacts, days: int):
    later = replace(facts, paid=facts.paid + timedelta(days=days))
    assert benefit_start(facts, POLICY_ON).start <= benefit_start(later, POLICY_ON).start


@given(benefit_facts)
def test_cover_is_of_the_notices_year_and_never_before_eligibility(facts: BenefitFacts):
    found = benefit_start(facts, POLICY_ON)
    assert facts.eligible_since <= found.start <= found.end == date(found.notice_year, 12, 31)
    assert found.start >= date(found.notice_year - 1, 10, 1)
    assert found.notice_year >= facts.paid.year
    if facts.kind is LAPSED:
        assert found.start > facts.paid + timedelta(days=180)
    steps = explain_benefit_start(facts, POLICY_ON)
    assert steps[-1].figures == {"start": found.start, "end": found.end}
    assert all(step.article and step.rule and step.holds_from for step in steps)


@given(benefit_facts)
def test_a_lapse_never_helps(facts: BenefitFacts):
    first = benefit_start(replace(facts, kind=FIRST), POLICY_ON)
    lapsed = benefit_start(replace(facts, kind=LAPSED), POLICY_ON)
    assert first.start <= lapsed.start


@pytest.mark.parametrize(
    ("kind", "facts", "codes"),
    [
        (FIRST, {}, ["term", "notice_year", "cover"]),
        (LAPSED, {}, ["lapsed", "waiting", "notice_year", "cover"]),
        (LAPSED, {"year_after": True}, ["lapsed", "waiting", "notice_year", "year_after", "cover"]),
        (
            FIRST,
            {"moved_in": date(2010, 1, 5), "moved_from": MovedFrom.OUTSIDE},
            ["moved_in_from_outside", "waiting", "notice_year", "cover"],
        ),
        (RENEWAL, {"contribution_year": 2011}, ["renewal", "notice_year", "cover"]),
        (
            RENEWAL,
            {"contribution_year": 2011, "waiting_until": date(2011, 2, 1)},
            ["renewal", "waiting_runs", "notice_year", "cover"],
        ),
    ],
)
def test_the_steps_name_what_decided(kind, facts, codes):
    given = BenefitFacts(kind, date(2010, 1, 5), date(2010, 2, 10), **facts)
    assert [step.code for step in explain_benefit_start(given, POLICY_ON)] == codes


def test_a_renewal_never_waits():
    assert not must_wait(BenefitFacts(RENEWAL, LAW, date(2012, 10, 1), contribution_year=2013), POLICY)


def test_a_second_area_has_its_own_terms():
    with policy.data_in(SECOND_AREA):
        held, on = policy.on("newport", NEW_YEAR), partial(policy.on, "newport")
        found = assess_contribution(MINOR, NEW_YEAR, held, moved_in=None, contribution_year_no=1)
        assert [str(x) for x in (found.personal, found.government, found.city, found.district)] == [
            "55.50",
            "44.45",
            "14.80",
            "29.65",
        ]
        assert payment_window(2011, held) == (date(2010, 11, 1), date(2010, 12, 15))
        lapsed = benefit_start(BenefitFacts(LAPSED, LAW, date(2010, 10, 15)), on)
        assert (lapsed.start, lapsed.notice_year) == (date(2011, 2, 16), 2011)
        waits = benefit_start(BenefitFacts(LAPSED, LAW, date(2009, 4, 10)), on)
        assert (waits.start, waits.notice_year) == (date(2009, 8, 11), 2010)
        student = benefit_start(BenefitFacts(FIRST, LAW, date(2009, 7, 31), student=True), on)
        assert (student.start, student.notice_year, student.prepaid_year) == (date(2009, 8, 1), 2009, 2010)
