"""New rows as PostgreSQL's COPY takes them: a line each, for many at once."""

import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

# The driver asks for so many bytes of the lines at a time.
BYTES_AT_ONCE = 1 << 18


@dataclass(frozen=True, slots=True)
class Copy:
    """A table and the columns that are given, as a statement."""

    sql: str

    def run(self, lines: Sequence[str]) -> None:
        """Write the rows. Raises DatabaseError where a constraint refuses one."""
        connection: Any = connections[DEFAULT_DB_ALIAS]
        connection.validate_no_broken_transaction()
        given = io.BytesIO("".join(lines).encode())
        with connection.cursor() as cursor, connection.wrap_database_errors:
            cursor.copy_expert(self.sql, given, BYTES_AT_ONCE)


def line_of(values: Sequence[Any]) -> str:
    """A row of values as they are stored."""
    return "\t".join([text_of(value) for value in values]) + "\n"


def text_of(value: Any) -> str:
    """A value of a row. Raises TypeError for a kind that no row has had so far."""
    if value is None:
        return r"\N"
    kind = type(value)
    if kind is str:
        return _escaped(value)
    if kind in _BARE:
        return str(value)
    raise TypeError(f"{kind.__name__} has no text for COPY.")


# Values whose text has nothing to escape.
_BARE = frozenset({int, bool, Decimal, datetime.date, datetime.datetime})
_ESCAPES = (("\\", r"\\"), ("\n", r"\n"), ("\t", r"\t"), ("\r", r"\r"))


def _escaped(text: str) -> str:
    for char, written in _ESCAPES:
        if char in text:
            text = text.replace(char, written)
    return text
