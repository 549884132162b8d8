"""Where the local servers keep their data, under which account, and who holds the place."""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import account as accounts
from . import process
from .account import Account
from .problem import SetupError

ROOT = Path(__file__).resolve().parents[3]
# Where the data lie when the servers' account cannot reach the checkout.
ELSEWHERE = Path("/var/lib")
PASSWORDS = ("superuser", "owner", "application", "broker", "secret_key")


@dataclass(frozen=True)
class Place:
    """The folder of one set of local servers and the account they run as."""

    folder: Path
    account: Account

    @property
    def is_elsewhere(self) -> bool:
        """True where the data do not lie in the checkout."""
        return not self.folder.is_relative_to(ROOT)

    def room(self, name: str) -> Path:
        """A folder inside that only the servers' account may enter, made when it is not there."""
        path = self.folder / name
        if not path.exists():
            path.mkdir(mode=0o700)
            self.account.give(path)
        return path

    def secrets(self) -> dict[str, str]:
        """The passwords and the secret key of this place, drawn once and kept in a file that only we can read."""
        path = self.folder / "secrets.json"
        if not path.exists():
            drawn = {name: secrets.token_urlsafe(48) for name in PASSWORDS}
            self.write_private(path.name, json.dumps(drawn))
        kept: dict[str, str] = json.loads(path.read_text())
        return kept

    def write_private(self, name: str, text: str) -> Path:
        """A file in this place that only we can read; never half written."""
        path = self.folder / name
        half = path.with_suffix(".new")
        half.unlink(missing_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        half.rename(path)
        return path

    @contextmanager
    def hold(self) -> Iterator[Callable[[str], None]]:
        """Hold the place against a second start, for as long as this process lives (a lock that kill -9 cannot leave).

        Yields a function that notes what is running, for the second comer to read. Raises SetupError when held.
        """
        with (self.folder / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.seek(0)
                what = file.read().strip() or "it is starting or stopping"
                raise SetupError(f"The portal runs from this folder already ({what}). Stop that one first.") from error

            def note(what: str) -> None:
                file.truncate(0)
                file.write(what)
                file.flush()

            note(f"process {os.getpid()}")
            yield note
            note("")


def find(name: str, *, root: Path = ROOT, elsewhere: Path = ELSEWHERE) -> Place:
    """The place `name` of this checkout: `.local/<name>` in it, or, where the servers' account cannot enter the
    checkout, a folder of its own under /var/lib; LOCAL_DIR in the environment overrides both.

    Raises SetupError where no folder can be made.
    """
    configured = os.environ.get("LOCAL_DIR")
    base = Path(configured).absolute() if configured else root / ".local"
    account = accounts.for_servers(base / name / "postgres")
    _make(base)
    if not account.reaches(base):
        if configured:
            raise SetupError(
                f"LOCAL_DIR: user {account.uid} of the servers cannot enter {base}; choose a folder it can."
            )
        digest = hashlib.sha256(str(root).encode()).hexdigest()[:12]
        base = elsewhere / f"liaoyang-medins-{digest}"
        account = accounts.for_servers(base / name / "postgres")
        _make(base)
    _make(base / name)
    return Place(base / name, account)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_uid == os.geteuid():
            # Root's servers pass through it; a normal user's are that user.
            folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        if not os.access(folder, os.W_OK):
            raise PermissionError(f"no right to write in {folder}")
    except OSError as error:
        raise SetupError(
            f"No place for the data: {error}. Set LOCAL_DIR to a folder that you can write to."
        ) from error


@contextmanager
def temporary(kind: str) -> Iterator[Place]:
    """A place that is gone afterwards; what a killed process left of the same kind is removed first."""
    found = find(f"{kind}-{secrets.token_hex(4)}")
    for left in found.folder.parent.glob(f"{kind}-*"):
        if left != found.folder and _is_abandoned(left):
            process.clear_strays(left)
            shutil.rmtree(left, ignore_errors=True)
    try:
        with found.hold():
            yield found
    finally:
        shutil.rmtree(found.folder, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    try:
        with (folder / "lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
