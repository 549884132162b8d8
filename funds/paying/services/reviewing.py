"""What becomes of a declaration until it can be paid: confirmed by the institution, examined (经办), checked (复核),
approved (审批), each by somebody else (U14).
"""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from claims.inspections.services import take_off
from claims.models import Reversal, Settlement
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role

from .. import selectors
from ..models import Declaration
from .common import Status, locked, move, record, require_another, require_sound, save


@transaction.atomic
def confirm_declaration(*, number: str, version: int, by: Actor) -> Declaration:
    """The institution confirms the totals of its declaration: from then on nothing in it changes. For one that has no
    user here a clerk does, and has examined it with that.

    Conflict where what it holds is not what is on record any more (it is drawn anew first), it is no draft or was
    changed; NotAllowed.
    """
    by.require("declarations.confirm")
    declaration = locked(number, by, version)
    for_it = by.role is not Role.HOSPITAL
    if for_it and by.user_id is not None and selectors.users_of(declaration.institution.office_id).exists():
        raise NotAllowed(_("The institution confirms its declaration itself."), code="not_yours")
    move(declaration, Status.EXAMINED if for_it else Status.SUBMITTED)
    if not selectors.is_fresh(declaration):
        raise Conflict(
            _("What is on record changed since this was drawn. Draw it anew, then look at it again."),
            code="declaration_is_stale",
        )
    today = clock.today()
    declaration.submitted_on, declaration.submitted_by_id, declaration.sent_back = today, by.user_id, ""
    if for_it:
        declaration.examined_on, declaration.examined_by_id = today, by.user_id
    save(declaration)
    record(declaration, "declarations.confirm", by, payable=declaration.payable)
    return declaration


@transaction.atomic
def examine_declaration(*, number: str, version: int, by: Actor) -> Declaration:
    """A clerk examined a confirmed declaration (经办).

    Refused where something in it was reversed or claimed otherwise since; Conflict where it is at another step or was
    changed; NotAllowed.
    """
    by.require("declarations.examine")
    declaration = confirmed(number, version, by)
    sign(declaration, Status.EXAMINED, by)
    declaration.examined_on, declaration.examined_by_id = clock.today(), by.user_id
    save(declaration)
    record(declaration, "declarations.examine", by, payable=declaration.payable)
    return declaration


@transaction.atomic
def check_declaration(*, number: str, version: int, by: Actor) -> Declaration:
    """A second person checked an examined declaration (复核). Raises as `examine_declaration`, Refused for who took
    another step of it.
    """
    by.require("declarations.check")
    declaration = confirmed(number, version, by)
    sign(declaration, Status.CHECKED, by)
    declaration.checked_on, declaration.checked_by_id = clock.today(), by.user_id
    save(declaration)
    record(declaration, "declarations.check", by, payable=declaration.payable)
    return declaration


@transaction.atomic
def approve_declaration(*, number: str, version: int, by: Actor) -> Declaration:
    """A third person approved a checked declaration (审批): it is paid by the next batch, or set off where nothing is
    to be paid. Raises as `check_declaration`.
    """
    by.require("declarations.approve")
    declaration = confirmed(number, version, by)
    pays = declaration.payable > ZERO
    sign(declaration, Status.APPROVED if pays else Status.SET_OFF, by)
    declaration.approved_on, declaration.approved_by_id = clock.today(), by.user_id
    if not pays:
        close(declaration, by)
    save(declaration)
    record(declaration, "declarations.approve", by, payable=declaration.payable)
    if not pays:
        mark_paid(declaration, clock.today())
        record(declaration, "declarations.set_off", by, carried_out=declaration.carried_out)
    return declaration


def confirmed(number: str, version: int, by: Actor) -> Declaration:
    """The locked declaration, which the institution has confirmed. Conflict for a draft."""
    declaration = locked(number, by, version)
    if declaration.status == Status.DRAFT:
        raise Conflict(_("The institution has not confirmed it yet."), code="wrong_state")
    return declaration


def sign(declaration: Declaration, then: str, by: Actor) -> None:
    """The next step, by somebody who took none before, of what is still right."""
    move(declaration, then)
    require_another(declaration, by)
    require_sound(declaration)


@transaction.atomic
def send_back_declaration(*, number: str, version: int, reason: str, by: Actor) -> Declaration:
    """Send a confirmed declaration back: it is a draft again, drawn anew and confirmed anew.

    Invalid without a reason; Conflict where it is a draft, went to the bank or was changed; NotAllowed.
    """
    by.require("declarations.send_back")
    declaration = confirmed(number, version, by)
    move(declaration, Status.DRAFT)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason", code="no_reason")
    declaration.sent_back = reason.strip()[:200]
    for step in ("submitted", "examined", "checked", "approved"):
        setattr(declaration, f"{step}_on", None)
        setattr(declaration, f"{step}_by", None)
    save(declaration)
    record(declaration, "declarations.send_back", by, declaration.sent_back)
    return declaration


def close(declaration: Declaration, by: Actor) -> None:
    """The declaration goes to the bank, or is set off: what it deducts is recorded against the inspections. The caller
    saves it.
    """
    declaration.closed_on = clock.today()
    for line in declaration.deductions.select_related("inspection").order_by("inspection"):
        take_off(
            number=line.inspection.number,
            amount=line.amount,
            payment=declaration.number,
            deducted_on=declaration.closed_on,
            by=by,
        )


def mark_paid(declaration: Declaration, day: datetime.date | None) -> None:
    """A4: say on the settlements that they were paid on a day, and on the reversals that they were taken off; None:
    the payment came back.
    """
    items = declaration.items.order_by()
    Settlement.objects.filter(pk__in=items.filter(sign=1).values("settlement")).update(paid_out_on=day)
    Reversal.objects.filter(settlement__in=items.filter(sign=-1).values("settlement")).update(taken_off_on=day)
