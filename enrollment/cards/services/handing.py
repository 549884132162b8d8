"""Cards go from the agency to the communities, and these hand them out (W7, Art. 11)."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from enrollment.registration.locks import resident_with_key
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.services import entries_of
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.states import require_transition

from ..models import SELF, TAKEN_BY, InsuranceCard
from .common import Status, lock, locked_card, move, record, require_relationship, require_step

NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Taken:
    """A card that somebody came for: `taken_by` is a code of TAKEN_BY, `name` needed where it is not the holder."""

    number: str
    taken_by: str = SELF
    name: str = ""
    version: int | None = None


@transaction.atomic
def hand_over(*, numbers: Iterable[str], by: Actor) -> list[InsuranceCard]:
    """Give cards that are made to the community in which their holder lives; all or none. Returns them.

    Refused for one whose relationship has ended; Conflict where one is not at the agency any more; NotAllowed.
    """
    by.require("cards.make")
    today = clock.today()
    handed = []
    for number in sorted(set(numbers)):
        card = locked_card(number, by)
        require_step(card, Status.WITH_COMMUNITY)
        require_relationship(card, today)
        card.office = card.resident.community
        move(card, Status.WITH_COMMUNITY, on=today)
        record(card, "cards.hand_over", by, office=card.office.code)
        handed.append(card)
    return handed


@transaction.atomic
def send_on(*, numbers: Iterable[str], by: Actor) -> list[InsuranceCard]:
    """Cards whose holders moved go on to the community in which these live now; all or none. Returns them.

    The community where they lie sends them, the other says that they have come, or the agency does either. Conflict
    for one that lies with its holder's community already; NotAllowed for other offices.
    """
    by.require("cards.hand_out")
    today = clock.today()
    sent = []
    for number in sorted(set(numbers)):
        card = _locked_anywhere(number)
        there = card.resident.community
        if by.role is Role.COMMUNITY and by.office not in (card.office, there):
            raise NotAllowed(_("There is no such card at your office."), code="not_found")
        if card.status != Status.WITH_COMMUNITY or card.office_id == there.pk:
            raise Conflict(
                _("The card %(number)s is not to be sent on any more.") % {"number": number}, code="not_elsewhere"
            )
        before, card.office = card.office, there
        move(card, Status.WITH_COMMUNITY, on=today)
        record(card, "cards.send_on", by, office=[before.code if before else "", there.code])
        sent.append(card)
    return sent


def _locked_anywhere(number: str) -> InsuranceCard:
    """The card under lock, its resident first, wherever that lives."""
    found = InsuranceCard.objects.filter(number=number)
    owner = found.values_list("resident", flat=True).first()
    if owner is None:
        raise NotAllowed(_("There is no such card at your office."), code="not_found")
    return lock(found.select_related("office"), resident_with_key(owner))[0]


@transaction.atomic
def hand_out(*, taken: Sequence[Taken], on: datetime.date, by: Actor) -> list[InsuranceCard]:
    """Write down who came for which card on the day `on`; all or none. Returns the cards.

    Invalid for a day in the future or before the card was there, and where somebody else took it and the name is
    missing; Refused where the relationship had ended by then, and while the card lies at another community; Conflict
    where the card is not to be handed out any more; NotAllowed at another office.
    """
    by.require("cards.hand_out")
    if on > clock.today():
        raise Invalid(_("This day lies in the future."), code="future", field="on")
    return [_hand_out(each, on, by) for each in sorted(taken, key=lambda each: each.number)]


def _hand_out(taken: Taken, on: datetime.date, by: Actor) -> InsuranceCard:
    card = locked_card(taken.number, by, taken.version)
    require_step(card, Status.HANDED_OUT)
    if card.status not in (Status.MADE, Status.WITH_COMMUNITY):
        raise Refused(_("This card is not at an office: it cannot be handed out."), code="not_here")
    if card.status == Status.MADE and by.role is Role.COMMUNITY:
        raise NotAllowed(_("This card is still at the agency."), code="elsewhere")
    if card.status == Status.WITH_COMMUNITY and card.office_id != card.resident.community_id:
        raise Refused(
            _("This card still lies at %(office)s, from where its holder moved. Say first that it has come.")
            % {"office": card.office.label if card.office else ""},
            code="held_elsewhere",
        )
    require_relationship(card, on)
    if on < card.since:
        raise Invalid(
            _("%(name)s's card has been there since %(day)s only.")
            % {"name": card.resident.name, "day": card.since.isoformat()},
            code="too_early",
            field="on",
        )
    name = taken_name(card, taken.taken_by, taken.name)
    card.handed_out_on, card.taken_by, card.taken_by_name = on, taken.taken_by, name
    move(card, Status.HANDED_OUT, on=on)
    record(card, "cards.hand_out", by, taken_by=taken.taken_by, on=on)
    return card


def taken_name(card: InsuranceCard, taken_by: str, name: str) -> str:
    """Who came, by name. Invalid where that is not said."""
    if taken_by not in TAKEN_BY:
        raise Invalid(_("Say who took the card."), code="nobody", field="taken_by")
    if taken_by == SELF:
        return card.resident.name
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH:
        raise Invalid(
            _("Enter the name of who took the card of %(name)s.") % {"name": card.resident.name},
            code="no_name",
            field="taken_by_name",
        )
    return name


@transaction.atomic
def undo_hand_out(*, number: str, version: int, by: Actor) -> InsuranceCard:
    """Take back a handed-out mark of today that was one's own mistake, while nobody has done anything since.

    Refused for somebody else's, an earlier one, or one after which something was done; Conflict, NotAllowed.
    """
    by.require("cards.hand_out")
    card = locked_card(number, by, version)
    then = Status.WITH_COMMUNITY if card.office_id else Status.MADE
    require_transition(InsuranceCard.BACK, card.status, then, label=card.get_status_display)
    last = entries_of(card._meta.label_lower, card.number).first()
    today = clock.today()
    if last is None or last.verb != "cards.hand_out":
        raise Refused(_("Something was done with this card since: the mark stays."), code="done_since")
    if last.business_date != today or last.user_id is None or last.user_id != by.user_id:
        raise Refused(_("Only your own mark of today can be taken back."), code="not_yours_today")
    card.handed_out_on, card.taken_by, card.taken_by_name = None, "", ""
    move(card, then, on=today)
    record(card, "cards.undo_hand_out", by)
    return card
