"""What registration shows of the contribution before anything is decided (W6)."""

import datetime
import uuid
from decimal import Decimal

import pytest

from enrollment.contributions.assessment import assess
from enrollment.contributions.models import ContributionNotice
from enrollment.contributions.quotes import first_quote
from enrollment.contributions.services import take_into_records
from enrollment.registration import services
from enrollment.registration.data import CircumstanceData
from enrollment.registration.quotes import QuoteFacts, quote
from enrollment.registration.rules import FactsHistory, PersonFacts
from enrollment.registration.selectors import policy_on
from enrollment.registration.services.common import assess_again
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy import BeforeTheLaw
from liaoyang_medins.kernel.policy.terms import EnrollmentKind, MovedFrom, Sex, StudentKind
from tests import factories as make

from .makers import ALL_PRESENT, person

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


LOW_INCOME = [("low_income", "low_income", D(2009, 3, 5))]
PUPIL = [("student", "school", D(2005, 9, 1))]
CASES: list[tuple[str, D, D, str, D, list[tuple[str, str, D]]]] = [
    # who, birth, the day, hukou, since, further circumstances
    ("elderly", D(1940, 5, 6), D(2009, 3, 2), "native", D(1940, 5, 6), []),
    ("in the window", D(1940, 5, 6), D(2009, 10, 12), "native", D(1940, 5, 6), []),
    ("waits into the year after", D(1940, 5, 6), D(2009, 8, 20), "native", D(1940, 5, 6), []),
    ("newborn", D(2009, 6, 1), D(2009, 7, 10), "native", D(2009, 6, 10), []),
    ("moved in from a county", D(1940, 5, 6), D(2009, 7, 10), "county", D(2009, 7, 1), []),
    ("moved in from outside", D(1940, 5, 6), D(2009, 7, 10), "outside", D(2009, 7, 1), []),
    (
        "low income",
        D(1975, 1, 1),
        D(2009, 4, 1),
        "native",
        D(1975, 1, 1),
        [("low_income", "low_income", D(2009, 3, 5))],
    ),
    ("turns sixty", D(1949, 12, 1), D(2009, 10, 12), "native", D(1949, 12, 1), []),
    ("pupil of 2008", D(1998, 1, 1), D(2008, 9, 10), "native", D(1998, 1, 1), PUPIL),
    (
        "late pupil of 2008",
        D(1998, 1, 1),
        D(2008, 10, 5),
        "native",
        D(1998, 1, 1),
        [("student", "school", D(2005, 9, 1))],
    ),
    ("elderly of 2008", D(1940, 5, 6), D(2008, 8, 1), "native", D(1940, 5, 6), []),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("who", "birth", "day", "hukou", "since", "further"), CASES, ids=[case[0] for case in CASES])
def test_the_notice_is_what_was_quoted(
    who: str, birth: D, day: D, hukou: str, since: D, further: list[tuple[str, str, D]]
) -> None:
    """What the counter showed is what the agency's notice asks for when it is made on the same day."""
    counter, clerk = make.actor(Role.COMMUNITY), make.actor(Role.AGENCY_CLERK)
    stated = [CircumstanceData("hukou", hukou, since)]
    stated += [CircumstanceData(kind, value, first) for kind, value, first in further]
    with clock.on_day(day):
        row = services.register_resident(
            submission=uuid.uuid4(), person=person(birth), circumstances=stated, materials=ALL_PRESENT, by=counter
        )
        quoted = assess_again(row, day).quote
        type(row).objects.filter(pk=row.pk).update(status="at_agency")
        notice = take_into_records(registration_number=row.number, version=row.version, by=clerk)
        notices = [notice, *ContributionNotice.objects.filter(joint_with=notice)]
        cover = assess(resident=row.resident, registered=day, paid=day, made=day)
    assert [(part.year, part.personal, part.government) for part in quoted.parts] == [
        (made.contribution_year, made.personal, made.government) for made in notices
    ]
    assert (quoted.tier, quoted.category) == (notice.tier, notice.category)
    assert (quoted.starts, quoted.ends) == (cover.benefit.start, cover.benefit.end)
    assert row.reference_date == quoted.reference_date


@pytest.mark.django_db
def test_the_years_without_a_government_part_count_from_the_first_that_was_paid() -> None:
    """C4: who moved in and paid for 2009 has the government part again from 2011 on."""
    born, moved = D(1940, 5, 6), D(2009, 1, 5)
    asked = QuoteFacts(history(born), D(2010, 11, 1), kind=EnrollmentKind.LAPSED, moved_in=moved)
    assert first_quote(asked, policy_on).due == Decimal("300.00")
    assert first_quote(asked, policy_on, first_paid_year=2009).due == Decimal("200.00")
    assert first_quote(asked, policy_on, first_paid_year=2010).due == Decimal("300.00")
