"""What every test stands on: servers, settings, the browser, a real worker.

Servers and settings come first, before Django is imported: where DATABASE_URL or REDIS_URL is not set, our own
PostgreSQL and Valkey are started in a temporary place and end with the tests.
"""

import atexit
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from liaoyang_medins.kernel.local import browser as browsers
from liaoyang_medins.kernel.local import process, servers

ROOT = Path(__file__).resolve().parent.parent
# Set once the servers stand, so that the workers of pytest-xdist use them too.
PREPARED = "LIAOYANG_MEDINS_TESTS_PREPARED"

EXPECTED_IN_CONSOLE = (
    # Of every page that answers 403, 404, 409 or 422, which tests ask for on purpose.
    "Failed to load resource",
    # Of a live part that was still being fetched when the page was left.
    "htmx:afterRequest",
    "htmx:sendError",
    "htmx:sendAbort",
)


def prepare() -> None:
    """The environment of the tests; it is taken down when this process ends."""
    stack = ExitStack()
    atexit.register(stack.close)
    os.environ.update(stack.enter_context(servers.for_tests()))
    os.environ["STATIC_ROOT"] = stack.enter_context(tempfile.TemporaryDirectory(prefix="liaoyang-medins-static-"))
    os.environ["ATTACHMENTS_ROOT"] = stack.enter_context(tempfile.TemporaryDirectory(prefix="liaoyang-medins-scans-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaoyang_medins.settings")
    os.environ.setdefault("SECRET_KEY", "for-the-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz")
    os.environ.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1,testserver")
    os.environ.setdefault("HTTPS", "false")
    # The browser's driver runs an event loop in the tests' own thread, no reason to refuse the database there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def use_broker_of_worker(name: str) -> None:
    """Each worker of pytest-xdist has its own numbered database in the broker, as it has its own in PostgreSQL.

    The settings may stand already: pytest-django loads them as soon as the environment names them.
    """
    url = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{int(name.removeprefix('gw')) + 1}"
    os.environ["REDIS_URL"] = settings.REDIS_URL = settings.CELERY_BROKER_URL = url


if not os.environ.get(PREPARED):
    prepare()
    os.environ[PREPARED] = "yes"
django.setup()
if os.environ.get("PYTEST_XDIST_WORKER"):
    use_broker_of_worker(os.environ["PYTEST_XDIST_WORKER"])
if not settings.DEBUG and not any(Path(settings.STATIC_ROOT).iterdir()):
    call_command("collectstatic", interactive=False, verbosity=0)
# Argon2 is slow on purpose; the tests make many users. tests/kernel/test_deploy.py sees to production's.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# The sample is the same on every run, so that a red test is about the change; the soak looks further each time.
_quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
hypothesis_settings.register_profile("sample", deadline=None, derandomize=True, suppress_health_check=_quiet)
hypothesis_settings.register_profile("soak", deadline=None, max_examples=5_000, suppress_health_check=_quiet)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", default=bool(os.environ.get("SOAK")), help="run at full size")


def pytest_configure(config: pytest.Config) -> None:
    hypothesis_settings.load_profile("soak" if config.getoption("soak") else "sample")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("soak"):
        left_out = [item for item in items if item.get_closest_marker("soak")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    # The longest first: whoever is done takes from the end of what others still have, and nobody waits for a browser.
    items.sort(key=lambda item: 0 if item.get_closest_marker("e2e") or "/play/" in item.nodeid else 1)


@pytest.fixture(scope="session")
def size(pytestconfig: pytest.Config) -> Callable[[int, int], int]:
    """`size(sample, full)`: how much to try, the sample in `make test`, the full number in `make soak`."""

    def choose(sample: int, full: int) -> int:
        return full if pytestconfig.getoption("soak") else sample

    return choose


def process_environment() -> dict[str, str]:
    """The environment for a real process of ours (a worker, manage.py) that works on the test database.

    Call it in a test that uses `transactional_db`: another process sees only what is committed.
    """
    from django.db import connection

    given = urlsplit(os.environ["DATABASE_URL"])
    return os.environ | {
        "DATABASE_URL": given._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, whose last sessions are ended before it is dropped: those of processes that the tests killed
    take a moment to leave."""
    from django.db import connection

    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session")
def worker_process(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A Celery worker in a process of its own, on the test database and the real broker, for the whole run."""
    from liaoyang_medins.celery import app

    log = tmp_path_factory.mktemp("worker") / "log"
    app.control.purge()
    with log.open("wb") as output:
        child = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "liaoyang_medins.celery"),
                *("worker", "--concurrency", "2", "--without-gossip", "--without-mingle"),
            ],
            cwd=ROOT,
            env=process_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
    try:
        # Long, for a machine that is busy with other things.
        deadline = time.monotonic() + 180
        while not app.control.ping(timeout=0.5):
            if child.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"The Celery worker does not come up:\n{log.read_text()}")
        yield
    finally:
        # With its pool: a process of it that lived on would keep the test database from being dropped.
        process.stop(child)


@pytest.fixture
def worker(transactional_db: None, worker_process: None) -> Iterator[None]:
    """Tasks that this test sends are done by a real Celery worker. The test ends when that is idle again: the tables
    are not emptied under its hands."""
    from liaoyang_medins.celery import app

    yield
    app.control.purge()
    inspect = app.control.inspect(timeout=1)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        busy = [inspect.reserved(), inspect.active()]
        if all(answer is not None and not any(answer.values()) for answer in busy):
            return
    pytest.fail("The Celery worker does not come to rest.")


@pytest.fixture(autouse=True)
def _message_ids() -> Iterator[None]:
    """What services say is compared in the words of the source; pages answer in the language of the request."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium. Without one the tests that ask for it fail."""
    browsers.ensure()
    # Patience costs a sound page nothing, and a machine may have other work.
    expect.set_options(timeout=30_000)
    quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browsers.executable(),
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", *quiet],
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session", autouse=True)
def _static_files_as_in_production() -> Iterator[None]:
    """The live server would look for static files under the names that they have in the source; ours have those that
    collectstatic gave them, and whitenoise serves them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.contrib.staticfiles.handlers.StaticFilesHandler", lambda application: application)
        yield


@pytest.fixture
def live(transactional_db: None, live_server: Any) -> Any:
    """The portal on a port of its own, as a browser sees it; `live.url` is its address."""
    return live_server


@pytest.fixture
def page(live: Any, browser: Browser) -> Iterator[Page]:
    """A fresh browser window on the portal: paths alone lead there (`page.goto("/")`). A script's error, or something
    that the content security policy refused, fails the test."""
    wrong: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED_IN_CONSOLE):
            wrong.append(message.text)

    context = browser.new_context(base_url=live.url, locale="zh-CN", timezone_id="Asia/Shanghai")
    window = context.new_page()
    window.on("console", heard)
    window.on("pageerror", lambda error: wrong.append(str(error)))
    yield window
    context.close()
    assert wrong == []
