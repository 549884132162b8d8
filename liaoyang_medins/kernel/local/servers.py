"""PostgreSQL and Valkey for this checkout: the ones that the environment names, else our own."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from . import place as places
from . import postgres, valkey
from .place import Place
from .process import clear_strays


@contextmanager
def running(place: Place, *, durable: bool = True) -> Iterator[dict[str, str]]:
    """Start what DATABASE_URL and REDIS_URL do not name already, and yield the variables for the portal's processes:
    those two, and DATABASE_OWNER_URL where the database is our own. All of it ends with the block.

    The place must be held. Raises SetupError.
    """
    clear_strays(place.folder)
    found: dict[str, str] = {}
    with ExitStack() as stack:
        if not os.environ.get("DATABASE_URL"):
            database = postgres.start(place, durable=durable)
            stack.callback(database.stop)
            found |= {"DATABASE_URL": database.application_url, "DATABASE_OWNER_URL": database.owner_url}
        if not os.environ.get("REDIS_URL"):
            broker = valkey.start(place, durable=durable)
            stack.callback(broker.stop)
            found["REDIS_URL"] = broker.url
        # For a command beside this run; it holds passwords.
        stack.callback(place.write_private("addresses.json", json.dumps(found)).unlink)
        yield found


@contextmanager
def for_tests() -> Iterator[dict[str, str]]:
    """The same in a temporary place without the cost of durability; DATABASE_URL has the superuser, since tests make
    and drop databases. Nothing is started, and nothing made, where both addresses are given."""
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        yield {}
        return
    with places.temporary("test") as place, ExitStack() as stack:
        found: dict[str, str] = {}
        if not os.environ.get("DATABASE_URL"):
            database = postgres.start(place, durable=False)
            stack.callback(database.stop)
            found["DATABASE_URL"] = database.superuser_url
        if not os.environ.get("REDIS_URL"):
            broker = valkey.start(place, durable=False)
            stack.callback(broker.stop)
            found["REDIS_URL"] = broker.url
        yield found
