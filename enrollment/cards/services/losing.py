"""Loss, replacement, and the end of cards: the old number is dead from the moment of the act (W7)."""

import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Invalid, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.statements import insert
from liaoyang_medins.kernel.states import require_transition

from ..models import TAKEN_BY, InsuranceCard
from ..numbering import draw_numbers
from ..selectors import has_ended
from .common import Status, lock, locked_card, move, record, require_relationship, require_step, required
from .handing import taken_name

Cause = InsuranceCard.Cause
# What is replaced although nobody lost it.
WITHOUT_LOSS = (Cause.DAMAGED, Cause.CORRECTED)
IN_USE = (Status.MADE, Status.WITH_COMMUNITY, Status.HANDED_OUT)


@transaction.atomic
def report_loss(
    *, number: str, version: int, reported_by: str, name: str = "", reason: str = "", by: Actor
) -> InsuranceCard:
    """The card is lost from today on: nobody is treated on it. `reported_by` is the holder or who spoke for them.

    Invalid where somebody else reports it and is not named; Conflict where the card is dead already or changed
    meanwhile; NotAllowed.
    """
    by.require("cards.report_loss")
    card = locked_card(number, by, version)
    require_step(card, Status.LOST)
    if reported_by not in TAKEN_BY:
        raise Invalid(_("Say who reports the loss."), code="nobody", field="taken_by")
    who = taken_name(card, reported_by, name)
    move(card, Status.LOST, on=clock.today(), reason=reason.strip())
    record(card, "cards.report_loss", by, note=reason.strip(), reported_by=reported_by, name=who)
    return card


@transaction.atomic
def find_again(*, number: str, version: int, by: Actor) -> InsuranceCard:
    """A card that was reported lost has come to light before it was replaced: it holds again.

    Refused where nobody had it; Conflict where it is not lost any more; NotAllowed.
    """
    by.require("cards.report_loss")
    card = locked_card(number, by, version)
    require_step(card, Status.HANDED_OUT)
    if card.status != Status.LOST or card.handed_out_on is None:
        raise Refused(_("Only a card that its holder had can be found again. Replace this one."), code="never_had")
    require_relationship(card, clock.today())
    move(card, Status.HANDED_OUT, on=clock.today())
    record(card, "cards.find", by)
    return card


@transaction.atomic
def replace_card(*, number: str, version: int, cause: str, reason: str, by: Actor) -> InsuranceCard:
    """Make a card with a new number in place of this one, which is dead from now on; returns the new one.

    `cause`: lost (the loss must be on record), damaged, corrected. Invalid without a reason or with another cause;
    Refused where no loss is on record or the relationship has ended; Conflict where the card is dead already or
    changed meanwhile; NotAllowed.
    """
    by.require("cards.make")
    card = locked_card(number, by, version)
    require_step(card, Status.REPLACED)
    reason = required(reason)
    if cause == Cause.LOST and card.status != Status.LOST:
        raise Refused(_("No loss is on record. Report it first."), code="not_lost")
    if cause != Cause.LOST and cause not in WITHOUT_LOSS:
        raise Invalid(_("Choose why the card is replaced."), code="no_cause", field="cause")
    today = clock.today()
    require_relationship(card, today)
    move(card, Status.REPLACED, on=today, reason=reason)
    made = InsuranceCard(
        number=draw_numbers(card.resident.community.code, 1)[0],
        resident=card.resident,
        enrollment=card.enrollment,
        cause=cause,
        replaces=card,
        since=today,
        made_on=today,
        made_by_id=by.user_id,
    )
    insert(made)
    record(card, "cards.replace", by, note=reason, cause=cause, replaced_by=made.number)
    record(made, "cards.make", by, note=reason, cause=cause, replaces=card.number)
    return made


@transaction.atomic
def take_in(*, number: str, version: int, reason: str, by: Actor) -> InsuranceCard:
    """Take a card out of use for good, when the relationship that it belongs to is over.

    Invalid without a reason; Refused while the relationship goes on; Conflict where it is dead already or changed
    meanwhile; NotAllowed.
    """
    by.require("cards.take_in")
    card = locked_card(number, by, version)
    require_step(card, Status.ENDED)
    reason = required(reason)
    if not has_ended(card, clock.today()):
        raise Refused(_("The enrollment goes on. A card that cannot be used is replaced."), code="goes_on")
    move(card, Status.ENDED, on=clock.today(), reason=reason)
    record(card, "cards.take_in", by, note=reason)
    return card


# --- suspension: called by the decision on a misuse, with the resident locked ----------------------------------------


def _cards(resident: Resident) -> "QuerySet[InsuranceCard]":
    return InsuranceCard.objects.filter(resident=resident)


def suspend_cards(resident: Resident, *, on: datetime.date, case: str, by: Actor) -> list[InsuranceCard]:
    """Suspend the cards of the resident by the decision in `case` (S1, Art. 30); returns them. One that is lost stays
    lost: nobody is treated on it, and the end of the relationship keeps it from being replaced.
    """
    suspended = []
    for card in lock(_cards(resident).filter(status__in=IN_USE), resident):
        require_step(card, Status.SUSPENDED)
        before = card.status
        move(card, Status.SUSPENDED, on=on)
        record(card, "cards.suspend", by, note=case, before=str(before))
        suspended.append(card)
    return suspended


def lift_suspension(resident: Resident, *, on: datetime.date, reason: str, by: Actor) -> list[InsuranceCard]:
    """The decision fell: every suspended card is again where it was; returns them."""
    lifted = []
    for card in lock(_cards(resident).filter(status=Status.SUSPENDED), resident):
        if card.handed_out_on is not None:
            then = Status.HANDED_OUT
        else:
            then = Status.WITH_COMMUNITY if card.office_id else Status.MADE
        require_transition(InsuranceCard.BACK, card.status, then, label=card.get_status_display)
        move(card, then, on=on)
        record(card, "cards.lift", by, note=reason)
        lifted.append(card)
    return lifted
