"""Whom the rules of eligibility cannot tell apart. Pure: no database, no clock.

A city has hundreds of thousands of residents and some hundred situations. Who asks the rules about all of them asks
once for those who are alike: whose circumstances changed in the same order, whatever the days were.
"""

import datetime
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from liaoyang_medins.kernel.days import next_day
from liaoyang_medins.kernel.policy import PolicyOn
from liaoyang_medins.kernel.policy.terms import Sex

from .facts import NATIVE, Kind
from .rules import birthday, category_ages, completed_age, policies_until

# Kind and value of a circumstance, its first day, and its last one if it has one.
Held = tuple[str, str, datetime.date, datetime.date | None]


@dataclass(frozen=True, slots=True)
class Horizon:
    """The days that the rules look at: from the law's first day until `until`.

    `ages` are, by sex, those with which another category begins on one of these days (E3, E5); `changes` the days from
    which on it is another policy, or nothing is known or looked at any more.
    """

    first_day: datetime.date
    until: datetime.date
    ages: Mapping[str, tuple[int, ...]]
    changes: tuple[datetime.date, ...]


class Stretch(NamedTuple):
    """A circumstance within a horizon: the places of its first day and of the day after its last one, and where
    somebody moved in, which is looked at itself (B2, C4), the day too.
    """

    kind: str
    value: str
    starts: int
    ended: int | None
    moved_in: datetime.date | None


class Situation(NamedTuple):
    """What the rules see of a person within a horizon.

    Who has the same is eligible in the same category, or for the same reasons not (E1 to E9), since the day that has
    the same place among the days on which something changes for the person (B1). All days stand here as such places, 0
    for every day before the law. `ages` says how many of the horizon's ages are completed when it begins.
    """

    sex: str
    ages: int
    birth: int
    birthdays: tuple[int, ...]
    changes: tuple[int, ...]
    circumstances: tuple[Stretch, ...]


class Seen(NamedTuple):
    """A person's situation, and the days on which something changes; the first is the law's."""

    situation: Situation
    days: tuple[datetime.date, ...]


def horizon(until: datetime.date, day: datetime.date, policy_on: PolicyOn) -> Horizon:
    """The days until the reference date `until` (E7) as they are seen on `day`. Raises BeforeTheLaw."""
    last = max(until, day)
    policies = list(policies_until(last, policy_on))
    ages = {sex.value: tuple(sorted({age for law in policies for age in category_ages(sex, law)})) for sex in Sex}
    changes = {next_day(day), next_day(until), *(law.holds_from for law in policies[:-1])}
    return Horizon(policies[-1].first_day, last, ages, tuple(sorted(changes)))


def seen(sex: str, birth_date: datetime.date, circumstances: Sequence[Held], within: Horizon) -> Seen:
    """What the rules see of a person with these circumstances, which are in the order of their kinds and first
    days.
    """
    first_day, until = within.first_day, within.until
    before, birthdays = _ages(within.ages[sex], birth_date, within)
    found = {birth_date, *within.changes, *birthdays}
    for _kind, _value, starts, ends in circumstances:
        found.add(starts)
        if ends is not None:
            found.add(next_day(ends))
    days = (first_day, *sorted([day for day in found if first_day < day <= until]))
    places = {day: place for place, day in enumerate(days)}
    after = len(days)

    def place(day: datetime.date) -> int:
        return 0 if day <= first_day else places.get(day, after)

    stretches = [
        Stretch(
            kind,
            value,
            place(starts),
            None if ends is None else place(next_day(ends)),
            starts if kind == Kind.HUKOU and value != NATIVE else None,
        )
        for kind, value, starts, ends in circumstances
    ]
    situation = Situation(
        sex,
        before,
        place(birth_date),
        tuple([place(day) for day in birthdays]),
        tuple([place(day) for day in within.changes]),
        tuple(stretches),
    )
    return Seen(situation, days)


def _ages(ages: Sequence[int], birth_date: datetime.date, within: Horizon) -> tuple[int, list[datetime.date]]:
    """How many of the ages are completed when the horizon begins, and the birthdays on which the next ones are."""
    before = bisect_right(ages, completed_age(birth_date, within.first_day)) if birth_date <= within.first_day else 0
    after = bisect_right(ages, completed_age(birth_date, within.until)) if birth_date <= within.until else 0
    return before, [birthday(birth_date, age) for age in ages[before:after]]
