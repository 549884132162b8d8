"""What the verbs of cards share: locking, the gate of the state machine, saving and the record of acts."""

import datetime
from typing import Any

from django.utils.translation import gettext as _

from enrollment.registration.models import Resident
from enrollment.registration.services.common import locked_resident
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.states import require_transition, require_version

from ..models import InsuranceCard
from ..selectors import has_ended

Status = InsuranceCard.Status


def locked_card(number: str, by: Actor, version: int | None = None) -> InsuranceCard:
    """The card under lock, its resident locked first. NotAllowed where the person is none of the actor's; Conflict
    where the card is not the one that was seen.
    """
    owner = InsuranceCard.objects.values_list("resident__number", flat=True).filter(number=number).first()
    if owner is None:
        raise NotAllowed(_("There is no such card at your office."), code="not_found")
    resident = locked_resident(owner, by)
    card = lock(InsuranceCard.objects.filter(number=number), resident)[0]
    if version is not None:
        require_version(card.version, version, told=lambda: last_change(card))
    return card


def lock(cards: Any, resident: Resident) -> list[InsuranceCard]:
    """The cards among `cards` of a resident who is locked, themselves locked."""
    rows = cards.filter(resident=resident).select_related("enrollment").select_for_update(of=("self",)).order_by("pk")
    found = list(rows)
    for card in found:
        card.resident = resident
    return found


def require_step(card: InsuranceCard, then: str) -> None:
    """Conflict unless the card may become `then`."""
    require_transition(InsuranceCard.TRANSITIONS, card.status, then, label=card.get_status_display)


def require_relationship(card: InsuranceCard, on: datetime.date) -> None:
    """Refused where the relationship that the card belongs to was over before `on`: nobody is covered by it."""
    if has_ended(card, on):
        raise Refused(
            _("The enrollment %(number)s ended on %(day)s: this card covers nobody any more. Take it out of use.")
            % {"number": card.enrollment.number, "day": card.enrollment.ends},
            code="ended",
        )


def required(reason: str) -> str:
    """The reason without blanks around it; Invalid where there is none."""
    if not reason.strip():
        raise Invalid(_("Say why."), code="no_reason", field="reason")
    return reason.strip()


def move(card: InsuranceCard, then: str, *, on: datetime.date, reason: str = "") -> None:
    """Put the card into another state and save it, one version further."""
    card.status = then
    card.since = on
    card.reason = reason
    card.version += 1
    card.save()


def record(card: InsuranceCard, verb: str, by: Actor, note: str = "", **changes: Any) -> None:
    """What was done to the card, on record, for the card's page and the resident's."""
    audit.record(
        by=by,
        verb=verb,
        obj=card,
        resident=card.resident.number,
        changes={"status": str(card.status), **changes},
        note=note,
    )
