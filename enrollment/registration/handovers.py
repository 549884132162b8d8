"""What went from office to office: reading it, within the scope of who asks."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office

from .models import Handover
from .selectors import registrations_visible_to, sees_everything


@dataclass(frozen=True, slots=True)
class Bundle:
    """What one office gave another (None: the agency) on a day."""

    giver: Office
    taker: Office | None
    handovers: Sequence[Handover]

    @property
    def sheets(self) -> list[str]:
        """The numbers of the sheets on which some of it was handed over together."""
        return sorted({handover.sheet for handover in self.handovers if handover.sheet})


def handovers_visible_to(actor: Actor) -> QuerySet[Handover]:
    """What the actor's office gave or took over, of persons that are its own still; the agency sees all."""
    rows = Handover.objects.select_related("registration__resident__community", "giver", "taker").order_by("pk")
    if sees_everything(actor):
        return rows
    mine = Q(giver=actor.office) | Q(taker=actor.office)
    return rows.filter(mine, registration__in=registrations_visible_to(actor).order_by())


def last_day(actor: Actor) -> datetime.date | None:
    """The last day on which the actor's office gave or took something over; None where it never did."""
    return handovers_visible_to(actor).order_by("-handed_on").values_list("handed_on", flat=True).first()


def bundles(actor: Actor, day: datetime.date) -> list[Bundle]:
    """What went from office to office on a day, by giver and taker."""
    found: dict[tuple[str, str], list[Handover]] = {}
    for row in handovers_visible_to(actor).filter(handed_on=day):
        found.setdefault((row.giver.code, row.taker.code if row.taker else ""), []).append(row)
    return [Bundle(rows[0].giver, rows[0].taker, rows) for _codes, rows in sorted(found.items())]
