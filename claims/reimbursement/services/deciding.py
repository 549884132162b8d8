"""Examining, releasing and refusing an application: who entered it does not decide on it (U14)."""

from django.db import transaction
from django.utils.translation import gettext as _

from claims.facts import overlapping, span, stays_of
from claims.models import FeeLine, Settlement, Stay
from claims.services import reverse_settlement, settle_stay
from claims.services.holding import refresh_reviews
from claims.services.records import save as save_stay
from claims.services.records import working_on
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Invalid, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import ReviewReason
from liaoyang_medins.kernel.states import require_transition

from .. import papers, selectors
from ..models import Reimbursement
from .common import Status, locked, move, record, require_other_person, save


@transaction.atomic
def examine(*, number: str, version: int, by: Actor) -> Reimbursement:
    """A clerk has compared documents and fee lines: from now on nothing is changed, and another person decides.

    Refused without fee lines, or where they do not come to the total of the invoices; Conflict where documents are
    missing or it was changed meanwhile; NotAllowed.
    """
    by.require("reimbursements.enter")
    found = locked(number, by, version)
    move(found, Status.EXAMINED)
    total = selectors.lines_total(found)
    if total != found.invoice_total:
        raise Refused(
            _("The invoices come to %(stated)s yuan, the fee lines to %(total)s yuan.")
            % {"stated": f"{found.invoice_total:,.2f}", "total": f"{total:,.2f}"},
            code="total_differs",
        )
    found.examined_on, found.examined_by_id = clock.today(), by.user_id
    save(found)
    record(found, "reimbursements.examine", by, total=total)
    return found


@transaction.atomic
def send_back(*, number: str, version: int, reason: str, by: Actor) -> Reimbursement:
    """An examined application goes back to the clerk, with the reason. Invalid without one; Conflict; NotAllowed."""
    by.require("reimbursements.release")
    found = locked(number, by, version)
    if found.status != Status.EXAMINED:
        # Other ways lead back to that state, each by its own verb.
        require_transition({found.status: set()}, found.status, Status.COMPLETE, label=found.get_status_display)
    move(found, Status.COMPLETE)
    found.examined_on = found.examined_by_id = None
    save(found)
    record(found, "reimbursements.send_back", by, note=required(reason))
    return found


@transaction.atomic
def release(*, number: str, version: int, note: str = "", by: Actor) -> Settlement:
    """Settle the stay (A2, A3): what the fund pays goes to the resident. The decision is kept in writing.

    A stay that shares more than one day with another one (A8), or any day with one at the same institution, which may
    be the same one, needs a `note` on what was found. Raises as
    `claims.services.settle_stay`; Refused for who entered or examined the application; Conflict where it is decided or
    was changed meanwhile; NotAllowed.
    """
    by.require("reimbursements.release")
    found = locked(number, by, version)
    move(found, Status.RELEASED)
    require_other_person(found, by)
    require_looked_at(found, note)
    with working_on(found.stay.number):
        settlement = settle_stay(stay_number=found.stay.number, stated_total=found.invoice_total, note=note, by=by)
    found.decided_on, found.decided_by_id = clock.today(), by.user_id
    save(found)
    kept = papers.keep_decision(found, settlement)
    record(
        found,
        "reimbursements.release",
        by,
        note.strip(),
        settlement=settlement.number,
        fund=settlement.fund,
        reasons=settlement.reasons,
        paper=kept.sha256,
    )
    return settlement


def require_looked_at(application: Reimbursement, note: str) -> None:
    """Invalid where the stay shares days with others (`to_look_at`) and nothing is said of that."""
    others = to_look_at(application.stay)
    if others and not note.strip():
        raise Invalid(
            _("This stay shares days with %(stays)s.") % {"stays": ", ".join(other.number for other in others)},
            code=ReviewReason.OVERLAP.value,
            field="note",
            reasons=[_("Say what you found before you settle it.")],
        )


def to_look_at(stay: Stay) -> list[Stay]:
    """The person's stays that share more than one day with this one (A8), or any day at the same institution: what
    that has settled is not paid to the resident too.
    """
    today, stays = clock.today(), list(stays_of(stay.resident_id))
    found = {other.pk for other in overlapping(stay, stays, today)}
    first, last = span(stay, today)
    for other in stays:
        begins, ends = span(other, today)
        if other.pk != stay.pk and other.institution_id == stay.institution_id and begins <= last and first <= ends:
            found.add(other.pk)
    return [other for other in stays if other.pk in found]


@transaction.atomic
def refuse(*, number: str, version: int, reason: str, by: Actor) -> Reimbursement:
    """Refuse an application with the reason, in writing; its stay never counts.

    What it held of fee lines is in the audit record. Invalid without a reason; Refused for who entered or examined
    it; Conflict where it is decided or was changed meanwhile; NotAllowed.
    """
    by.require("reimbursements.release")
    found = locked(number, by, version)
    move(found, Status.REFUSED)
    require_other_person(found, by)
    found.refusal = required(reason)
    found.decided_on, found.decided_by_id = clock.today(), by.user_id
    save(found)
    kept = papers.keep_refusal(found)
    cancel_stay(found, by)
    invoices = list(found.invoices.order_by("printed").values_list("printed", flat=True))
    found.invoices.all().delete()
    record(found, "reimbursements.refuse", by, found.refusal, paper=kept.sha256, invoices=invoices)
    return found


def cancel_stay(application: Reimbursement, by: Actor) -> None:
    """The stay counts for nothing any more: others may lie over its days, its inpatient number is free again."""
    stay = Stay.objects.select_for_update(of=("self",)).get(pk=application.stay_id)
    stay.resident = application.resident
    lines = {
        line.line_number: [line.on, line.item_code, line.quantity, line.unit_price, line.amount]
        for line in stay.lines.order_by("id")
    }
    FeeLine.objects.filter(stay=stay).delete()
    for then in (Stay.Status.ADMITTED, Stay.Status.CANCELLED):
        require_transition(Stay.TRANSITIONS, stay.status, then, label=stay.get_status_display)
        stay.status = then
    before, stay.discharged_on, stay.discharged_at, stay.held = stay.discharged_on, None, None, ""
    save_stay(stay, "status", "discharged_on", "discharged_at", "held")
    refresh_reviews(stay.resident, clock.today(), by)
    audit.record(
        by=by,
        verb="stays.cancel",
        obj=stay,
        resident=stay.resident.number,
        changes={"discharged_on": [before, None], "lines": lines},
        note=application.refusal,
    )


@transaction.atomic
def take_back(*, number: str, version: int, reason: str, by: Actor) -> Reimbursement:
    """A release was wrong and nothing of it is with the bank or paid: its settlement is reversed (A4), and a clerk
    examines the application again.

    Raises as `claims.services.reverse_settlement`; Invalid without a reason; Conflict where it is on a list or paid (a
    payment has to come back first) or was changed meanwhile; NotAllowed.
    """
    by.require("reimbursements.release")
    found = locked(number, by, version)
    if found.status not in (Status.RELEASED, Status.RETURNED):
        require_transition({found.status: set()}, found.status, Status.COMPLETE, label=found.get_status_display)
    move(found, Status.COMPLETE)
    note = required(reason)
    settlement = selectors.live_settlement(found)
    if settlement is None:
        raise ValueError(f"{found} is released without a settlement.")
    with working_on(found.stay.number):
        reversal = reverse_settlement(number=settlement.number, reason=note, by=by)
    found.examined_on = found.examined_by_id = found.decided_on = found.decided_by_id = None
    save(found)
    record(found, "reimbursements.take_back", by, note, settlement=settlement.number, reversal=reversal.number)
    return found


def required(reason: str) -> str:
    """The reason without blanks around it, short enough for everything that quotes it. Invalid where there is none."""
    if not reason.strip():
        raise Invalid(_("Say why."), code="no_reason", field="reason")
    return reason.strip()[:200]
