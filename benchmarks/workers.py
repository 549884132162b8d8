"""Runs worked off by processes of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import connection

from liaoyang_medins.kernel.runs.models import Run

# As many as the machine that the aims are set for has cores.
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Took:
    """What a job took: seconds from its start to its last row, the peak in MB of the largest of its processes; the
    seconds of the dry run before it, where it has one.
    """

    seconds: float
    peak: float
    checking: float = 0.0


@dataclass(frozen=True, slots=True)
class Workers:
    """Processes that wait for work."""

    processes: "list[subprocess.Popen[str]]"

    def work_off(self, start: Callable[[], Run]) -> Took:
        """A run that is started here and worked off by all of them."""
        began = time.perf_counter()
        run = start()
        for process in self.processes:
            _tell(process, run.number)
        peak = max(float(_said(process)) for process in self.processes)
        seconds = time.perf_counter() - began
        run.refresh_from_db()
        if run.status != Run.Status.FINISHED:
            raise RuntimeError(f"The run is {run.status}: {run.error}")
        return Took(seconds, peak)


@contextmanager
def working(url: str) -> Iterator[Workers]:
    """WORKERS processes that are set up, for the database in use of the server at `url`."""
    database = urlsplit(url)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker"],
            env=os.environ | {"DATABASE_URL": database},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(WORKERS)
    ]
    try:
        for process in processes:
            _said(process)
        yield Workers(processes)
    finally:
        for process in processes:
            process.communicate()


def _tell(process: "subprocess.Popen[str]", number: str) -> None:
    if process.stdin is not None:
        process.stdin.write(f"{number}\n")
        process.stdin.flush()


def _said(process: "subprocess.Popen[str]") -> str:
    """The next line of a worker."""
    said = process.stdout.readline() if process.stdout is not None else ""
    if not said:
        raise RuntimeError("A worker is not there any more.")
    return said
