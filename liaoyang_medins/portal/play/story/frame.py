"""The days of a year that is played, and drawing from them."""

import datetime
import random
from dataclasses import dataclass

from ..steps import rng

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Frame:
    """The contribution year `year`: from `first`, 1 October before it or later, to `last`, 30 September in it."""

    seed: int
    year: int
    first: datetime.date
    last: datetime.date
    opens: datetime.date
    closes: datetime.date

    def rng(self, *parts: object) -> random.Random:
        """A generator of its own for what the parts name."""
        return rng(self.seed, self.year, *parts)

    def draw(self, r: random.Random, first: datetime.date, last: datetime.date) -> datetime.date:
        """A day from `first` to `last` that lies in the year; the year's first where none does."""
        first, last = max(first, self.first), min(last, self.last)
        return first + DAY * r.randrange((last - first).days + 1) if first < last else self.first

    def any_day(self, r: random.Random, *, room: int = 0) -> datetime.date:
        """A day of the year with at least `room` days after it."""
        return self.draw(r, self.first + DAY, self.last - DAY * room)

    @property
    def has_window(self) -> bool:
        """Whether enough of the window lies in the year to play it."""
        return self.first <= self.closes - 12 * DAY


def frame_of(seed: int, year: int, first: datetime.date) -> Frame:
    """The year, begun on `first`."""
    return Frame(
        seed=seed,
        year=year,
        first=first,
        last=datetime.date(year, 9, 30),
        opens=datetime.date(year - 1, 10, 1),
        closes=datetime.date(year - 1, 11, 30),
    )
