"""The desk: a clerk examines a stay and proposes, somebody else releases it or sends it back (A1, A3, A4, A8).

Who entered or examined a stay does not release it; below a threshold of the fund's payment who examined it may.
"""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from claims.facts import line_facts, main_problem
from claims.models import FeeLine, FeeLineCut, Reversal, Review, Settlement, Stay
from claims.rules import adjudicate, assess_line
from claims.services.holding import (
    BY_AMOUNT,
    close,
    in_order,
    keep,
    open_review,
    reasons_now,
    second_person_needed,
)
from claims.services.records import entered_by, examined_by, lock_resident_of, lock_stay, own_entry, save
from claims.services.settlement import gathered_for, reverse_locked, settle_locked
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Conflict, DomainError, Invalid, Refused
from liaoyang_medins.kernel.money import ZERO, fen
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Cause, ReviewReason
from liaoyang_medins.kernel.states import require_transition, require_version

Status = Review.Status
Kind = Review.Kind


def locked(stay_number: str, version: int | None, by: Actor) -> tuple[Stay, Review]:
    """The stay and its open review, locked by the resident's row. Conflict where nothing waits or somebody was
    first.
    """
    resident = lock_resident_of(stay_number)
    stay = lock_stay(stay_number, by)
    stay.resident = resident
    review = open_review(stay)
    if review is None:
        raise Conflict(
            _("Nothing waits for the agency at this stay any more. Look at it again."),
            code="wrong_state",
            reasons=[last_change(stay)],
        )
    if version is not None:
        require_version(review.version, version, told=lambda: last_change(stay))
    return stay, review


def move(review: Review, then: str) -> None:
    require_transition(Review.TRANSITIONS, review.status, then, label=review.get_status_display)
    review.status = then


def record(stay: Stay, verb: str, by: Actor, changes: dict[str, object], note: str = "") -> None:
    audit.record(by=by, verb=verb, obj=stay, resident=stay.resident.number, changes=changes, note=note)


# --- the clerk -------------------------------------------------------------------------------------------------------


@transaction.atomic
def cut_line(
    *,
    stay_number: str,
    line_number: str,
    amount: Decimal | None = None,
    reason: str,
    version: int | None = None,
    by: Actor,
) -> FeeLineCut:
    """Deny `amount` yuan of a fee line, or (None) the whole line, with the reason: so much less of it counts (A1).

    Takes the place of what was denied of the line before. Invalid for an amount that is not above zero and at most the
    line's, Conflict unless the stay is being examined.
    """
    by.require("reviews.examine")
    stay, review = locked(stay_number, version, by)
    require_examining(review)
    line = line_of(stay, line_number)
    reason = reason.strip()
    if not reason:
        raise Invalid(_("Say why it is denied."), field="reason")
    denied = line.amount if amount is None else amount
    if not denied.is_finite() or denied != fen(denied) or not ZERO < denied <= line.amount:
        raise Invalid(
            _("Of this line 0.01 to %(most)s yuan can be denied.") % {"most": f"{line.amount:,.2f}"}, field="amount"
        )
    before = line.denied
    deny(line, denied)
    cut, _made = FeeLineCut.objects.update_or_create(
        line=line,
        defaults={"amount": denied, "reason": reason, "made_on": clock.today(), "made_by_id": by.user_id},
    )
    keep(review)
    put_examined(stay)
    changes: dict[str, object] = {"line": line.line_number, "item": line.item_code, "denied": [before, denied]}
    record(stay, "reviews.cut", by, changes, f"{line.item_name}: {reason}")
    return cut


@transaction.atomic
def restore_line(*, stay_number: str, line_number: str, version: int | None = None, by: Actor) -> FeeLine:
    """Take back what was denied of a fee line. Conflict where nothing was, or the stay is not being examined."""
    by.require("reviews.examine")
    stay, review = locked(stay_number, version, by)
    require_examining(review)
    line = line_of(stay, line_number)
    if not line.denied:
        raise Conflict(_("Nothing of this line is denied any more."), code="not_denied")
    before = line.denied
    deny(line, ZERO)
    FeeLineCut.objects.filter(line=line).delete()
    keep(review)
    record(stay, "reviews.restore", by, {"line": line.line_number, "denied": [before, ZERO]}, line.item_name)
    return line


def put_examined(stay: Stay) -> None:
    """From now on the stay is not settled without the agency, whatever becomes of the review."""
    if not stay.examined:
        stay.examined = True
        Stay.objects.filter(pk=stay.pk).update(examined=True)


def require_examining(review: Review) -> None:
    """Fee lines are cut while a clerk examines what is to be settled."""
    if review.kind != Kind.SETTLEMENT or review.status != Status.WAITING:
        raise Conflict(
            _("This is not possible any more: the record is now “%(state)s”. Look at it again.")
            % {"state": review.get_status_display()},
            code="wrong_state",
        )


def line_of(stay: Stay, number: str) -> FeeLine:
    line = FeeLine.objects.filter(stay=stay, line_number=number).first()
    if line is None:
        raise Invalid(_("There is no such line in this stay: %(numbers)s.") % {"numbers": number}, code="line_unknown")
    return line


def deny(line: FeeLine, amount: Decimal) -> None:
    """Put `amount` yuan as denied on the line, with what is in scope then."""
    line.denied = amount
    found = assess_line(line_facts(line, in_benefit=True))
    line.in_scope, line.problem = found.in_scope, main_problem(found.reasons)
    line.save(update_fields=["denied", "in_scope", "problem"])


@transaction.atomic
def propose(
    *, stay_number: str, finding: str, cause: Cause | None = None, version: int | None = None, by: Actor
) -> Review:
    """A clerk has examined the stay and proposes to release it, with what was found and the cause of an injury (A3).

    Invalid without a finding, or without the cause where the injury's is open; Conflict where somebody was first;
    Refused where it cannot be calculated.
    """
    by.require("reviews.examine")
    stay, review = locked(stay_number, version, by)
    move(review, Status.PROPOSED)
    finding = finding.strip()
    if not finding:
        raise Invalid(_("Say what you found."), field="finding")
    changes: dict[str, object] = {"finding": finding}
    if review.kind == Kind.SETTLEMENT:
        if cause is None and ReviewReason.INJURY in review.reasons:
            raise Invalid(_("Say what caused the injury."), field="cause")
        if cause is not None and cause != stay.cause:
            changes["cause"] = [stay.cause, cause.value]
            stay.cause = cause.value
            save(stay, "cause")
        put_examined(stay)
        review.fund = look_at_amounts(stay, review)
    else:
        review.fund = paid_by(review)
    review.finding, review.examined_on, review.examined_by_id = finding, clock.today(), by.user_id
    keep(review, "status", "reasons", "fund", "finding", "examined_on", "examined_by")
    record(stay, "reviews.propose", by, changes | {"fund": review.fund})
    return review


def look_at_amounts(stay: Stay, review: Review) -> Decimal:
    """What the fund would pay for the stay, in yuan; what its amounts ask somebody for was looked at with it."""
    gathered = gathered_for(stay)
    fund = adjudicate(gathered.facts, gathered.policy).fund
    known = {ReviewReason(code) for code in review.reasons}
    found = reasons_now(stay, gathered.facts, fund, clock.today())
    review.reasons = [reason.value for reason in in_order(known | {reason for reason in found if reason in BY_AMOUNT})]
    return fund


def paid_by(review: Review) -> Decimal:
    """What the settlement that is to be reversed paid, in yuan."""
    if review.settlement is None:
        raise ValueError(f"The review {review} asks for the reversal of nothing.")
    return Decimal(review.settlement.fund)


# --- the reviewer ----------------------------------------------------------------------------------------------------


def release(
    *, stay_number: str, fund: Decimal | None = None, version: int | None = None, by: Actor
) -> Settlement | Reversal:
    """Release an examined stay: it is settled, or its paid settlement reversed. Maker and checker: Refused for who
    entered something of it and, from a threshold of the fund's payment on, for who examined it and for clerks.

    `fund` is what was looked at, in yuan: Conflict where it would be another payment by now, or somebody was first.
    Raises HeldForReview where a reason is there by now that nobody examined: then it is with the clerk again, which is
    committed. Otherwise as `settle_stay` and `reverse_settlement`.
    """
    with transaction.atomic():
        by.require("reviews.release")
        stay, review = locked(stay_number, version, by)
        made = released(stay, review, fund, by)
    if isinstance(made, DomainError):
        raise made
    return made


def released(stay: Stay, review: Review, fund: Decimal | None, by: Actor) -> Settlement | Reversal | DomainError:
    """The same under lock, with what is refused although it leaves something behind."""
    require_transition(Review.TRANSITIONS, review.status, Status.RELEASED, label=review.get_status_display)
    made: Settlement | Reversal | DomainError
    if review.settlement is not None:
        require_other_person(stay, review, review.settlement.fund, by)
        settlement = review.settlement
        close(review, Status.RELEASED, clock.today(), by)
        made = reverse_locked(stay, settlement.pk, review.asked, by, released=True)
        paid = settlement.fund
    else:
        made = settle_locked(stay, review=review, by=by)
        if not isinstance(made, Settlement):
            return made
        require_other_person(stay, review, made.fund, by)
        review.settlement, review.fund = made, made.fund
        close(review, Status.RELEASED, clock.today(), by)
        paid = made.fund
    if isinstance(made, DomainError):
        raise made
    if fund is not None and fund != paid:
        raise Conflict(
            _("The fund would pay %(now)s yuan now, not %(shown)s. Look at the calculation again.")
            % {"now": f"{paid:,.2f}", "shown": f"{fund:,.2f}"},
            code="changed_meanwhile",
        )
    record(stay, "reviews.release", by, {"fund": paid})
    return made


def require_other_person(stay: Stay, review: Review, fund: Decimal, by: Actor) -> None:
    """U14: who entered something of the stay, or asked for its reversal, does not release it; where so much is at
    stake, a reviewer does who did not examine it.
    """
    if entered_by(stay, by) or asked_by(review, by):
        raise own_entry()
    if not second_person_needed(stay, fund, clock.today()):
        return
    if review.examined_by_id == by.user_id or examined_by(stay, by):
        raise Refused(_("You examined this yourself: a colleague releases it."), code="own_entry")
    if by.role is Role.AGENCY_CLERK:
        raise Refused(_("A reviewer releases it or sends it back."), code="reviewer_needed")


def asked_by(review: Review, by: Actor) -> bool:
    """Whether the actor asked for the reversal that the review is about."""
    return review.kind == Kind.REVERSAL and by.user_id is not None and review.opened_by_id == by.user_id


@transaction.atomic
def send_back(*, stay_number: str, note: str, version: int | None = None, by: Actor) -> Review:
    """Send an examined stay back, with what is still to be looked at. Invalid without a note."""
    by.require("reviews.release")
    stay, review = locked(stay_number, version, by)
    move(review, Status.WAITING)
    review.note = said(note)
    keep(review, "status", "note")
    record(stay, "reviews.send_back", by, {"note": review.note})
    return review


@transaction.atomic
def deny_reversal(*, stay_number: str, note: str, version: int | None = None, by: Actor) -> Review:
    """Leave a paid settlement as it is, although its institution asks for the reversal. Refused for who examined it,
    Invalid without the reason, and for a review of a settlement.
    """
    by.require("reviews.release")
    stay, review = locked(stay_number, version, by)
    if review.settlement is None:
        raise Invalid(_("Only a reversal is denied: deny single lines, or send the stay back."), code="not_a_reversal")
    require_other_person(stay, review, review.settlement.fund, by)
    close(review, Status.DENIED, clock.today(), by, note=said(note))
    record(stay, "reviews.deny", by, {"settlement": review.settlement.number}, review.note)
    return review


def said(note: str) -> str:
    if not note.strip():
        raise Invalid(_("Say why."), field="note")
    return note.strip()
