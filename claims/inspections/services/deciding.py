"""What becomes of an inspection: decided by somebody else than who recorded it, repaid by deduction (S1, Art. 29)."""

import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from claims.services.records import own_entry
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict, Refused
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
    """The decision fell, after an objection or in court: nothing is to be repaid any more, and what was deducted goes
    back with the next payment.

    Invalid without a reason; Refused for who recorded it; Conflict where it is no decision in force or was changed
    meanwhile; NotAllowed.
    """
    by.require("inspections.decide")
    inspection = locked(number, by, version)
    require_step(inspection, Status.REVOKED)
    require_other_person(inspection, by)
    inspection.revocation = required(reason, "reason", _("Say why."))[:200]
    inspection.status, inspection.revoked_on = Status.REVOKED, clock.today()
    save(inspection)
    record(inspection, "inspections.revoke", by, note=inspection.revocation)
    return inspection


@transaction.atomic
def take_off(*, number: str, amount: Decimal, payment: str, deducted_on: datetime.date, by: Actor) -> Deduction:
    """The payment with the number `payment` takes `amount` yuan off for an inspection, or gives them back (below
    zero). The one way to a deduction; for who makes the payment, whose verb says that they may.

    Conflict where the findings do not stand (what was taken off for them is given back all the same) or did not on
    that day, this payment took something off for it before, more is taken off than is outstanding, or more given back
    than was taken too much.
    """
    inspection = locked(number, by)
    owed = selectors.repayment_of(inspection)
    least, most = owed.claimed - owed.deducted, owed.outstanding
    stands = inspection.status == Status.DECIDED or (inspection.status == Status.REVOKED and amount < 0)
    stood = inspection.decided_on is not None and inspection.decided_on <= deducted_on
    once = not inspection.deductions.filter(payment=payment).exists()
    fits = 0 < amount <= most or least <= amount < 0
    if not (stands and stood and once and fits):
        raise Conflict(
            _("For the inspection %(number)s something else is outstanding now.") % {"number": number},
            code="deduction_changed",
        )
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
