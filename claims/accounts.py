"""What an institution has with the fund in a period: settlements, reversals, what was paid to it and what is due.

What belongs to a period is what was decided, or reversed, on its days: neither ever moves to another day. The
hospitals' interface and the institution's own page ask the same here. What residents paid themselves is none of it.
"""

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, DateField, F, Q, QuerySet, Sum
from django.db.models.functions import Trunc

from liaoyang_medins.kernel.money import ZERO

from .models import Institution, Reversal, Settlement, Stay

AMOUNTS = ("total", "fund", "resident_pays")
CHUNK = 2000
# Count, total, fund and resident_pays, by name.
Totals = dict[str, Any]
NOTHING: Totals = {"count": 0, **dict.fromkeys(AMOUNTS, ZERO)}


def settled(institution: Institution) -> QuerySet[Settlement]:
    """Its settlements, reversed ones too."""
    return Settlement.objects.filter(stay__institution=institution, stay__self_paid=False).order_by()


def reversed_(institution: Institution) -> QuerySet[Reversal]:
    return Reversal.objects.filter(
        settlement__stay__institution=institution, settlement__stay__self_paid=False
    ).order_by()


def in_period(
    institution: Institution, first: datetime.date, last: datetime.date
) -> tuple[QuerySet[Settlement], QuerySet[Reversal]]:
    """What was decided, and what was reversed, from `first` to `last`."""
    return (
        settled(institution).filter(decided_on__gte=first, decided_on__lte=last),
        reversed_(institution).filter(reversed_on__gte=first, reversed_on__lte=last),
    )


def sums(rows: QuerySet[Any], prefix: str = "") -> Totals:
    """Count and sums of settlements, or of what reversals undid."""
    found = rows.aggregate(count=Count("pk"), **{name: Sum(f"{prefix}{name}", default=ZERO) for name in AMOUNTS})
    return {name: value if name == "count" else Decimal(value) for name, value in found.items()}


def totals(institution: Institution, first: datetime.date, last: datetime.date) -> dict[str, Totals]:
    """Sums of the settlements that were decided, and of those that were reversed, from `first` to `last`."""
    decided, undone = in_period(institution, first, last)
    return {"settlements": sums(decided), "reversals": sums(undone, "settlement__")}


@dataclass(frozen=True, slots=True)
class Row:
    """A day or a month (its first day): what was decided and reversed on it."""

    day: datetime.date
    settlements: Mapping[str, Any]
    reversals: Mapping[str, Any]

    @property
    def net(self) -> Decimal:
        """What the fund owes more by it, in yuan."""
        return Decimal(self.settlements["fund"] - self.reversals["fund"])


def course(institution: Institution, first: datetime.date, last: datetime.date, step: str) -> list[Row]:
    """The days or months (`step`: "day" or "month") from `first` to `last` on which there was something."""
    decided, undone = in_period(institution, first, last)
    made, gone = grouped(decided, "decided_on", "", step), grouped(undone, "reversed_on", "settlement__", step)
    return [Row(day, made.get(day, NOTHING), gone.get(day, NOTHING)) for day in sorted({*made, *gone})]


def grouped(rows: QuerySet[Any], day: str, prefix: str, step: str) -> dict[datetime.date, Totals]:
    field: DateField[object, object] = DateField()
    found = rows.annotate(step=Trunc(day, step, output_field=field)).values("step")
    figures = {f"sum_{name}": Sum(f"{prefix}{name}") for name in AMOUNTS}
    return {
        row["step"]: {"count": row["count"], **{name: row[f"sum_{name}"] for name in AMOUNTS}}
        for row in found.annotate(count=Count("pk"), **figures)
    }


@dataclass(frozen=True, slots=True)
class Account:
    """Yuan, of all time: what is `unpaid` of live settlements, what was `paid`, what of that is to be `taken_back`
    because its settlement was reversed since (A4), and what is `carried` besides, since it was more than a payment or
    is deducted from one that has not arrived.
    """

    unpaid: Decimal
    paid: Decimal
    taken_back: Decimal
    carried: Decimal = ZERO

    @property
    def due(self) -> Decimal:
        """What is still to be paid: what is not paid yet, less what is taken off the next payment."""
        return self.unpaid - self.taken_back - self.carried


# What else comes off an institution's next payment, in yuan: said by who pays it.
BESIDES: dict[str, Callable[[Institution], Decimal]] = {}


def account(institution: Institution) -> Account:
    """Where an institution stands with the fund today."""
    paid = Q(paid_out_on__isnull=False)
    found = settled(institution).aggregate(
        unpaid=Sum("fund", filter=Q(live=True, paid_out_on=None), default=ZERO),
        paid=Sum("fund", filter=paid & Q(reversal__taken_off_on=None), default=ZERO),
        taken_back=Sum("fund", filter=paid & Q(live=False, reversal__taken_off_on=None), default=ZERO),
    )
    carried = sum((of(institution) for of in BESIDES.values()), ZERO)
    return Account(**{name: Decimal(value) for name, value in found.items()}, carried=carried)


def payments(institution: Institution, first: datetime.date, last: datetime.date) -> list[dict[str, Any]]:
    """What was paid on each day from `first` to `last`: `day`, `count` of settlements and `fund` in yuan."""
    paid = settled(institution).filter(paid_out_on__gte=first, paid_out_on__lte=last)
    found = paid.values(day=F("paid_out_on")).annotate(count=Count("pk"), sum=Sum("fund")).order_by("day")
    return [dict(row) for row in found]


def stays_by_state(institution: Institution) -> dict[str, int]:
    """How many of its stays are in each state."""
    rows = Stay.objects.filter(institution=institution, self_paid=False).order_by()
    return dict(rows.values_list("status").annotate(Count("pk")))


@dataclass(frozen=True, slots=True)
class Entry:
    """A settlement or a reversal as an institution's books have it, in yuan: negative amounts of a reversal."""

    day: datetime.date
    number: str
    reverses: str
    stay: str
    inpatient_number: str
    name: str
    amounts: tuple[Decimal, Decimal, Decimal]
    paid_out_on: datetime.date | None


def entries(institution: Institution, first: datetime.date, last: datetime.date) -> Iterator[Entry]:
    """Every settlement decided and every one reversed from `first` to `last`, settlements first, by their days."""
    decided, undone = in_period(institution, first, last)
    whose = ("stay__number", "stay__inpatient_number", "resident__name", *AMOUNTS, "paid_out_on")
    made = decided.order_by("decided_on", "number").values_list("decided_on", "number", *whose)
    for day, number, stay, inpatient, name, total, fund, own, paid in made.iterator(chunk_size=CHUNK):
        yield Entry(day, number, "", stay, inpatient, name, (total, fund, own), paid)
    of_it = [f"settlement__{name}" for name in ("number", *whose)]
    gone = undone.order_by("reversed_on", "number").values_list("reversed_on", "number", *of_it)
    for day, number, reverses, stay, inpatient, name, total, fund, own, paid in gone.iterator(chunk_size=CHUNK):
        yield Entry(day, number, reverses, stay, inpatient, name, (-total, -fund, -own), paid)
