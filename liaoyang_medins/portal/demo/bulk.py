"""Rows on their way into the database by COPY: a city's past is too much for one statement a row."""

import datetime
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.numbers import next_numbers
from liaoyang_medins.kernel.offices.actors import Actor

# What the numbers of a model are called where that is not its own name.
KINDS = {"ContributionNotice": "notice"}
LOADER = Actor.job("demo city")

_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Table:
    """The table of a model, filled many rows at a time. What a row does not say has the field's default."""

    def __init__(self, model: type[models.Model]) -> None:
        self.name = model._meta.db_table
        # The key and the other fields, by the name that a row calls them: `resident_id`, not `resident`.
        self.defaults: dict[str, Any] = {
            field.attname: None if field.primary_key else field.get_default() for field in model._meta.concrete_fields
        }
        self.columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
        self.key = model._meta.pk.column if model._meta.pk else "id"

    def keys(self, count: int) -> list[int]:
        """`count` new keys of the table."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [self.name, self.key, count],
            )
            return [key for (key,) in cursor.fetchall()]

    def write(self, rows: Iterable[dict[str, Any]]) -> None:
        """Write the rows, each with its key (see `keys`). Raises KeyError for a field that the model does not have."""
        text = io.StringIO()
        for row in rows:
            full = self.defaults | row
            if len(full) != len(self.defaults):
                raise KeyError(f"{self.name} has no field {', '.join(full.keys() - self.defaults.keys())}.")
            text.write("\t".join(map(_written, full.values())))
            text.write("\n")
        text.seek(0)
        with connection.cursor() as cursor:
            cursor.cursor.copy_expert(f"COPY {self.name} ({self.columns}) FROM STDIN", text)


def loaded_numbers(model: type[models.Model], days: Sequence[datetime.date]) -> list[str]:
    """A number for each of `days`, for records of `model` that are written at once; the audit record says so."""
    if not days:
        return []
    numbers = next_numbers(KINDS.get(model.__name__, model.__name__.lower()), days)
    with clock.on_day(max(days)):
        audit.record_load(by=LOADER, model=model, numbers=numbers)
    return numbers


def _written(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return str(value).translate(_ESCAPED)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False).translate(_ESCAPED)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)
