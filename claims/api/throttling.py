"""How many calls a client may make in a minute."""

import logging
import time
from functools import cache
from typing import Any

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from .models import Client

log = logging.getLogger(__name__)
MINUTE = 60


@cache
def counters() -> Redis:
    """Where the calls are counted. Not reached, it says so within a second."""
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)


def counted(key: str) -> int:
    """Count one more under this key, which is forgotten after two minutes. Raises RedisError."""
    count = int(counters().incr(key))
    if count == 1:
        counters().expire(key, 2 * MINUTE)
    return count


class ClientThrottle(BaseThrottle):
    """Counts the calls of each client by the minute, for all processes together."""

    def __init__(self) -> None:
        self.left = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        return self.allows(request.auth) if isinstance(request.auth, Client) else True

    def allows(self, client: Client) -> bool:
        """Whether the client may make this call; counts it."""
        own = client.calls_a_minute
        limit = settings.API_CALLS_A_MINUTE if own is None else own
        minute, passed = divmod(time.time(), MINUTE)
        self.left = MINUTE - passed
        try:
            count = counted(f"api:{client.pk}:{minute:.0f}")
        except RedisError:
            # Without the counter hospitals go on working: a limit is not worth a standstill.
            log.warning("The calls of clients are not counted: Redis does not answer.")
            return True
        return count <= limit

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return self.left
