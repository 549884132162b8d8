"""What registration shows of the contribution before anything is decided (W6)."""

import datetime
from decimal import Decimal

import pytest

from enrollment.registration.quotes import QuoteFacts, quote
from enrollment.registration.rules import FactsHistory, PersonFacts
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel.policy import BeforeTheLaw
from liaoyang_medins.kernel.policy.terms import EnrollmentKind, MovedFrom, Sex, StudentKind

D = datetime.date


def history(birth: D, sex: Sex = Sex.M, **facts: object) -> FactsHistory:
    return FactsHistory(((birth, PersonFacts(sex, birth, **facts)),))  # type: ignore[arg-type]


def test_in_the_window_it_is_for_the_next_year() -> None:
    answer = quote(QuoteFacts(history(D(1940, 5, 6)), D(2009, 10, 12)), policy_on)
    assert (answer.contribution_year, answer.reference_date) == (2010, D(2010, 1, 1))
    assert (answer.due, answer.waits, answer.starts) == (Decimal("200.00"), True, D(2010, 4, 13))
    assert {step.rule for step in answer.steps} >= {"E7", "C1", "C3", "B2", "W6"}


def test_a_newborn_in_summer_pays_for_this_year_and_does_not_wait() -> None:
    answer = quote(QuoteFacts(history(D(2009, 6, 1)), D(2009, 7, 10)), policy_on)
    assert (answer.contribution_year, answer.reference_date) == (2009, D(2009, 7, 10))
    assert (answer.starts, answer.ends, answer.waits) == (D(2009, 8, 1), D(2009, 12, 31), False)
    assert answer.due == Decimal("40.00")


def test_who_waits_into_the_next_year_is_looked_at_on_its_first_day() -> None:
    """E7: 18 today, 19 before January: no longer a minor when the notice's year begins."""
    answer = quote(QuoteFacts(history(D(1990, 12, 1)), D(2009, 8, 20)), policy_on)
    assert answer.contribution_year == 2010
    assert not answer.eligibility.eligible
    assert (answer.due, answer.tier, answer.starts) == (None, None, None)


def test_the_first_year() -> None:
    """B5: a quarter of 2008; students four months and 2009 in full."""
    answer = quote(QuoteFacts(history(D(1940, 5, 6)), D(2008, 8, 1)), policy_on)
    assert [(part.year, part.personal) for part in answer.parts] == [(2008, Decimal("50.00"))]
    pupil = history(D(1998, 1, 1), student=StudentKind.SCHOOL)
    answer = quote(QuoteFacts(pupil, D(2008, 9, 10)), policy_on)
    assert [(part.year, part.personal) for part in answer.parts] == [
        (2008, Decimal("13.33")),
        (2009, Decimal("40.00")),
    ]
    assert answer.due == Decimal("53.33")


def test_who_moved_in_pays_the_whole_standard_and_waits_only_from_outside() -> None:
    """C4, B2."""
    for origin, waits in ((MovedFrom.COUNTY, False), (MovedFrom.OUTSIDE, True)):
        moved = D(2009, 7, 1)
        asked = QuoteFacts(
            FactsHistory(
                (
                    (D(1940, 5, 6), PersonFacts(Sex.M, D(1940, 5, 6), local_hukou=False)),
                    (moved, PersonFacts(Sex.M, D(1940, 5, 6))),
                )
            ),
            D(2009, 7, 10),
            moved_in=moved,
            moved_from=origin,
        )
        answer = quote(asked, policy_on)
        assert (answer.due, answer.waits) == (Decimal("300.00"), waits)


def test_after_a_lapse_there_is_a_wait_and_the_year_after_can_be_chosen() -> None:
    asked = QuoteFacts(history(D(1940, 5, 6)), D(2009, 3, 1), kind=EnrollmentKind.LAPSED)
    assert quote(asked, policy_on).contribution_year == 2009
    later = QuoteFacts(history(D(1940, 5, 6)), D(2009, 3, 1), kind=EnrollmentKind.LAPSED, year_after=True)
    answer = quote(later, policy_on)
    assert (answer.contribution_year, answer.starts) == (2010, D(2010, 1, 1))


def test_before_the_law_nothing_is_answered() -> None:
    with pytest.raises(BeforeTheLaw):
        quote(QuoteFacts(history(D(1940, 5, 6)), D(2008, 6, 30)), policy_on)


def test_before_the_birth_nothing_is_known() -> None:
    with pytest.raises(ValueError, match="Nothing is known"):
        quote(QuoteFacts(history(D(2009, 7, 1)), D(2009, 6, 30)), policy_on)
