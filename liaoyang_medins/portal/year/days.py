"""The days on which something is due in a contribution year, by the rules' parameters. No database, no clock."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from enrollment.contributions.rules import payment_window, year_of_notice
from enrollment.registration.selectors import policy_on
from funds.rules import Period
from funds.selectors.drawing import period_of
from liaoyang_medins.kernel.days import day_before, next_day
from liaoyang_medins.kernel.policy import BeforeTheLaw, PolicyError

Day = datetime.date
# The agency's own choice, unlike the days below: so long before the window's last day the reminders are written, and
# on these days of each month certificates are made for what was paid outside the window, within the 30 days of W7.
REMINDED_BEFORE = datetime.timedelta(days=14)
CERTIFICATES_ON = (1, 16)
# The scheme's first contribution year.
FIRST = 2008


@dataclass(frozen=True, slots=True)
class Occasion:
    """A day of the contribution year `year` on which a job is due; `period` is that of a statement."""

    year: int
    day: Day
    period: Period | None = None


def window_of(year: int) -> tuple[Day, Day]:
    """First and last day of the window for a contribution year. Raises BeforeTheLaw where there was none."""
    return payment_window(year, policy_on(Day(year - 1, 9, 30)))


def in_window(choose: Callable[[Day, Day], Day]) -> Callable[[int], Iterator[Occasion]]:
    """The occasions of a job that has one day in or after each window."""

    def days(year: int) -> Iterator[Occasion]:
        try:
            yield Occasion(year, choose(*window_of(year)))
        except BeforeTheLaw:
            return

    return days


def reminded_on(_opens: Day, closes: Day) -> Day:
    return closes - REMINDED_BEFORE


def firsts(year: int) -> Iterator[Day]:
    """The first days of the months of the cycle: from the October before the year until its September, but none before
    the law.
    """
    for number in range(12):
        first = Day(year - 1 + (9 + number) // 12, (9 + number) % 12 + 1, 1)
        try:
            policy_on(day_before(first))
        except BeforeTheLaw:
            continue
        yield first


def certificate_days(year: int) -> Iterator[Occasion]:
    for first in firsts(year):
        for day in CERTIFICATES_ON:
            yield Occasion(year, first.replace(day=day))


def month_days(year: int) -> Iterator[Occasion]:
    for first in firsts(year):
        yield Occasion(year, first)


def benefit_days(year: int) -> Iterator[Occasion]:
    """B3: 1 January; B5: the fixed days of the first year, which lie in the cycle of the day."""
    first_year = policy_on(Day(year, 12, 31)).first_year
    for day in (first_year.student_benefits_from.value, first_year.benefits_from.value):
        if year_of_notice(day, policy_on(day)) == year:
            yield Occasion(year, day)
    if year > first_year.year.value:
        yield Occasion(year, Day(year, 1, 1))


def statement_days(year: int) -> Iterator[Occasion]:
    """F2: the day after each period of statements that ends in the cycle: the window's, and the months outside it."""
    ends = {*firsts(year)}
    for occasion in in_window(lambda _opens, closes: next_day(closes))(year):
        ends.add(occasion.day)
    for day in sorted(ends):
        try:
            period = period_of(day_before(day))
        except PolicyError:
            continue
        if period.last == day_before(day):
            yield Occasion(year, day, period)


def contribution_year_of(day: Day) -> int:
    """The contribution year whose cycle of jobs `day` lies in: from the first day of the window for it."""
    return year_of_notice(day, policy_on(day))
