"""The agency's own work: lapses, subsidy statements and their receipts (W8, F2, F3)."""

import datetime
from collections.abc import Iterator

from funds.selectors.drawing import period_of
from liaoyang_medins.kernel.offices.models import Office

from ..steps import CITY, Step, days
from .frame import DAY, Frame

WINDOW = "statement of the window issued"
MONTH = "statement of a month issued"
FULL = "subsidy received in full"
PART = "subsidy received in part"
CLOSED = "window closed"
BEGUN = "benefits of the year started"
EVENTS = (CLOSED, BEGUN, WINDOW, MONTH, FULL, PART)
MONDAY = 0
# Days of the month: prepared, issued, paid.
PREPARED, ISSUED, PAID, REST = 3, 5, 24, 26


def story(frame: Frame) -> Iterator[Step]:
    payers = list(
        Office.objects.filter(kind__in=[Office.Kind.AREA, Office.Kind.DISTRICT])
        .order_by("code")
        .values_list("code", flat=True)
    )
    for day in days(frame.first, frame.last):
        if day == frame.closes + DAY:
            yield Step(day, CITY, "close_window", {"year": frame.year}, CLOSED)
        elif day.weekday() == MONDAY or (day.month, day.day) == (1, 1):
            yield Step(day, CITY, "lapse")
        if (day.month, day.day) == (1, 1):
            yield Step(day, CITY, "start_benefits", {}, BEGUN)
        if day.weekday() == MONDAY or day.day in (PREPARED, ISSUED) or day == frame.last:
            yield Step(day, CITY, "follow")
        if day.day in (PREPARED, ISSUED, PAID, REST):
            yield from statement(frame, day, payers)


def statement(frame: Frame, day: datetime.date, payers: list[str]) -> Iterator[Step]:
    """What is done on `day` for the period that ended with the last month, if one did."""
    period = period_of(day.replace(day=1) - DAY)
    if period.last >= day:
        return
    key = (period.kind.value, period.first)
    if day.day == PREPARED:
        yield Step(day, CITY, "prepare", {"period": key})
    elif day.day == ISSUED:
        yield Step(day, CITY, "redraw", {"period": key})
        yield Step(day, CITY, "check", {"period": key})
        yield Step(day, CITY, "issue", {"period": key}, WINDOW if key[0] == "window" else MONTH)
    for place, payer in enumerate(payers):
        # The last district pays half, and the rest two days later; the one before it lets a month go by.
        late, halved = place == len(payers) - 2 and day.month % 3 == 0, place == len(payers) - 1
        if late:
            continue
        if day.day == PAID:
            share, event = ("0.5", PART) if halved else ("1", FULL)
            yield Step(day, CITY, "receive", {"period": key, "payer": payer, "share": share, "part": 1}, event)
        elif day.day == REST and halved:
            yield Step(day, CITY, "receive", {"period": key, "payer": payer, "share": "1", "part": 2}, FULL)
