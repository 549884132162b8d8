"""The server that is measured: PostgreSQL with production's durability, its databases, and pgbench on it."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import sql

from liaoyang_medins.kernel.local import binaries, postgres
from liaoyang_medins.kernel.local import place as places

TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Server:
    """A running PostgreSQL: the address of its superuser, and the folder of its programs."""

    url: str
    programs: Path

    def address(self, database: str) -> str:
        return urlsplit(self.url)._replace(path=f"/{database}").geturl()

    def create(self, database: str, template: str = "template1") -> None:
        """Make an empty database, or a copy of `template`; one of that name goes first."""
        self.drop(database)
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}"), database, template)

    def drop(self, database: str) -> None:
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), database)

    def _run(self, statement: sql.SQL, *names: str) -> None:
        with closing(psycopg2.connect(self.address("postgres"))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement.format(*map(sql.Identifier, names)))

    def prepare_pgbench(self, database: str) -> None:
        self.create(database)
        self._pgbench(database, "-i", "-q", "-s", "10")

    def pgbench(self, database: str, seconds: int, clients: int = 1) -> float:
        """Seconds for one transaction of `pgbench -N` with so many clients, the mean of a run of `seconds`."""
        said = self._pgbench(database, "-N", "-c", str(clients), "-j", str(min(clients, 2)), "-T", str(seconds))
        found = TPS.search(said)
        if found is None:
            raise RuntimeError(f"pgbench gave no figure:\n{said}")
        return 1 / float(found[1])

    def _pgbench(self, database: str, *options: str) -> str:
        given = urlsplit(self.url)
        done = subprocess.run(
            [self.programs / "pgbench", *options, database],
            env={
                "PATH": f"{self.programs}:/usr/bin:/bin",
                "LD_LIBRARY_PATH": str(self.programs.parent / "lib"),
                "PGHOST": given.hostname or "",
                "PGPORT": str(given.port or 5432),
                "PGUSER": given.username or "",
                "PGPASSWORD": given.password or "",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"pgbench failed:\n{done.stderr}")
        return done.stdout


@contextmanager
def running() -> Iterator[Server]:
    """The server that DATABASE_URL names (a superuser's address), else our own for as long as the block."""
    with places.temporary("bench") as place, ExitStack() as stack:
        url = os.environ.get("DATABASE_URL", "")
        if not url:
            own = postgres.start(place)
            stack.callback(own.stop)
            url = own.superuser_url
        yield Server(url, binaries.postgres(place))
