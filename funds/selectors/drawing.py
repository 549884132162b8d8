"""What a statement has to hold: new claims and corrections (F3). The one place that decides it, for preview, draft
and issue.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum, Value

from enrollment.contributions.models import ContributionNotice
from funds import rules
from funds.labels import period_label
from funds.models import SubsidyItem, SubsidyStatement
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.money import ZERO

ISSUED = SubsidyStatement.Status.ISSUED
PAID = ContributionNotice.Status.PAID

# The columns of a line, as `drawn` selects them and as a statement's item has them.
COLUMNS = "notice_id, district_id, category, tier, persons, government, city, district_share"
LOTS = """
    WITH drawn ({columns}) AS ({lines}),
    placed AS (
        SELECT notice_id, (row_number() OVER (ORDER BY notice_id) - 1) / %s AS lot
        FROM (SELECT DISTINCT notice_id FROM drawn) AS notice
    )
    SELECT max(notice_id) FROM placed GROUP BY lot ORDER BY lot
"""
SAME = """
    WITH drawn ({columns}) AS ({lines}), held AS (SELECT {columns} FROM funds_subsidyitem WHERE statement_id = %s)
    SELECT NOT EXISTS (
        (SELECT * FROM held EXCEPT ALL SELECT * FROM drawn)
        UNION ALL (SELECT * FROM drawn EXCEPT ALL SELECT * FROM held)
    )
"""


@dataclass(frozen=True, slots=True)
class Lot:
    """The notices with keys above `after`, up to `until` (included); None is no limit."""

    after: int | None = None
    until: int | None = None


EVERYTHING = Lot()


@dataclass(frozen=True, slots=True)
class Sums:
    """Persons and yuan of some items; corrections count below zero."""

    persons: int = 0
    government: Decimal = ZERO
    city: Decimal = ZERO
    district_share: Decimal = ZERO

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.persons + other.persons,
            self.government + other.government,
            self.city + other.city,
            self.district_share + other.district_share,
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A period that a statement can be prepared for, and what it would hold as the records stand now."""

    period: rules.Period
    claims: Sums
    corrections: Sums

    @property
    def total(self) -> Sums:
        return self.claims + self.corrections

    @property
    def label(self) -> str:
        """The period in words."""
        return period_label(self.period.kind, self.period.first)


def period_of(value_date: datetime.date) -> rules.Period:
    """The period of a value date under the policy of that day (F2). Raises BeforeTheLaw."""
    return rules.period_of(value_date, policy.on(settings.POOLING_AREA, value_date))


def _counted() -> QuerySet[SubsidyItem, Any]:
    """Issued items of the outer notice in its district, where they still count it."""
    issued = SubsidyItem.objects.filter(statement__status=ISSUED, notice=OuterRef("pk"), district=OuterRef("district"))
    return issued.values("notice").annotate(net=Sum("persons")).filter(net__gt=0).values("notice")


def unclaimed_notices() -> QuerySet[ContributionNotice]:
    """Paid notices with a government part that no issued statement counts (F3); C4's, without one, never appear."""
    return ContributionNotice.objects.filter(status=PAID, government__gt=0).exclude(Exists(_counted()))


def notices_for(period: rules.Period) -> QuerySet[ContributionNotice]:
    """What the period's statement claims: value dates in the period, and those that became known after theirs was
    issued.
    """
    covered = SubsidyStatement.objects.filter(
        status=ISSUED, period_from__lte=OuterRef("paid_on"), period_until__gte=OuterRef("paid_on")
    )
    return unclaimed_notices().filter(Q(paid_on__range=(period.first, period.last)) | Exists(covered))


def overclaimed() -> QuerySet[SubsidyItem, Any]:
    """Issued lines that no longer hold, since the payment was returned (C8) or belongs to another district, with
    their sums.
    """
    return (
        SubsidyItem.objects.filter(statement__status=ISSUED)
        .filter(~Q(notice__status=PAID) | ~Q(notice__district=F("district")))
        .values("notice", "district", "category", "tier")
        .annotate(net=Sum("persons"), government=Sum("government"), city=Sum("city"), share=Sum("district_share"))
        .filter(net__gt=0)
        .order_by("notice", "district")
    )


def drawn(period: rules.Period, lot: Lot = EVERYTHING) -> tuple[str, tuple[Any, ...]]:
    """The lines (COLUMNS) of a period's statement as the records stand now, claims and corrections, of a lot of
    notices: a select with its parameters, so that PostgreSQL can write, sum or compare them where they are.
    """
    claims = notices_for(period)
    corrections = overclaimed().order_by()
    if lot.after is not None:
        claims, corrections = claims.filter(pk__gt=lot.after), corrections.filter(notice__gt=lot.after)
    if lot.until is not None:
        claims, corrections = claims.filter(pk__lte=lot.until), corrections.filter(notice__lte=lot.until)
    lines = claims.order_by().values_list(
        "pk", "district", "category", "tier", Value(1), "government", "city", "district_share"
    )
    less = corrections.values_list(
        "notice", "district", "category", "tier", Value(-1), -F("government"), -F("city"), -F("share")
    )
    sql, parameters = lines.union(less, all=True).query.sql_with_params()
    return sql, tuple(parameters)


def lots_of(period: rules.Period, size: int) -> list[Lot]:
    """The period's lines in lots of `size` notices. Together they hold every notice, also one that is paid while they
    are worked; without a line there is none.
    """
    lines, parameters = drawn(period)
    with connection.cursor() as cursor:
        cursor.execute(LOTS.format(columns=COLUMNS, lines=lines), [*parameters, size])
        ends: list[int | None] = [end for (end,) in cursor.fetchall()]
    if not ends:
        return []
    bounds = [None, *ends[:-1], None]
    return [Lot(after, until) for after, until in pairwise(bounds)]


def is_fresh(statement: SubsidyStatement, period: rules.Period) -> bool:
    """Whether the statement holds just the lines that would be drawn now."""
    lines, parameters = drawn(period)
    with connection.cursor() as cursor:
        cursor.execute(SAME.format(columns=COLUMNS, lines=lines), [*parameters, statement.pk])
        (same,) = cursor.fetchone()
    return bool(same)


def _sums(items: QuerySet[ContributionNotice]) -> Sums:
    found = items.aggregate(
        government=Sum("government", default=ZERO),
        city=Sum("city", default=ZERO),
        share=Sum("district_share", default=ZERO),
    )
    return Sums(items.count(), found["government"], found["city"], found["share"])


def corrections_waiting() -> Sums:
    """The corrections that the next statement will hold."""
    total = Sums()
    for row in overclaimed():
        total += Sums(-1, -row["government"], -row["city"], -row["share"])
    return total


def unstated_periods(today: datetime.date) -> list[rules.Period]:
    """Ended periods without a statement that have something to claim, the oldest first.

    What comes late for a stated period and corrections go with whichever is stated next; where nothing else waits,
    with the period that ended last.
    """
    stated = {(kind, first) for kind, first in SubsidyStatement.objects.values_list("kind", "period_from")}
    days = unclaimed_notices().order_by("paid_on").values_list("paid_on", flat=True).distinct()
    waiting = {period_of(day) for day in days if day is not None}
    late = {period for period in waiting if (period.kind.value, period.first) in stated}
    found = {period for period in waiting - late if period.last < today}
    last = last_ended_period(today)
    if last and not found and (last.kind.value, last.first) not in stated and (late or overclaimed().exists()):
        found.add(last)
    return sorted(found, key=lambda period: period.first)


def last_ended_period(today: datetime.date) -> rules.Period | None:
    """The period that ended last before `today`; None in the law's first."""
    first_day = policy.area_policies(settings.POOLING_AREA).first_day
    before = period_of(today).first - datetime.timedelta(days=1)
    return period_of(before) if before >= first_day else None


def candidates(today: datetime.date) -> list[Candidate]:
    """The periods that can be prepared on `today`, each with what its statement would hold."""
    corrections = corrections_waiting()
    return [Candidate(period, _sums(notices_for(period)), corrections) for period in unstated_periods(today)]
