"""The subsidy statements of the time before the demo's day, issued and paid but for what is late.

As all of the past they are written by the set: the service looks at every notice for what came late or was returned
since, and in this past nothing did.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import connection
from django.db.models import Sum

from enrollment.contributions.models import ContributionNotice
from funds import rules
from funds.models import SubsidyStatement
from funds.selectors import drawing, figures
from funds.selectors.balances import balances_of
from funds.services import record_subsidy, remind_payer
from funds.services.summing import forget_stated, write_sums
from liaoyang_medins.kernel import clock, policy
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office

from .history import LAW

REMINDED_AFTER = datetime.timedelta(days=14)
# A paid notice with a government part stands in the statement of its value date (F2, F3).
ITEMS = """
INSERT INTO funds_subsidyitem
    (statement_id, notice_id, district_id, category, tier, persons, government, city, district_share)
SELECT %s, id, district_id, category, tier, 1, government, city, district_share
FROM contributions_contributionnotice
WHERE status = 'paid' AND government > 0 AND paid_on BETWEEN %s AND %s ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Signatories:
    """Who makes a statement, who checks it and who approves it."""

    maker: Actor
    checker: Actor
    approver: Actor


def issue_past_statements(as_of: datetime.date, by: Signatories) -> None:
    """A statement, signed by the three, for every period that ended more than a month before `as_of` and in which
    somebody paid.
    """
    period = drawing.period_of(LAW)
    while period.last + datetime.timedelta(days=20) < as_of:
        prepared_on = period.last + datetime.timedelta(days=3)
        paid = ContributionNotice.objects.filter(status="paid", government__gt=0)
        if paid.filter(paid_on__range=(period.first, period.last)).exists():
            statement = issued(period, prepared_on, by)
            pay(statement, period, prepared_on, as_of, by.maker)
        period = drawing.period_of(period.last + datetime.timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE funds_unstatednotice")
    forget_stated()
    remind(as_of, by.maker)


def remind(as_of: datetime.date, clerk: Actor) -> None:
    """Two weeks after its term those who are late with the oldest such statement are written to."""
    written_on = as_of - datetime.timedelta(days=7)
    for statement in SubsidyStatement.objects.filter(due_on__lt=written_on - REMINDED_AFTER).order_by("due_on"):
        late = [owed for owed in balances_of(statement, written_on) if owed.balance.overdue_days]
        with clock.on_day(written_on):
            for owed in late:
                remind_payer(number=statement.number, payer=owed.payer.code, by=clerk)
        if late:
            return


def issued(period: rules.Period, prepared_on: datetime.date, by: Signatories) -> SubsidyStatement:
    """The statement of the period, prepared on `prepared_on`, checked on the day after, issued two days later."""
    issued_on = prepared_on + datetime.timedelta(days=2)
    rule = policy.on(settings.POOLING_AREA, issued_on)
    statement = SubsidyStatement.objects.create(
        number=next_number("statement", prepared_on),
        kind=period.kind.value,
        period_from=period.first,
        period_until=period.last,
        policy_version=rule.version,
        policy_hash=rule.content_hash,
        made_by_id=by.maker.user_id,
    )
    with connection.cursor() as cursor:
        cursor.execute(ITEMS, [statement.pk, period.first, period.last])
        cursor.execute("ANALYZE funds_subsidyitem")
    write_sums(statement)
    sums = figures.sums_of(statement)
    changes = {"period": period.first, "persons": sums.persons, "government": sums.government}
    with clock.on_day(prepared_on):
        audit.record(by=by.maker, verb="statements.prepare", obj=statement, changes=changes)
    with clock.on_day(prepared_on + datetime.timedelta(days=1)):
        audit.record(by=by.checker, verb="statements.check", obj=statement, changes=changes)
    statement.status = SubsidyStatement.Status.ISSUED
    statement.issued_on = issued_on
    statement.due_on = rules.due_on(issued_on, rule)
    statement.checked_by_id, statement.approved_by_id = by.checker.user_id, by.approver.user_id
    statement.hash = figures.seal_of(statement)
    statement.version += 2
    statement.save()
    changes |= {"due_on": statement.due_on, "hash": statement.hash}
    with clock.on_day(issued_on):
        audit.record(by=by.approver, verb="statements.issue", obj=statement, changes=changes)
    return statement


def pay(
    statement: SubsidyStatement, period: rules.Period, prepared_on: datetime.date, as_of: datetime.date, clerk: Actor
) -> None:
    """City and districts pay within a month; of the last statements Wensheng owes all and Baita a part."""
    paid_on = prepared_on + datetime.timedelta(days=25)
    late = period.last + datetime.timedelta(days=90) > as_of
    shares: dict[str, Decimal] = {}
    rows = statement.sums.order_by().values("district__code")
    for district, city, share in rows.values_list("district__code", Sum("city"), Sum("district_share")):
        shares["211000"] = shares.get("211000", Decimal(0)) + city
        shares[district] = shares.get(district, Decimal(0)) + share
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
