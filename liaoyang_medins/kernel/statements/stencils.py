"""New rows that are alike but for a few columns."""

import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from .copying import text_of
from .sessions import HELD
from .writing import copy_of, values_of

if TYPE_CHECKING:
    from .batches import Batch


class Stencil:
    """A new row with gaps, of which many are written inside a batch: what they share is put into words once."""

    def __init__(self, row: models.Model, *gaps: str) -> None:
        """`row` is as it would be written; `gaps` are the columns that differ, by their attributes (`resident_id`).
        Raises ValueError for one that the row has not.
        """
        self._model = type(row)
        columns, self._copy = copy_of(self._model)
        *names, key = [column.attname for column in columns]
        texts = [text_of(value).replace("%", "%%") for value in values_of(columns, row, adding=True)]
        # In the order in which the line has them, the key at its end.
        self._order = sorted(range(len(gaps)), key=lambda gap: names.index(gaps[gap]))
        for name in (*gaps, key):
            texts[[*names, key].index(name)] = "%s"
        self._line = "\t".join(texts) + "\n"

    def insert(self, *values: Any) -> None:
        """Write a row with these values in the gaps, as they are stored. Raises LookupError where no batch is under
        way.
        """
        held = _held()
        texts = [text_of(values[gap]) for gap in self._order]
        held.hold_added(("insert", self._model), self._copy, self._line % (*texts, held.next_key(self._model)))


def next_number(kind: str, on: datetime.date) -> str:
    """A new number of a kind for a row that a stencil writes. Raises LookupError where no batch is under way."""
    return _held().next_number(kind, on)


def _held() -> "Batch":
    held = HELD.get()
    if held is None:
        raise LookupError("Stencils write inside a batch.")
    return held
