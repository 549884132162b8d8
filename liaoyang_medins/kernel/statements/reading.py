"""Reading: querysets with open values."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models import Func, QuerySet, Value
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable, ValuesListIterable

from .sessions import HELD, Row, Slot, Text, named

T = TypeVar("T")


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
        held = HELD.get()
        known = held.answer(self, values) if held is not None else None
        return known if known is not None else self._asked(values)

    def _asked(self, values: Row) -> list[T]:
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
        return found if found is not None else next(iter(self._asked(values)), None)

    def ahead(self, keys: Iterable[Row]) -> list[list[T]]:
        """Ask for many at once, inside a batch: until one of them is written, it answers what was found here, which is
        returned too. `keys` are the values of each, numbers, text or days, or lists of whole numbers.

        What was not read ahead, or is asked after a change, is asked of PostgreSQL as ever. Raises LookupError where
        no batch is under way.
        """
        held = HELD.get()
        if held is None:
            raise LookupError("There is no batch to read ahead for.")
        keys = list(keys)
        found: list[list[T]] = [[] for _key in keys]
        if keys:
            text, read = self._made or self._compiled()
            for place, *row in text.run_for(keys):
                found[place - 1].append(read(row))
        held.know(self, keys, found)
        return found

    def known(self, *values: Any, rows: list[T]) -> None:
        """What it answers for these values inside the batch, for who has read it already. Raises LookupError."""
        held = HELD.get()
        if held is None:
            raise LookupError("There is no batch to know it in.")
        held.know(self, [values], [rows])

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
