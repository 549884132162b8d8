"""How often one address may ask for something that anybody may ask for without signing in."""

import hashlib
import hmac
import logging
import time
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from redis import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


@cache
def counters() -> Redis:
    """Where it is counted, for all processes together. Not reached, it says so within a second."""
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)


def address_of(request: HttpRequest) -> str:
    """Where the request comes from: behind the proxy that ends TLS what the proxy says last, else the connection."""
    told = request.headers.get("X-Forwarded-For", "") if settings.HTTPS else ""
    return told.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


def within(what: str, request: HttpRequest, limit: int, seconds: int) -> bool:
    """Count one more of `what` from where the request comes, and say whether it is one of the first `limit` in these
    `seconds`. Addresses are kept as a keyed hash, no longer than that. Without the counter everybody goes on.
    """
    who = hmac.new(settings.SECRET_KEY.encode(), address_of(request).encode(), hashlib.sha256).hexdigest()[:32]
    key = f"limit:{what}:{int(time.time()) // seconds}:{who}"
    try:
        count = int(counters().incr(key))
        if count == 1:
            counters().expire(key, seconds)
    except RedisError:
        log.warning("What the public asks is not counted: Redis does not answer.")
        return True
    return count <= limit
