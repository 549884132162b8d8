"""The virtual environment with the locked packages: `python3 -m liaoyang_medins.kernel.local.install [base|dev]`.

Runs with the system's Python, so it imports the standard library only. `base` is what the portal runs on, `dev` adds
what the tests and checks need.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from liaoyang_medins.kernel.local.problem import SetupError

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


def install(what: str) -> None:
    """Make `.venv` and install what `requirements/<what>.txt` locks; nothing is done where that is there already.

    Raises SetupError with what is missing on this machine.
    """
    if sys.version_info < OLDEST:
        raise SetupError(
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; {sys.executable} is {sys.version.split()[0]}."
        )
    # The folder itself is the lock, so that two commands at once do not install into each other.
    lock = os.open(ROOT / "requirements", os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _works():
            _make_venv()
        if not _is_current(what):
            _install_packages(what)
    finally:
        os.close(lock)


def _works() -> bool:
    """True where the environment's Python starts and is not too old: moved or upgraded, it breaks."""
    try:
        done = subprocess.run(
            [PYTHON, "-c", f"import sys, pip; sys.exit(sys.prefix != {str(VENV)!r} or sys.version_info < {OLDEST})"],
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


def _make_venv() -> None:
    print(f"Making the virtual environment {VENV}", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-m", "venv", VENV], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        raise SetupError(
            f"Python's module venv does not work here (Debian: apt install python3-venv):\n{done.stdout}{done.stderr}"
        )


def _stamp(what: str) -> tuple[Path, str]:
    lock = (ROOT / "requirements" / f"{what}.txt").read_bytes()
    return VENV / f".installed-{what}", hashlib.sha256(lock).hexdigest()


def _is_current(what: str) -> bool:
    path, digest = _stamp(what)
    return path.exists() and path.read_text() == digest


def _install_packages(what: str) -> None:
    print(f"Installing the locked packages of requirements/{what}.txt", flush=True)
    done = subprocess.run(
        [
            *(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"),
            *("--require-hashes", "-r", ROOT / "requirements" / f"{what}.txt"),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SetupError(
            "The packages could not be installed. Is a package index reachable (pip config list; PIP_INDEX_URL)? "
            f"pip says:\n{_last(done.stdout)}"
        )
    # The larger set holds the smaller: after it both are as locked.
    for name in ("base", "dev") if what == "dev" else ("base",):
        path, digest = _stamp(name)
        path.write_text(digest)


def _last(text: str, lines: int = 15) -> str:
    return "\n".join(text.strip().splitlines()[-lines:])


def main(arguments: list[str]) -> int:
    os.umask(0o022)
    try:
        install(arguments[0] if arguments else "dev")
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
