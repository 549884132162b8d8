"""Reading versions of the catalogue, and the catalogue of a day."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Max, Q, QuerySet, Sum

from claims.facts import on_day
from claims.models import CatalogueItem, FeeLine, Settlement, Stay
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs.models import Run

from .models import CatalogueRow, CatalogueVersion
from .rules import Entry

# The name of the kind of run that checks and applies a version.
RUN = "catalogue"
State = CatalogueRow.State


def versions_visible_to(actor: Actor) -> QuerySet[CatalogueVersion]:
    """All versions, the newest first, for agency, supervisor and administrator; none for others."""
    versions = CatalogueVersion.objects.select_related("office", "uploaded_by", "applied_by")
    return versions if actor.may("catalogue.versions") else versions.none()


def versions_to_apply(actor: Actor) -> QuerySet[CatalogueVersion]:
    """Versions of others whose check has ended and that wait for the actor, the longest there first."""
    checked = Run.objects.filter(kind=RUN, dry_run=True, status=Run.Status.FINISHED).values("key")
    waiting = versions_visible_to(actor).filter(applied_on=None, number__in=checked)
    if not actor.may("catalogue.apply"):
        return waiting.none()
    return waiting.exclude(uploaded_by=actor.user_id).order_by("uploaded_on", "number")


def entry_of(item: CatalogueItem) -> Entry:
    """What the catalogue says of an item."""
    return Entry(
        name=item.name,
        kind=item.kind,
        catalogue_class=item.catalogue_class,
        personal_share=item.personal_share,
        price_limit=item.price_limit,
        unit=item.unit,
        name_en=item.name_en,
        initials=item.initials,
    )


def items_on(day: datetime.date) -> QuerySet[CatalogueItem]:
    """The catalogue as it holds on a day, by code."""
    return CatalogueItem.objects.filter(on_day(day)).order_by("code")


def newest_day() -> datetime.date | None:
    """The latest day from which anything of the catalogue holds."""
    day: datetime.date | None = CatalogueItem.objects.aggregate(day=Max("starts"))["day"]
    return day


@dataclass(frozen=True, slots=True)
class Counts:
    """The rows of a version by what they do; `settled_lines` and `open_lines` are the fee lines from its first day on
    of what it changes or ends.
    """

    waiting: int = 0
    new: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0
    refused: int = 0
    settled_lines: int = 0
    open_lines: int = 0

    @property
    def differing(self) -> int:
        return self.new + self.changed + self.ended


def counts_of(version: CatalogueVersion) -> Counts:
    rows = version.rows.order_by().values_list("state")
    counts = {str(state): count for state, count in rows.annotate(count=Count("pk"))}
    lines = version.rows.filter(state__in=[State.NEW, State.CHANGED, State.ENDED]).aggregate(
        settled_lines=Sum("settled_lines", default=0), open_lines=Sum("open_lines", default=0)
    )
    return Counts(**counts, **lines)


def unreadable_codes(version: CatalogueVersion) -> list[int]:
    """The places of the first rows whose code cannot be read."""
    rows = version.rows.filter(state=State.REFUSED, code="", place__isnull=False)
    return [place for place in rows.order_by("place").values_list("place", flat=True)[:5] if place is not None]


def fee_lines_from(day: datetime.date, codes: Sequence[str], today: datetime.date) -> dict[str, tuple[int, int]]:
    """Of each code how many fee lines are dated from a day on: of settled stays, and of others that are not cancelled.

    No line is dated after `today`. A stay is settled for the day of its last line or a later one, so the days of
    settlements say where to look.
    """
    if day > today or not codes:
        return {}
    lines = FeeLine.objects.filter(item_code__in=codes, on__gte=day).order_by().values_list("item_code")
    live = Settlement.objects.filter(live=True, settled_on__gte=day).values("stay")
    settled = dict(lines.filter(stay__in=live).annotate(count=Count("pk")))
    open_states = [Stay.Status.ADMITTED, Stay.Status.DISCHARGED]
    others = dict(lines.filter(stay__status__in=open_states).annotate(count=Count("pk")))
    return {code: (settled.get(code, 0), others.get(code, 0)) for code in {*settled, *others}}


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An entry of an item from a day to a day, and the version that brought it."""

    item: CatalogueItem
    entry: Entry
    version: CatalogueVersion | None


def history_of(code: str) -> list[HistoryEntry]:
    """All entries of an item, the newest first."""
    items = list(CatalogueItem.objects.filter(code=code).order_by("-starts"))
    rows = CatalogueRow.objects.filter(code=code, done=True, state__in=[State.NEW, State.CHANGED])
    brought = {row.version.starts: row.version for row in rows.select_related("version").order_by("pk")}
    return [HistoryEntry(item, entry_of(item), brought.get(item.starts)) for item in items]


def refused_rows(version: CatalogueVersion) -> QuerySet[CatalogueRow]:
    """The refused rows as they stood in the file."""
    return version.rows.filter(state=State.REFUSED).order_by("place")


def find_rows(rows: QuerySet[CatalogueRow], text: str) -> QuerySet[CatalogueRow]:
    """Rows by the start of the code or a part of the name, before or after."""
    text = text.strip()
    if not text:
        return rows
    return rows.filter(Q(code__istartswith=text) | Q(before__name__icontains=text) | Q(after__name__icontains=text))


def in_order(rows: QuerySet[CatalogueRow]) -> QuerySet[CatalogueRow]:
    return rows.order_by(F("place").asc(nulls_last=True), "code")
