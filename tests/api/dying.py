"""The portal behind a server that dies when a call asks for it: after the commit, before anybody is told."""

import os
import signal
from collections.abc import Callable, Iterable
from typing import Any

from liaoyang_medins.wsgi import application as portal


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    answer = portal(environ, start_response)
    if environ.get("HTTP_X_DIE") == "before the answer":
        os.kill(os.getpid(), signal.SIGKILL)
    return answer
