"""The same verbs for many at once: what they ask is read ahead, what they write is held back.

A verb is a dozen statements, each a round trip. For a thousand people in one transaction they are the same dozen: read
for all of them at once, and written at once. The verb stays one, and its result too; what was not foreseen is asked
and written as ever, only slower.
"""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import DatabaseError, connection, models, transaction

from liaoyang_medins.kernel.numbers import next_numbers

from .copying import Copy
from .sessions import HELD, Row, Text, array_of

# How many keys and numbers are drawn first, and at most, at once: twice as many each time, since few leave small gaps.
DRAWN, DRAWN_AT_MOST = 100, 1_600


@dataclass(slots=True)
class Added:
    """New rows of a table."""

    act: tuple[Any, ...]
    copy: Copy
    lines: list[str] = field(default_factory=list)

    def takes(self, act: tuple[Any, ...], key: Any) -> bool:
        return self.act == act

    def run(self) -> None:
        self.copy.run(self.lines)


@dataclass(slots=True)
class Changed:
    """Rows that one statement changes: the same columns of the same table, each row once."""

    act: tuple[Any, ...]
    text: Text
    rows: list[Row] = field(default_factory=list)
    keys: set[Any] = field(default_factory=set)

    def takes(self, act: tuple[Any, ...], key: Any) -> bool:
        return self.act == act and key not in self.keys

    def run(self) -> None:
        """Raises DatabaseError where a row that is changed is not there any more."""
        written = self.text.run([array_of(column) for column in zip(*self.rows, strict=True)])
        if len(written) != len(self.rows):
            raise DatabaseError(f"{len(self.rows) - len(written)} of {len(self.rows)} rows are not there any more.")


class Batch:
    """What is known ahead and what is held back, for one transaction. Made by `batch`."""

    def __init__(self) -> None:
        # What each statement answers, by its values.
        self._known: dict[object, dict[tuple[Any, ...], list[Any]]] = {}
        self._groups: list[Added | Changed] = []
        # The group that the present turn wrote into last: what one verb writes keeps its order.
        self._place = 0
        self._drawn: dict[Any, list[Any]] = {}
        # How many were drawn last of each.
        self._counts: dict[Any, int] = {}
        self._free: dict[tuple[Any, ...], set[tuple[Any, ...]]] = {}
        self._by_itself = False
        self._changed = False

    def turn(self) -> None:
        """The next object begins, which has nothing to do with those before it: no row of theirs is its own."""
        self._changed = False
        self._place = 0

    # --- reading -----------------------------------------------------------------------------------------------------

    def know(self, statement: object, keys: Iterable[Row], found: Iterable[list[Any]]) -> None:
        """What a statement answers for each of many values."""
        self._known.setdefault(statement, {}).update(zip(map(_key, keys), found, strict=True))

    def answer(self, statement: object, values: Row) -> list[Any] | None:
        """What was read ahead; None where nothing was, or where it may have changed in this turn."""
        if self._changed or statement not in self._known:
            return None
        found = self._known[statement].get(_key(values))
        return None if found is None else list(found)

    def changed(self) -> None:
        """Something is written in this turn: what was read ahead of it may not be right any more."""
        if not self._by_itself:
            self._changed = True

    # --- writing -----------------------------------------------------------------------------------------------------

    def hold_added(self, act: tuple[Any, ...], copy: Copy, line: str) -> None:
        """Write a new row later, with others of the same act."""
        group = self._group(act) or self._new_group(Added(act, copy))
        group.lines.append(line)

    def hold_changed(self, act: tuple[Any, ...], text: Text, row: Row, key: Any) -> None:
        """Change the row with this key later, with others of the same act."""
        group = self._group(act, key) or self._new_group(Changed(act, text))
        group.rows.append(row)
        group.keys.add(key)

    def _group(self, act: tuple[Any, ...], key: Any = None) -> Any:
        """The next group in this turn's order that takes the act; None where there is none yet."""
        self.changed()
        groups = self._groups
        for place in range(self._place, len(groups)):
            if groups[place].takes(act, key):
                self._place = place
                return groups[place]
        return None

    def _new_group(self, group: Any) -> Any:
        self._place = len(self._groups)
        self._groups.append(group)
        return group

    def may_hold(self, row: models.Model, unless_taken: tuple[str, ...]) -> bool:
        """Whether a new row surely has none beside it with the same values in these fields; it is told so once."""
        if not unless_taken:
            return True
        free = self._free.get((type(row), unless_taken), set())
        values = tuple(getattr(row, name) for name in unless_taken)
        if values not in free:
            return False
        free.remove(values)
        return True

    def free(self, model: type[models.Model], names: tuple[str, ...], values: Iterable[tuple[Any, ...]]) -> None:
        """These values of a unique key are not taken yet. Who takes one at the same moment makes the batch fail."""
        self._free.setdefault((model, names), set()).update(values)

    def next_key(self, model: type[models.Model]) -> int:
        """A new primary key of a model."""
        key: int = self._next(model, self._keys)
        return key

    def next_number(self, kind: str, on: date) -> str:
        """A new number of a kind."""
        number: str = self._next((kind, on), lambda _kind, count: next_numbers(kind, [on] * count))
        return number

    def _next(self, what: Any, draw: Callable[[Any, int], list[Any]]) -> Any:
        if not self._drawn.get(what):
            count = self._counts[what] = min(self._counts.get(what, DRAWN // 2) * 2, DRAWN_AT_MOST)
            with self._alone():
                self._drawn[what] = draw(what, count)[::-1]
        return self._drawn[what].pop()

    @staticmethod
    def _keys(model: type[models.Model], count: int) -> list[int]:
        key = model._meta.pk.column
        with connection.cursor() as cursor:
            cursor.execute(
                # The name of the sequence is looked up once, and not for each key.
                "SELECT nextval(name) FROM (SELECT pg_get_serial_sequence(%s, %s)::regclass AS name OFFSET 0) "
                "AS keys, generate_series(1, %s)",
                [model._meta.db_table, key, count],
            )
            return [value for (value,) in cursor.fetchall()]

    def write(self) -> None:
        """Write what is held, before anything else is asked."""
        if self._by_itself:
            return
        groups, self._groups, self._place = self._groups, [], 0
        with self._alone():
            for group in groups:
                group.run()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """What is asked in the block is the batch's own."""
        outer, self._by_itself = self._by_itself, True
        try:
            yield
        finally:
            self._by_itself = outer

    def before(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Around each statement of the connection: what is held goes first."""
        if not self._by_itself:
            self.write()
            if not sql.startswith(("SELECT", "EXECUTE")):
                self.changed()
        return execute(sql, params, many, context)


def _key(values: Row) -> tuple[Any, ...]:
    for value in values:
        if type(value) is list:
            return tuple(tuple(each) if isinstance(each, list) else each for each in values)
    return tuple(values)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """What a batch knows and holds lives until its end: to look through it for garbage again and again finds none, and
    takes a seventh of the time.
    """
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()


@contextmanager
def batch() -> Iterator[Batch]:
    """Let the verbs in the block work for many at once, inside one transaction; before each object call `turn`.

    What the block wrote is in PostgreSQL when it ends. Where it fails, the transaction can only be rolled back. Raises
    RuntimeError outside a transaction or inside another batch.
    """
    if HELD.get() is not None or not connection.in_atomic_block:
        raise RuntimeError("A batch lies in a transaction, and in no other batch.")
    held = Batch()
    token = HELD.set(held)
    try:
        with connection.execute_wrapper(held.before), _nothing_collected():
            yield held
            held.write()
    except BaseException:
        transaction.set_rollback(True)
        raise
    finally:
        HELD.reset(token)
