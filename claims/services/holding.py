"""Stays that need a person: put to the agency when they are discharged or settled, let go when nothing holds them.

The one place that opens and withdraws reviews of settlements; `Stay.held` says the first reason of the open one.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from claims import labels
from claims.facts import institution_on, overlapping, span, stays_of
from claims.models import FeeLine, Review, Settlement, Stay, UsualCost
from claims.review_rules import ReviewFacts, Thresholds, Usual, adjoin, needs_second_person, reasons_for_review
from claims.rules import StayFacts, is_emergency_outside
from claims.selectors import sees_everything
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import Cause, ReviewReason
from liaoyang_medins.kernel.states import require_transition

Status = Review.Status
# What only a settlement knows: it stays a reason until somebody has looked.
BY_AMOUNT = (ReviewReason.UNUSUAL_COST, ReviewReason.LARGE_PAYMENT)


class HeldForReview(Refused):
    """The stay is with the agency, which looks at it and settles it; it was put there, whatever this refuses."""

    code = "held_for_review"


def thresholds() -> Thresholds:
    """From when an amount needs a person, as the settings say."""
    payment = settings.REVIEW_PAYMENT_FROM
    return Thresholds(
        times=settings.REVIEW_USUAL_TIMES or None,
        settlements=settings.REVIEW_USUAL_SETTLEMENTS,
        payment=Decimal(payment) if payment else None,
        second_person=Decimal(settings.REVIEW_SECOND_PERSON_FROM),
    )


def usual_of(stay: Stay) -> Usual | None:
    """What stays at its institution usually cost; None where no settlement of twelve months says so."""
    found: UsualCost | None = getattr(stay.institution, "usual_cost", None)
    return Usual(found.median, found.settlements) if found else None


def standing_facts(stay: Stay, *, overlaps: bool, emergency_outside: bool) -> ReviewFacts:
    """What is known of a discharged stay before anything is calculated."""
    return ReviewFacts(
        diagnoses=(stay.diagnosis_id, *stay.other_diagnoses),
        cause=Cause(stay.cause),
        # What is found in the review that is open is no reason for it.
        examined=stay.examined and not stay.held,
        overlaps=overlaps,
        emergency_outside=emergency_outside,
        transfer=stay.transfer_stated,
    )


def standing_reasons(stay: Stay, stays: Iterable[Stay], today: datetime.date) -> tuple[ReviewReason, ...]:
    """Why a stay of the person with these `stays` needs somebody as soon as it is discharged."""
    if stay.status != Stay.Status.DISCHARGED or exempt(stay):
        return ()
    outside = stay.emergency and not institution_on(stay.institution, stay.admitted_on).designated
    facts = standing_facts(stay, overlaps=bool(overlapping(stay, stays, today)), emergency_outside=outside)
    return reasons_for_review(facts, thresholds())


def exempt(stay: Stay) -> bool:
    """What residents claim themselves is examined and released in a way of its own."""
    return stay.self_paid or stay.outpatient


# --- opening and withdrawing -----------------------------------------------------------------------------------------


def open_review(stay: Stay) -> Review | None:
    """The review of a stay that is not closed."""
    return Review.objects.filter(stay=stay, status__in=Review.OPEN).first()


def put_to_agency(
    stay: Stay,
    reasons: Sequence[ReviewReason],
    today: datetime.date,
    by: Actor,
    *,
    kind: str = Review.Kind.SETTLEMENT,
    asked: str = "",
    settlement: Settlement | None = None,
) -> Review:
    """Open a review of the locked stay."""
    total = FeeLine.objects.filter(stay=stay).aggregate(sum=Sum("amount"))["sum"]
    review = Review.objects.create(
        stay=stay,
        kind=kind,
        reasons=[reason.value for reason in reasons],
        asked=asked,
        total=total or ZERO,
        opened_on=today,
        opened_by_id=by.user_id,
        settlement=settlement,
    )
    _mark(stay, review)
    _record(stay, "reviews.open", by, reasons=review.reasons)
    return review


def let_go(review: Review, stay: Stay, today: datetime.date, by: Actor) -> None:
    """Nothing needs a person any more."""
    close(review, Status.WITHDRAWN, today, by)
    _mark(stay, review)
    _record(stay, "reviews.withdraw", by, reasons=review.reasons)


def close(review: Review, then: str, today: datetime.date, by: Actor, *, note: str = "") -> None:
    """Close a review in a final state."""
    require_transition(Review.TRANSITIONS, review.status, then, label=review.get_status_display)
    review.status, review.closed_on, review.closed_by_id = then, today, by.user_id
    review.note = note or review.note
    keep(review, "status", "closed_on", "closed_by", "note", "settlement", "fund")


def keep(review: Review, *fields: str) -> None:
    """Save the fields and a new version, so that who saw the review before is told."""
    review.version += 1
    review.save(update_fields=[*fields, "version"])


def _mark(stay: Stay, review: Review) -> None:
    """`Stay.held`: the first reason of the review that stands in the way of the settlement."""
    stands = review.kind == Review.Kind.SETTLEMENT and review.status in Review.OPEN
    stay.held = review.reasons[0] if stands else ""
    Stay.objects.filter(pk=stay.pk).update(held=stay.held)


def _record(stay: Stay, verb: str, by: Actor, **changes: object) -> None:
    audit.record(by=by, verb=verb, obj=stay, resident=stay.resident.number, changes=changes)


def refresh_reviews(resident: Resident | int, today: datetime.date, by: Actor) -> None:
    """Put the person's discharged stays that need somebody to the agency, and let those go that do not any more
    (A8 and the rest). Nothing is asked for a person whose stays need nobody, but for the stays.
    """
    stays: list[Stay] = stays_of(resident if isinstance(resident, int) else resident.pk)
    for stay in stays:
        reasons = standing_reasons(stay, stays, today)
        if reasons or stay.held:
            bring_in_line(stay, reasons, today, by)


def bring_in_line(stay: Stay, standing: Sequence[ReviewReason], today: datetime.date, by: Actor) -> None:
    """Open, change or withdraw the review of a stay by the reasons that stand now. What somebody has examined is not
    withdrawn behind their back while the stay is discharged; what is new is examined again.
    """
    review = open_review(stay)
    if review is None:
        if standing:
            put_to_agency(stay, standing, today, by)
        return
    if stay.status != Stay.Status.DISCHARGED:
        let_go(review, stay, today, by)
        return
    known = [ReviewReason(code) for code in review.reasons]
    stay_on = known if stay.examined else [reason for reason in known if reason in BY_AMOUNT]
    reasons = in_order({*standing, *stay_on})
    if not reasons:
        let_go(review, stay, today, by)
    elif reasons != known:
        look_again(review, stay, reasons, by)


def look_again(review: Review, stay: Stay, reasons: Sequence[ReviewReason], by: Actor) -> None:
    """Other reasons hold now: with a new one the stay is examined (again)."""
    new = [reason.value for reason in reasons if reason.value not in review.reasons]
    review.reasons = [reason.value for reason in reasons]
    if new and review.status == Status.PROPOSED:
        require_transition(Review.TRANSITIONS, review.status, Status.WAITING, label=review.get_status_display)
        review.status = Status.WAITING
    keep(review, "reasons", "status")
    _mark(stay, review)
    _record(stay, "reviews.reasons", by, reasons=review.reasons)


def changed(stay: Stay, by: Actor) -> None:
    """The locked stay is another than the one that was examined: somebody looks at it again."""
    review = open_review(stay)
    if review is not None and review.status == Status.PROPOSED:
        require_transition(Review.TRANSITIONS, review.status, Status.WAITING, label=review.get_status_display)
        review.status = Status.WAITING
        keep(review, "status")
        _record(stay, "reviews.again", by)


def in_order(reasons: set[ReviewReason]) -> list[ReviewReason]:
    return [reason for reason in ReviewReason if reason in reasons]


# --- at the settlement -----------------------------------------------------------------------------------------------


def held_back(
    stay: Stay, facts: StayFacts, fund: Decimal, today: datetime.date, by: Actor, *, releasing: Review | None = None
) -> HeldForReview | None:
    """Why the locked stay, for which the fund would pay `fund` yuan, is not settled by `by` now: then it is with the
    agency. None where nobody needs to look, or nothing new stands against `releasing` it.
    """
    if exempt(stay):
        return None
    reasons = reasons_now(stay, facts, fund, today)
    review = releasing or (open_review(stay) if stay.held else None)
    if review is None:
        return refusal(put_to_agency(stay, reasons, today, by), by) if reasons else None
    known = [ReviewReason(code) for code in review.reasons]
    new = set(reasons) - set(known)
    if new:
        look_again(review, stay, in_order({*known, *new}), by)
    return refusal(review, by) if new or releasing is None else None


def reasons_now(stay: Stay, facts: StayFacts, fund: Decimal, today: datetime.date) -> tuple[ReviewReason, ...]:
    """Every reason for which somebody looks at the stay before it is settled by these facts and `fund` yuan."""
    known, stays = thresholds(), stays_of(stay.resident_id)
    by_amount = known.times is not None or known.payment is not None
    more = of_adjoining(stay, stays, today) if by_amount else NOTHING
    standing = standing_facts(
        stay,
        overlaps=bool(overlapping(stay, stays, today)),
        emergency_outside=is_emergency_outside(facts),
    )
    asked = replace(
        standing,
        total=facts.total + more.total,
        fund=fund + more.fund,
        usual=usual_of(stay) if known.times else None,
    )
    return reasons_for_review(asked, known)


@dataclass(frozen=True, slots=True)
class Adjoining:
    """What the settled stays that a stay adjoins cost, and what the fund paid for them, in yuan."""

    total: Decimal
    fund: Decimal


NOTHING = Adjoining(ZERO, ZERO)


def of_adjoining(stay: Stay, stays: Iterable[Stay], today: datetime.date) -> Adjoining:
    """The sums of the settled ones of the person's `stays` that were at the same institution and leave no day between
    them and this one, so that a threshold is not passed by below when a stay is split.
    """
    mine = span(stay, today)
    keys = [
        other.pk
        for other in stays
        if other.pk != stay.pk
        and other.institution_id == stay.institution_id
        and other.status == Stay.Status.SETTLED
        and adjoin(mine, span(other, today))
    ]
    if not keys:
        return NOTHING
    live = Settlement.objects.filter(stay__in=keys, live=True)
    sums = live.aggregate(total=Sum("total", default=ZERO), fund=Sum("fund", default=ZERO))
    return Adjoining(sums["total"], sums["fund"])


def second_person_needed(stay: Stay, fund: Decimal, today: datetime.date) -> bool:
    """U14: whether so much is at stake that who examined the stay does not release it: `fund` yuan, with what was
    paid for the stays that it adjoins.
    """
    known = thresholds()
    if needs_second_person(fund, known):
        return True
    return needs_second_person(fund + of_adjoining(stay, stays_of(stay.resident_id), today).fund, known)


def refusal(review: Review, by: Actor) -> HeldForReview:
    """What somebody is told who cannot settle the stay. A hospital is not told where else somebody lay."""
    everything = sees_everything(by)
    told = [labels.label(ReviewReason(code)) for code in review.reasons if everything or code != ReviewReason.OVERLAP]
    then = (
        _("A clerk examines it, somebody else releases it: then it is settled.")
        if everything
        else _("You need do nothing: the settlement appears here as soon as the agency has made it.")
    )
    return HeldForReview(_("The agency looks at this stay before it is settled."), reasons=[*told, then])
