"""What makes stays suspicious (S2, Art. 31): the figures from which a pattern is one, and what is far from its peers.

Pure. A finding proves nothing: it says where to look. The figures are settings of the agency, not of the measures;
docs/settings.md gives the reason of each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from liaoyang_medins.kernel.days import add_months, day_before

PLACES = Decimal("0.0001")
# Below this share of the peers' mean their spread tells nothing: peers that are all alike would make everybody far.
LEAST_SPREAD = Decimal("0.05")
# Nor below this figure: where nobody comes back at the peers, one of 30 is chance and half of them is not.
LEAST_DEVIATION = Decimal("0.02")


@dataclass(frozen=True, slots=True)
class Figures:
    """From which figures on a pattern is one.

    - `months`: how many months up to the day are looked through.
    - `many_stays` admissions of a person within `many_days` days.
    - `death_days`: so many days after a death a stay may still end.
    - `card_hours`: a card that is presented at two institutions within so many hours.
    - `series_persons` persons admitted at an institution on a day with one diagnosis, and so many times
      (`series_times`) what is usual there.
    - `peer_deviations`: so many deviations above the others of the grade; each of them with `peer_stays` settled stays
      in the quarter, and `peer_institutions` of them.
    """

    months: int = 12
    many_stays: int = 5
    many_days: int = 90
    death_days: int = 1
    card_hours: int = 24
    series_persons: int = 6
    series_times: int = 5
    peer_deviations: Decimal = Decimal(3)
    peer_stays: int = 30
    peer_institutions: int = 3


@dataclass(frozen=True, slots=True)
class Far:
    """How far a value lies above those of its peers: their `mean` and `deviation`, and `deviations` between."""

    mean: Decimal
    deviation: Decimal
    deviations: Decimal


class Measured(NamedTuple):
    """What is measured of an institution in a period: its `grade`, how many `stays` it is made of, the `value`."""

    grade: str
    stays: int
    value: Decimal


def looked_through(today: date, months: int) -> tuple[date, date]:
    """S2: first and last day of the admissions that a look on `today` goes through."""
    return add_months(today, -months), today


def quarter_before(today: date) -> tuple[date, date]:
    """S2: first and last day of the last calendar quarter that is over on `today`."""
    first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    return add_months(first, -3), day_before(first)


def far_from_peers(value: Decimal, peers: Sequence[Decimal], least: Decimal) -> Far | None:
    """S2: how far `value` lies above its peers, where that is more than `least` of their deviations; None otherwise.

    The deviation is that of the peers as a whole (not of a sample), at least LEAST_SPREAD of their mean and
    LEAST_DEVIATION.
    """
    mean = sum(peers, Decimal(0)) / len(peers)
    variance = sum(((peer - mean) ** 2 for peer in peers), Decimal(0)) / len(peers)
    deviation = max(variance.sqrt(), abs(mean) * LEAST_SPREAD, LEAST_DEVIATION)
    if value - mean <= least * deviation:
        return None
    return Far(mean.quantize(PLACES), deviation.quantize(PLACES), ((value - mean) / deviation).quantize(PLACES))


def unlike_peers(measured: Mapping[int, Measured], figures: Figures) -> dict[int, Far]:
    """S2: the institutions (by their keys) that lie far above the others of their grade. Institutions with few stays
    neither stand out nor count as peers; where too few others are left nobody is compared.
    """
    enough = {key: row for key, row in measured.items() if row.stays >= figures.peer_stays}
    found = {}
    for key, row in enough.items():
        peers = [other.value for place, other in enough.items() if place != key and other.grade == row.grade]
        if len(peers) >= figures.peer_institutions:
            far = far_from_peers(row.value, peers, figures.peer_deviations)
            if far is not None:
                found[key] = far
    return found
