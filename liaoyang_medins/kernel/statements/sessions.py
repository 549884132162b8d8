"""Statements by name in the present connection: prepared once, then only called."""

import datetime
import itertools
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from types import NoneType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections

if TYPE_CHECKING:
    from .batches import Batch

Row = Sequence[Any]
_numbers = itertools.count(1)
# What a value is called in PostgreSQL.
TYPES: dict[type, str] = {
    bool: "boolean",
    int: "bigint",
    str: "text",
    datetime.date: "date",
    Decimal: "numeric",
}
# The batch that is under way.
HELD: "ContextVar[Batch | None]" = ContextVar("batch", default=None)


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a value in a statement, counted from 1."""

    place: int


@dataclass(frozen=True, slots=True)
class Session:
    """What is kept of the present connection: a cursor of the driver, and the names of the statements prepared in
    it.
    """

    cursor: Any
    prepared: set[str]


# By Django's connection, which outlives the driver's.
_sessions: WeakKeyDictionary[Any, Session] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Text:
    """A statement as it is prepared in each connection, and how it is called there."""

    name: str
    sql: str
    params: tuple[Any, ...]
    call: str
    # Whether it writes.
    changes: bool

    def run(self, values: Row) -> list[Row]:
        """Execute it, prepared first where this connection has not seen it yet, and fetch its rows."""
        held = HELD.get()
        if held is not None:
            held.write()
            if self.changes:
                held.changed()
        connection: Any = connections[DEFAULT_DB_ALIAS]
        watched = connection.execute_wrappers or connection.queries_logged
        if connection.in_atomic_block and connection.connection is not None and not watched:
            # What Django's cursor does too, whose making costs as much as a small statement.
            connection.validate_no_broken_transaction()
            session = self._session(connection)
            with connection.wrap_database_errors:
                session.cursor.execute(self.call, values or None)
                return list(session.cursor.fetchall())
        with connection.cursor() as cursor:
            self._session(connection)
            cursor.execute(self.call, values or None)
            return list(cursor.fetchall())

    def run_for(self, keys: Sequence[Row]) -> list[Row]:
        """Execute it for each of many values at once; its rows, each behind the place of its key, counted from 1."""
        kinds = [{type(value) for value in column} - {type(None)} for column in zip(*keys, strict=True)]
        columns = [array_of(column) for column in zip(*keys, strict=True)]
        arrays = ", ".join(f"%s::{'text' if list in kind else _type_of(kind)}[]" for kind in kinds)
        names = ", ".join(f"v{place + 1}" for place in range(len(kinds)))
        values = [f"key.v{place + 1}{'::bigint[]' if list in kind else ''}" for place, kind in enumerate(kinds)]
        connection: Any = connections[DEFAULT_DB_ALIAS]
        with connection.cursor() as cursor:
            places = (
                values[param.place - 1] if isinstance(param, Slot) else cursor.mogrify("%s", [param]).decode()
                for param in self.params
            )
            text = self.sql % tuple(places)
            # A percent sign that is left is one of the text.
            text = text.replace("%", "%%")
            cursor.execute(
                f"SELECT key.place, found.* FROM UNNEST({arrays}) WITH ORDINALITY AS key({names}, place) "  # noqa: S608
                f"CROSS JOIN LATERAL ({text}) AS found",
                columns,
            )
            return list(cursor.fetchall())

    def _session(self, connection: Any) -> "Session":
        session = _sessions.get(connection)
        if session is None or session.cursor.connection is not connection.connection:
            session = _sessions[connection] = Session(connection.create_cursor(), set())
        if self.name not in session.prepared:
            self._prepare(connection)
            session.prepared.add(self.name)
        return session

    def _prepare(self, connection: Any) -> None:
        # Below Django's cursor: it belongs to the connection, not to the work that comes first.
        with connection.connection.cursor() as below:
            places = (
                f"${param.place}" if isinstance(param, Slot) else below.mogrify("%s", [param]).decode()
                for param in self.params
            )
            text = self.sql % tuple(places)
            with connection.wrap_database_errors:
                connection.validate_no_broken_transaction()
                below.execute(f"PREPARE {self.name} AS {text}")


def named(name: str, sql: str, params: Iterable[Any], casts: Iterable[str], *, changes: bool = False) -> Text:
    """The statement under a name that nothing else in this process has; `casts` are the types of its values, empty
    where PostgreSQL sees them; `changes` says that it writes.
    """
    name = f"{name.strip('_')}_{next(_numbers)}"
    given = ", ".join(f"%s{cast}" for cast in casts)
    return Text(name, sql, tuple(params), f"EXECUTE {name}({given})" if given else f"EXECUTE {name}", changes)


def array_of(values: Sequence[Any]) -> Any:
    """A list of values of one type in PostgreSQL's own notation: one constant for it, not an expression of as many as
    there are values. What has no plain text stays a list, which the driver writes.
    """
    kinds = {type(value) for value in values} - {NoneType}
    if kinds <= _BARE:
        texts: Iterable[str] = ("NULL" if value is None else str(value) for value in values)
    elif kinds == {str}:
        texts = (_quoted(value) if value is not None else "NULL" for value in values)
    elif kinds == {list}:
        # Lists of whole numbers: each a text, which the statement casts.
        texts = ('"{' + ",".join(map(str, map(int, value))) + '}"' for value in values)
    else:
        return list(values)
    return "{" + ",".join(texts) + "}"


# Values whose text needs no quotes: numbers, days, and yes or no.
_BARE = frozenset({int, bool, Decimal, datetime.date})


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _type_of(kinds: set[type]) -> str:
    """The type of a column of values. Raises TypeError for what no statement has asked for so far."""
    if len(kinds) != 1 or not kinds <= TYPES.keys():
        raise TypeError(f"These are no values of one known type: {kinds}.")
    return TYPES[next(iter(kinds))]
