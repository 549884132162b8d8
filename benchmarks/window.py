"""The jobs of the contribution year against set-based SQL that writes the same rows: in the same run, into the same
tables, with their indexes, constraints and triggers.

A job is worked off by two processes that share nothing but the database. What it wrote is then laid aside and undone,
and PostgreSQL writes it again from there, one statement for each table, in one transaction.
"""

import datetime
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import connection

from enrollment.contributions.services import close_window, open_window, start_benefits
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.runs.models import Run

from .work import actor

# As many as the machine that the aims are set for has cores.
WORKERS = 2
CLOSED, NEW_YEAR, OPENED = datetime.date(2009, 12, 1), datetime.date(2010, 1, 1), datetime.date(2010, 10, 1)
NOTICE, ENROLLMENT = "contributions_contributionnotice", "registration_enrollment"
# Where a job adds rows, and what it changes of rows that are there.
ADDED = (
    NOTICE,
    "papers_keptpaper",
    "contributions_windowletter",
    "contributions_begunbenefit",
    "audit_auditentry",
)
CHANGED = {NOTICE: ("status",), ENROLLMENT: ("ends", "end_reason", "lapsed_on")}


@dataclass(frozen=True, slots=True)
class Measured:
    """What a job cost: seconds from its start to its last row, those of the SQL, and the peak of a process in MB."""

    seconds: float
    of_sql: float
    peak: float


def figures(name: str, url: str) -> Iterator[tuple[str, float]]:
    """The jobs in the database in use, whose address is `url`, in the order of the year; `name` is its size in short.
    What they write stays.
    """
    by = actor("clerk")
    jobs = {
        "close_window": (CLOSED, lambda: close_window(contribution_year=2010, by=by, calls=False)),
        "start_benefits": (NEW_YEAR, lambda: start_benefits(by=by, calls=False)),
        "open_window": (OPENED, lambda: open_window(contribution_year=2011, by=by, calls=False)),
    }
    peaks = []
    for job, (day, start) in jobs.items():
        found = measured(day, start, url)
        peaks.append(found.peak)
        yield f"{job}_{name}_seconds", found.seconds
        yield f"{job}_vs_sql_{name}", found.seconds / found.of_sql
    yield f"worker_peak_mb_{name}", max(peaks)


def measured(day: datetime.date, start: Callable[[], Run], url: str) -> Measured:
    """A job started on its day, and the same rows by SQL."""
    before = lay_aside()
    with clock.on_day(day):
        began = time.perf_counter()
        run = start()
        planned = time.perf_counter() - began
    seconds, peak = worked_off(run, url)
    undo(before)
    of_sql = written_again()
    return Measured(planned + seconds, of_sql, peak)


def worked_off(run: Run, url: str) -> tuple[float, float]:
    """Seconds until the workers have done the run, and the peak in MB of the largest of them."""
    name = connection.settings_dict["NAME"]
    environment = os.environ | {"DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl()}
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", run.number],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(WORKERS)
    ]
    # They are set up, and begin together.
    for worker in workers:
        if worker.stdout is None or worker.stdout.readline() != "ready\n":
            raise RuntimeError("A worker did not come up.")
    began = time.perf_counter()
    for worker in workers:
        if worker.stdin is not None:
            worker.stdin.write("go\n")
            worker.stdin.flush()
    said = [worker.communicate()[0] for worker in workers]
    seconds = time.perf_counter() - began
    run.refresh_from_db()
    if run.status != Run.Status.FINISHED:
        raise RuntimeError(f"The run is {run.status}: {run.error}")
    return seconds, max(float(peak) for peak in said)


# --- the same rows by SQL --------------------------------------------------------------------------------------------


def lay_aside() -> dict[str, int]:
    """Remember how it was: the highest key of each table, and what a job may change."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS aside CASCADE; CREATE SCHEMA aside")
        for table, columns in CHANGED.items():
            cursor.execute(f"CREATE TABLE aside.was_{table} AS SELECT id, {', '.join(columns)} FROM {table}")
        found = {}
        for table in ADDED:
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
            found[table] = cursor.fetchone()[0]
        return found


def undo(before: dict[str, int]) -> None:
    """Lay aside what was added and changed since, and undo it behind the triggers' back."""
    with connection.cursor() as cursor:
        for table, key in before.items():
            cursor.execute(f"CREATE TABLE aside.new_{table} AS SELECT * FROM {table} WHERE id > %s", [key])
        for table, columns in CHANGED.items():
            now, was = (", ".join(f"{row}.{column}" for column in columns) for row in ("now", "was"))
            cursor.execute(
                f"CREATE TABLE aside.now_{table} AS SELECT now.id, {now} FROM {table} now "
                f"JOIN aside.was_{table} was USING (id) WHERE ({now}) IS DISTINCT FROM ({was})"
            )
        cursor.execute("SET session_replication_role = replica")
        for table, key in reversed(before.items()):
            cursor.execute(f"DELETE FROM {table} WHERE id > %s", [key])
        for table, columns in CHANGED.items():
            same = ", ".join(f"{column} = was.{column}" for column in columns)
            cursor.execute(
                f"UPDATE {table} own SET {same} FROM aside.was_{table} was JOIN aside.now_{table} USING (id) "
                "WHERE own.id = was.id"
            )
        cursor.execute("SET session_replication_role = origin")
        for table in {*before, *CHANGED}:
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("CHECKPOINT")


def written_again() -> float:
    """Seconds that PostgreSQL needs to write what was laid aside."""
    with connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute("BEGIN")
        for table in ADDED:
            cursor.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM aside.new_{table}")
        for table, columns in CHANGED.items():
            now = ", ".join(f"{column} = now.{column}" for column in columns)
            cursor.execute(f"UPDATE {table} own SET {now} FROM aside.now_{table} now WHERE own.id = now.id")
        cursor.execute("COMMIT")
        seconds = time.perf_counter() - began
        cursor.execute("DROP SCHEMA aside CASCADE")
    return seconds
