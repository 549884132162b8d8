"""The portal as production serves it, for as long as something is measured: gunicorn with its own configuration, and
Valkey beside it where the environment names none.
"""

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from liaoyang_medins.kernel.local import place as places
from liaoyang_medins.kernel.local import process, valkey

SECONDS_TO_START = 120


@contextmanager
def serving(database_url: str, day: str) -> Iterator[int]:
    """The port on 127.0.0.1 of a portal whose business date is `day`. RuntimeError where it does not answer.

    No demo, whose moveable day would cost each call a statement; no limit of calls, which eight clients would reach.
    """
    with places.temporary("bench-web") as place, ExitStack() as stack:
        broker = os.environ.get("REDIS_URL", "")
        if not broker:
            own = valkey.start(place)
            stack.callback(own.stop)
            broker = own.url
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = place.folder / "web.log"
        with log.open("wb") as output:
            web = process.spawn(
                [
                    *(sys.executable, "-m", "gunicorn", "liaoyang_medins.wsgi"),
                    *("--config", "python:liaoyang_medins.kernel.local.serving", "--bind", f"127.0.0.1:{port}"),
                ],
                env=os.environ
                | {"DATABASE_URL": database_url, "REDIS_URL": broker, "ALLOWED_HOSTS": "127.0.0.1", "DEMO": "false"}
                | {"BUSINESS_DATE": day, "API_CALLS_A_MINUTE": "1000000"},
                cwd=Path(__file__).resolve().parent.parent,
                output=output,
            )
        stack.callback(process.stop, web)
        if not process.wait_until(lambda: _answers(web, port), seconds=SECONDS_TO_START, pause=0.1):
            raise RuntimeError(f"The portal does not answer:\n{log.read_text(errors='replace')[-2000:]}")
        yield port


def _answers(web: "subprocess.Popen[bytes]", port: int) -> bool:
    if web.poll() is not None:
        raise RuntimeError(f"The portal ended with {web.returncode}.")
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        try:
            connection.request("GET", "/health/")
            with connection.getresponse() as response:
                return response.status == 200
        except OSError:
            return False
