"""Rows on their way into the database by COPY: a city's past is too much for one statement a row.

While one batch is drawn, the one before it is written (`Writer`): Python and PostgreSQL work at the same time, on one
connection and in one transaction.
"""

import dataclasses
import datetime
import io
import json
import queue
import re
import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextvars import copy_context
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache
from types import TracebackType
from typing import Any, Self, cast

from django.db import connection, connections, models

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.facts import to_json
from liaoyang_medins.kernel.numbers import PREFIXES
from liaoyang_medins.kernel.offices.actors import Actor

# What the numbers of a model are called where that is not its own name.
KINDS = {"ContributionNotice": "notice"}
LOADER = Actor.job("demo city")

_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_SPECIAL = re.compile(r"[\\\t\n\r]").search
_NULL = r"\N"

Job = Callable[[], None]
# Jobs that wait for the writer; a batch of the city has some megabytes of text.
WAITING = 10


class Writer:
    """Does jobs on this thread's database connection, one after the other, in a thread of its own.

    Whoever gives it jobs leaves the connection alone until the end of the block, which waits for the last job. What a
    job raises comes back from the next `do` or from the end of the block.
    """

    def __init__(self) -> None:
        # Few wait while one is done: no more is kept in memory, however slow the database is.
        self._jobs: queue.Queue[Job | None] = queue.Queue(maxsize=WAITING)
        self._error: BaseException | None = None
        work = (copy_context().run, self._work, connections["default"])
        self._thread = threading.Thread(target=work[0], args=work[1:], daemon=True)

    def __enter__(self) -> Self:
        connection.inc_thread_sharing()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._jobs.put(None)
        self._thread.join()
        connection.dec_thread_sharing()
        if error is None:
            self._raise()

    def do(self, job: Job) -> None:
        """Take the job; waits while WAITING others are waiting."""
        self._raise()
        self._jobs.put(job)

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _work(self, shared: Any) -> None:
        connections["default"] = shared
        while (job := self._jobs.get()) is not None:
            if self._error is None:
                try:
                    job()
                except BaseException as error:
                    self._error = error


class Supply:
    """What a sequence of the database gives next, counted here.

    Only while nobody else draws from it: `settle` draws in the database what was counted, and finds out.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT last_value + is_called::int FROM {name}")  # noqa: S608  a name of our own
            (self.next,) = cursor.fetchone()

    def take(self, count: int) -> range:
        found = range(self.next, self.next + count)
        self.next = found.stop
        return found

    def settle(self, taken: range) -> None:
        """Draw `taken` in the database. RuntimeError where somebody else was faster."""
        if not taken:
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(nextval(%s)) FROM generate_series(1, %s)", [self.name, len(taken)])
            (last,) = cursor.fetchone()
        if last != taken[-1]:
            raise RuntimeError(f"Somebody else draws from {self.name} while the city is loaded.")


class Table:
    """The table of a model, filled many rows at a time. `names` are the fields that a row gives, in its order, by the
    name that the model calls the column: `resident_id`, not `resident`. The others have the field's default.

    KeyError for a field that the model does not have.
    """

    def __init__(self, model: type[models.Model], *names: str) -> None:
        self.model = model
        self.name = model._meta.db_table
        own = {field.attname: field for field in model._meta.concrete_fields}
        unknown = [name for name in names if name not in own]
        if unknown:
            raise KeyError(f"{self.name} has no field {', '.join(unknown)}.")
        others = [name for name in own if name not in names]
        self.columns = ", ".join(f'"{own[name].column}"' for name in (*names, *others))
        defaults = [None if own[name].primary_key else own[name].get_default() for name in others]
        same = "".join("\t" + written(value).replace("%", "%%") for value in defaults)
        self.line = "\t".join(["%s"] * len(names)) + same + "\n"

    def text(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """The rows as COPY reads them. TypeError for a row with another number of values than there are names."""
        line, to_text = self.line, _TEXTS
        return "".join([line % tuple([to_text[type(value)](value) for value in row]) for row in rows]).encode()

    def copy(self, text: bytes) -> None:
        """Write what `text` made."""
        with connection.cursor() as cursor:
            # In one piece: for each piece the thread that draws would have to be interrupted.
            statement = f"COPY {self.name} ({self.columns}) FROM STDIN"
            cursor.cursor.copy_expert(statement, io.BytesIO(text), size=len(text) + 1)


class Load:
    """The load of an empty database: keys and numbers counted ahead, rows written batch by batch.

    `close` writes into the audit record what was loaded: one entry for each kind of record that has numbers.
    """

    def __init__(self) -> None:
        self._keys: dict[type[models.Model], Supply] = {}
        self._numbers: dict[type[models.Model], Supply] = {}
        self._first: dict[type[models.Model], str] = {}
        self._last: dict[type[models.Model], str] = {}
        self._counts: dict[type[models.Model], int] = {}
        self._batch: list[Job] = []

    def keys(self, model: type[models.Model], count: int) -> range:
        """`count` new keys of the table of `model`."""
        if model not in self._keys:
            self._keys[model] = Supply(_key_sequence(model))
        return self._taken(self._keys[model], count)

    def numbers(self, model: type[models.Model], days: Sequence[datetime.date]) -> list[str]:
        """A number (such as N2009-0000123) for each of `days`, for records of `model`."""
        if not days:
            return []
        kind = KINDS.get(model.__name__, model.__name__.lower())
        if model not in self._numbers:
            self._numbers[model] = Supply(f"number_{kind}")
        prefix = PREFIXES[kind]
        taken = self._taken(self._numbers[model], len(days))
        found = [f"{prefix}{day.year}-{place:07d}" for day, place in zip(days, taken, strict=True)]
        self._first.setdefault(model, found[0])
        self._last[model] = found[-1]
        self._counts[model] = self._counts.get(model, 0) + len(found)
        return found

    def _taken(self, sequence: Supply, count: int) -> range:
        taken = sequence.take(count)
        self._batch.append(lambda: sequence.settle(taken))
        return taken

    def write(self, table: Table, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows to the batch, after those that they refer to."""
        text = table.text(rows)
        if text:
            self._batch.append(lambda: table.copy(text))

    def batch(self) -> Job:
        """What writes all that was added since the last call."""
        jobs, self._batch = self._batch, []

        def write() -> None:
            for job in jobs:
                job()

        return write

    def close(self, on: datetime.date) -> None:
        """Say in the audit record what was loaded, on the business date `on`."""
        with clock.on_day(on):
            for model, count in self._counts.items():
                numbers = (self._first[model], self._last[model])
                audit.record_load(by=LOADER, model=model, numbers=numbers, count=count)


def _key_sequence(model: type[models.Model]) -> str:
    pk = model._meta.pk
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [model._meta.db_table, pk.column if pk else "id"])
        (name,) = cursor.fetchone()
    return str(name)


# --- values as text ------------------------------------------------------------------------------------------------


def written(value: Any) -> str:
    """A value as COPY reads it."""
    return _TEXTS[type(value)](value)


def _plain(text: str) -> str:
    return text.translate(_ESCAPED) if _SPECIAL(text) else text


def _json(value: Any) -> str:
    return _plain(json.dumps(value, ensure_ascii=False))


class _Texts(dict[type, Callable[[Any], str]]):
    """By type of a value: how COPY reads it."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        self[kind] = _other
        return _other


def _other(value: Any) -> str:
    return _plain(str(value))


_TEXTS = _Texts(
    {
        type(None): lambda _value: _NULL,
        str: _plain,
        int: str,
        bool: str,
        Decimal: str,
        datetime.date: datetime.date.isoformat,
        dict: _json,
        list: _json,
    }
)


# --- facts as JSON ---------------------------------------------------------------------------------------------------


def facts_json(facts: Any) -> str:
    """A frozen dataclass of facts as the text of the JSON that `to_json` makes of it, in a fraction of its time."""
    return _object(facts)


def _object(facts: Any) -> str:
    named = [f'"{name}": {_FACTS[type(value)](value)}' for name, value in _values(facts)]
    return "{" + ", ".join(named) + "}"


def _values(facts: Any) -> list[tuple[str, Any]]:
    return [(name, getattr(facts, name)) for name in _names(cast(Hashable, type(facts)))]


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


class _Facts(dict[type, Callable[[Any], str]]):
    """By type of a fact: its JSON. Codes are few and facts about a person the same for a year, so they are kept."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        if dataclasses.is_dataclass(kind):
            self[kind] = lru_cache(256)(_object)
        elif issubclass(kind, Enum):
            self[kind] = cache(_fact)
        else:
            self[kind] = _fact
        return self[kind]


def _fact(value: Any) -> str:
    return json.dumps(to_json(value), ensure_ascii=False)


_FACTS = _Facts(
    {
        type(None): lambda _value: "null",
        bool: lambda value: "true" if value else "false",
        int: str,
        # Codes of diagnoses.
        str: lru_cache(1024)(_fact),
        Decimal: lambda value: f'"{value}"',
        datetime.date: lambda value: f'"{value.isoformat()}"',
    }
)
