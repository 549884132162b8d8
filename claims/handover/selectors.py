"""Reading lists that are handed over, and what no list has yet."""

import datetime
import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from claims.models import Settlement
from enrollment.registration.models import Circumstance, Move
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.days import next_day
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office

from .models import HandoverLine, HandoverList

Kind, Status = HandoverList.Kind, HandoverList.Status
FIGURES = ("total", "fund", "out_of_scope", "deductible", "copayment", "over_cap", "amount")
# What a line says, in the order of the workbook; the hash of an issued list is over these.
SAID = (
    "district__code",
    "settlement__number",
    "resident_number",
    "name",
    "id_number",
    "low_income",
    "institution",
    "settled_on",
    *FIGURES,
)
CHUNK = 2000
KEY: "BigIntegerField[object, object]" = BigIntegerField()


def lists_visible_to(actor: Actor) -> QuerySet[HandoverList]:
    """All lists for the agency and the supervisor, none for others."""
    rows = HandoverList.objects.select_related("district", "made_by", "issued_by")
    return rows if actor.may("handover.see") else rows.none()


@dataclass(frozen=True, slots=True)
class Sums:
    """The lines of a part of a list, and what they come to, in yuan; corrections are taken off."""

    count: int
    figures: dict[str, Decimal]

    @property
    def amount(self) -> Decimal:
        return self.figures["amount"]


def sums_of(lines: QuerySet[HandoverLine]) -> Sums:
    found = lines.order_by().aggregate(count=Count("pk"), **{name: Sum(name, default=ZERO) for name in FIGURES})
    return Sums(found["count"], {name: Decimal(found[name]) for name in FIGURES})


def sums_by_district(lines: QuerySet[HandoverLine]) -> list[tuple[Office, Sums]]:
    """The sums of each district of a list, by its code."""
    sums = {f"sum_{name}": Sum(name) for name in FIGURES}
    found = lines.order_by("district__code").values("district").annotate(count=Count("pk"), **sums)
    rows: list[dict[str, Any]] = [dict(row) for row in found]
    offices = Office.objects.in_bulk([row["district"] for row in rows])
    return [
        (offices[row["district"]], Sums(row["count"], {name: row[f"sum_{name}"] for name in FIGURES})) for row in rows
    ]


def with_sums(lists: QuerySet[HandoverList]) -> QuerySet[HandoverList]:
    """Lists with the `count` of their lines and their `amount` in yuan."""
    return lists.annotate(count=Count("lines"), amount=Coalesce(Sum("lines__amount"), ZERO))


def begins(kind: str, district: Office | None) -> datetime.date:
    """The first day of the next list: the one after the last list that took the same people, else the law's first."""
    same = Q(district=None) | Q(district=district) if district else Q(district=None)
    before = HandoverList.objects.filter(same, kind=kind, status=Status.ISSUED).order_by("-period_until").first()
    return next_day(before.period_until) if before else policy.versions(settings.POOLING_AREA)[0].first_day


def unlisted(kind: str, until: datetime.date) -> QuerySet[Settlement]:
    """The live settlements discharged until `until` that have something to hand over and are in no list of the kind.

    Each has `lived_in` (the community of the day of discharge) and `status` (low income on it, or None).
    """
    low_income = Circumstance.objects.filter(
        Q(ends=None) | Q(ends__gte=OuterRef("settled_on")),
        resident=OuterRef("resident"),
        kind=Circumstance.Kind.LOW_INCOME,
        voided=False,
        starts__lte=OuterRef("settled_on"),
    )
    moved = Move.objects.filter(resident=OuterRef("resident"), voided=False, moved_on__gt=OuterRef("settled_on"))
    rows = Settlement.objects.filter(live=True, payable=True, settled_on__lte=until).annotate(
        lived_in=Coalesce(
            Subquery(moved.order_by("moved_on").values("from_community")[:1]),
            F("resident__community"),
            output_field=KEY,
        ),
        status=Subquery(low_income.order_by("-starts").values("value")[:1]),
    )
    if kind == Kind.OVER_CAP:
        rows = rows.filter(over_cap__gt=0)
    else:
        rows = rows.filter(resident_pays__gt=0, status__isnull=False)
    listed = HandoverLine.objects.filter(kind=kind, settlement=OuterRef("pk"), corrects=None)
    return rows.filter(~Exists(listed)).select_related("resident", "stay__institution__office").order_by("pk")


def to_correct(kind: str) -> QuerySet[HandoverLine]:
    """The lines of issued lists whose settlements were reversed since, that no list has taken back yet."""
    lines = HandoverLine.objects.filter(
        kind=kind, corrects=None, correction=None, list__status=Status.ISSUED, settlement__live=False
    )
    return lines.order_by("pk")


def reversed_since(found: HandoverList) -> list[str]:
    """The settlements of a draft that were reversed after it was drafted, by number."""
    gone = found.lines.filter(corrects=None, settlement__live=False).order_by("settlement__number")
    return list(gone.values_list("settlement__number", flat=True))


def seal_of(found: HandoverList) -> str:
    """SHA-256 over everything that the lines of a list say, in their order."""
    digest = hashlib.sha256()
    for row in found.lines.order_by("settled_on", "pk").values_list(*SAID).iterator(chunk_size=CHUNK):
        digest.update(json.dumps([str(value) for value in row], ensure_ascii=False).encode())
    return digest.hexdigest()
