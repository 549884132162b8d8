"""Statements that are made once and then only run: of what every act at a counter asks and writes.

Django makes the SQL of a queryset anew each time, and PostgreSQL plans it anew: together more than half of what a verb
cost. A `Statement` keeps both: Django's SQL in this process, PostgreSQL's plan in the connection (PREPARE). The
queryset stays the place where it is said what is asked.
"""

import datetime
import inspect
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, models
from django.db.models import Field, Func, QuerySet, Value
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable, ValuesListIterable

from .numbers import PREFIXES

T = TypeVar("T")
Row = Sequence[Any]
_numbers = itertools.count(1)


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

    def run(self, values: Row) -> list[Row]:
        """Execute it, prepared first where this connection has not seen it yet, and fetch its rows."""
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


def named(name: str, sql: str, params: Iterable[Any], casts: Iterable[str]) -> Text:
    """The statement under a name that nothing else in this process has; `casts` are the types of its values, empty
    where PostgreSQL sees them.
    """
    name = f"{name.strip('_')}_{next(_numbers)}"
    given = ", ".join(f"%s{cast}" for cast in casts)
    return Text(name, sql, tuple(params), f"EXECUTE {name}({given})" if given else f"EXECUTE {name}")


class OneOf(Func):
    """`column = ANY(list)`: one value that is a list, whatever its length, where a queryset would say `__in`."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()


class Statement(Generic[T]):
    """A queryset with open values, asked with others each time: `rows = statement(value, …)`.

    Made from a function of the values that gives the queryset; its values stand where a lookup takes an expression. A
    list of model objects, or of what `values_list` gives.
    """

    def __init__(self, make: "Callable[..., QuerySet[Any, T]]") -> None:
        self.make = make
        self.__doc__ = make.__doc__
        self.count = len(inspect.signature(make).parameters)
        self._made: tuple[Text, Callable[[Row], T]] | None = None

    def __call__(self, *values: Any) -> list[T]:
        """The rows for these values, in the order of the function's parameters."""
        text, read = self._made or self._compiled()
        return [read(row) for row in text.run(values)]

    def first(self, *values: Any) -> T | None:
        """The first row; the queryset itself says `[:1]` where there could be more."""
        rows = self(*values)
        return rows[0] if rows else None

    def under_lock(self, *values: Any) -> T | None:
        """The first row of a statement that locks rows and reads others with them.

        Where it had to wait for a lock, PostgreSQL looks at the locked row anew but not at those that it had joined to
        it, and drops the row where they fit no more: asked again, with the lock in hand, it finds the right ones.
        """
        found = self.first(*values)
        return found if found is not None else self.first(*values)

    def _compiled(self) -> tuple[Text, Callable[[Row], T]]:
        queryset = self.make(*(Value(Slot(place + 1)) for place in range(self.count)))
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        text = named(self.make.__name__, sql, params, [""] * self.count)
        self._made = text, _reader(queryset, compiler)
        return self._made


def _reader(queryset: "QuerySet[Any, Any]", compiler: Any) -> Callable[[Row], Any]:
    """What makes of a row of the database what the queryset would give."""
    converters = compiler.get_converters([column[0] for column in compiler.select])

    def converted(row: Row) -> Row:
        if not converters:
            return row
        values = list(row)
        for place, (converts, expression) in converters.items():
            for convert in converts:
                values[place] = convert(values[place], expression, connection)
        return values

    kind: Any = queryset._iterable_class
    if kind is not ModelIterable:
        return (lambda row: tuple(converted(row))) if kind is ValuesListIterable else (lambda row: converted(row)[0])
    if compiler.annotation_col_map:
        raise ValueError(f"{queryset.model} comes with annotations: ask for values instead.")
    make = _maker(compiler.klass_info, compiler.select)
    return lambda row: make(converted(row))


def _maker(info: dict[str, Any], select: Sequence[Any]) -> Callable[[Row], Any]:
    """What makes a model object of its columns in a row, with those that were selected with it; None where its key is
    empty.
    """
    model, first, last = info["model"], info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column[0].target.attname for column in select[first:last]]
    if set(names) != {field.attname for field in model._meta.concrete_fields}:
        raise ValueError(f"{model} is read as a whole, or ask for values.")
    key = names.index(model._meta.pk.attname)
    others = [
        (_maker(other, select), other["local_setter"], other["remote_setter"])
        for other in info.get("related_klass_infos", ())
    ]

    def make(row: Row) -> Any:
        columns = row[first:last]
        if columns[key] is None:
            return None
        # As Model.from_db, without asking of each column whether it was deferred.
        found = model.__new__(model)
        found._state = ModelState()
        found._state.adding, found._state.db = False, DEFAULT_DB_ALIAS
        found.__dict__.update(zip(names, columns, strict=True))
        for other, set_here, set_there in others:
            related = other(row)
            set_here(found, related)
            if related is not None:
                set_there(related, found)
        return found

    return make


# --- writing ---------------------------------------------------------------------------------------------------------


def insert(
    row: models.Model, *, made: Mapping[str, tuple[str, Any]] | None = None, unless_taken: tuple[str, ...] = ()
) -> bool:
    """Write a new row, as `row.save(force_insert=True)` does.

    `made` has for a field the SQL that makes it, and the one value in it; the row gets what came out. Where another
    row has the same values in the fields `unless_taken`, a unique key, nothing is written and the answer is False.
    """
    made = made or {}
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
    made = {"number": (_NUMBER.format(kind=kind), f"{PREFIXES[kind]}{on.year}-")}
    return insert(row, made=made, unless_taken=unless_taken)


def insert_all(rows: Sequence[models.Model]) -> None:
    """Write new rows of one model in one statement, however many there are."""
    if not rows:
        return
    columns, text = _insert_all(type(rows[0]))
    values = [[_stored(column, row, adding=True) for row in rows] for column in columns]
    for row, (key,) in zip(rows, text.run(values), strict=True):
        _written(row, key)


def update(row: models.Model, *names: str) -> None:
    """Save these fields (all but the key, where none is named), as `row.save(update_fields=names)` does."""
    columns, text = _update(type(row), names)
    if not text.run([*(_stored(column, row, adding=False) for column in columns), row.pk]):
        raise DatabaseError(f"{row!r} is not there any more.")


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
    """A field that is written; values of the type `plain` the driver writes as the field would."""

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


def _stored(column: Column, row: models.Model, *, adding: bool) -> Any:
    value = getattr(row, column.attname)
    if type(value) is column.plain:
        return value
    return column.field.get_db_prep_save(column.field.pre_save(row, adding), connections[DEFAULT_DB_ALIAS])


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
    return columns, named(f"insert_{model._meta.model_name}", sql, slots, [""] * len(columns))


@cache
def _insert_all(model: type[models.Model]) -> tuple[list[Column], Text]:
    table, columns, key = _table(model)
    slots = [Slot(place + 1) for place in range(len(columns))]
    # Without a length: a text that is too long is refused by its column and not cut off.
    types = [f"{str(column.field.db_type(connection)).split('(')[0]}[]" for column in columns]
    sql = (
        f"INSERT INTO {table} ({_quoted(*(column.column for column in columns))}) "  # noqa: S608
        f"SELECT * FROM UNNEST({', '.join(f'%s::{name}' for name in types)}) RETURNING {key}"
    )
    return columns, named(f"insert_all_{model._meta.model_name}", sql, slots, [f"::{name}" for name in types])


@cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> tuple[list[Column], Text]:
    table, columns, key = _table(model)
    if names:
        called = {name: column for column in columns for name in (column.name, column.attname)}
        columns = [called[name] for name in names]
    slots = [Slot(place + 1) for place in range(len(columns) + 1)]
    settings = ", ".join(f"{_quoted(column.column)} = %s" for column in columns)
    sql = f"UPDATE {table} SET {settings} WHERE {key} = %s RETURNING {key}"  # noqa: S608
    return columns, named(f"update_{model._meta.model_name}", sql, slots, [""] * len(slots))
