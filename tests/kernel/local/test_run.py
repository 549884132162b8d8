"""`make run`: everything starts once, survives a kill, and stops whole."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator

import pytest

from liaoyang_medins.kernel.local import (
    place,
    process,
    run,
)
from liaoyang_medins.kernel.local.place import Place
from liaoyang_medins.kernel.local.problem import SetupError


@pytest.fixture
def start(here: Place) -> Iterator[Callable[[], "subprocess.Popen[str]"]]:
    """Start the whole portal, without the demo city, in a process of its own."""
    started: list[subprocess.Popen[str]] = []

    def start() -> "subprocess.Popen[str]":
        left_out = {"DATABASE_URL", "REDIS_URL", "STATIC_ROOT", "PORT", "LISTEN"}
        env = {name: value for name, value in os.environ.items() if name not in left_out}
        child = subprocess.Popen(
            [sys.executable, "-m", "liaoyang_medins.kernel.local.run"],
            cwd=place.ROOT,
            env=env | {"LOCAL_DIR": str(here.folder.parent), "DEMO": "false"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )
        started.append(child)
        return child

    yield start
    for child in started:
        if child.poll() is None:
            child.kill()
        child.communicate()
    process.clear_strays(here.folder)


def address_of(child: "subprocess.Popen[str]") -> str:
    """Read what it prints until it tells where it is."""
    said = []
    assert child.stdout is not None
    for line in child.stdout:
        said.append(line)
        if line.startswith("The portal is at "):
            return line.split()[4]
    pytest.fail(f"The portal did not start:\n{''.join(said)}")


def test_the_portal_starts_once_survives_a_kill_and_stops_whole(
    start: Callable[[], "subprocess.Popen[str]"], here: Place
) -> None:
    first = start()
    address = address_of(first)
    with urllib.request.urlopen(f"{address}/health/", timeout=30) as answer:  # noqa: S310
        assert answer.status == 200
    commands = " ".join(part for one in process.strays(here.folder) for part in one.cmdline())
    for expected in ("gunicorn", "worker", "beat", "postgres", "valkey-server"):
        assert expected in commands

    second = start()
    said, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert f"already (process {first.pid}, {address})" in said

    first.kill()
    assert process.wait_until(lambda: not process.strays(here.folder), seconds=30), "children outlive their parent"

    again = start()
    address = address_of(again)
    with urllib.request.urlopen(f"{address}/sign-in/?name=secret", timeout=30) as answer:  # noqa: S310
        assert answer.status == 200
    again.send_signal(signal.SIGTERM)
    said, _ = again.communicate(timeout=60)
    assert again.returncode == 0
    assert "Stopped." in said
    assert "/sign-in/" in said
    assert "secret" not in said
    assert process.strays(here.folder) == []


def child_that(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def test_the_run_ends_when_a_part_of_it_ends(capfd: pytest.CaptureFixture[str]) -> None:
    whole = run.Run(os.environ)
    whole.start("web", child_that("import time; print('ready', flush=True); time.sleep(60)"))
    whole.start("beat", child_that("print('one'); print('two'); raise SystemExit(3)"))
    with pytest.raises(SetupError, match="The process 'beat' ended with exit status 3"):
        whole.watch()
    whole.stop()
    assert [child.poll() is None for child in whole.children.values()] == [False, False]
    said = capfd.readouterr().out.splitlines()
    assert [line for line in said if line.startswith("beat")] == ["beat   | one", "beat   | two"]


def test_a_part_that_is_killed_or_never_answers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "SECONDS_TO_ANSWER", 1)
    whole = run.Run(os.environ)
    whole.start("worker", child_that("import time; time.sleep(60)"))
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        with pytest.raises(SetupError, match="does not answer at"):
            whole.wait_for(f"http://127.0.0.1:{deaf.getsockname()[1]}/health/")
    whole.children["worker"].kill()
    with pytest.raises(SetupError, match="The process 'worker' was killed by signal 9"):
        whole.watch()
    whole.stop()


def test_a_command_that_fails_is_told() -> None:
    with pytest.raises(SetupError, match=r"manage\.py no_such_command failed \(exit status 1\)(?s:.*)Unknown command"):
        run.manage(os.environ, "no_such_command", quiet=True)
