"""What waits about treatment: stays, referrals, settlements to correct."""

import datetime
from collections.abc import Callable

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from claims import selectors as claims
from claims.labels import label
from claims.models import Referral, Review, SettlementToCorrect, Stay
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import ReviewReason

from .queue import Queue, Row


def stays_to_settle(actor: Actor, today: datetime.date) -> Queue:
    """Discharged stays that are not settled, the earliest discharge first; at the agency without those that are
    reviewed, which have a queue of their own.
    """
    cases = claims.stays_visible_to(actor).filter(status=Stay.Status.DISCHARGED, self_paid=False)
    if actor.may("reviews.see"):
        cases = cases.filter(held="")
    return _stays(
        cases.order_by("discharged_on", "number"),
        "stays",
        _("Stays to settle"),
        _("Discharged on"),
        _("Every discharged stay is settled."),
        lambda stay: stay.discharged_on,
    )


def stays_in_house(actor: Actor, today: datetime.date) -> Queue:
    """Stays that go on: fee lines are entered and the discharge follows."""
    cases = claims.stays_visible_to(actor).filter(status=Stay.Status.ADMITTED)
    return _stays(
        cases.order_by("admitted_on", "number"),
        "in_house",
        _("In hospital now"),
        _("Admitted on"),
        _("Nobody is in hospital."),
        lambda stay: stay.admitted_on,
    )


def _stays(
    cases: QuerySet[Stay],
    code: str,
    title: Promise,
    day_label: Promise,
    empty: Promise,
    day: Callable[[Stay], datetime.date | None],
) -> Queue:
    def row(case: Stay) -> Row:
        what = str(_("The agency looks at it first.")) if case.held else str(case.institution.label)
        return Row(case.number, reverse("stay", args=[case.number]), case.resident.name, what, day(case))

    return Queue(code, title, reverse("stays"), day_label, empty, cases, row)


def stays_to_review(actor: Actor, today: datetime.date) -> Queue:
    """Stays that need a person, at the actor's step: a clerk examines, a reviewer releases; the longest there
    first.
    """

    def row(case: Review) -> Row:
        stay = case.stay
        why = label(ReviewReason(case.reasons[0])) if case.reasons else ""
        return Row(stay.number, reverse("stay-review", args=[stay.number]), stay.resident.name, why, case.opened_on)

    examines = actor.may("reviews.examine")
    return Queue(
        "reviews",
        _("Stays to examine") if examines else _("Stays to release"),
        reverse("desk"),
        _("Waiting since"),
        _("No stay waits to be examined.") if examines else _("No stay waits to be released."),
        claims.reviews_waiting_for(actor),
        row,
    )


def referrals_requested(actor: Actor, today: datetime.date) -> Queue:
    """Referrals that wait for the agency's approval (D7), the oldest first."""
    cases = claims.referrals_visible_to(actor).filter(status=Referral.Status.REQUESTED)

    def row(case: Referral) -> Row:
        return Row(
            case.number,
            reverse("referral", args=[case.number]),
            case.resident.name,
            str(case.to_institution.label),
            case.issued_on,
        )

    return Queue(
        "referrals",
        _("Referrals to decide"),
        reverse("referrals"),
        _("Issued on"),
        _("No referral waits for a decision."),
        cases.order_by("issued_on", "number"),
        row,
    )


def settlements_to_correct(actor: Actor, today: datetime.date) -> Queue:
    """Settlements that what became known later contradicts, those known longest first."""
    cases = claims.settlements_to_correct(actor).filter(status=SettlementToCorrect.Status.WAITING)

    def row(case: SettlementToCorrect) -> Row:
        settlement = case.settlement
        return Row(
            settlement.number,
            reverse("settlement", args=[settlement.number]),
            settlement.resident.name,
            str(settlement.stay.institution.label),
            case.found_on,
        )

    return Queue(
        "corrections",
        _("Settlements to correct"),
        reverse("corrections"),
        _("Known since"),
        _("Nothing on record contradicts a settlement."),
        cases,
        row,
    )
