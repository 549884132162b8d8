"""Where the cap of a period went (B4): before a stay, by it, and by the person's other stays."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import DecimalField, OuterRef, Q, QuerySet, Subquery, Sum

from claims.models import Settlement, Stay
from claims.selectors import stays_visible_to, with_sums
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor


@dataclass(frozen=True, slots=True)
class CapUse:
    """The cap of the period from `starts` to `ends` in yuan: what counted against it `before` a stay, what `this` stay
    takes, and what is `left` afterwards.
    """

    starts: datetime.date
    ends: datetime.date
    cap: Decimal
    before: Decimal
    this: Decimal

    @property
    def left(self) -> Decimal:
        return max(ZERO, self.cap - self.before - self.this)

    @classmethod
    def of(cls, settlement: Settlement) -> "CapUse":
        """As the settlement was told and left it."""
        return cls(settlement.cap_from, settlement.cap_until, settlement.cap, settlement.cap_used, settlement.fund)


@dataclass(frozen=True, slots=True)
class OtherStays:
    """The person's other stays of a cap period that the reader may see, and the yuan that the fund paid for them
    (`paid`) and for what the reader does not see (`elsewhere`).
    """

    stays: list[Stay]
    paid: Decimal
    elsewhere: Decimal

    @property
    def sum(self) -> Decimal:
        return self.paid + self.elsewhere


def other_stays(stay: Stay, period: tuple[datetime.date, datetime.date], actor: Actor) -> OtherStays:
    """The stays of the same person whose settlement lies in `period` or, where they are not settled, some day of
    theirs; the first admitted first, with `total`, `fund`, `settlement_number` and `cap_before`. Two statements.
    """
    live = Settlement.objects.filter(stay=OuterRef("pk"), live=True)
    others = with_sums(of_period(stay, period, actor)).annotate(
        cap_before=Subquery(live.values("cap_used"), output_field=DecimalField(max_digits=14, decimal_places=2))
    )
    found: list[Stay] = list(others.order_by("admitted_on", "number"))
    paid = sum((getattr(other, "fund", None) or ZERO for other in found), ZERO)
    of_all = Settlement.objects.filter(resident=stay.resident_id, live=True, settled_on__range=period)
    sums = of_all.aggregate(whole=Sum("fund", default=ZERO), own=Sum("fund", filter=Q(stay=stay), default=ZERO))
    whole, own = sums["whole"], sums["own"]
    return OtherStays(found, paid, whole - paid - own)


def of_period(stay: Stay, period: tuple[datetime.date, datetime.date], actor: Actor) -> QuerySet[Stay]:
    """The person's other stays that belong to a cap period, as far as the actor may see them."""
    starts, ends = period
    settled = Settlement.objects.filter(live=True, resident=stay.resident_id, settled_on__range=period)
    still_open = Q(status=Stay.Status.ADMITTED, admitted_on__lte=ends) | Q(
        status=Stay.Status.DISCHARGED, discharged_on__range=(starts, ends)
    )
    mine = stays_visible_to(actor).filter(resident=stay.resident_id).exclude(pk=stay.pk)
    return mine.filter(Q(pk__in=settled.values("stay")) | still_open)
