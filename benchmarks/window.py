"""The jobs of the contribution year against set-based SQL that writes the same rows (`again`), in the same run.

A job is worked off by two processes that share nothing but the database.
"""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from enrollment.contributions.services import close_window, open_window, start_benefits
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs.models import Run

from . import again, bank_payments
from .again import ENROLLMENT, NOTICE, Change
from .measuring import short
from .work import actor
from .workers import Took, Workers, working

CLOSED, NEW_YEAR, OPENED = datetime.date(2009, 12, 1), datetime.date(2010, 1, 1), datetime.date(2010, 10, 1)
PAID = datetime.date(2010, 10, 20)
# What a job changes of rows that are there.
LAPSED = (
    Change(NOTICE, ("status",), "status = 'open'"),
    Change(ENROLLMENT, ("ends", "end_reason", "lapsed_on"), "ends IS NULL"),
)
SETTLED = (
    Change(
        NOTICE, ("status", "paid_on", "eligible_since", "facts", "benefit_facts", "replaced_by_id"), "status = 'open'"
    ),
)


@dataclass(frozen=True, slots=True)
class Job:
    """A job: its name, how large it is in short, its day, what it changes of rows that are there, and its work."""

    name: str
    size: str
    day: datetime.date
    changes: tuple[Change, ...]
    work: Callable[[], Took]


def figures(residents: int, url: str) -> Iterator[tuple[str, float]]:
    """The jobs in the database in use, of a city of so many residents, whose address is `url`. What they write
    stays.
    """
    peak = 0.0
    with working(url) as workers:
        for job in jobs(residents, actor("clerk"), workers):
            before = again.lay_aside(job.changes)
            with clock.on_day(job.day):
                took = job.work()
            again.undo(before)
            of_sql = again.written_again(before)
            peak = max(peak, took.peak)
            yield f"{job.name}_{job.size}_seconds", took.seconds
            if took.checking:
                yield f"{job.name}_check_{job.size}_seconds", took.checking
            yield f"{job.name}_vs_sql_{job.size}", took.seconds / of_sql
    yield f"worker_peak_mb_{short(residents)}", peak


def jobs(residents: int, by: Actor, workers: Workers) -> Iterator[Job]:
    """The jobs in the order of the year; each is looked for when the one before it is done."""
    runs: dict[str, tuple[datetime.date, tuple[Change, ...], Callable[[], Run]]] = {
        "close_window": (CLOSED, LAPSED, lambda: close_window(contribution_year=2010, by=by, calls=False)),
        "start_benefits": (NEW_YEAR, (), lambda: start_benefits(by=by, calls=False)),
        "open_window": (OPENED, (), lambda: open_window(contribution_year=2011, by=by, calls=False)),
    }
    for name, (day, changes, start) in runs.items():
        yield Job(name, short(residents), day, changes, partial(workers.work_off, start))
    lines = bank_payments.payments(residents * 6 // 10, PAID)
    work = partial(bank_payments.imported, lines, PAID, by, workers)
    yield Job("import_payments", short(len(lines)), PAID, SETTLED, work)
