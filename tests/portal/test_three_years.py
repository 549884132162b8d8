"""Three contribution years of a small city through the jobs alone; the totals are counted again from the facts, by the
few lines of arithmetic below, which share nothing with the rules' code.
"""

import datetime
from collections import Counter
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.db.models import Sum

from enrollment.contributions import services as contributions
from enrollment.contributions import tasks
from enrollment.contributions.models import BegunBenefit, ContributionNotice, WindowLetter
from enrollment.registration import services as registration
from enrollment.registration.data import CircumstanceData
from enrollment.registration.models import Resident
from funds.models import SubsidyItem, SubsidyStatement
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import selectors as runs_seen
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.portal import year as years
from tests import factories as make
from tests import signing
from tests.contributions import makers as m

D = datetime.date
JOB = Actor.job("tests")
SPRING = D(2009, 3, 20)
YEARS = (2010, 2011, 2012)


@dataclass(frozen=True)
class Member:
    """Somebody of the city: `statuses` with their first and last days, the day on which the hukou came from a county,
    and the contribution years that are paid in the end.
    """

    name: str
    sex: str
    birth: datetime.date
    paid: tuple[int, ...]
    statuses: tuple[tuple[str, str, datetime.date, datetime.date | None], ...] = ()
    moved_in: datetime.date | None = None


LONG_AGO = D(2007, 1, 1)
CITY = (
    Member("always", "M", D(1940, 5, 6), (2009, 2010, 2011, 2012)),
    Member("child", "F", D(2000, 2, 3), (2009, 2010, 2011, 2012)),
    Member("turns 19", "F", D(1991, 6, 1), (2009, 2010)),
    Member("turns 60", "M", D(1950, 3, 1), (2009, 2010, 2011, 2012), (("low_income", "low_income", LONG_AGO, None),)),
    Member("turns 50", "F", D(1961, 5, 5), (2009, 2010, 2011, 2012), (("disability", "1", LONG_AGO, None),)),
    Member("lapses and returns", "M", D(1941, 1, 1), (2009, 2010, 2011, 2012)),
    Member("mover", "M", D(1942, 2, 2), (2009, 2010, 2011, 2012), moved_in=D(2009, 2, 1)),
    Member(
        "status comes and goes",
        "F",
        D(1943, 3, 3),
        (2009, 2010, 2011, 2012),
        (("low_income", "low_income", D(2010, 6, 1), D(2011, 8, 31)),),
    ),
    Member(
        "loses status",
        "F",
        D(1970, 7, 7),
        (2009, 2010),
        (("low_income", "low_income_edge", LONG_AGO, D(2010, 8, 31)),),
    ),
    Member("dies", "M", D(1939, 9, 9), (2009, 2010)),
    Member("child that lapses", "F", D(2001, 1, 1), (2009,)),
    Member("known late", "M", D(1944, 4, 4), (2009, 2010, 2011, 2012)),
    Member("bounces", "M", D(1945, 5, 5), (2009,)),
)
# Who is enrolled and does not pay in the window, by year; the one that is known late has paid all the same.
NOT_PAID_IN = {2010: {"child that lapses", "known late"}, 2011: {"lapses and returns"}, 2012: set[str]()}


# --- the recount -----------------------------------------------------------------------------------------------------

# Personal and government part by category and status, as Art. 8 has them.
TABLE = {
    "minor": {"": (40, 40), "low_income": (16, 64), "low_income_edge": (30, 50), "1": (40, 40)},
    "working_age": {"low_income": (180, 120), "low_income_edge": (210, 90), "1": (180, 120)},
    "elderly": {"": (200, 100), "low_income": (80, 220), "low_income_edge": (160, 140), "1": (80, 220)},
}


def share(member: Member, year: int, day: datetime.date) -> tuple[str, int, int] | None:
    """Category, personal and government part for a year by the facts of a day; None for who may not take part."""
    age = year - member.birth.year - ((member.birth.month, member.birth.day) > (1, 1))
    old = 60 if member.sex == "M" else 50
    category = "minor" if age <= 18 else "elderly" if age >= old else "working_age"
    status = next((v for _kind, v, first, last in member.statuses if first <= day and (not last or day <= last)), "")
    if status not in TABLE[category]:
        return None
    personal, government = TABLE[category][status]
    if member.moved_in and year <= 2010:
        return category, personal + government, 0
    return category, personal, government


def goes_on(member: Member, year: int) -> bool:
    """Whether the window for a year finds the relationship open: paid for the year before, and not ended since."""
    return year - 1 in member.paid and not (member.name == "dies" and year > 2010)


def notices_for(year: int) -> dict[str, tuple[str, int, int]]:
    """What the opening makes."""
    found = {member.name: share(member, year, D(year - 1, 10, 1)) for member in CITY if goes_on(member, year)}
    return {name: one for name, one in found.items() if one is not None}


def letters_for(year: int) -> set[str]:
    """Who is told why not."""
    return {member.name for member in CITY if goes_on(member, year)} - set(notices_for(year))


def paid_shares() -> Counter[tuple[int, str, int, int]]:
    """Every contribution that stays paid: year, category, personal and government part."""
    found: Counter[tuple[int, str, int, int]] = Counter()
    for member in CITY:
        for year in member.paid:
            day = SPRING if year == 2009 else D(year - 1, 10, 20)
            one = share(member, year, day)
            assert one is not None
            found[year, *one] += 1
    return found


def city_share(government: int) -> Decimal:
    return (Decimal(government) * 55 / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


# --- the city --------------------------------------------------------------------------------------------------------


def settle_in() -> dict[str, Resident]:
    """Everybody is enrolled and pays in spring 2009."""
    people = {}
    for member in CITY:
        hukou = {"hukou": "county", "hukou_since": member.moved_in} if member.moved_in else {}
        person = make.resident(birth=member.birth, sex=member.sex, name=member.name, **hukou)
        for kind, value, first, last in member.statuses:
            if first < SPRING:
                make.circumstance(person, kind, value, starts=first, ends=last)
        m.enrolled(person, SPRING)
        people[member.name] = person
    return people


def nights(*days: datetime.date) -> list[Run]:
    """The jobs of these nights. Each draft of a statement is issued, so that the next can be prepared."""
    found: list[Run] = []
    for day in days:
        started = True
        while started:
            with clock.on_day(day):
                jobs = years.start_due(day, JOB)
            for run in jobs:
                runs.work_off(number=run.number)
            with clock.on_day(day):
                for draft in SubsidyStatement.objects.filter(status="draft"):
                    signing.issued(draft, m.reviewer())
            found += jobs
            started = any(run.kind == "statement" for run in jobs)
    return found


def of_kind(found: list[Run], kind: str) -> dict[str, str]:
    (run, *_again) = [run for run in found if run.kind == kind]
    return runs_seen.counts_of(run)


def notice_of(person: Resident, year: int) -> ContributionNotice:
    return ContributionNotice.objects.get(resident=person, contribution_year=year, status__in=["open", "lapsed"])


def happen(people: dict[str, Resident], year: int) -> None:
    """What befalls them between the start of the benefits of a year and the next window."""
    clerk = make.actor(Role.COMMUNITY)
    if year == 2010:
        with clock.on_day(D(2010, 1, 20)):
            receipt = people["bounces"].notices.get(contribution_year=2010).receipts.get()
            contributions.return_receipt(
                number=receipt.number,
                version=receipt.version,
                returned_on=D(2010, 1, 20),
                note="退票",
                by=m.reviewer(),
            )
        with clock.on_day(D(2010, 1, 21)):
            tasks.lapse_unpaid()
        with clock.on_day(D(2010, 5, 10)):
            registration.add_circumstance(
                resident_number=people["dies"].number,
                circumstance=CircumstanceData("death", "died", D(2010, 5, 1)),
                by=clerk,
            )
    if year == 2011:
        again = m.first_notice(people["lapses and returns"], D(2011, 3, 10))
        m.pay(again, D(2011, 3, 10))
    for member in CITY:
        for kind, value, first, last in member.statuses:
            if first.year == year and first > SPRING:
                make.circumstance(people[member.name], kind, value, starts=first, ends=last)


def pay_in_window(people: dict[str, Resident], year: int) -> None:
    for name in notices_for(year):
        if name not in NOT_PAID_IN[year]:
            assert m.pay(notice_of(people[name], year), D(year - 1, 10, 20)).problem == ""


@pytest.fixture
def _nobody_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("liaoyang_medins.kernel.runs.services.wake", lambda *_given: None)


@pytest.mark.django_db
@pytest.mark.usefixtures("_nobody_is_called")
def test_three_years_come_to_what_the_facts_come_to():
    people = settle_in()
    for year in YEARS:
        opened = of_kind(nights(D(year - 1, 10, 1)), "window")
        expected = notices_for(year)
        assert opened["made"] == str(len(expected)), year
        assert Decimal(opened["personal"]) == sum(personal for _category, personal, _ in expected.values())
        assert Decimal(opened["government"]) == sum(government for _category, _, government in expected.values())
        told = WindowLetter.objects.filter(kind="no_notice", contribution_year=year)
        assert set(told.values_list("enrollment__resident__name", flat=True)) == letters_for(year)
        pay_in_window(people, year)
        reminded = of_kind(nights(D(year - 1, 11, 16)), "remind")
        assert int(reminded.get("reminded", "0")) == len(NOT_PAID_IN[year])
        closed = of_kind(nights(D(year - 1, 12, 1)), "close")
        assert int(closed.get("lapsed", "0")) == len(NOT_PAID_IN[year])
        assert int(closed.get("ineligible", "0")) == len(letters_for(year))
        if year == 2010:
            m.pay(notice_of(people["known late"], 2010), D(2009, 11, 30), received=D(2009, 12, 10))
        began = of_kind(nights(D(year, 1, 1)), "benefits")
        assert int(began["renewals"]) == len(expected) - len(NOT_PAID_IN[year] - {"known late"})
        happen(people, year)
        nights(*(D(year, month, 1) for month in range(2, 10)))
    recount(people)


def recount(people: dict[str, Resident]) -> None:
    """Everything that is on record after the years, against the facts."""
    shares = paid_shares()
    paid: Counter[Any] = Counter(
        ContributionNotice.objects.filter(status="paid").values_list(
            "contribution_year", "category", "personal", "government"
        )
    )
    assert paid == shares
    # F3: statements and corrections together are the government parts of what is paid, to the fen.
    sums = SubsidyItem.objects.filter(statement__status="issued").aggregate(
        persons=Sum("persons"), government=Sum("government"), city=Sum("city"), district=Sum("district_share")
    )
    assert sums["persons"] == sum(times for (*_, government), times in shares.items() if government)
    assert sums["government"] == sum(government * times for (*_, government), times in shares.items())
    city = sum(city_share(government) * times for (*_, government), times in shares.items())
    assert (sums["city"], sums["district"]) == (city, sums["government"] - city)
    # Who is insured in 2012, and whose benefits of each year began.
    insured = {name for name, person in people.items() if person.enrollments.filter(ends=None).exists()}
    assert insured == {member.name for member in CITY if 2012 in member.paid}
    began = set(BegunBenefit.objects.values_list("period__resident__name", "period__notice__contribution_year"))
    back = {("bounces", 2010)}
    assert {pair for pair in began if pair[1] > 2009} - back == {
        (member.name, year) for member in CITY for year in member.paid if year > 2009
    }
