"""What waits about people: registrations, transfers, double records, cards."""

import datetime

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enrollment.cards import selectors as cards
from enrollment.cards.models import InsuranceCard
from enrollment.life import selectors as life
from enrollment.life.models import Merge, Transfer
from enrollment.registration.models import Registration
from enrollment.registration.queue import waiting_for
from liaoyang_medins.kernel.offices.actors import Actor

from .queue import Queue, Row, lateness


def registrations_waiting(actor: Actor, today: datetime.date) -> Queue:
    """Registrations at the actor's step (W3): the earliest term first, then by how long they have been there."""

    def row(case: Registration) -> Row:
        return Row(
            case.number,
            reverse("registration", args=[case.number]),
            case.resident.name,
            case.get_status_display(),
            case.due_on,
            lateness(case.due_on, today),
            case.step_since,
        )

    return Queue(
        "registrations",
        _("Registrations at your step"),
        reverse("registrations"),
        _("Due on"),
        _("No registration waits for you."),
        waiting_for(actor).order_by(F("due_on").asc(nulls_last=True), "step_since", "number"),
        row,
    )


def transfers_to_answer(actor: Actor, today: datetime.date) -> Queue:
    """Requests of other communities for a record, those asked longest ago first."""

    def row(case: Transfer) -> Row:
        return Row(
            case.resident.number,
            reverse("transfer", args=[case.pk]),
            case.resident.name,
            str(case.to_community.label),
            case.asked_on,
        )

    return Queue(
        "transfers",
        _("Transfers to answer"),
        reverse("transfers"),
        _("Asked on"),
        _("No other community asks for a record."),
        life.transfers_to_answer(actor),
        row,
    )


def merges_to_decide(actor: Actor, today: datetime.date) -> Queue:
    """Proposals to make two records one, those proposed longest ago first."""

    def row(case: Merge) -> Row:
        return Row(
            case.duplicate.number,
            reverse("merge", args=[case.pk]),
            case.duplicate.name,
            str(_("into %(number)s")) % {"number": case.survivor.number},
            case.proposed_on,
        )

    return Queue(
        "merges",
        _("Double records to decide on"),
        reverse("merges"),
        _("Proposed on"),
        _("No double record waits for a decision."),
        life.merges_to_decide(actor),
        row,
    )


def cards_waiting(actor: Actor, today: datetime.date) -> Queue:
    """Cards that wait for the actor: at a community those to be handed out, at the agency those that are lost and to
    be replaced; the longest there first.
    """
    at_agency = actor.may("cards.make")
    status = InsuranceCard.Status.LOST if at_agency else InsuranceCard.Status.WITH_COMMUNITY
    waiting = cards.cards_visible_to(actor).filter(status=status) if at_agency else cards.to_hand_out(actor)

    def row(case: InsuranceCard) -> Row:
        return Row(case.number, case.get_absolute_url(), case.resident.name, case.get_status_display(), case.since)

    return Queue(
        "cards",
        _("Lost cards to replace") if at_agency else _("Cards to hand out"),
        f"{reverse('cards')}?view={status}",
        _("Since"),
        _("No lost card waits for another one.") if at_agency else _("No card waits at the office."),
        waiting.order_by("since", "number"),
        row,
    )
