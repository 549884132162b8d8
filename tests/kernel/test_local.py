"""The servers that the portal and the tests bring along, and the run of all of it: kept, killed, twice, elsewhere."""

import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import polib
import psycopg2
import pytest
import redis

from liaoyang_medins.kernel.local import (
    account,
    binaries,
    browser,
    install,
    place,
    postgres,
    process,
    run,
    servers,
    translations,
    valkey,
)
from liaoyang_medins.kernel.local.place import Place
from liaoyang_medins.kernel.local.problem import SetupError


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the servers' account can enter, as pytest's own cannot where root runs the tests."""
    with tempfile.TemporaryDirectory(prefix="liaoyang-medins-", dir="/tmp") as name:
        path = Path(name)
        path.chmod(0o711)
        yield path
        process.clear_strays(path / "run")


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A place whose database was made and ended, to be copied: making one takes longer than any test of it."""
    with (
        tempfile.TemporaryDirectory(prefix="liaoyang-medins-", dir="/tmp") as name,
        pytest.MonkeyPatch.context() as patch,
    ):
        Path(name).chmod(0o711)
        patch.setenv("LOCAL_DIR", name)
        first = place.find("run")
        postgres.start(first, durable=False).stop()
        yield first.folder


@pytest.fixture
def empty(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A place of its own with nothing in it; no server is given."""
    monkeypatch.setenv("LOCAL_DIR", str(folder))
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")
    return place.find("run")


@pytest.fixture
def here(empty: Place, made: Path) -> Place:
    """A place of its own after a first start."""
    for name in ("postgres", "secrets.json"):
        subprocess.run(["cp", "-a", made / name, empty.folder / name], check=True)
    return empty


def execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Run the statements, each committed; the rows of the last."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []


# Servers


def test_data_is_kept_from_one_start_to_the_next(here: Place) -> None:
    with servers.running(here) as found:
        execute(found["DATABASE_OWNER_URL"], "CREATE TABLE kept (word text)", "INSERT INTO kept VALUES ('辽阳')")
        with redis.Redis.from_url(found["REDIS_URL"]) as broker:
            broker.lpush("kept", "message")
    started = time.monotonic()
    with servers.running(here) as found:
        assert time.monotonic() - started < 10
        assert execute(found["DATABASE_OWNER_URL"], "SELECT word FROM kept") == [("辽阳",)]
        with redis.Redis.from_url(found["REDIS_URL"]) as broker:
            assert broker.lrange("kept", 0, -1) == [b"message"]
    assert process.strays(here.folder) == []


def test_kill_of_everything_leaves_data_and_no_stale_lock(here: Place) -> None:
    database, broker = postgres.start(here), valkey.start(here)
    execute(database.owner_url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (1)")
    with redis.Redis.from_url(broker.url) as client:
        client.lpush("kept", "message")
    for one in process.strays(here.folder):
        one.kill()
    database.process.wait()
    broker.process.wait()
    with servers.running(here) as found:
        assert execute(found["DATABASE_OWNER_URL"], "SELECT n FROM kept") == [(1,)]
        with redis.Redis.from_url(found["REDIS_URL"]) as client:
            assert client.lrange("kept", 0, -1) == [b"message"]


def test_servers_of_a_killed_run_are_ended_before_the_next_start(here: Place) -> None:
    left = postgres.start(here)
    with servers.running(here) as found:
        assert left.process.wait(5) is not None
        assert execute(found["DATABASE_URL"], "SELECT 1") == [(1,)]


def test_a_strangers_process_with_the_old_number_is_no_server(here: Place) -> None:
    with servers.running(here):
        pass
    with subprocess.Popen(["sleep", "60"], **here.account.switch()) as stranger:
        lines = [str(stranger.pid), str(here.folder / "postgres"), "0", "5432", "", "127.0.0.1", "", "ready"]
        (here.folder / "postgres" / "postmaster.pid").write_text("\n".join(lines))
        with servers.running(here) as found:
            assert execute(found["DATABASE_URL"], "SELECT 1") == [(1,)]
        assert stranger.poll() is None
        stranger.kill()


def test_a_start_that_was_cut_off_is_made_up_for(empty: Place) -> None:
    (empty.room("postgres.new") / "half").write_text("an initdb that was killed")
    with servers.running(empty) as found:
        assert execute(found["DATABASE_URL"], "SELECT 1") == [(1,)]


def test_taken_ports_are_passed_by(here: Place) -> None:
    with socket.socket() as first, socket.socket() as second:
        for taken, usual in ((first, postgres.USUAL_PORT), (second, valkey.USUAL_PORT)):
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if process.is_free(usual):
                taken.bind(("127.0.0.1", usual))
                taken.listen()
        with servers.running(here) as found:
            assert f":{postgres.USUAL_PORT}/" not in found["DATABASE_URL"]
            assert f":{valkey.USUAL_PORT}/" not in found["REDIS_URL"]


def test_the_portal_owns_nothing_and_strangers_need_a_password(here: Place) -> None:
    with servers.running(here) as found:
        application = found["DATABASE_URL"]
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            execute(application, "CREATE TABLE mine (n int)")
        assert execute(application, "SHOW fsync") == [("on",)]
        port = application.rpartition(":")[2].partition("/")[0]
        for wrong in (f"postgres://postgres@127.0.0.1:{port}/postgres", found["DATABASE_URL"].replace("@", "x@")):
            with pytest.raises(psycopg2.OperationalError):
                execute(wrong, "SELECT 1")
        with (
            redis.Redis.from_url(f"redis://127.0.0.1:{found['REDIS_URL'].rpartition(':')[2]}") as client,
            pytest.raises(redis.AuthenticationError),
        ):
            client.ping()


def test_given_servers_are_used_and_none_is_started(empty: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://someone@elsewhere/medins")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    with servers.running(empty) as found:
        assert found == {}
        assert not (empty.folder / "postgres").exists()
        env = run.environment(empty, found)
    assert env["DATABASE_URL"] == "postgres://someone@elsewhere/medins"
    assert env["REDIS_URL"] == "redis://elsewhere/0"


# The place


def test_secrets_are_drawn_once_and_private(empty: Place) -> None:
    drawn = empty.secrets()
    assert empty.secrets() == drawn
    assert len(set(drawn.values())) == len(place.PASSWORDS)
    assert stat.S_IMODE((empty.folder / "secrets.json").stat().st_mode) == 0o600


def test_a_place_is_held_once(here: Place) -> None:
    with here.hold() as note:
        note("process 7, http://127.0.0.1:8000")
        with pytest.raises(SetupError, match=r"already \(process 7, http://127\.0\.0\.1:8000\)"), here.hold():
            pass
    with here.hold():
        pass


def test_data_lie_in_the_checkout_unless_the_servers_cannot_enter_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOCAL_DIR", raising=False)
    closed, elsewhere = folder / "closed", folder / "elsewhere"
    (closed / "checkout").mkdir(parents=True)
    elsewhere.mkdir()
    closed.chmod(0o700)
    found = place.find("run", root=closed / "checkout", elsewhere=elsewhere)
    # Only root's servers run as somebody else.
    expected = elsewhere if os.geteuid() == 0 else closed
    assert found.folder.is_relative_to(expected)
    assert found.account.reaches(found.folder)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_a_folder_for_the_data_that_cannot_be_used_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "file").write_text("")
    monkeypatch.setenv("LOCAL_DIR", str(folder / "file" / "inside"))
    with pytest.raises(SetupError, match="Set LOCAL_DIR"):
        place.find("run")


def test_binaries_are_copied_to_where_the_servers_reach_them(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stranger(account.Account):
        is_us = False

        def runs(self, binary: Path) -> bool:
            return False

        def switch(self) -> dict[str, object]:
            return here.account.switch()

    strange = Place(here.folder, Stranger(here.account.uid, here.account.gid))
    programs = binaries.postgres(strange)
    assert programs.is_relative_to(here.folder.parent)
    assert binaries.postgres(strange) == programs
    assert binaries.valkey(strange).is_relative_to(here.folder.parent)
    env = {"LD_LIBRARY_PATH": str(programs.parent / "lib")}
    for program in ("postgres", "initdb"):
        said = subprocess.run(
            [programs / program, "--version"],
            env=env,
            capture_output=True,
            text=True,
            check=True,
            **strange.account.switch(),
        )
        assert "18." in said.stdout


def test_a_temporary_place_is_gone_afterwards_with_what_was_abandoned(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCAL_DIR", str(folder))
    abandoned = folder / "test-0123"
    abandoned.mkdir()
    (abandoned / "lock").write_text("process 1")
    with place.temporary("test") as first:
        assert not abandoned.exists()
        with place.temporary("test") as second:
            assert first.folder.exists()
            assert second.folder != first.folder
    assert not first.folder.exists()


# What is missing is said clearly


def test_python_that_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    assert install.main(["base"]) == 1
    assert "Python 3.11 or newer is needed" in capsys.readouterr().err


def fake_python(folder: Path, script: str) -> Path:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_missing_venv_module_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "VENV", tmp_path / "venv")
    monkeypatch.setattr(sys, "executable", str(fake_python(tmp_path, "echo ensurepip is not available; exit 1")))
    with pytest.raises(SetupError, match=r"apt install python3-venv(?s:.*)ensurepip"):
        install._make_venv()
    assert not (tmp_path / "venv").exists()


def test_an_index_out_of_reach_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "PYTHON", fake_python(tmp_path, "echo connection refused; exit 1"))
    with pytest.raises(SetupError, match=r"package index reachable(?s:.*)connection refused"):
        install._install_packages("base")


def test_packages_are_installed_again_only_when_the_lock_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "VENV", tmp_path)
    monkeypatch.setattr(install, "PYTHON", fake_python(tmp_path, "exit 0"))
    assert not install._is_current("dev")
    install._install_packages("dev")
    assert install._is_current("dev")
    assert install._is_current("base")
    (tmp_path / ".installed-base").write_text("another lock")
    assert not install._is_current("base")


def test_a_missing_browser_is_an_error_and_never_a_skip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(SetupError, match="need Chromium"):
        browser.executable()
    with pytest.raises(SetupError, match="browser, font, fontconfig"):
        browser.ensure()


@pytest.mark.parametrize(("value", "said"), [("x", "must be a number"), ("70000", "must be a number")])
def test_a_port_that_is_none_is_refused(value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", value)
    with pytest.raises(SetupError, match=said):
        run.address()


def test_a_chosen_port_that_is_taken_is_refused_and_the_usual_one_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.delenv("LISTEN", raising=False)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(run, "USUAL_PORT", port)
        assert run.address()[1] > port
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(SetupError, match="is taken"):
            run.address()


# The run


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


# Translations


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose code has two strings, and its catalogue with both."""
    path = tmp_path / translations.CATALOGUE
    path.parent.mkdir(parents=True)

    def fresh(root: Path) -> polib.POFile:
        found = polib.pofile(str(path)) if path.exists() else polib.POFile()
        for old in [entry for entry in found if entry.msgid not in {"Save", "Resident"}]:
            found.remove(old)
        found.extend(polib.POEntry(msgid=text) for text in ("Save", "Resident") if not found.find(text))
        return found

    monkeypatch.setattr(translations, "fresh", fresh)
    translations.update(tmp_path)
    kept = polib.pofile(str(path))
    kept.find("Save").msgstr = "保存"
    kept.find("Resident").msgstr = "居民"
    kept.save()
    translations.update(tmp_path)
    assert translations.check(tmp_path) == []
    return path


def changed(path: Path, change: Callable[[polib.POFile], object]) -> list[str]:
    kept = polib.pofile(str(path))
    change(kept)
    kept.save()
    return translations.check(path.parents[3])


def test_an_update_that_changes_nothing_writes_nothing_new(catalogue: Path) -> None:
    before = catalogue.read_bytes()
    translations.update(catalogue.parents[3])
    assert catalogue.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda kept: setattr(kept.find("Save"), "msgstr", ""), "not translated: 'Save'"),
        (lambda kept: kept.find("Save").flags.append("fuzzy"), "fuzzy: 'Save'"),
        (lambda kept: kept.remove(kept.find("Save")), "not in the catalogue: 'Save'"),
        (lambda kept: kept.append(polib.POEntry(msgid="Old", msgstr="旧")), "no longer used: 'Old'"),
        (lambda kept: kept.append(polib.POEntry(msgid="Old", msgstr="旧", obsolete=True)), "obsolete: 'Old'"),
        (lambda kept: setattr(kept.find("Save"), "msgstr", "存"), "is not compiled from the catalogue"),
    ],
)
def test_a_catalogue_that_is_not_complete_is_told(
    catalogue: Path, change: Callable[[polib.POFile], object], said: str
) -> None:
    assert any(said in line for line in changed(catalogue, change))
