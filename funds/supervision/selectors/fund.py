"""Income, spending and balance of the fund by month and district, from the sums that jobs keep."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal

from django.db.models import QuerySet

from funds.chart import Chart
from funds.models import Account
from liaoyang_medins.kernel.days import add_months
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role

from ..models import FundMonth, Refresh
from ..rules import RESERVE_MONTHS, months_of_reserve

# Accounts with a column of their own; what else is income or spending is summed up as such.
COLUMNS: dict[str, str] = {
    Chart.CONTRIBUTIONS: "contributions",
    Chart.CITY_SUBSIDY: "city",
    Chart.DISTRICT_SUBSIDY: "district",
    Chart.INPATIENT_BENEFITS: "inpatient",
}
OTHERS: dict[str, str] = {Account.Kind.INCOME: "other_income", Account.Kind.EXPENSE: "other_spending"}
# Nobody's district, as the address says it.
NO_DISTRICT = "none"


@dataclass(frozen=True, slots=True)
class Flow:
    """What came in and went out, in yuan."""

    contributions: Decimal = ZERO
    city: Decimal = ZERO
    district: Decimal = ZERO
    other_income: Decimal = ZERO
    inpatient: Decimal = ZERO
    other_spending: Decimal = ZERO

    def __add__(self, other: "Flow") -> "Flow":
        return Flow(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Flow)))

    @property
    def income(self) -> Decimal:
        return self.contributions + self.city + self.district + self.other_income

    @property
    def spending(self) -> Decimal:
        return self.inpatient + self.other_spending

    @property
    def surplus(self) -> Decimal:
        return self.income - self.spending


NOTHING = Flow()


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: `balance` is that at the end of what the line is about, in yuan."""

    flow: Flow
    balance: Decimal


@dataclass(frozen=True, slots=True)
class MonthRow(Row):
    """A month, by its first day."""

    month: datetime.date


@dataclass(frozen=True, slots=True)
class DistrictRow(Row):
    """A district; None is what belongs to none."""

    office: Office | None


@dataclass(frozen=True, slots=True)
class FundReport:
    """The fund in a calendar year, of the whole area or a district; `before` is the balance with which the year began,
    `balance` that at its end or today, `reserve` for how many months that lasts.
    """

    year: int
    months: tuple[MonthRow, ...]
    districts: tuple[DistrictRow, ...]
    total: Flow
    year_before: Flow
    before: Decimal
    balance: Decimal
    reserve: Decimal | None
    reserve_months: int


Cell = tuple[datetime.date, int | None, Flow]


def fund_months_seen_by(actor: Actor) -> QuerySet[FundMonth]:
    """The sums that the actor may see: the city, the agency and the supervisor all, a district's finance its own."""
    months = FundMonth.objects.all()
    if not actor.may("supervision.see"):
        return months.none()
    if actor.role is Role.DISTRICT_FINANCE:
        return months.filter(district=actor.office) if actor.office else months.none()
    return months


def districts_seen_by(actor: Actor) -> list[Office]:
    """The districts that the actor may choose from."""
    districts = Office.objects.filter(kind=Office.Kind.DISTRICT).order_by("code")
    if actor.role is Role.DISTRICT_FINANCE:
        return list(districts.filter(pk=actor.office.pk if actor.office else 0))
    return list(districts) if actor.may("supervision.see") else []


def years_known(actor: Actor, today: datetime.date) -> list[int]:
    """The calendar years of which there is something to see, and the present one; the newest first."""
    known = {day.year for day in fund_months_seen_by(actor).dates("month", "year")}
    return sorted(known | {today.year}, reverse=True)


def last_refreshes() -> tuple[Refresh | None, Refresh | None]:
    """The last count of all, and the last of the whole; None where nothing was counted yet."""
    found = list(Refresh.objects.all())
    return (found[0] if found else None), next((row for row in found if row.whole), None)


def fund_report(actor: Actor, today: datetime.date, year: int | None = None, district: str = "") -> FundReport:
    """The fund in a year, by default the present one; of a district by its code, `none` for what belongs to none."""
    rows = fund_months_seen_by(actor)
    if district == NO_DISTRICT:
        rows = rows.filter(district=None)
    elif district:
        rows = rows.filter(district__code=district)
    cells = cells_of(rows)
    year = year or today.year
    by_month: dict[datetime.date, Flow] = {}
    for month, _district, flow in cells:
        by_month[month] = by_month.get(month, NOTHING) + flow
    in_year = [month for month in by_month if month.year == year]
    before = sum((flow.surplus for month, flow in by_month.items() if month.year < year), ZERO)
    months, balance = [], before
    for month in months_between(datetime.date(year, 1, 1), max([last_month(year, today), *in_year])):
        flow = by_month.get(month, NOTHING)
        balance += flow.surplus
        months.append(MonthRow(flow, balance, month))
    # The present month is not over: its spending says nothing yet.
    end = min(datetime.date(year + 1, 1, 1), today.replace(day=1))
    known = [month for month in twelve_before(end) if by_month and month >= min(by_month)]
    spent = [by_month.get(month, NOTHING).spending for month in known]
    return FundReport(
        year=year,
        months=tuple(months),
        districts=tuple(district_rows(cells, year)),
        total=sum((row.flow for row in months), NOTHING),
        year_before=sum((flow for month, flow in by_month.items() if month.year == year - 1), NOTHING),
        before=before,
        balance=balance,
        reserve=months_of_reserve(balance, spent),
        reserve_months=len(known),
    )


def cells_of(rows: QuerySet[FundMonth]) -> list[Cell]:
    """Month, district (by key) and flow of each account's row; one look at the database."""
    found = rows.order_by().values_list("month", "district", "account__code", "account__kind", "amount")
    return [
        (month, district, Flow(**{COLUMNS.get(code) or OTHERS[kind]: amount}))
        for month, district, code, kind, amount in found
    ]


def district_rows(cells: Iterable[Cell], year: int) -> list[DistrictRow]:
    """The districts in the year, by code, what belongs to none last."""
    flows: dict[int | None, Flow] = defaultdict(Flow)
    balances: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    for month, district, flow in cells:
        if month.year <= year:
            balances[district] += flow.surplus
        if month.year == year:
            flows[district] += flow
    offices = Office.objects.in_bulk([key for key in balances if key is not None])
    found = [DistrictRow(flows[key], balances[key], offices[key] if key else None) for key in balances]
    return sorted(found, key=lambda row: (row.office is None, row.office.code if row.office else ""))


def last_month(year: int, today: datetime.date) -> datetime.date:
    """The last month of a year that has begun, by its first day."""
    return min(datetime.date(year, 12, 1), today.replace(day=1))


def twelve_before(month: datetime.date) -> list[datetime.date]:
    """The twelve months before one."""
    return [add_months(month, back) for back in range(-RESERVE_MONTHS, 0)]


def months_between(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """The first days of the months from one to another, both included."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [add_months(first, place) for place in range(max(count, 0))]
