"""The same verbs for many at once: what they ask is read ahead, what they write is held back.

A verb is a dozen statements, each a round trip. For a thousand people in one transaction they are the same dozen: read
for all of them at once, and written at once. The verb stays one, and its result too; what was not foreseen is asked
and written as ever, only slower.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import DatabaseError, connection, models, transaction

from liaoyang_medins.kernel.numbers import next_numbers

from .sessions import HELD, Row, Text

# How many keys and numbers are drawn at once.
DRAWN = 200


@dataclass(slots=True)
class Group:
    """Rows that one statement writes: the same act on the same columns of the same table."""

    act: tuple[Any, ...]
    text: Text
    rows: list[Row] = field(default_factory=list)
    # Of rows that are changed: a statement changes each once.
    keys: set[Any] = field(default_factory=set)

    def takes(self, act: tuple[Any, ...], key: Any) -> bool:
        return self.act == act and key not in self.keys

    def run(self) -> None:
        """Raises DatabaseError where a row that is changed is not there any more."""
        written = self.text.run([list(column) for column in zip(*self.rows, strict=True)])
        if len(written) != len(self.rows):
            raise DatabaseError(f"{len(self.rows) - len(written)} of {len(self.rows)} rows are not there any more.")


@dataclass(slots=True)
class Frame:
    """What is held since the batch or a savepoint in it began; `saved` is the savepoint in PostgreSQL, once it is
    needed.
    """

    groups: list[Group] = field(default_factory=list)
    # The group that the present turn wrote into last: what one verb writes keeps its order.
    place: int = 0
    saved: str | None = None

    def hold(self, act: tuple[Any, ...], text: Text, rows: Sequence[Row], keys: Sequence[Any]) -> None:
        for row, key in zip(rows, keys, strict=True):
            places = range(self.place, len(self.groups))
            found = next((place for place in places if self.groups[place].takes(act, key)), None)
            if found is None:
                self.groups.append(Group(act, text))
                found = len(self.groups) - 1
            self.place = found
            self.groups[found].rows.append(row)
            if key is not None:
                self.groups[found].keys.add(key)


class Batch:
    """What is known ahead and what is held back, for one transaction. Made by `batch`."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, tuple[Any, ...]], list[Any]] = {}
        self._frames = [Frame()]
        self._drawn: dict[Any, list[Any]] = {}
        self._free: dict[tuple[Any, ...], set[tuple[Any, ...]]] = {}
        self._by_itself = False
        self._changed = False

    def turn(self) -> None:
        """The next object begins, which has nothing to do with those before it: no row of theirs is its own."""
        if len(self._frames) > 1:
            raise RuntimeError("A turn does not end inside a savepoint.")
        self._changed = False
        self._frames[0].place = 0

    # --- reading -----------------------------------------------------------------------------------------------------

    def know(self, statement: object, values: Row, rows: list[Any]) -> None:
        """What a statement answers for these values."""
        self._known[statement, _key(values)] = rows

    def answer(self, statement: object, values: Row) -> list[Any] | None:
        """What was read ahead; None where nothing was, or where it may have changed in this turn."""
        if self._changed:
            return None
        found = self._known.get((statement, _key(values)))
        return None if found is None else list(found)

    def changed(self) -> None:
        """Something is written in this turn: what was read ahead of it may not be right any more."""
        if not self._by_itself:
            self._changed = True

    # --- writing -----------------------------------------------------------------------------------------------------

    def hold(self, act: tuple[Any, ...], text: Text, row: Row, key: Any = None) -> None:
        """Write a row later, with others of the same act; `key` is that of a row which is changed."""
        self.changed()
        self._frames[-1].hold(act, text, [row], [key])

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
        return int(self._next(model, self._keys))

    def next_number(self, kind: str, on: date) -> str:
        """A new number of a kind."""
        return str(self._next((kind, on), lambda _kind: next_numbers(kind, [on] * DRAWN)))

    def _next(self, what: Any, draw: Callable[[Any], list[Any]]) -> Any:
        if not self._drawn.get(what):
            with self._alone():
                self._drawn[what] = draw(what)[::-1]
        return self._drawn[what].pop()

    @staticmethod
    def _keys(model: type[models.Model]) -> list[int]:
        key = model._meta.pk.column
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [model._meta.db_table, key, DRAWN],
            )
            return [value for (value,) in cursor.fetchall()]

    def write(self) -> None:
        """Write what is held, before anything else is asked."""
        if self._by_itself:
            return
        with self._alone():
            for frame in self._frames:
                if frame is not self._frames[0] and frame.saved is None:
                    frame.saved = transaction.savepoint()
                groups, frame.groups, frame.place = frame.groups, [], 0
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

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Of a block that fails nothing is left. PostgreSQL hears of it only where it was asked something in it."""
        self._frames.append(Frame())
        try:
            yield
        except BaseException:
            frame = self._frames.pop()
            if frame.saved is not None:
                # As Django's own blocks do: what broke the transaction is undone with the savepoint.
                transaction.set_rollback(False)
                with self._alone():
                    transaction.savepoint_rollback(frame.saved)
            raise
        frame = self._frames.pop()
        if frame.saved is not None:
            with self._alone():
                transaction.savepoint_commit(frame.saved)
        for group in frame.groups:
            keys = group.keys and [row[-1] for row in group.rows]
            self._frames[-1].hold(group.act, group.text, group.rows, keys or [None] * len(group.rows))

    def before(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Around each statement of the connection: what is held goes first."""
        if not self._by_itself:
            self.write()
            if not sql.startswith(("SELECT", "EXECUTE")):
                self.changed()
        return execute(sql, params, many, context)


def _key(values: Row) -> tuple[Any, ...]:
    return tuple(tuple(value) if isinstance(value, list) else value for value in values)


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
        with connection.execute_wrapper(held.before):
            yield held
            held.write()
    except BaseException:
        transaction.set_rollback(True)
        raise
    finally:
        HELD.reset(token)


@contextmanager
def savepoint() -> Iterator[None]:
    """Of a block that fails nothing is left: `transaction.atomic()`, which in a batch costs no round trip."""
    held = HELD.get()
    with transaction.atomic() if held is None else held.savepoint():
        yield
