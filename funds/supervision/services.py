"""Keeping the sums of supervision: whole, or of the months in which something changed."""

import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.days import add_months
from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.offices.actors import Actor

from . import counting
from .models import CountedMonth, Refresh

# Any number that no other advisory lock of the portal uses.
_REFRESH_LOCK = 102_2008_41
EVER = {"first": datetime.date(1, 1, 1), "end": datetime.date(9999, 12, 31)}


@transaction.atomic
def refresh(*, whole: bool, by: Actor) -> Refresh:
    """Count the sums by month anew: all of them, or those of the months in which something was booked, settled or
    reversed since the last count. Gives back when that was, and how many months it had.

    Raises Conflict while somebody else counts, NotAllowed. What changes where an amount belongs and not what was
    booked (a move that becomes known later) shows after the next whole count.
    """
    by.require("supervision.refresh")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_REFRESH_LOCK])
        (alone,) = cursor.fetchone()
    if not alone:
        raise Conflict(_("The figures are being counted just now. Look again in a moment."), code="counting")
    last = Refresh.objects.first()
    months = count_everything() if whole or last is None else count_changed(last.day)
    values = {"at": clock.now(), "day": clock.today(), "months": months}
    made, _new = Refresh.objects.update_or_create(whole=whole or last is None, defaults=values)
    audit.record(by=by, verb="supervision.refresh", obj=made, changes={"whole": made.whole, "months": months})
    return made


def count_everything() -> int:
    """Count all months; returns how many the journal has."""
    for statement in (counting.KEEP_BOOKED, counting.KEEP_FUND, counting.KEEP_INSTITUTIONS):
        execute(statement, EVER)
    return CountedMonth.objects.order_by().values("month").distinct().count()


def count_changed(last_day: datetime.date) -> int:
    """Count the months in which something changed since the business date `last_day`; returns how many. A day more is
    looked at: what was decided just before midnight may have been written after it.
    """
    booked = months_of(counting.CHANGED_IN_JOURNAL, EVER)
    for month in booked:
        execute(counting.KEEP_BOOKED, span(month))
        execute(counting.KEEP_FUND, span(month))
    since = min(last_day, clock.today()) - datetime.timedelta(days=1)
    stays = months_of(counting.CHANGED_STAYS, {"since": since})
    for month in stays:
        execute(counting.KEEP_INSTITUTIONS, span(month))
    return len({*booked, *stays})


def span(month: datetime.date) -> dict[str, datetime.date]:
    """A month, by its first day, as the statements ask for it."""
    return {"first": month, "end": add_months(month, 1)}


def months_of(sql: str, values: dict[str, Any]) -> list[datetime.date]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [month for (month,) in cursor.fetchall()]


def execute(sql: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
