"""Runs `manage.py play_year` in a process of its own on the test database, and reads what it tells."""

import re
import subprocess
import sys
from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection

from liaoyang_medins.kernel.numbers import PREFIXES
from liaoyang_medins.portal.digest import digest_of, digest_tables
from liaoyang_medins.portal.play import who
from tests.conftest import ROOT, process_environment

COUNT = re.compile(r"^  (\S.*?) +([\d,.]+)$")
NOTHING_WRONG = re.compile(r"^Every invariant holds: \d+ checks, nothing is wrong\.$", re.MULTILINE)
CHAOS = re.compile(r"^(\d+) processes were killed, (\d+) messages came twice\.$", re.MULTILINE)


@dataclass(frozen=True)
class Told:
    """How a play ended, what it printed, and what was counted."""

    status: int
    output: str
    errors: str

    @property
    def counts(self) -> dict[str, float]:
        found = (COUNT.match(line) for line in self.output.splitlines())
        return {match[1]: float(match[2].replace(",", "")) for match in found if match}

    @property
    def is_sound(self) -> bool:
        return self.status == 0 and bool(NOTHING_WRONG.search(self.output))

    @property
    def chaos(self) -> tuple[int, int]:
        """How many processes were killed and how many messages came twice."""
        match = CHAOS.search(self.output)
        return (int(match[1]), int(match[2])) if match else (0, 0)


def play(*arguments: object) -> Told:
    """Play as `arguments` say."""
    # In the settings of the demo, so that its clock is moved too.
    done = subprocess.run(
        [sys.executable, "manage.py", "play_year", *map(str, arguments)],
        cwd=ROOT,
        env=process_environment() | {"DEMO": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    return Told(done.returncode, done.stdout, done.stderr)


def clear() -> None:
    """An empty database again, in which numbers begin with 1: the demo's bank references are made from them."""
    call_command("flush", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        for kind in PREFIXES:
            cursor.execute("SELECT setval(%s, 1, false)", [f"number_{kind}"])
    who.forget()


def digest() -> str:
    return digest_of(digest_tables())
