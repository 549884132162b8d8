"""Charts as data for static/js/charts.js; each stands above the table that it is drawn from."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from .rules import Measures
from .selectors.fund import FundReport
from .selectors.institutions import CourseRow, InstitutionReport

HUNDRED = Decimal(100)
Of = Callable[[Measures], Decimal | None]


@dataclass(frozen=True, slots=True)
class Series:
    """A line or a set of bars: its words, and a value (or None) at each label."""

    name: str
    values: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """`kind` is bars, rows (bars that lie) or lines; `unit` stands beside the axis, `decimals` are those of values."""

    key: str
    kind: str
    title: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    decimals: int = 0

    @property
    def data(self) -> dict[str, Any]:
        """As the script reads it."""
        return asdict(self)

    @property
    def has_values(self) -> bool:
        """Whether there is anything to draw: a figure other than nothing."""
        return any(value is not None and Decimal(value) for each in self.series for value in each.values)


@dataclass(frozen=True, slots=True)
class Measure:
    """An indicator: its code in the address, its words with the unit, how it is told from sums, in which unit."""

    code: str
    label: str
    of: Of
    unit: str
    decimals: int


def percent_of(of: Of) -> Of:
    """A share as a number of percent."""

    def told(measures: Measures) -> Decimal | None:
        found = of(measures)
        return None if found is None else found * HUNDRED

    return told


def measures_shown() -> list[Measure]:
    """The indicators of institutions, in the order of the tables."""
    return [
        Measure("cost", _("Average cost (yuan)"), lambda found: found.average_cost, _("yuan"), 0),
        Measure("days", _("Average days"), lambda found: found.average_days, _("days"), 1),
        Measure("again", _("Readmitted within 14 days (%)"), percent_of(lambda found: found.readmission), "%", 1),
        Measure("scope", _("Out of scope (%)"), percent_of(lambda found: found.out_of_scope), "%", 1),
    ]


def told(value: Decimal | None) -> str | None:
    """A value of a chart, as JSON keeps it to the last digit."""
    return None if value is None else str(value)


def month_labels(months: Sequence[datetime.date]) -> tuple[str, ...]:
    return tuple(f"{month:%Y-%m}" for month in months)


def fund_charts(report: FundReport) -> list[Chart]:
    """Income and spending by month as bars, and the balance at the end of each month as a line."""
    labels = month_labels([row.month for row in report.months])
    flows = (
        Series(_("Income"), tuple(told(row.flow.income) for row in report.months)),
        Series(_("Spending"), tuple(told(row.flow.spending) for row in report.months)),
    )
    balance = Series(_("Balance"), tuple(told(row.balance) for row in report.months))
    return [
        Chart("flows", "bars", _("Income and spending by month"), _("yuan"), labels, flows),
        Chart("balance", "lines", _("Balance at the end of the month"), _("yuan"), labels, (balance,)),
    ]


def institutions_chart(report: InstitutionReport, measure: Measure) -> Chart:
    """An indicator of each institution as a bar beside that of the rest of its grade."""
    return Chart(
        "institutions",
        "rows",
        measure.label,
        measure.unit,
        tuple(row.institution.label for row in report.rows),
        (
            Series(_("The institution"), tuple(told(measure.of(row.own)) for row in report.rows)),
            Series(_("Rest of its grade"), tuple(told(measure.of(row.rest)) for row in report.rows)),
        ),
        measure.decimals,
    )


def course_charts(course: Sequence[CourseRow]) -> list[Chart]:
    """Each indicator of an institution month by month, beside the rest of its grade."""
    labels = month_labels([row.month for row in course])
    return [
        Chart(
            measure.code,
            "lines",
            measure.label,
            measure.unit,
            labels,
            (
                Series(_("The institution"), tuple(told(measure.of(row.own)) for row in course)),
                Series(_("Rest of its grade"), tuple(told(measure.of(row.rest)) for row in course)),
            ),
            measure.decimals,
        )
        for measure in measures_shown()
    ]
