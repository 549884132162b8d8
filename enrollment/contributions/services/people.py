"""The people of a lot: read at once, each office above them once."""

from collections.abc import Iterable

from django.db.models import F, QuerySet

from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.statements import OneOf, Statement, relate


@Statement
def _seen(keys: list[int]) -> QuerySet[Resident]:
    return Resident.objects.filter(OneOf(F("pk"), keys)).order_by("pk")


@Statement
def _locked(keys: list[int]) -> QuerySet[Resident]:
    return Resident.objects.select_for_update().filter(OneOf(F("pk"), keys)).order_by("pk")


@Statement
def _offices(keys: list[int]) -> QuerySet[Office]:
    return Office.objects.select_related("parent__parent").filter(OneOf(F("pk"), keys)).order_by()


def residents_of(keys: Iterable[int], *, lock: bool = False) -> dict[int, Resident]:
    """The residents with these keys, by them, with the offices above; `lock` locks them in the order of their keys."""
    residents = (_locked if lock else _seen)(sorted(keys))
    offices = {office.pk: office for office in _offices(sorted({row.community_id for row in residents}))}
    for row in residents:
        relate(row, community=offices[row.community_id])
    return {row.pk: row for row in residents}
