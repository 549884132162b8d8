"""The portal on this machine in one command: servers, migrations, the demo city, gunicorn, a Celery worker and beat.

`python -m liaoyang_medins.kernel.local.run`; PORT and LISTEN choose the address. Ctrl-C or TERM stops all of it.
"""

import os
import selectors
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import FrameType

from . import place as places
from . import process, servers
from .place import ROOT, Place
from .problem import SetupError
from .process import MARK

USUAL_PORT = 8000
SECONDS_TO_ANSWER = 60
# In this order they are stopped: no new work comes in before the workers end.
ORDER = ("web", "beat", "worker")


class Stop(BaseException):
    """Somebody asked us to end; a BaseException, so that no handler of errors takes it for one."""


def environment(place: Place, found: dict[str, str]) -> dict[str, str]:
    """The variables of every process of the run: the caller's, our servers' addresses, and what a demo on one machine
    needs where the caller says nothing."""
    unset = {
        "SECRET_KEY": place.secrets()["secret_key"],
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "DEBUG": "false",
        "DEMO": "true",
        "HTTPS": "false",
        "STATIC_ROOT": str(place.folder / "static"),
    }
    fixed = {"PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "liaoyang_medins.settings", MARK: str(place.folder)}
    given = {name: value for name, value in os.environ.items() if value}
    return unset | given | found | fixed


def manage(env: Mapping[str, str], *arguments: str, quiet: bool = False) -> str:
    """Run `manage.py` to its end; its output goes to the terminal, or with `quiet` comes back. Raises SetupError."""
    child = process.spawn(
        [sys.executable, ROOT / "manage.py", *arguments],
        env=env,
        cwd=ROOT,
        output=subprocess.PIPE if quiet else None,
    )
    try:
        output, _ = child.communicate()
    except BaseException:
        process.stop(child)
        raise
    text = (output or b"").decode(errors="replace")
    if child.returncode != 0:
        raise SetupError(f"manage.py {' '.join(arguments)} failed (exit status {child.returncode}).\n{text}")
    return text


def is_demo(env: Mapping[str, str]) -> bool:
    """As the settings read DEMO."""
    return env["DEMO"].strip().lower() in {"1", "true", "yes", "on"}


def prepare(env: Mapping[str, str]) -> None:
    """Bring the database and the static files to this version; load the demo city into an empty database, or with
    DEMO=false offices, institutions and catalogue alone."""
    print("Preparing the database", flush=True)
    owner = env.get("DATABASE_OWNER_URL")
    manage({**env, "DATABASE_URL": owner or env["DATABASE_URL"]}, "migrate", "--no-input", "--verbosity", "0")
    if owner:
        manage(env, "grant_app_role")
    if is_demo(env):
        manage(env, "create_demo_city", "--if-empty")
    else:
        manage(env, "load_reference_data")
    manage(env, "collectstatic", "--no-input", "--verbosity", "0")


def ways_in(env: Mapping[str, str]) -> str:
    """Who can sign in to the demo, and a hospital's software that can call it; nothing elsewhere."""
    if not is_demo(env):
        return ""
    return "\n\n".join(manage(env, name, quiet=True).rstrip() for name in ("demo_accounts", "demo_client"))


def commands(host: str, port: int, place: Place) -> dict[str, list[str]]:
    """The three long-running processes by the name that stands before their lines."""
    # Root is warned of itself with each start; PostgreSQL and Valkey, which read from the network, do not run as root.
    celery = [
        sys.executable,
        "-W",
        "ignore:You're running the worker",
        "-m",
        "celery",
        "--quiet",
        "-A",
        "liaoyang_medins.celery",
    ]
    web = [
        *(
            sys.executable,
            "-m",
            "gunicorn",
            "liaoyang_medins.wsgi",
            "--config",
            "python:liaoyang_medins.kernel.local.serving",
        ),
        *("--bind", f"[{host}]:{port}" if ":" in host else f"{host}:{port}"),
    ]
    schedule = place.folder / "beat-schedule"
    return {
        "web": web,
        "worker": [
            *celery,
            "worker",
            "--concurrency",
            "2",
            "--loglevel",
            "WARNING",
            "--without-gossip",
            "--without-mingle",
        ],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--schedule", str(schedule), "--pidfile="],
    }


def address() -> tuple[str, int]:
    """Host and port to listen on: LISTEN and PORT, else 127.0.0.1 and 8000 or the next free one. Raises SetupError."""
    host = os.environ.get("LISTEN") or "127.0.0.1"
    wanted = os.environ.get("PORT")
    if not wanted:
        return host, next(port for port in range(USUAL_PORT, 65536) if process.is_free(port, host))
    if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
        raise SetupError(f"PORT must be a number from 1 to 65535, not {wanted!r}.")
    if not process.is_free(int(wanted), host):
        raise SetupError(
            f"Port {wanted} of {host} is taken; set PORT to another, or leave it unset for the next free one."
        )
    return host, int(wanted)


class Run:
    """The children of one run, and their output line by line with the child's name before it."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.selector = selectors.DefaultSelector()
        self.partial: dict[str, bytes] = {}

    def start(self, name: str, command: list[str]) -> None:
        child = process.spawn(command, env=self.env, cwd=ROOT, output=subprocess.PIPE)
        self.children[name] = child
        if child.stdout is None:
            raise AssertionError
        os.set_blocking(child.stdout.fileno(), False)
        self.selector.register(child.stdout, selectors.EVENT_READ, name)

    def relay(self, seconds: float) -> None:
        """Print what the children say within `seconds`."""
        for key, _ in self.selector.select(seconds):
            name, pipe = key.data, key.fileobj
            data = os.read(key.fd, 65536)
            if not data:
                self.selector.unregister(pipe)
            *lines, self.partial[name] = (self.partial.get(name, b"") + data).split(b"\n")
            for line in lines:
                print(f"{name:<6} | {line.decode(errors='replace')}", flush=True)

    def ended(self) -> str | None:
        """What to say about a child that ended by itself, if one did."""
        for name, child in self.children.items():
            status = child.poll()
            if status is not None:
                how = f"was killed by signal {-status}" if status < 0 else f"ended with exit status {status}"
                return f"The process '{name}' {how}; its last lines are above."
        return None

    def wait_for(self, url: str) -> None:
        """Until the portal answers. Raises SetupError when a child ends or it takes too long."""
        if not process.wait_until(lambda: self._answers(url), seconds=SECONDS_TO_ANSWER, pause=0):
            raise SetupError(f"The portal does not answer at {url}.")

    def _answers(self, url: str) -> bool:
        self.relay(0.2)
        ended = self.ended()
        if ended:
            raise SetupError(ended)
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def watch(self) -> None:
        """Relay until a child ends by itself, which is a SetupError: half a portal would only look like one."""
        while True:
            self.relay(1)
            ended = self.ended()
            if ended:
                self.relay(0.2)
                raise SetupError(ended)

    def stop(self) -> None:
        """End all children, the web server first, within 20 seconds each."""
        for name in ORDER:
            if name in self.children:
                child = self.children[name]
                if child.poll() is None:
                    child.terminate()
                # While it ends it may still write: a full pipe would block it.
                process.wait_until(lambda child=child: self._has_ended(child), seconds=20, pause=0)  # type: ignore[misc]
                process.stop(child)
        self.selector.close()
        for child in self.children.values():
            if child.stdout is not None:
                child.stdout.close()

    def _has_ended(self, child: "subprocess.Popen[bytes]") -> bool:
        self.relay(0.1)
        return child.poll() is not None


def run(place: Place, note: Callable[[str], None]) -> None:
    """Everything, until somebody stops it or a part of it ends. Raises SetupError."""
    if place.is_elsewhere:
        print(f"The data lie in {place.folder}.", flush=True)
    host, port = address()
    with ExitStack() as stack:
        env = environment(place, stack.enter_context(servers.running(place)))
        prepare(env)
        shown = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        everything = Run(env)
        stack.callback(everything.stop)
        for name, command in commands(host, port, place).items():
            everything.start(name, command)
        everything.wait_for(f"{shown}/health/")
        note(f"process {os.getpid()}, {shown}")
        print(f"\n{ways_in(env)}\n\nThe portal is at {shown} – Ctrl-C stops it.\n", flush=True)
        everything.watch()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    # A second Ctrl-C must not interrupt the orderly end.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stop


def main() -> int:
    os.umask(0o022)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    if "MAKELEVEL" in os.environ:
        # When make is killed nobody is left at the terminal to stop us.
        process.end_with_parent(signal.SIGTERM)
    try:
        place = places.find("run")
        with place.hold() as note:
            run(place, note)
    except BrokenPipeError:
        # Whoever read our output is gone; everything has been stopped on the way here.
        return 1
    except Stop:
        print("Stopped.", flush=True)
        return 0
    except SetupError as problem:
        print(f"\n{problem}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
