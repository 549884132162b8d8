"""kill -9 in the middle of the run that makes cards: at each of its steps; the end is that of an undisturbed one."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection

from enrollment.cards import services
from enrollment.cards.models import CertificateTerm, InsuranceCard
from enrollment.cards.services import making
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.portal.digest import digest_of, digest_tables

from .makers import TODAY, clerk, insured

PEOPLE = 6


@dataclass(frozen=True)
class Point:
    """Before or after the call of a function of ours, the `nth` time it is called."""

    module: Any
    name: str
    after: bool
    nth: int

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} {self.name} {self.nth}"


CALLS = [(runs, "_taken"), (making, "make_due"), (making, "insert_all"), (runs, "_keep"), (runs, "work_one")]
ENDS = [(runs, "_finish"), (runs, "finish_run")]


def points(lots: int) -> list[Point]:
    steps = [(module, name, nth) for nth in range(1, lots + 1) for module, name in CALLS]
    steps += [(module, name, 1) for module, name in ENDS]
    return [Point(module, name, after, nth) for module, name, nth in steps for after in (False, True)]


def die(point: Point) -> None:
    """From now on this process kills itself at the point."""
    real: Callable[..., Any] = getattr(point.module, point.name)
    calls = 0

    def dying(*args: Any, **values: Any) -> Any:
        nonlocal calls
        calls += 1
        found = real(*args, **values) if calls < point.nth or point.after else None
        if calls == point.nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(point.module, point.name, dying)


def killed_at(point: Point, run: Run) -> None:
    """Work at the run in a process that dies at the point."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            die(point)
            runs.work_off(number=run.number)
        finally:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"it did not come to {point}"
    assert os.WTERMSIG(status) == signal.SIGKILL


def start() -> Run:
    with clock.on_day(TODAY):
        return services.start_making(by=clerk(), calls=False)


def forget() -> None:
    """As if nothing had been made."""
    CertificateTerm.objects.all().delete()
    InsuranceCard.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_killed_at_any_step_it_ends_as_if_undisturbed(monkeypatch, size):
    monkeypatch.setattr(making, "RESIDENTS_PER_LOT", 2)
    for _ in range(PEOPLE):
        insured()
    runs.work_off(number=start().number)
    digest = digest_of(digest_tables())
    # In the sample every fifth, so that befores and afters of all steps take turns.
    for point in points(PEOPLE // 2)[:: size(5, 1)]:
        forget()
        run = start()
        killed_at(point, run)
        runs.work_off(number=run.number)
        run.refresh_from_db()
        assert (run.status, run.counts) == ("finished", {"cards": str(PEOPLE), "renewals": "0"})
        assert InsuranceCard.objects.filter(run=run.number).count() == CertificateTerm.objects.count() == PEOPLE
        assert digest_of(digest_tables()) == digest
