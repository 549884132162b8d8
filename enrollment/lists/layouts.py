"""What the columns of each list are called, and what its cells say: read from layouts.yaml, where the words of those
who send the lists stand.
"""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path

from liaoyang_medins.kernel.sheets import columns
from liaoyang_medins.kernel.sheets.columns import Column, Found
from liaoyang_medins.kernel.sheets.reading import Row

__all__ = ["AUTHORITIES", "Column", "Found", "Source", "find_columns", "layout"]

FILE = Path(__file__).with_name("layouts.yaml")


class Source(StrEnum):
    """Where a list comes from, and so what it tells."""

    CIVIL_AFFAIRS = "civil_affairs"
    DISABILITY = "disability"
    POLICE = "police"
    EMPLOYEE = "employee"
    RURAL = "rural"
    SCHOOL = "school"


# Those that the agency is sent; a school's own is the other kind.
AUTHORITIES = tuple(source for source in Source if source is not Source.SCHOOL)


@cache
def _layouts() -> dict[str, tuple[Column, ...]]:
    return columns.columns_in(FILE)


def layout(source: Source) -> tuple[Column, ...]:
    """The columns of a list, in the order of its template."""
    return _layouts()[source.value]


def find_columns(source: Source, table: Sequence[Row]) -> Found:
    """The headings of a list and the rows below them. Raises Invalid as `kernel.sheets.columns.find_columns`."""
    return columns.find_columns(layout(source), table)
