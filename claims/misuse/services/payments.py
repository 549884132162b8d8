"""Money that comes back for a case of misuse, whole or in parts (S1)."""

import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict, Invalid
from liaoyang_medins.kernel.money import fen
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor

from .. import selectors
from ..models import MisuseCase, RecoveryPayment
from .cases import locked_case, record

Status = MisuseCase.Status
REFERENCE_LENGTH = 40


@transaction.atomic
def record_recovery(
    *, number: str, version: int, amount: Decimal, paid_on: datetime.date, bank_reference: str, by: Actor
) -> RecoveryPayment:
    """Record that `amount` yuan of a case came back on the bank's day `paid_on`. It gives no cap back (B4).

    Invalid for more than is outstanding, a day in the future or before the decision, or without a reference; Conflict
    where nothing is claimed, the reference is taken, or the case was changed meanwhile; NotAllowed.
    """
    by.require("misuse.recover")
    case = locked_case(number, by, version)
    if case.status != Status.DECIDED or case.decided_on is None:
        raise Conflict(_("Nothing is claimed in this case."), code="nothing_claimed")
    today = clock.today()
    if not case.decided_on <= paid_on <= today:
        raise Invalid(_("The day lies before the decision or in the future."), code="day", field="paid_on")
    reference = bank_reference.strip()
    if not reference or len(reference) > REFERENCE_LENGTH:
        raise Invalid(_("Enter the bank's reference."), code="no_reference", field="bank_reference")
    outstanding = selectors.recovery_of(case).outstanding
    if not 0 < amount <= outstanding:
        raise Invalid(
            _("%(most)s yuan are outstanding: enter at most that.") % {"most": f"{outstanding:,.2f}"},
            code="amount",
            field="amount",
        )
    payment = RecoveryPayment(
        number=next_number("recovery", today),
        case=case,
        amount=fen(amount),
        paid_on=paid_on,
        entered_on=today,
        bank_reference=reference,
        made_by_id=by.user_id,
    )
    try:
        with transaction.atomic():
            payment.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("This bank reference is taken."), code="reference_taken", field="bank_reference") from error
    case.version += 1
    case.save(update_fields=["version"])
    record(case, "misuse.recover", by, payment=payment.number, amount=str(payment.amount), paid_on=paid_on)
    return payment
