"""A paper as plain data: what stands in its head, its blocks, its foot."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import segno
from django.utils.translation import get_language, gettext

from liaoyang_medins.kernel import money
from liaoyang_medins.kernel.web.templatetags.medins import paper_date

# Plain data that JSON can hold; `kind` says which of the functions below made it.
Block = dict[str, Any]
# How a column of a table is set: texts take what room there is, short ones what they need, figures stand at the right.
TEXT, SHORT, NUMBER = "text", "short", "number"


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper in words, in one language. `draw_up` makes it; JSON holds it (`data`) and gives it back (`of`)."""

    title: str
    agency: str
    number: str
    date: str
    body: tuple[Block, ...]
    signatures: tuple[str, ...]
    seal: str
    language: str
    number_label: str
    layout: str = "paper"
    extra: Mapping[str, Any] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """The paper as JSON can hold it."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Paper":
        """The paper that `data` was."""
        lists = {name: tuple(data[name]) for name in ("body", "signatures")}
        return cls(**{**data, **lists})


def draw_up(
    *,
    title: str,
    agency: str,
    number: str,
    on: datetime.date,
    body: Sequence[Block],
    signatures: Sequence[str] = (),
    seal: str = "",
    layout: str = "paper",
    extra: Mapping[str, Any] | None = None,
) -> Paper:
    """A paper of the day `on` in the active language. `signatures` are the words before the lines to sign on, `seal`
    those in the place for the seal; `layout` and `extra` are for papers that look otherwise.
    """
    return Paper(
        title=title,
        agency=agency,
        number=number,
        date=paper_date(on),
        body=tuple(body),
        signatures=tuple(signatures),
        seal=seal,
        language=get_language() or "",
        number_label=gettext("No."),
        layout=layout,
        extra=dict(extra or {}),
    )


def text(words: str) -> Block:
    """A paragraph."""
    return {"kind": "text", "words": words}


def heading(words: str) -> Block:
    """A heading inside the paper."""
    return {"kind": "heading", "words": words}


def facts(pairs: Iterable[tuple[str, object]]) -> Block:
    """Labels and values in two columns; those without a value are left out."""
    return {"kind": "facts", "pairs": [[label, str(value)] for label, value in pairs if value not in (None, "", "—")]}


def table(
    columns: Sequence[tuple[str, str]],
    rows: Iterable[Sequence[object]],
    *,
    caption: str = "",
    foot: Sequence[object] = (),
) -> Block:
    """A table: `columns` are heading and TEXT, SHORT or NUMBER; `foot` is the row of sums, as many cells as columns.

    Its head is repeated on every page. Raises ValueError for a row of another length.
    """
    lines = [[str(value) for value in row] for row in rows]
    last = [str(value) for value in foot]
    if any(len(line) != len(columns) for line in [*lines, *([last] if last else [])]):
        raise ValueError("Every row of a table has a value for every column.")
    heads = [{"label": label, "kind": kind} for label, kind in columns]
    return {"kind": "table", "columns": heads, "rows": lines, "caption": caption, "foot": last}


def amount(label: str, yuan: Decimal) -> Block:
    """A sum of `yuan` in figures and in the characters of a paper form (大写)."""
    return {"kind": "amount", "label": label, "figure": f"¥{yuan:,.2f}", "words": money.daxie(yuan)}


def code(value: str, words: str) -> Block:
    """A QR code that a scanner reads `value` from, beside the `words` that say what to do with it."""
    matrix = segno.make(value, micro=False, error="m", boost_error=False).matrix
    return {"kind": "code", "value": value, "words": words, "size": len(matrix), "path": _squares(matrix)}


def _squares(matrix: Sequence[Sequence[int]]) -> str:
    """The dark squares of a code as the path of a drawing, a run of them in a row at once."""
    path = []
    for down, row in enumerate(matrix):
        across = 0
        while across < len(row):
            run = next((place for place in range(across, len(row)) if not row[place]), len(row)) - across
            if run:
                path.append(f"M{across} {down}h{run}v1h-{run}z")
            across += run or 1
    return "".join(path)
