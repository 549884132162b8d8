"""Offices, users and postings: the verbs of the administrator; and the demo's day."""

import calendar
import datetime

from django.conf import settings
from django.db import transaction

from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.audit import services as audit

from .actors import Actor
from .models import DemoClock


def demo_day_after(day: datetime.date, *, days: int = 0, months: int = 0) -> datetime.date:
    """The day `days` and `months` after `day`; clips to the last day of a shorter month. OverflowError past year 9999."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, last)) + datetime.timedelta(days=days)


@transaction.atomic
def set_demo_day(*, day: datetime.date, by: Actor) -> None:
    """Let the demo live on `day`. ValueError before the law's first day."""
    by.require("frame.use")
    try:
        policy.on(settings.POOLING_AREA, day)
    except policy.PolicyError as error:
        raise ValueError(str(error)) from error
    clock, _created = DemoClock.objects.update_or_create(id=1, defaults={"day": day})
    audit.record(by=by, verb="demo.set_day", obj=clock, changes={"day": day})
