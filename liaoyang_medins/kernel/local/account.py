"""The operating system account that the local servers run as."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .problem import SetupError


@dataclass(frozen=True)
class Account:
    """A user and a group of this machine; `is_us` when no switch is needed."""

    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        return self.uid == os.geteuid()

    def switch(self) -> dict[str, Any]:
        """The arguments of `subprocess.Popen` that run a process as this account."""
        return {} if self.is_us else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Hand a file or an empty folder of ours to this account."""
        if not self.is_us:
            os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """True where this account can enter the folder `path`: every folder above it lets it through."""
        return self._can('cd "$1"', path)

    def runs(self, binary: Path) -> bool:
        """True where this account can execute the file."""
        return self._can('test -x "$1" && test -r "$1"', binary)

    def _can(self, script: str, path: Path) -> bool:
        done = subprocess.run(
            ["/bin/sh", "-c", script, "sh", str(path)],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            **self.switch(),
        )
        return done.returncode == 0


def for_servers(data: Path) -> Account:
    """The account for the servers: we ourselves, or, since PostgreSQL refuses to run as root, the owner of the data
    that is already there, else `nobody`.

    Raises SetupError where root cannot switch to another account.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    account = _unprivileged(data)
    try:
        account.reaches(Path("/"))
    except (PermissionError, subprocess.SubprocessError) as error:
        raise SetupError(
            "PostgreSQL does not run as root, and root may not switch to another account here. "
            "Run as a normal user, or set DATABASE_URL and REDIS_URL to servers of your own."
        ) from error
    return account


def _unprivileged(data: Path) -> Account:
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise SetupError(
            "PostgreSQL does not run as root, and there is no account 'nobody' on this machine."
        ) from error
    return Account(nobody.pw_uid, nobody.pw_gid)
