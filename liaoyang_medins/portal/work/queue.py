"""A queue: the cases that wait for somebody, and how each is shown."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

# No number of waiting cases is counted further than this.
COUNT_AT_MOST = 1000
ROWS = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One case that waits.

    `day` is the last day of its term, or what else the queue's column of days says; `late` is `overdue`, `today` or
    empty; `since` stands where the case has no term.
    """

    number: str
    url: str
    who: str
    what: str
    day: datetime.date | None
    late: str = ""
    since: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """Cases that wait for an actor, the most urgent first.

    `day_label` heads the column of days; `empty` says what would be here; `rows_of` makes a row of a case.
    """

    code: str
    title: str | Promise
    url: str
    day_label: str | Promise
    empty: str | Promise
    cases: QuerySet[Any]
    row_of: Callable[[Any], Row]

    def count(self) -> int:
        """How many wait, COUNT_AT_MOST where there are more."""
        return len(self.cases.order_by().values_list("pk")[:COUNT_AT_MOST])

    def rows(self) -> list[Row]:
        """The first cases."""
        return [self.row_of(case) for case in self.cases[:ROWS]]


def lateness(due: datetime.date | None, today: datetime.date) -> str:
    """Whether a term that ends on `due` is `overdue`, ends `today`, or neither (empty)."""
    if due is None or due > today:
        return ""
    return "today" if due == today else "overdue"
