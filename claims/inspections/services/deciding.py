"""What becomes of an inspection: decided by somebody else than who recorded it, repaid by deduction (S1, Art. 29)."""

import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from claims.services.records import own_entry
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused
from liaoyang_medins.kernel.money import fen
from liaoyang_medins.kernel.offices.actors import Actor

from .. import selectors
from ..models import Deduction, Inspection
from .inspecting import locked, record, require_step, save
from .reports import required

Status = Inspection.Status


@transaction.atomic
def decide_inspection(*, number: str, version: int, reasoning: str, by: Actor) -> Inspection:
    """The findings stand: what is to be repaid is taken off the next payments to the institution.

    Invalid without reasons; Refused for who recorded any of it (U14), and where nothing was found; Conflict where
    it is decided or changed meanwhile; NotAllowed.
    """
    by.require("inspections.decide")
    inspection = locked(number, by, version)
    require_step(inspection, Status.DECIDED)
    require_other_person(inspection, by)
    if not inspection.findings.exists():
        raise Refused(_("Nothing was found: close the inspection without a violation."), code="no_findings")
    close(inspection, Status.DECIDED, reasoning, by)
    claimed = selectors.repayment_of(inspection).claimed
    record(inspection, "inspections.decide", by, claimed=str(claimed))
    return inspection


@transaction.atomic
def dismiss_inspection(*, number: str, version: int, reasoning: str, by: Actor) -> Inspection:
    """Nothing stands against the institution. Raises as `decide_inspection`."""
    by.require("inspections.decide")
    inspection = locked(number, by, version)
    require_step(inspection, Status.DISMISSED)
    require_other_person(inspection, by)
    close(inspection, Status.DISMISSED, reasoning, by)
    record(inspection, "inspections.dismiss", by, note=inspection.reasoning)
    return inspection


@transaction.atomic
def revoke_decision(*, number: str, version: int, reason: str, by: Actor) -> Inspection:
    """The decision fell, after an objection or in court: nothing is to be repaid any more.

    Invalid without a reason; Refused for who recorded it, and once something was deducted; Conflict where it is no
    decision in force or was changed meanwhile; NotAllowed.
    """
    by.require("inspections.decide")
    inspection = locked(number, by, version)
    require_step(inspection, Status.REVOKED)
    require_other_person(inspection, by)
    if inspection.deductions.exists():
        raise Refused(
            _("Something was deducted for it already: the payment has to be corrected first."), code="deducted"
        )
    inspection.revocation = required(reason, "reason", _("Say why."))[:200]
    inspection.status, inspection.revoked_on = Status.REVOKED, clock.today()
    save(inspection)
    record(inspection, "inspections.revoke", by, note=inspection.revocation)
    return inspection


@transaction.atomic
def record_deduction(
    *, number: str, amount: Decimal, payment: str, deducted_on: datetime.date, by: Actor
) -> Deduction:
    """Record that `amount` yuan were taken off the payment with the number `payment` on a day. The same payment again
    gives back the first.

    Invalid for more than is outstanding, nothing, a day before the decision or in the future; Conflict where the
    findings do not stand, or the payment deducted another amount; NotAllowed.
    """
    by.require("inspections.deduct")
    inspection, payment = locked(number, by), payment.strip()
    first = inspection.deductions.filter(payment=payment).first()
    if first is not None:
        if first.amount != fen(amount):
            raise Conflict(_("This payment deducted another amount already."), code="deducted")
        return first
    if inspection.status != Status.DECIDED or inspection.decided_on is None:
        raise Conflict(_("Nothing is to be repaid for this inspection."), code="nothing_claimed")
    if not inspection.decided_on <= deducted_on <= clock.today():
        raise Invalid(_("The day lies before the decision or in the future."), code="day", field="deducted_on")
    outstanding = selectors.repayment_of(inspection).outstanding
    if not 0 < amount <= outstanding or not payment:
        raise Invalid(
            _("%(most)s yuan are outstanding: enter at most that.") % {"most": f"{outstanding:,.2f}"},
            code="amount",
            field="amount",
        )
    return note_deduction(inspection, amount=fen(amount), payment=payment.strip(), deducted_on=deducted_on, by=by)


@transaction.atomic
def take_off(*, number: str, amount: Decimal, payment: str, deducted_on: datetime.date, by: Actor) -> Deduction:
    """A payment to the institution takes `amount` yuan off for an inspection, or gives them back (below zero). For who
    makes the payment, whose verb says that they may.

    Conflict where the findings do not stand, more is taken off than is outstanding, or more given back than was
    taken.
    """
    inspection = locked(number, by)
    owed = selectors.repayment_of(inspection)
    least, most = owed.claimed - owed.deducted, owed.outstanding
    if inspection.status != Status.DECIDED or not (0 < amount <= most or least <= amount < 0):
        raise Conflict(
            _("For the inspection %(number)s something else is outstanding now.") % {"number": number},
            code="deduction_changed",
        )
    return note_deduction(inspection, amount=amount, payment=payment, deducted_on=deducted_on, by=by)


def note_deduction(
    inspection: Inspection, *, amount: Decimal, payment: str, deducted_on: datetime.date, by: Actor
) -> Deduction:
    """Write down a deduction of the locked inspection."""
    row = Deduction.objects.create(
        inspection=inspection, payment=payment, amount=amount, deducted_on=deducted_on, made_by_id=by.user_id
    )
    save(inspection)
    record(inspection, "inspections.deduct", by, payment=row.payment, amount=str(row.amount))
    return row


def require_other_person(inspection: Inspection, by: Actor) -> None:
    """U14: nobody decides on what they recorded themselves."""
    if selectors.wrote(inspection, by):
        raise own_entry()


def close(inspection: Inspection, then: str, reasoning: str, by: Actor) -> None:
    """Write down who decided what, why and when."""
    inspection.reasoning = required(reasoning, "reasoning", _("Say why."))
    inspection.status, inspection.decided_on, inspection.decided_by_id = then, clock.today(), by.user_id
    save(inspection)
