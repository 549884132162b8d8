"""The sums of an office, told by what lies in it, by tier and by day, from one look at what is kept."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from django.db.models import QuerySet, Sum

from enrollment.contributions.rules import payment_window
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import Category, Tier

from ..models import NoticeSum, SchoolSum

Kind = Office.Kind
K = TypeVar("K", bound=Hashable)
# From a community to the offices that lie right below an office of a kind.
PART_OF: dict[str, str] = {
    Kind.AREA: "community__parent__parent",
    Kind.DISTRICT: "community__parent",
    Kind.SUBDISTRICT: "community",
    Kind.COMMUNITY: "community",
}
# From a community to an office of a kind.
INSIDE: dict[str, str] = {
    Kind.AREA: "community__parent__parent__parent",
    Kind.DISTRICT: "community__parent__parent",
    Kind.SUBDISTRICT: "community__parent",
    Kind.COMMUNITY: "community",
}
# From a school to an office of a kind.
SCHOOL_IN: dict[str, str] = {
    Kind.AREA: "school__parent__parent",
    Kind.DISTRICT: "school__parent",
    Kind.SCHOOL: "school",
}
CATEGORIES = [category.value for category in Category]
TIERS = [tier.value for tier in Tier]


@dataclass(frozen=True, slots=True)
class Cell:
    """Notices of a part (an office, by its key) that have category, tier and day of payment in common, in yuan."""

    part: int
    category: str
    tier: str
    paid_on: datetime.date | None
    notices: int
    personal: Decimal
    government: Decimal


@dataclass(frozen=True, slots=True)
class Figures:
    """What is to be paid and what was, in notices and in yuan; `government` is the part of what was paid."""

    notices: int = 0
    paid: int = 0
    due: Decimal = ZERO
    received: Decimal = ZERO
    government: Decimal = ZERO

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.notices + other.notices,
            self.paid + other.paid,
            self.due + other.due,
            self.received + other.received,
            self.government + other.government,
        )

    @property
    def unpaid(self) -> int:
        return self.notices - self.paid

    @property
    def outstanding(self) -> Decimal:
        """Yuan that are not paid."""
        return self.due - self.received

    @property
    def share(self) -> Decimal | None:
        """Of the notices the share that is paid, between 0 and 1; None where there is none."""
        return Decimal(self.paid) / Decimal(self.notices) if self.notices else None

    @property
    def percent(self) -> Decimal:
        """The same in percent with one decimal, for the width of a bar."""
        return (Decimal(100) * (self.share or 0)).quantize(Decimal("0.1"))


def window_year(today: datetime.date) -> int:
    """The contribution year whose window is open, or was the last to be."""
    first, _last = payment_window(today.year + 1, policy_on(today))
    return today.year + 1 if today >= first else today.year


def cells_of(office: Office, year: int, kind: str = "", *, schools: bool = False) -> list[Cell]:
    """The cells of a contribution year of an office, each with the office right below it that it belongs to, or with
    the school; `kind` of notice where only that is asked for. One look at the database.
    """
    rows: QuerySet[NoticeSum] | QuerySet[SchoolSum]
    if schools or office.kind == Kind.SCHOOL:
        part = "school"
        rows = SchoolSum.objects.filter(contribution_year=year, **{SCHOOL_IN[office.kind]: office})
    else:
        part = PART_OF[office.kind]
        rows = NoticeSum.objects.filter(contribution_year=year, **{INSIDE[office.kind]: office})
    if kind:
        rows = rows.filter(kind=kind)
    found = (
        rows.order_by()
        .values_list(part, "category", "tier", "paid_on")
        .annotate(Sum("notices"), Sum("personal"), Sum("government"))
    )
    return [Cell(*row) for row in found]


def figures_of(cells: Iterable[Cell], until: datetime.date | None = None) -> Figures:
    """The figures of cells; what was paid after `until` counts as not paid."""
    return grouped(cells, lambda cell: 0, until).get(0, Figures())


def grouped(cells: Iterable[Cell], key: Callable[[Cell], K], until: datetime.date | None = None) -> dict[K, Figures]:
    """The figures of cells by whatever `key` says of them; what was paid after `until` counts as not paid."""
    counts: dict[K, list[int]] = defaultdict(lambda: [0, 0])
    sums: dict[K, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for cell in cells:
        at = key(cell)
        count, money = counts[at], sums[at]
        count[0] += cell.notices
        money[0] += cell.personal
        if cell.paid_on is not None and (until is None or cell.paid_on <= until):
            count[1] += cell.notices
            money[1] += cell.personal
            money[2] += cell.government
    return {at: Figures(count[0], count[1], *sums[at]) for at, count in counts.items()}


def by_tier(cells: Iterable[Cell], until: datetime.date | None = None) -> dict[tuple[str, str], Figures]:
    """The figures by category and tier, in the order of the scheme."""
    found = grouped(cells, lambda cell: (cell.category, cell.tier), until)
    return dict(sorted(found.items(), key=lambda item: (CATEGORIES.index(item[0][0]), TIERS.index(item[0][1]))))


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the window: what was paid on it, and by its end. `day` is empty for all days before, or after, it."""

    day: datetime.date | None
    paid: int
    received: Decimal
    so_far: Figures


@dataclass(frozen=True, slots=True)
class Course:
    """How a window went, day by day until `until`; what was paid before its first day and after its last apart."""

    first: datetime.date
    last: datetime.date
    before: Day
    days: tuple[Day, ...]
    after: Day

    def share_at(self, place: int) -> Decimal | None:
        """The share that was paid by the end of the day at this place, from 0; None for a day to come."""
        return self.days[place].so_far.share if place < len(self.days) else None


def course_of(cells: Iterable[Cell], year: int, today: datetime.date) -> Course:
    """The days of a contribution year's window until `today`."""
    first, last = payment_window(year, policy_on(today))
    known = list(cells)
    paid: dict[datetime.date, Figures] = grouped(
        (cell for cell in known if cell.paid_on is not None), lambda cell: cell.paid_on or datetime.date.max
    )
    all_of = figures_of(known)
    so_far = replace(all_of, paid=0, received=ZERO, government=ZERO)

    def add(day: datetime.date | None, these: Iterable[Figures]) -> Day:
        nonlocal so_far
        sums = sum(these, Figures())
        so_far = replace(
            so_far,
            paid=so_far.paid + sums.paid,
            received=so_far.received + sums.received,
            government=so_far.government + sums.government,
        )
        return Day(day, sums.paid, sums.received, so_far)

    before = add(None, (figures for day, figures in paid.items() if day < first))
    days = []
    for place in range((min(last, today) - first).days + 1):
        day = first + datetime.timedelta(days=place)
        days.append(add(day, [paid[day]] if day in paid else []))
    shown = min(last, max(today, first - datetime.timedelta(days=1)))
    after = add(None, (figures for day, figures in paid.items() if day > shown))
    return Course(first, last, before, tuple(days), after)


def same_day_last_year(today: datetime.date) -> datetime.date:
    """The day a year ago; 28 February for the 29th."""
    try:
        return today.replace(year=today.year - 1)
    except ValueError:
        return today.replace(year=today.year - 1, day=28)
