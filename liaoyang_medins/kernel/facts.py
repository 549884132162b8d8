"""Facts as JSON: decisions are stored with the facts that they were made from, and recomputed from them."""

import types
import typing
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """A frozen dataclass of facts (with decimals, dates, codes, tuples, sets, other dataclasses) as plain JSON data.

    Raises TypeError for anything else: what cannot come back unchanged is not stored.
    """
    kind = type(value)
    if value is None or kind in _PLAIN:
        return value
    # Dataclasses and dates come by the thousand, and first.
    if kind in _TEXT:
        return _TEXT[kind](value)
    names = _names(typing.cast(Hashable, kind))
    if names:
        items = [(name, getattr(value, name)) for name in names]
        return {name: item if item is None or type(item) in _PLAIN else to_json(item) for name, item in items}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(to_json(item) for item in value)
    if isinstance(value, tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {str(to_json(key)): to_json(item) for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} is no kind of fact.")


_PLAIN = frozenset({bool, int, str})
_TEXT: dict[type, Callable[[Any], str]] = {date: date.isoformat, Decimal: str}


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """The fields of a dataclass; none of anything else."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


def from_json(kind: type[T], data: Any) -> T:
    """What `to_json` made, as `kind` again. A field that is not in `data` has its default.

    Raises TypeError or ValueError for data that is not of that kind, KeyError never.
    """
    return typing.cast(T, _read(kind, data))


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _read(kind: Any, data: Any) -> Any:
    if isinstance(kind, typing.NewType):
        return _read(kind.__supertype__, data)
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        if data is None:
            return None
        return _read(next(arg for arg in typing.get_args(kind) if arg is not types.NoneType), data)
    if origin is tuple:
        args = typing.get_args(kind)
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(_read(args[0], item) for item in data)
        return tuple(_read(arg, item) for arg, item in zip(args, data, strict=True))
    if origin is frozenset:
        return frozenset(_read(typing.get_args(kind)[0], item) for item in data)
    if origin is not None and issubclass(origin, Mapping):
        key, item = typing.get_args(kind)
        return {_read(key, k): _read(item, v) for k, v in data.items()}
    if is_dataclass(kind):
        if not isinstance(data, Mapping):
            raise TypeError(f"{data!r} is not {kind}.")
        hints = _hints(typing.cast(Hashable, kind))
        unknown = set(data) - {field.name for field in fields(kind)}
        if unknown:
            raise ValueError(f"{kind} has no field {', '.join(sorted(unknown))}.")
        return typing.cast(Any, kind)(**{name: _read(hints[name], item) for name, item in data.items()})
    if kind is date:
        return date.fromisoformat(data)
    if kind is Decimal:
        try:
            return Decimal(data)
        except InvalidOperation as error:
            raise ValueError(f"{data!r} is no figure.") from error
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    if kind in (bool, int, str) and type(data) is kind:
        return data
    raise TypeError(f"{data!r} is not {kind}.")
