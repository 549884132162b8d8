"""A queue: the cases that wait for somebody, and how each is shown."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
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
        return counts_of([self])[self.code]

    def rows(self) -> list[Row]:
        """The first cases."""
        return [self.row_of(case) for case in self.cases[:ROWS]]


def counts_of(queues: Sequence[Queue]) -> dict[str, int]:
    """How many cases wait in each queue, by its code, COUNT_AT_MOST where there are more; one statement for all, since
    every page shows the counts of its role.
    """
    # What Django knows to be empty has no SQL.
    counts, selects, parameters = dict.fromkeys((queue.code for queue in queues), 0), [], []
    for queue in queues:
        try:
            sql, values = queue.cases.order_by().values_list("pk")[:COUNT_AT_MOST].query.sql_with_params()
        except EmptyResultSet:
            continue
        selects.append(f"SELECT %s AS code, (SELECT count(*) FROM ({sql}) AS waiting)")  # noqa: S608
        parameters += [queue.code, *values]
    if selects:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(selects), parameters)
            counts.update(cursor.fetchall())
    return counts


def lateness(due: datetime.date | None, today: datetime.date) -> str:
    """Whether a term that ends on `due` is `overdue`, ends `today`, or neither (empty)."""
    if due is None or due > today:
        return ""
    return "today" if due == today else "overdue"
