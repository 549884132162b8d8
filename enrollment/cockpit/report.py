"""Everything that the cockpit's page and its workbook say of an office, put together once."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from enrollment.registration.labels import label
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import Category, Tier

from .charts import Chart, share_chart
from .selectors.offices import parts_of
from .selectors.sums import (
    Course,
    Day,
    Figures,
    by_tier,
    cells_of,
    course_of,
    figures_of,
    grouped,
    same_day_last_year,
)


@dataclass(frozen=True, slots=True)
class PartRow:
    """An office, or a school, inside the one that is shown; `before` is the year before on the same day."""

    office: Office
    now: Figures
    before: Figures


@dataclass(frozen=True, slots=True)
class TierRow:
    """A category and tier."""

    category: str
    tier: str
    now: Figures
    before: Figures

    @property
    def label(self) -> str:
        return f"{label(Category(self.category))} · {label(Tier(self.tier))}"


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of the window, and the share paid by the same day of the year before (0 to 1)."""

    words: str
    day: datetime.date | None
    now: Day
    share_before: Decimal | None

    @property
    def percent_before(self) -> Decimal | None:
        """The same in percent with one decimal."""
        return None if self.share_before is None else (self.share_before * 100).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of an office in a contribution year on a day, told by parts, tiers and days, against the year
    before.
    """

    office: Office
    year: int
    today: datetime.date
    first: datetime.date
    last: datetime.date
    now: Figures
    before: Figures
    parts: list[PartRow]
    tiers: list[TierRow]
    days: list[DayRow]
    chart: Chart | None

    @property
    def all_notices(self) -> int:
        """How many notices there are, this year and the year before."""
        return self.now.notices + self.before.notices


def report_of(office: Office, year: int, kind: str, today: datetime.date, *, schools: bool = False) -> Report:
    """The report of an office as far as `today`; `kind` of notice where only that is asked for; `schools`: told by
    school instead of by place.
    """
    cells = cells_of(office, year, kind, schools=schools)
    earlier = cells_of(office, year - 1, kind, schools=schools)
    then = same_day_last_year(today)
    parts, parts_before = grouped(cells, lambda cell: cell.part), grouped(earlier, lambda cell: cell.part, then)
    tiers, tiers_before = by_tier(cells), by_tier(earlier, then)
    course, course_before = course_of(cells, year, today), course_of(earlier, year - 1, today)
    nothing = Figures()
    ends_here = office.kind in (Office.Kind.COMMUNITY, Office.Kind.SCHOOL)
    return Report(
        office=office,
        year=year,
        today=today,
        first=course.first,
        last=course.last,
        now=figures_of(cells),
        before=figures_of(earlier, then),
        parts=[]
        if ends_here
        else [
            PartRow(part, parts.get(part.pk, nothing), parts_before.get(part.pk, nothing))
            for part in parts_of(office, schools=schools)
        ],
        tiers=[
            TierRow(*key, tiers.get(key, nothing), tiers_before.get(key, nothing))
            for key in [*tiers, *(key for key in tiers_before if key not in tiers)]
        ],
        days=day_rows(course, course_before),
        chart=chart_of(year, course, course_before),
    )


def day_rows(course: Course, before: Course) -> list[DayRow]:
    """The days so far, with what came before the window and after it where anything did."""
    rows = []
    if course.before.paid:
        words = _("before %(day)s") % {"day": course.first.isoformat()}
        rows.append(DayRow(words, None, course.before, before.before.so_far.share))
    for place, day in enumerate(course.days):
        rows.append(DayRow("", day.day, day, before.share_at(place)))
    if course.after.paid:
        words = _("after %(day)s") % {"day": course.last.isoformat()}
        rows.append(DayRow(words, None, course.after, before.after.so_far.share))
    return rows


def chart_of(year: int, course: Course, before: Course) -> Chart | None:
    """The share paid by day, this year and the year before; None where there is nothing to draw."""
    total = (course.last - course.first).days + 1
    now = [day.so_far.share for day in course.days]
    then = [day.so_far.share for day in before.days]
    lines = [
        (f"{words} {share * 100:.1f}%", shares)
        for words, shares in ((str(year), now), (str(year - 1), then))
        if (share := next((one for one in reversed(shares) if one is not None), None)) is not None
    ]
    if not lines:
        return None
    middle = next((place for place in range(total) if _day(course, place).day == 1 and place), total // 2)
    return share_chart(lines, total, [(place, f"{_day(course, place):%m-%d}") for place in (0, middle, total - 1)])


def _day(course: Course, place: int) -> datetime.date:
    return course.first + datetime.timedelta(days=place)
