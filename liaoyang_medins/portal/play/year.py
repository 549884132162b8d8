"""Plays years, one day after the other."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from django.db.models import Max

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.audit.services import LOADED
from liaoyang_medins.kernel.offices.models import Posting

from ..demo.accounts import ACCOUNTS
from ..demo.bulk import LOADER
from . import acts as acts
from .acts.funds import close_day
from .cast import Newcomers, members
from .looking import look
from .steps import Step, days
from .story import year_of
from .story.frame import DAY, frame_of
from .who import forget

Watch = Callable[[datetime.date, int, int], None]


class Players(Protocol):
    """Who does the steps of a day: `Calm` or `Chaos`."""

    def work(self, steps: Iterable[Step]) -> None: ...


class CannotPlay(ValueError):
    """The city that is there cannot play the year; says why."""


@dataclass(frozen=True, slots=True)
class Played:
    """The days that were played, both included, and what was found wrong on the way."""

    first: datetime.date
    last: datetime.date
    findings: tuple[str, ...]


def first_day(year: int) -> datetime.date:
    """1 October before the contribution year: its window opens, its play begins."""
    return datetime.date(year - 1, 10, 1)


def day_of_city() -> datetime.date:
    """The business day that the records have come to. Raises CannotPlay where there are none."""
    last = AuditEntry.objects.aggregate(last=Max("business_date"))["last"]
    if last is None:
        raise CannotPlay("Nothing has happened here yet.")
    return datetime.date.fromisoformat(str(last))


def require_demo_city() -> None:
    """CannotPlay anywhere but in a demo city with its accounts: what is played is made up."""
    if not AuditEntry.objects.filter(verb=LOADED, actor_name=LOADER.name).exists():
        raise CannotPlay("This is no demo city: years are played nowhere else.")
    for account in ACCOUNTS:
        postings = Posting.objects.filter(user__username=account.username, role=account.role)
        if not postings.filter(office__code=account.office_code, ends=None).exists():
            raise CannotPlay(f"The account {account.username} of the demo city is missing.")


def play(year: int, count: int, *, seed: int, players: Players, watch: Watch) -> Played:
    """Play `count` contribution years from `year` on, each until 30 September, from the day after the city's.

    `watch` is told each day, how many days are done, and how many there are. Raises CannotPlay where the years do not
    join on what has happened, or this is no demo city; PlayError where something unexpected happens.
    """
    forget()
    require_demo_city()
    begin = day_of_city() + DAY
    if begin < first_day(year):
        raise CannotPlay(f"The records have come to {begin - DAY}: play the year before first.")
    last = datetime.date(year + count - 1, 9, 30)
    if begin > datetime.date(year, 9, 30):
        raise CannotPlay(f"The records have come to {begin - DAY}: the contribution year {year} is over.")
    findings: list[str] = []
    whole, done = (last - begin).days + 1, 0
    for number in range(year, year + count):
        frame = frame_of(seed, number, max(begin, first_day(number)))
        plan: dict[datetime.date, list[Step]] = defaultdict(list)
        for step in year_of(frame, members(frame.first), Newcomers(seed, number)):
            plan[step.day].append(step)
        for day in days(frame.first, frame.last):
            steps = plan.pop(day, [])
            players.work(steps)
            if steps:
                with clock.on_day(day):
                    close_day()
            if (day + DAY).day == 1:
                findings.extend(f"{day}: {words}" for words in look())
            done += 1
            watch(day, done, whole)
    return Played(begin, last, tuple(findings))
