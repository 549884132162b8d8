"""When an insured relationship ends, and why (W8, W9, S1; Art. 13, 17, 30). Pure: no database, no clock."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from liaoyang_medins.kernel.days import day_before, next_day

from .data import CircumstanceData
from .models import Circumstance, Enrollment

Kind = Circumstance.Kind
Reason = Enrollment.EndReason

# The kinds of circumstances that end a relationship.
ENDING = frozenset({Kind.DEATH, Kind.HUKOU, Kind.SCHEME, Kind.BAR})


@dataclass(frozen=True, slots=True)
class Ending:
    """The last covered day of a relationship, and why there is no further one."""

    last_day: datetime.date
    reason: Enrollment.EndReason


def ending(
    starts: datetime.date, circumstances: Sequence[CircumstanceData], lapsed_on: datetime.date | None = None
) -> Ending | None:
    """How the relationship that began on `starts` ends by what is on record; None while it goes on.

    W9: by death or moving away its last covered day is that day, by another scheme, or a bar (S1), the day before the
    first. W8: what was not renewed lapsed on `lapsed_on`, the last day of the last paid year. The earliest holds; of
    two on one day a lapse comes last, since who could not go on has not lapsed. What was over before the relationship
    began leaves it alone.
    """
    found = [*_endings(starts, circumstances)]
    if lapsed_on is not None:
        found.append(Ending(lapsed_on, Reason.LAPSED))
    return min(found, key=lambda end: end.last_day, default=None)


def _endings(starts: datetime.date, circumstances: Sequence[CircumstanceData]) -> Iterable[Ending]:
    entries = {row.starts for row in circumstances if row.kind == Kind.HUKOU}
    for row in circumstances:
        lasting = row.ends is None or row.ends >= starts
        if row.kind == Kind.DEATH:
            yield Ending(row.starts, Reason.DEATH)
        elif row.kind == Kind.SCHEME and lasting:
            yield Ending(day_before(row.starts), Reason.OTHER_SCHEME)
        elif row.kind == Kind.BAR and lasting:
            yield Ending(day_before(row.starts), Reason.BARRED)
        elif row.kind == Kind.HUKOU and row.ends is not None and lasting and next_day(row.ends) not in entries:
            yield Ending(row.ends, Reason.MOVED_AWAY)
