"""Child processes that end with their parent, and the leftovers of a run that was killed."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

from .account import Account

# Every process of a run carries its folder in this variable: leftovers are told from a stranger's processes by it.
MARK = "LIAOYANG_MEDINS_LOCAL"
SERVERS = {"postgres", "valkey-server"}
PR_SET_PDEATHSIG = 1


def end_with_parent(with_signal: signal.Signals) -> None:
    """Have the kernel send this process `with_signal` when its parent dies (Linux; elsewhere nothing happens)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(with_signal))


def spawn(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    account: Account | None = None,
    cwd: Path = Path("/"),
    output: IO[bytes] | int | None = None,
    stdin: int = subprocess.DEVNULL,
    end_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a process in a group of its own (Ctrl-C reaches only us), which gets `end_signal` when we are killed."""

    def before_exec() -> None:
        end_with_parent(end_signal)

    return subprocess.Popen(
        [str(part) for part in command],
        env=dict(env),
        cwd=cwd,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        preexec_fn=before_exec,
        process_group=0,
        **(account.switch() if account else {}),
    )


def stop(process: subprocess.Popen[bytes], *, by: signal.Signals = signal.SIGTERM, seconds: float = 20) -> None:
    """End a process: ask with `by`, after `seconds` kill its whole group."""
    if process.poll() is None:
        process.send_signal(by)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(ready: Callable[[], bool], *, seconds: float, pause: float = 0.05) -> bool:
    """True as soon as `ready()` is; False when it was not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def strays(folder: Path) -> list[psutil.Process]:
    """The processes of an earlier run in `folder` that still live: marked with it, or working in a folder under it."""
    return [process for process in psutil.process_iter() if process.pid != os.getpid() and _is_of(process, folder)]


def _is_of(process: psutil.Process, folder: Path) -> bool:
    with contextlib.suppress(psutil.Error, OSError):
        if process.environ().get(MARK) == str(folder):
            return True
    with contextlib.suppress(psutil.Error, OSError):
        # PostgreSQL overwrites its environment with its title, but both servers work in their data folders.
        return process.name() in SERVERS and Path(process.cwd()).is_relative_to(folder)
    return False


def clear_strays(folder: Path, *, seconds: float = 10) -> int:
    """End what an earlier, killed run left behind in `folder`; how many there were. The place must be held."""
    found = strays(folder)
    # A moment for those that the death of their parent is ending already.
    _, alive = psutil.wait_procs(found, timeout=min(1, seconds))
    for order in ("terminate", "kill"):
        for process in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                getattr(process, order)()
        _, alive = psutil.wait_procs(alive, timeout=seconds)
    return len(found)


def ports(usual: int, *, tries: int = 20) -> Iterator[int]:
    """Ports of 127.0.0.1 that nobody listens on now: the usual one first, then ones that the system picks."""
    if is_free(usual):
        yield usual
    for _ in range(tries):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        yield port


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """True where a server could listen on the port now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
