"""Writing rows."""

import datetime
import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, models
from django.db.models import Field, TextChoices
from django.db.models.base import ModelState

from liaoyang_medins.kernel.numbers import PREFIXES

from .copying import Copy, line_of
from .sessions import HELD, Slot, Text, named

if TYPE_CHECKING:
    from .batches import Batch

T = TypeVar("T", bound=models.Model)


def insert(
    row: models.Model, *, made: Mapping[str, tuple[str, Any]] | None = None, unless_taken: tuple[str, ...] = ()
) -> bool:
    """Write a new row, as `row.save(force_insert=True)` does.

    `made` has for a field the SQL that makes it, and the one value in it; the row gets what came out. Where another
    row has the same values in the fields `unless_taken`, a unique key, nothing is written and the answer is False.
    """
    made = made or {}
    held = HELD.get()
    if held is not None and not made and held.may_hold(row, unless_taken):
        _hold_insert(held, row)
        return True
    columns, text = _insert(type(row), tuple((name, sql) for name, (sql, _value) in made.items()), unless_taken)
    values = [made[one.name][1] if one.name in made else _stored(one, row, adding=True) for one in columns]
    for key, *others in text.run(values):
        for name, value in zip(made, others, strict=True):
            setattr(row, name, value)
        _written(row, key)
        return True
    return False


# As `numbers.next_numbers` writes it, out of prefix and year.
_NUMBER = (
    "(SELECT %s || CASE WHEN drawn < 10000000 THEN to_char(drawn, 'FM0000000') ELSE drawn::text END "
    "FROM nextval('number_{kind}') AS drawn)"
)


def insert_numbered(row: models.Model, kind: str, on: datetime.date, *, unless_taken: tuple[str, ...] = ()) -> bool:
    """Write a new row with the next number of a kind as its `number`, drawn by the statement that writes it.

    Where another row has the same values in the fields `unless_taken`, nothing is written and the answer is False.
    """
    held = HELD.get()
    if held is not None:
        row.number = held.next_number(kind, on)  # type: ignore[attr-defined]
        return insert(row, unless_taken=unless_taken)
    made = {"number": (_NUMBER.format(kind=kind), f"{PREFIXES[kind]}{on.year}-")}
    return insert(row, made=made, unless_taken=unless_taken)


# So many rows have a statement of their own: lists of values cost PostgreSQL twice as much as the rows of one list.
FEW = 4


def insert_all(rows: Sequence[models.Model]) -> None:
    """Write new rows of one model in one statement, however many there are."""
    if not rows:
        return
    held = HELD.get()
    if held is not None:
        for row in rows:
            _hold_insert(held, row)
        return
    if len(rows) <= FEW:
        columns, text = _insert_few(type(rows[0]), len(rows))
        values = [_stored(column, row, adding=True) for row in rows for column in columns]
    else:
        columns, text = _insert_all(type(rows[0]))
        values = [[_stored(column, row, adding=True) for row in rows] for column in columns]
    for row, (key,) in zip(rows, text.run(values), strict=True):
        _written(row, key)


def update(row: models.Model, *names: str, adding: models.Model | None = None) -> None:
    """Save these fields (all but the key, where none is named), as `row.save(update_fields=names)` does, and write
    the new row `adding` that goes with it in the same statement.
    """
    held = HELD.get()
    if held is not None:
        if adding is not None:
            insert(adding)
        columns, text = _update_all(type(row), names)
        values = [_stored(column, row, adding=False) for column in columns]
        held.hold_changed(("update", type(row), names), text, [*values, row.pk], row.pk)
        return
    columns, added, text = _update(type(row), names, type(adding) if adding is not None else None)
    values = [*(_stored(column, row, adding=False) for column in columns), row.pk]
    if adding is not None:
        values += [_stored(column, adding, adding=True) for column in added]
    done = text.run(values)
    if not done:
        raise DatabaseError(f"{row!r} is not there any more.")
    if adding is not None:
        _written(adding, done[0][1])


def blank(model: type[T]) -> T:
    """A new row with its defaults, as `model()` makes it without asking each column in turn: for what is made by the
    thousand.
    """
    row = model.__new__(model)
    same, made = _defaults(model)
    row.__dict__.update(same, _state=ModelState())
    for name, make in made:
        row.__dict__[name] = make()
    return row


def relate(row: models.Model, **others: models.Model) -> None:
    """Put other rows into a new row's relations, as assigning each does without asking whether it may: for what is
    made by the thousand.
    """
    for name, other in others.items():
        row.__dict__[f"{name}_id"] = other.pk
        row._state.fields_cache[name] = other


@cache
def _defaults(model: type[models.Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """The default of each column, and of some what makes it."""
    fields = model._meta.concrete_fields
    made = [(field.attname, field.default) for field in fields if callable(field.default) and field.has_default()]
    same = {field.attname: field.get_default() for field in fields}
    return {name: value for name, value in same.items() if name not in dict(made)}, made


def _hold_insert(held: "Batch", row: models.Model) -> None:
    """The row gets its key at once, and is written with others."""
    model = type(row)
    columns, copy = copy_of(model)
    values = values_of(columns, row, adding=True)
    values[-1] = row.__dict__[columns[-1].attname] = held.next_key(model)
    held.hold_added(("insert", model), copy, line_of(values))
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


_PLAIN: dict[str, type] = {
    "CharField": str,
    "TextField": str,
    "BooleanField": bool,
    "BigAutoField": int,
    "BigIntegerField": int,
    "IntegerField": int,
    "PositiveIntegerField": int,
    "PositiveSmallIntegerField": int,
    "DateField": datetime.date,
    "DecimalField": Decimal,
}


@dataclass(frozen=True, slots=True)
class Column:
    """A field that is written; values of the type `plain`, and none, the driver writes as the field would."""

    field: "Field[Any, Any]"
    name: str
    attname: str
    column: str
    plain: type | None

    @classmethod
    def of(cls, field: "Field[Any, Any]") -> "Column":
        target = field.target_field if isinstance(field, models.ForeignKey) else field
        dated = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
        plain = None if dated else _PLAIN.get(target.get_internal_type())
        return cls(field, field.name, field.attname, str(field.column), plain)


def values_of(columns: "list[Column]", row: models.Model, *, adding: bool) -> list[Any]:
    """What `_stored` says of each column, without a call for those that are stored as they are."""
    given = row.__dict__
    values = []
    for column in columns:
        value = given.get(column.attname, values_of)
        kind = type(value)
        plain = column.plain
        values.append(
            value if kind is plain or (value is None and plain is not None) else _stored(column, row, adding=adding)
        )
    return values


def _stored(column: Column, row: models.Model, *, adding: bool) -> Any:
    value = getattr(row, column.attname)
    kind = type(value)
    if kind is column.plain or (value is None and column.plain is not None):
        return value
    # The three that come often, without what Django asks before it says the same.
    if column.plain is str and isinstance(value, StrEnum | TextChoices):
        return value.value
    field = column.field
    if kind in (dict, list) and type(field) is models.JSONField:
        return _encoder(cast(Hashable, field.encoder)).encode(value)
    if kind is datetime.datetime and value.tzinfo is not None and type(field) is models.DateTimeField:
        return field.pre_save(row, adding)
    return field.get_db_prep_save(field.pre_save(row, adding), connections[DEFAULT_DB_ALIAS])


@cache
def _encoder(kind: Any) -> json.JSONEncoder:
    """As `json.dumps` makes it for each value."""
    encoder: json.JSONEncoder = (kind or json.JSONEncoder)()
    return encoder


def _written(row: models.Model, key: Any) -> None:
    row.pk = key
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def _quoted(*names: str) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in names)


def _table(model: type[models.Model]) -> tuple[str, list[Column], str]:
    """Table, columns that are written, and the column of the key."""
    meta = model._meta
    columns = [Column.of(field) for field in meta.concrete_fields if not getattr(field, "db_returning", False)]
    return _quoted(meta.db_table), columns, _quoted(str(meta.pk.column))


@cache
def _insert(
    model: type[models.Model], made: tuple[tuple[str, str], ...], unless_taken: tuple[str, ...]
) -> tuple[list[Column], Text]:
    table, columns, key = _table(model)
    slots = [Slot(place + 1) for place in range(len(columns))]
    called = {column.name: column.column for column in columns}
    values = ", ".join(dict(made).get(column.name, "%s") for column in columns)
    taken = f" ON CONFLICT ({_quoted(*(called[name] for name in unless_taken))}) DO NOTHING" if unless_taken else ""
    returned = ", ".join((key, *(_quoted(called[name]) for name, _sql in made)))
    sql = (
        f"INSERT INTO {table} ({_quoted(*called.values())}) "  # noqa: S608
        f"VALUES ({values}){taken} RETURNING {returned}"
    )
    return columns, named(f"insert_{model._meta.model_name}", sql, slots, [""] * len(columns), changes=True)


@cache
def _insert_few(model: type[models.Model], count: int) -> tuple[list[Column], Text]:
    """The values of one row after the other."""
    table, columns, key = _table(model)
    slots = [Slot(place + 1) for place in range(count * len(columns))]
    row = f"({', '.join(['%s'] * len(columns))})"
    sql = (
        f"INSERT INTO {table} ({_quoted(*(column.column for column in columns))}) "  # noqa: S608
        f"VALUES {', '.join([row] * count)} RETURNING {key}"
    )
    return columns, named(f"insert_few_{model._meta.model_name}", sql, slots, [""] * len(slots), changes=True)


@cache
def _insert_all(model: type[models.Model]) -> tuple[list[Column], Text]:
    """The values of each column as a list."""
    table, columns, key = _table(model)
    slots = [Slot(place + 1) for place in range(len(columns))]
    types = _arrays(columns)
    sql = (
        f"INSERT INTO {table} ({_quoted(*(column.column for column in columns))}) "  # noqa: S608
        f"SELECT * FROM UNNEST({', '.join(f'%s::{name}' for name in types)}) RETURNING {key}"
    )
    casts = [f"::{name}" for name in types]
    return columns, named(f"insert_all_{model._meta.model_name}", sql, slots, casts, changes=True)


@cache
def copy_of(model: type[models.Model]) -> tuple[list[Column], Copy]:
    """The key is given too, as the last column."""
    table, columns, _key = _table(model)
    columns = [*columns, Column.of(model._meta.pk)]
    return columns, Copy(f"COPY {table} ({_quoted(*(column.column for column in columns))}) FROM STDIN")


def _types(columns: Sequence[Column]) -> list[str]:
    """The types of the columns' values; without a length: a text that is too long is refused by its column and not
    cut off.
    """
    return [str(column.field.db_type(connection)).split("(")[0] for column in columns]


def _arrays(columns: Sequence[Column]) -> list[str]:
    """The types of lists of the columns' values."""
    return [f"{name}[]" for name in _types(columns)]


def _called(columns: list[Column], names: tuple[str, ...]) -> list[Column]:
    """The columns of these fields, or all of them."""
    called = {name: column for column in columns for name in (column.name, column.attname)}
    return [called[name] for name in names] or columns


@cache
def _update_all(model: type[models.Model], names: tuple[str, ...]) -> tuple[list[Column], Text]:
    """The values of each column as a list, then the keys."""
    table, columns, key = _table(model)
    columns = _called(columns, names)
    types = [*_arrays(columns), "bigint[]"]
    slots = [Slot(place + 1) for place in range(len(types))]
    settings = ", ".join(f"{_quoted(column.column)} = given.{_quoted(column.column)}" for column in columns)
    sql = (
        f"UPDATE {table} AS changed SET {settings} "  # noqa: S608
        f"FROM UNNEST({', '.join(f'%s::{name}' for name in types)}) "
        f"AS given({_quoted(*(column.column for column in columns))}, row_key) "
        f"WHERE changed.{key} = given.row_key RETURNING changed.{key}"
    )
    casts = [f"::{name}" for name in types]
    return columns, named(f"update_all_{model._meta.model_name}", sql, slots, casts, changes=True)


@cache
def _update(
    model: type[models.Model], names: tuple[str, ...], adding: type[models.Model] | None
) -> tuple[list[Column], list[Column], Text]:
    """The values that are changed, the key, then the values of the row that is added."""
    table, columns, key = _table(model)
    columns = _called(columns, names)
    settings = ", ".join(f"{_quoted(column.column)} = %s" for column in columns)
    sql = f"UPDATE {table} SET {settings} WHERE {key} = %s RETURNING {key}"  # noqa: S608
    slots = [Slot(place + 1) for place in range(len(columns) + 1)]
    name = f"update_{model._meta.model_name}"
    if adding is None:
        return columns, [], named(name, sql, slots, [""] * len(slots), changes=True)
    into, added, added_key = _table(adding)
    places = [Slot(len(slots) + place + 1) for place in range(len(added))]
    # Only where the row is still there: both or nothing. What comes first in the text comes first in the parameters.
    sql = (
        f"WITH changed AS ({sql}), "  # noqa: S608
        f"added AS (INSERT INTO {into} ({_quoted(*(column.column for column in added))}) "
        f"SELECT {', '.join(f'%s::{kind}' for kind in _types(added))} FROM changed RETURNING {added_key}) "
        f"SELECT changed.{key}, added.{added_key} FROM changed, added"
    )
    slots += places
    return columns, added, named(f"{name}_adding", sql, slots, [""] * len(slots), changes=True)
