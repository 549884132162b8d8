"""Reading much at once: in one snapshot of the database, row by row from a cursor of the server."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

Row = dict[str, Any]
CHUNK = 2_000
# Whole tables are read to their last row: joined by hash, with room for it, not as if the first rows were enough.
WHOLE_TABLES = ("work_mem = '64MB'", "enable_nestloop = off", "cursor_tuple_fraction = 1")


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Within the block every statement sees the database as it stood at the first; nothing can be written.

    Work that goes on beside it is not waited for and not seen. Inside a transaction that is open already (of a test)
    it is that transaction's view.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            for setting in WHOLE_TABLES:
                cursor.execute(f"SET LOCAL {setting}")
        yield


def stream(sql: str, parameters: Mapping[str, Any] | None = None) -> Iterator[Row]:
    """The rows of one statement by the names of their columns; the server keeps them, here is only one chunk."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchmany(CHUNK)
        names = [column[0] for column in cursor.description or ()]
        while rows:
            for row in rows:
                yield dict(zip(names, row, strict=True))
            rows = cursor.fetchmany(CHUNK)


def one_row(sql: str, parameters: Mapping[str, Any] | None = None) -> Row:
    """The only row of one statement, such as of an aggregate."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return dict(zip([column[0] for column in cursor.description or ()], cursor.fetchone(), strict=True))
