"""Keeping the sums: one row of many, and the count by school."""

import datetime

from django.db import connection, transaction

from enrollment.contributions.rules import payment_window
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel import clock

from .models import SchoolCount

# Any numbers that no other advisory lock of the portal uses.
_MERGE_LOCK = 102_2008_31
_COUNT_LOCK = 102_2008_32
# A job counts anew every five minutes; where none does, whoever looks after this time waits for it.
OLD = datetime.timedelta(minutes=15)

KEYS = "contribution_year, community_id, kind, category, tier, paid_on"
SUMS = "sum(notices) AS notices, sum(personal) AS personal, sum(government) AS government"
# What commits meanwhile is not seen and stays for the next time.
MERGE = f"""
    WITH fresh AS (
        DELETE FROM cockpit_noticesum WHERE fresh RETURNING {KEYS}, notices, personal, government
    ), touched AS (
        SELECT DISTINCT {KEYS} FROM fresh
    ), kept AS (
        DELETE FROM cockpit_noticesum own USING touched
        WHERE NOT own.fresh AND own.contribution_year = touched.contribution_year
            AND own.community_id = touched.community_id AND own.kind = touched.kind
            AND own.category = touched.category AND own.tier = touched.tier
            AND own.paid_on IS NOT DISTINCT FROM touched.paid_on
        RETURNING own.contribution_year, own.community_id, own.kind, own.category, own.tier, own.paid_on,
            own.notices, own.personal, own.government
    )
    INSERT INTO cockpit_noticesum ({KEYS}, notices, personal, government, fresh)
    SELECT {KEYS}, {SUMS}, false FROM (SELECT * FROM fresh UNION ALL SELECT * FROM kept) AS merged GROUP BY {KEYS}
    HAVING sum(notices) <> 0 OR sum(personal) <> 0 OR sum(government) <> 0
"""  # noqa: S608  names of our own

COUNT = """
    INSERT INTO cockpit_schoolsum
        (contribution_year, school_id, kind, category, tier, paid_on, notices, personal, government)
    SELECT notice.contribution_year, pupil.school_id, notice.kind, notice.category, notice.tier,
        CASE WHEN notice.status = 'paid' THEN notice.paid_on END, count(*), sum(notice.personal),
        sum(notice.government)
    FROM registration_circumstance pupil
    JOIN registration_resident resident ON resident.id = pupil.resident_id AND resident.merged_into_id IS NULL
    JOIN contributions_contributionnotice notice
        ON notice.resident_id = pupil.resident_id AND notice.contribution_year = %(year)s
        AND (
            notice.status IN ('open', 'paid', 'lapsed')
            OR (notice.status = 'returned' AND notice.replaced_by_id IS NULL)
        )
    WHERE pupil.kind = 'student' AND pupil.value = 'school' AND NOT pupil.voided AND pupil.school_id IS NOT NULL
        AND pupil.starts <= %(day)s AND (pupil.ends IS NULL OR pupil.ends >= %(day)s)
    GROUP BY 1, 2, 3, 4, 5, 6
"""


@transaction.atomic
def merge_sums() -> bool:
    """Make one row of all kept sums with the same columns; False where somebody else is at it. It changes no sum."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_MERGE_LOCK])
        (alone,) = cursor.fetchone()
        if alone:
            cursor.execute(MERGE)
    return bool(alone)


def day_of_pupils(contribution_year: int, today: datetime.date) -> datetime.date:
    """Whose school is asked for: today's pupils while the window of the year is open, later those of its last day."""
    first, last = payment_window(contribution_year, policy_on(today))
    return min(max(today, first), last)


@transaction.atomic
def count_schools(contribution_year: int, today: datetime.date) -> SchoolCount:
    """Count the notices of a contribution year by school anew; one count at a time."""
    day = day_of_pupils(contribution_year, today)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_COUNT_LOCK])
        cursor.execute("DELETE FROM cockpit_schoolsum WHERE contribution_year = %s", [contribution_year])
        cursor.execute(COUNT, {"year": contribution_year, "day": day})
    values = {"day": day, "counted_at": clock.now()}
    return SchoolCount.objects.update_or_create(contribution_year=contribution_year, defaults=values)[0]


def schools_counted(contribution_year: int, today: datetime.date) -> SchoolCount:
    """The count by school of a year, OLD at the most."""
    found = SchoolCount.objects.filter(
        contribution_year=contribution_year,
        day=day_of_pupils(contribution_year, today),
        counted_at__gt=clock.now() - OLD,
    )
    return found.first() or count_schools(contribution_year, today)
