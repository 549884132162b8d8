"""Faults in the middle of the work, for tests of what is left behind."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection, models

from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.statements import stencils, writing


def unwritable(monkeypatch: pytest.MonkeyPatch, model: type[models.Model]) -> None:
    """From now on writing a row of `model` raises RuntimeError, whichever way it is written."""

    def broken(*_given: object, **_named: object) -> None:
        raise RuntimeError("the disk is full")

    stored, values = writing._stored, writing.values_of

    def refused(column: writing.Column, row: models.Model, *, adding: bool) -> object:
        return broken() if isinstance(row, model) else stored(column, row, adding=adding)

    def all_refused(columns: list[writing.Column], row: models.Model, *, adding: bool) -> object:
        return broken() if isinstance(row, model) else values(columns, row, adding=adding)

    monkeypatch.setattr(model, "save", broken)
    monkeypatch.setattr(writing, "_stored", refused)
    for module in (writing, stencils):
        monkeypatch.setattr(module, "values_of", all_refused)


@contextmanager
def no_room_for(model: type[models.Model]) -> Iterator[None]:
    """Within the block PostgreSQL answers whoever writes a row of the model as when its disk is full. The test needs
    `django_db(transaction=True)`.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
            " 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION no_room()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER full_disk ON {table}")
            cursor.execute("DROP FUNCTION no_room()")


def cut_off_before(patch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """The first call of a function of ours from now on finds the connection to the database cut by the server."""
    real = getattr(module, name)
    cut = []

    def cutting(*args: Any, **values: Any) -> Any:
        if not cut:
            cut.append(1)
            with suppress(OperationalError, InterfaceError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return real(*args, **values)

    patch.setattr(module, name, cutting)


# What a process that is going to die calls itself before PostgreSQL, and how many seconds its end may take there.
DYING = "dying"
PATIENCE = 60


# --- processes that are killed ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    """Before or after the call of a function of ours, the `nth` time it is called."""

    module: Any
    name: str
    after: bool
    nth: int

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} {self.name} {self.nth}"


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
    killed_in(point, lambda: runs.work_off(number=run.number))


def killed_in(point: Point, work: Callable[[], Any]) -> None:
    """Do the work in a process that dies at the point. PostgreSQL has taken back what it held when this returns; at
    work, somebody looks again a minute later.
    """
    close_connections()
    child = os.fork()
    if child == 0:
        try:
            os.environ["PGAPPNAME"] = DYING
            die(point)
            work()
        finally:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"it did not come to {point}"
    assert os.WTERMSIG(status) == signal.SIGKILL
    ends = time.monotonic() + PATIENCE
    while is_remembered():
        assert time.monotonic() < ends, "PostgreSQL did not notice that the process died"
        time.sleep(0.01)


def is_remembered() -> bool:
    """Whether PostgreSQL still serves a process that died here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s", [DYING]
        )
        return bool(cursor.rowcount)


def close_connections() -> None:
    """Close this thread's connections before a fork: also the one from before a browser was started. While the loop of
    a browser runs Django keeps another beside it, and in the forked process, which has no loop, it would go on with
    the first.
    """
    connection.close()
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        connection.close()
    finally:
        asyncio._set_running_loop(running)
