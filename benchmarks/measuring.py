"""How long an operation takes, and how many statements; in one city against another."""

import statistics
import time
from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

from .databases import use

ROUNDS = 3
TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def seconds_of(
    operation: Callable[[], object], times: int, pick: Callable[[list[float]], float] = statistics.median
) -> float:
    """Seconds of one operation: the median of `times`, or what `pick` takes of them."""
    taken = []
    for _time in range(times):
        began = time.perf_counter()
        operation()
        taken.append(time.perf_counter() - began)
    return pick(taken)


def statements_of(operation: Callable[[], object]) -> int:
    """The statements of one operation, transaction control left out."""
    with CaptureQueriesContext(connection) as captured:
        operation()
    return sum(not query["sql"].startswith(TRANSACTION_CONTROL) for query in captured.captured_queries)


def compared(
    prepare: Callable[[int], Callable[[], object]],
    large: str,
    small: str,
    times: int,
    pick: Callable[[list[float]], float] = statistics.median,
) -> float:
    """The median over the rounds of what an operation takes in `large` against `small`; `prepare(seed)` makes it for
    the database in use.
    """
    ratios = []
    for seed in range(2, 2 + ROUNDS):
        seconds = {}
        for database in (small, large):
            use(database)
            operation = prepare(seed)
            seconds_of(operation, 3)
            seconds[database] = seconds_of(operation, times, pick)
        ratios.append(seconds[large] / seconds[small])
    return statistics.median(ratios)


def short(count: int) -> str:
    """2000000 → 2m, 10000 → 10k."""
    for step, letter in ((1_000_000, "m"), (1_000, "k")):
        if count >= step and count % step == 0:
            return f"{count // step}{letter}"
    return str(count)
