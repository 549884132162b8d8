"""Two worker processes that share nothing but the two addresses, of the database and of the broker, finish one run."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.db import connection, transaction

from enrollment.contributions import services
from enrollment.contributions.models import ContributionNotice
from enrollment.contributions.services import opening
from enrollment.registration.models import Resident
from liaoyang_medins.celery import app
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.local import process
from liaoyang_medins.kernel.runs import tasks
from liaoyang_medins.kernel.runs.models import Run
from tests.conftest import ROOT, process_environment

from . import makers as m

OPENS = m.D(2009, 10, 1)
# Of these workers alone: the one that all tests share does not hear of it.
QUEUE = "two-workers"
NEEDED = ("PATH", "LD_LIBRARY_PATH", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")


@contextmanager
def worker(name: str, folder: Path) -> Iterator[Path]:
    """A Celery worker of one process in a folder of its own, with the two addresses and the settings' secret; gives
    its log.
    """
    given = process_environment()
    own = {key: given[key] for key in (*NEEDED, "ALLOWED_HOSTS", "HTTPS", "DEBUG") if key in given}
    own |= {"PYTHONPATH": str(ROOT), "HOME": str(folder), "ATTACHMENTS_ROOT": str(folder / "scans")}
    log = folder / "log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "liaoyang_medins.celery", "worker", "-n", f"{name}@%h"),
                *("-Q", QUEUE, "--concurrency", "1", "--without-gossip", "--without-mingle"),
            ],
            cwd=folder,
            env=own,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
    try:
        yield log
    finally:
        process.stop(child)


def until(what: str, holds: object) -> None:
    deadline = time.monotonic() + 120
    while not holds():  # type: ignore[operator]
        if time.monotonic() > deadline:
            pytest.fail(f"It did not come to this: {what}")
        time.sleep(0.1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_finish_one_run_together(monkeypatch, tmp_path):
    monkeypatch.setattr(opening, "PERSONS_PER_LOT", 2)
    people = [m.elder() for _ in range(12)]
    for person in people:
        m.enrolled(person, m.D(2009, 3, 20))
    with clock.on_day(OPENS):
        run = services.open_window(contribution_year=2010, by=m.clerk(), calls=False)
    chunks = run.chunks.order_by("position")
    assert chunks.count() == 6
    with ExitStack() as stack:
        for name in ("one", "two"):
            folder = tmp_path / name
            folder.mkdir()
            stack.enter_context(worker(name, folder))
        until("both workers are there", lambda: len(app.control.ping(timeout=0.5, destination=names())) == 2)
        with transaction.atomic():
            # Who takes the first part has to wait for this person; all other parts are the other worker's.
            Resident.objects.select_for_update().get(pk=people[0].pk)
            for _ in range(2):
                app.send_task(tasks.work.name, [run.number], queue=QUEUE)
            until("the other parts are done", lambda: chunks.filter(status="done").count() == 5)
            assert chunks.get(position=chunks[0].position).status == "waiting"
        until("the run is finished", lambda: Run.objects.get(pk=run.pk).status == "finished")
    assert ContributionNotice.objects.filter(contribution_year=2010, status="open").count() == len(people)
    connection.close()


def names() -> list[str]:
    host = os.uname().nodename
    return [f"one@{host}", f"two@{host}"]
