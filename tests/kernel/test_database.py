"""A connection that was kept is looked at without a statement, and left where the server has ended it."""

import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from django.db import connection, connections

from liaoyang_medins.kernel.database.base import DatabaseWrapper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kept() -> Iterator[DatabaseWrapper]:
    """A connection of its own, as a process keeps it between two requests."""
    made = connections.create_connection("default")
    assert isinstance(made, DatabaseWrapper)
    with closing(made):
        made.ensure_connection()
        yield made


def pid_of(kept: DatabaseWrapper) -> int:
    return int(kept.connection.info.backend_pid)


def asked_last(pid: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [pid])
        (query,) = cursor.fetchone()
    return str(query)


def test_a_sound_connection_is_asked_nothing(kept: DatabaseWrapper) -> None:
    with kept.cursor() as cursor:
        cursor.execute("SELECT 'the last statement'")
    assert kept.is_usable()
    assert asked_last(pid_of(kept)) == "SELECT 'the last statement'"


def test_one_that_the_server_has_ended_is_given_up_and_made_anew(kept: DatabaseWrapper) -> None:
    before = pid_of(kept)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    assert not kept.is_usable()
    kept.health_check_enabled, kept.health_check_done = True, False
    with kept.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    assert pid_of(kept) != before


def test_one_on_which_something_else_came_in_is_asked(kept: DatabaseWrapper) -> None:
    with kept.cursor() as cursor:
        cursor.execute("LISTEN something_else")
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY something_else")
    until = time.monotonic() + 10
    while kept.is_silent() and time.monotonic() < until:
        time.sleep(0.01)
    assert not kept.is_silent()
    assert kept.is_usable()
    assert asked_last(pid_of(kept)) == "SELECT 1"


def test_one_that_is_closed_is_not_usable(kept: DatabaseWrapper) -> None:
    kept.connection.close()
    assert not kept.is_usable()
