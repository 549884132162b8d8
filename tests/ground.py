"""Servers of a test's own, which it may kill: PostgreSQL, the broker, Celery workers."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from celery import Celery
from django.core.management import call_command
from django.db import connection
from kombu.exceptions import OperationalError

from liaoyang_medins.kernel.local import place as places
from liaoyang_medins.kernel.local import postgres, process, valkey
from liaoyang_medins.kernel.local.place import Place
from liaoyang_medins.kernel.runs import waking
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.runs.waking import WORK
from tests.conftest import ROOT


class Ground:
    """PostgreSQL and Valkey for one test, which may kill them, and Celery workers on them."""

    def __init__(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        self.place = place
        self.patch = monkeypatch
        self.database = postgres.start(place)
        self.broker = valkey.start(place)
        self.workers: list[subprocess.Popen[bytes]] = []
        self.names = itertools.count()
        self.log = place.folder / "worker.log"

    # --- workers ---

    def start_worker(self) -> subprocess.Popen[bytes]:
        env = os.environ | {
            "DATABASE_URL": self.database.superuser_url,
            "REDIS_URL": self.broker.url,
            process.MARK: str(self.place.folder),
        }
        with self.log.open("ab") as output:
            self.workers.append(
                process.spawn(
                    [
                        *(sys.executable, "-m", "celery", "-A", "liaoyang_medins.celery", "worker"),
                        *("--concurrency", "2", "--without-gossip", "--without-mingle"),
                        *("--hostname", f"{next(self.names)}@%h"),
                    ],
                    env=env,
                    cwd=ROOT,
                    output=output,
                )
            )
        return self.workers[-1]

    def kill_worker(self, worker: subprocess.Popen[bytes] | None = None) -> None:
        """kill -9 of a worker, of the first that is at hand where none is named."""
        worker = worker or self.workers[0]
        self.workers.remove(worker)
        self.kill(worker)

    def tend(self) -> None:
        """As what keeps a server's services up: start anew who ended by itself. A worker does where its broker is gone
        while it gives back what it had taken: kombu meets its own closed connection.
        """
        for worker in [worker for worker in self.workers if worker.poll() is not None]:
            self.workers.remove(worker)
            self.start_worker()

    def kill(self, child: subprocess.Popen[bytes]) -> None:
        """kill -9 of a process and all of its group, as the kernel does it when memory is out."""
        # Who has just ended by itself has no group any more.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    # --- servers ---

    def restart_database(self) -> None:
        """kill -9, and start again at the same address, once its own processes have heard that it is gone."""
        backends = psutil.Process(self.database.process.pid).children(recursive=True)
        self.kill(self.database.process)
        psutil.wait_procs(backends, timeout=60)
        self.patch.setattr(postgres, "USUAL_PORT", self.database.port)
        self.database = postgres.start(self.place)
        connection.close()

    def kill_broker(self) -> None:
        self.kill(self.broker.process)

    def start_broker(self) -> None:
        """At the same address, with what it had acknowledged."""
        self.patch.setattr(valkey, "USUAL_PORT", urlsplit(self.broker.url).port)
        self.broker = valkey.start(self.place)

    def restart_broker(self) -> None:
        self.kill_broker()
        self.start_broker()

    def cut(self, *, at_work: bool = False) -> int:
        """Cut every connection to the database but ours, or those that are amid a statement; how many they were."""
        amid = "AND state = 'active'" if at_work else ""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"  # noqa: S608
                f" WHERE datname = current_database() AND pid <> pg_backend_pid() {amid}"
            )
            return int(cursor.fetchone()[0])

    @contextmanager
    def in_a_copy(self, name: str) -> Iterator[None]:
        """Within the block Django works on a copy of the database as it stands now."""
        usual = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = "postgres"
        with connection.cursor() as cursor:
            # A copy is made of a database that nobody is connected to.
            cursor.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [usual])
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{usual}"')
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = usual

    # --- runs ---

    def call(self, run: Run) -> None:
        """What beat does every minute; more often here."""
        with contextlib.suppress(OperationalError):
            waking.current_app.send_task(WORK, [run.number], retry=False, expires=5)

    def done(self, run: Run) -> int:
        """How many chunks are done. The connection is a new one: the server may have been killed."""
        connection.close()
        return run.chunks.filter(status="done").count()

    def wait_for(self, run: Run, ready: Callable[[], bool], *, seconds: float = 240) -> None:
        deadline, called = time.monotonic() + seconds, 0.0
        while not ready():
            if time.monotonic() > deadline:
                pytest.fail(f"The run does not come on:\n{self.log.read_text(errors='replace')[-5000:]}")
            if time.monotonic() > called + 0.3:
                self.tend()
                self.call(run)
                called = time.monotonic()
            time.sleep(0.05)

    def stop(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                self.kill(worker)
        self.broker.stop()
        self.database.stop()


@pytest.fixture
def ground(django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """Servers of its own, with the portal's tables; within the test Django works on them, and calls their workers."""
    with tempfile.TemporaryDirectory(prefix="liaoyang-medins-", dir="/tmp") as name:
        Path(name).chmod(0o711)
        monkeypatch.setenv("LOCAL_DIR", name)
        found = Ground(places.find("run"), monkeypatch)
        here = urlsplit(found.database.superuser_url)
        usual = dict(connection.settings_dict)
        monkeypatch.setattr(waking, "current_app", Celery("tests", broker=found.broker.url, set_as_current=False))
        try:
            with django_db_blocker.unblock():
                connection.close()
                connection.settings_dict |= {
                    "HOST": here.hostname,
                    "PORT": here.port,
                    "USER": here.username,
                    "PASSWORD": here.password,
                    "NAME": here.path.lstrip("/"),
                }
                call_command("migrate", verbosity=0)
                yield found
        finally:
            connection.close()
            connection.settings_dict |= usual
            found.stop()


def slow_down(seconds: float, table: str, *, on: str = "INSERT") -> None:
    """Every statement that writes into the table of this database, not of its copies, takes so long before it is
    committed.
    """
    here = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE FUNCTION wait_a_moment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF current_database() = '{here}' THEN PERFORM pg_sleep({seconds}); END IF; RETURN NULL; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER wait AFTER {on} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION wait_a_moment()"
        )
