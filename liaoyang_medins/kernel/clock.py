"""The business date. Services ask once and pass the date down; no rule asks."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")

_day: ContextVar[datetime.date | None] = ContextVar("business_date", default=None)


def today() -> datetime.date:
    """The business date: the day set by `on_day`, else BUSINESS_DATE, else the calendar day in Asia/Shanghai."""
    day = _day.get()
    if day is not None:
        return day
    if settings.BUSINESS_DATE:
        return datetime.date.fromisoformat(settings.BUSINESS_DATE)
    return timezone.localdate(timezone=SHANGHAI)


def now() -> datetime.datetime:
    """The moment of the work (aware), for the audit record: never faked, never used by a rule."""
    return timezone.now()


@contextmanager
def on_day(day: datetime.date | None) -> Iterator[None]:
    """Within the block `today()` is `day`; None changes nothing."""
    token = _day.set(day if day is not None else _day.get())
    try:
        yield
    finally:
        _day.reset(token)


def start_day(day: datetime.date | None) -> None:
    """From now on in this context `today()` is `day`; None goes back to the calendar. For a worker's tasks."""
    _day.set(day)
