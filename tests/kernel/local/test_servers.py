"""The servers that the portal and the tests bring along: kept, killed, twice, elsewhere."""

import socket
import subprocess
from contextlib import closing

import psycopg2
import pytest
import redis

from liaoyang_medins.kernel.local import (
    postgres,
    process,
    run,
    servers,
    valkey,
)
from liaoyang_medins.kernel.local.place import Place


def execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Run the statements, each committed; the rows of the last."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []


def test_data_is_kept_from_one_start_to_the_next(here: Place) -> None:
    with servers.running(here) as found:
        execute(found["DATABASE_OWNER_URL"], "CREATE TABLE kept (word text)", "INSERT INTO kept VALUES ('辽阳')")
        with redis.Redis.from_url(found["REDIS_URL"]) as broker:
            broker.lpush("kept", "message")
    with servers.running(here) as found:
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
