"""How many calls a client may make in a minute."""

import logging
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from .models import Client

log = logging.getLogger(__name__)
MINUTE = 60


class ClientThrottle(BaseThrottle):
    """Counts the calls of each client by the minute, for all processes together."""

    def __init__(self) -> None:
        self.left = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, Client):
            return True
        return self.allows(f"api:{request.auth.pk}")

    def allows(self, whom: str) -> bool:
        minute, passed = divmod(time.time(), MINUTE)
        self.left = MINUTE - passed
        key = f"{whom}:{minute:.0f}"
        try:
            cache.add(key, 0, 2 * MINUTE)
            count = cache.incr(key)
        except (RedisError, ValueError):
            # Without the counter hospitals go on working: a limit is not worth a standstill.
            log.warning("The calls of clients are not counted: the cache does not answer.")
            return True
        return bool(count <= settings.API_CALLS_A_MINUTE)

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return self.left
