"""A bank file for the notices that are open: what a bank would send on a day, for who tries the portal."""

import datetime
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from enrollment.contributions.models import ContributionNotice

from .reading import ZERO, Line

BANK, BANK_NAME = "LYYH", "辽阳银行"
# A notice that nobody has.
UNKNOWN = "N1999-0000001"


def lines_for_open_notices(day: datetime.date, count: int) -> list[Line]:
    """Payments of `day` for at most `count` notices that can be paid then: most exact, the second a yuan short, the
    third paid twice, and one of a notice that nobody has.
    """
    rows = ContributionNotice.objects.filter(
        status=ContributionNotice.Status.OPEN, joint_with=None, pay_from__lte=day, pay_until__gte=day
    ).select_related("resident")
    rows = rows.annotate(due=F("personal") + Coalesce(Sum("joint__personal"), ZERO))
    found = [(row.number, row.due, row.resident.name) for row in rows.order_by("number")[:count]]
    paid = [(number, due - 1 if place == 1 else due, name) for place, (number, due, name) in enumerate(found)]
    paid += [paid[2]] if len(paid) > 2 else []
    paid += [(UNKNOWN, paid[0][1], paid[0][2])] if paid else []
    return list(_lines(day, paid))


def _lines(day: datetime.date, paid: Iterable[tuple[str, Decimal, str]]) -> Iterable[Line]:
    for place, (number, amount, name) in enumerate(paid, start=1):
        way = f"0{place % 4 + 1}"
        yield Line(place, False, f"{BANK}{day:%Y%m%d}{place:06d}", number, amount, day, name, way)
