"""The subsidy statements of the time before the demo's day, issued and paid but for what is late."""

import datetime
from decimal import Decimal

from funds import rules
from funds.models import SubsidyStatement
from funds.selectors import drawing
from funds.services import issue_statement, prepare_statement, record_subsidy
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office

from .history import LAW


def issue_past_statements(as_of: datetime.date, *, clerk: Actor, reviewer: Actor) -> None:
    """Prepare and issue a statement for every period that ended more than a month before `as_of`."""
    period = drawing.period_of(LAW)
    while period.last + datetime.timedelta(days=20) < as_of:
        prepared_on = period.last + datetime.timedelta(days=3)
        try:
            with clock.on_day(prepared_on):
                statement = prepare_statement(kind=period.kind.value, period_from=period.first, by=clerk)
        except Refused:
            # A month in which nobody paid has nothing to claim.
            statement = None
        if statement is not None:
            with clock.on_day(prepared_on + datetime.timedelta(days=2)):
                issue_statement(number=statement.number, version=statement.version, by=reviewer)
            pay(statement, period, prepared_on, as_of, clerk)
        period = drawing.period_of(period.last + datetime.timedelta(days=1))


def pay(
    statement: SubsidyStatement, period: rules.Period, prepared_on: datetime.date, as_of: datetime.date, clerk: Actor
) -> None:
    """City and districts pay within a month; of the last statements Wensheng owes all and Baita a part."""
    paid_on = prepared_on + datetime.timedelta(days=25)
    late = period.last + datetime.timedelta(days=90) > as_of
    shares: dict[str, Decimal] = {}
    for item in statement.items.select_related("district"):
        shares["211000"] = shares.get("211000", Decimal(0)) + item.city
        shares[item.district.code] = shares.get(item.district.code, Decimal(0)) + item.district_share
    with clock.on_day(min(paid_on, as_of)):
        for office in Office.objects.filter(code__in=shares).order_by("code"):
            amount = shares[office.code]
            if late and office.code == "211002":
                amount = (amount / 2).quantize(Decimal(1))
            if amount <= 0 or paid_on > as_of or (late and office.code == "211003"):
                continue
            record_subsidy(
                number=statement.number,
                payer=office.code,
                amount=amount,
                paid_on=paid_on,
                bank_reference=f"CZ{statement.number[1:]}-{office.code}",
                by=clerk,
            )
