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

from funds import rules
from funds.labels import period_label
from funds.models import SubsidyStatement
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.money import ZERO

ISSUED = SubsidyStatement.Status.ISSUED

# The columns of a line, as `drawn` selects them and as a statement's item has them.
COLUMNS = "notice_id, district_id, category, tier, persons, government, city, district_share"
# Notices with news since issued statements counted them, and what these still count of them. The statements' keys are
# given, not joined: they are few, and what PostgreSQL guesses of so few rows would make it read all the lines of each
# for every notice.
COUNTED = """news AS MATERIALIZED (
    SELECT DISTINCT notice_id FROM funds_unstatednotice WHERE notice_id > %(after)s AND notice_id <= %(until)s
), counted AS MATERIALIZED (
    SELECT notice_id, district_id, category, tier, sum(persons) AS persons,
        sum(government) AS government, sum(city) AS city, sum(district_share) AS district_share
    FROM funds_subsidyitem
    WHERE statement_id = ANY(%(issued)s) AND notice_id IN (SELECT notice_id FROM news)
    GROUP BY notice_id, district_id, category, tier HAVING sum(persons) > 0
)"""
# Paid notices with a government part that no issued statement counts in their district; C4's, without one, never are.
UNCLAIMED = """
    SELECT notice.* FROM contributions_contributionnotice notice
    WHERE notice.id IN (SELECT notice_id FROM news) AND notice.status = 'paid' AND notice.government > 0
        AND NOT EXISTS (
            SELECT FROM counted WHERE counted.notice_id = notice.id AND counted.district_id = notice.district_id
        )
"""
# Lines that no longer hold, since the payment was returned (C8) or belongs to another district.
OVERCLAIMED = """
    SELECT counted.* FROM counted JOIN contributions_contributionnotice notice ON notice.id = counted.notice_id
    WHERE notice.status <> 'paid' OR notice.district_id <> counted.district_id
"""
# Claims: value dates in the period, and those that became known after the statement of theirs was issued. Corrections:
# with minus before all.
DRAWN = f"""
    WITH {COUNTED}
    SELECT id, district_id, category, tier, 1, government, city, district_share FROM ({UNCLAIMED}) AS claim
    WHERE paid_on BETWEEN %(first)s AND %(last)s OR EXISTS (
        SELECT FROM funds_subsidystatement covers
        WHERE covers.id = ANY(%(issued)s) AND claim.paid_on BETWEEN covers.period_from AND covers.period_until
    )
    UNION ALL
    SELECT notice_id, district_id, category, tier, -1, -government, -city, -district_share FROM ({OVERCLAIMED}) AS less
"""  # noqa: S608  (all of it stands above)
WAITING = f"WITH {COUNTED} SELECT DISTINCT paid_on FROM ({UNCLAIMED}) AS claim ORDER BY paid_on"  # noqa: S608
LESS = f"WITH {COUNTED} SELECT EXISTS ({OVERCLAIMED})"
SUMS = """
    WITH drawn ({columns}) AS ({lines})
    SELECT persons > 0, sum(persons), sum(government), sum(city), sum(district_share) FROM drawn GROUP BY persons > 0
"""
LOTS = """
    WITH drawn ({columns}) AS ({lines}),
    placed AS (
        SELECT notice_id, (row_number() OVER (ORDER BY notice_id) - 1) / %(size)s AS lot
        FROM (SELECT DISTINCT notice_id FROM drawn) AS notice
    )
    SELECT max(notice_id) FROM placed GROUP BY lot ORDER BY lot
"""
SAME = """
    WITH drawn ({columns}) AS ({lines}),
    held AS (SELECT {columns} FROM funds_subsidyitem WHERE statement_id = %(statement)s)
    SELECT NOT EXISTS (
        SELECT FROM held FULL JOIN drawn USING (notice_id, district_id, persons)
        WHERE (held.category, held.tier, held.government, held.city, held.district_share)
            IS DISTINCT FROM (drawn.category, drawn.tier, drawn.government, drawn.city, drawn.district_share)
    )
"""
LAST_KEY = 2**63 - 1


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


def asked(sql: str, lot: Lot = EVERYTHING, **values: Any) -> list[tuple[Any, ...]]:
    """The rows of one statement over a lot of notices and what issued statements count of them."""
    issued = SubsidyStatement.objects.filter(status=ISSUED).values_list("pk", flat=True)
    bounds = {"after": lot.after or 0, "until": LAST_KEY if lot.until is None else lot.until}
    with connection.cursor() as cursor:
        cursor.execute(sql, {"issued": list(issued), **bounds, **values})
        return list(cursor.fetchall())


def of_lines(sql: str, period: rules.Period, lot: Lot = EVERYTHING, **values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement that goes over the lines (COLUMNS) of a period's statement as the records stand now:
    `{lines}` in it selects claims and corrections of a lot of notices, so that PostgreSQL can write, sum or compare
    them where they are.
    """
    found = sql.format(columns=COLUMNS, lines=DRAWN)
    return asked(found, lot, first=period.first, last=period.last, **values)


def lots_of(period: rules.Period, size: int) -> list[Lot]:
    """The period's lines in lots of `size` notices. Together they hold every notice, also one that is paid while they
    are worked; without a line there is none.
    """
    ends: list[int | None] = [end for (end,) in of_lines(LOTS, period, size=size)]
    if not ends:
        return []
    return [Lot(after, until) for after, until in pairwise([None, *ends[:-1], None])]


def is_fresh(statement: SubsidyStatement, period: rules.Period) -> bool:
    """Whether the statement holds just the lines that would be drawn now."""
    ((same,),) = of_lines(SAME, period, statement=statement.pk)
    return bool(same)


def candidate(period: rules.Period) -> Candidate:
    """What the period's statement would hold now."""
    found = {claims: Sums(*sums) for claims, *sums in of_lines(SUMS, period)}
    return Candidate(period, found.get(True, Sums()), found.get(False, Sums()))


def unstated_periods(today: datetime.date) -> list[rules.Period]:
    """Ended periods without a statement that have something to claim, the oldest first.

    What comes late for a stated period and corrections go with whichever is stated next; where nothing else waits,
    with the period that ended last.
    """
    stated = {(kind, first) for kind, first in SubsidyStatement.objects.values_list("kind", "period_from")}
    waiting = {period_of(day) for (day,) in asked(WAITING)}
    late = {period for period in waiting if (period.kind.value, period.first) in stated}
    found = {period for period in waiting - late if period.last < today}
    last = last_ended_period(today)
    if last and not found and (last.kind.value, last.first) not in stated and (late or asked(LESS)[0][0]):
        found.add(last)
    return sorted(found, key=lambda period: period.first)


def last_ended_period(today: datetime.date) -> rules.Period | None:
    """The period that ended last before `today`; None in the law's first."""
    first_day = policy.area_policies(settings.POOLING_AREA).first_day
    before = period_of(today).first - datetime.timedelta(days=1)
    return period_of(before) if before >= first_day else None


def candidates(today: datetime.date) -> list[Candidate]:
    """The periods that can be prepared on `today`, each with what its statement would hold."""
    return [candidate(period) for period in unstated_periods(today)]
