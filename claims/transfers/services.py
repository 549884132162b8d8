"""What is done with every list of payments, to whomever it pays: carried out by the bank, come back, its result read.

Called in the transaction of a service, with list and payments under lock; what follows for whom is paid is the
service's own.
"""

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict, Invalid
from liaoyang_medins.kernel.states import require_transition
from liaoyang_medins.kernel.submissions import one_at_a_time_with

from . import results
from .labels import told
from .models import Transfer, TransferList, TransferStatus

# What stands on a list is looked at by people, one after the other.
ON_A_LIST_AT_MOST = 1_000


def require_room(count: int) -> None:
    """Invalid for a list of nothing, or of more than a list takes."""
    if not count:
        raise Invalid(_("Tick what is to be paid."), field="row", code="no_rows")
    if count > ON_A_LIST_AT_MOST:
        raise Invalid(_("At most %(count)s on a list.") % {"count": ON_A_LIST_AT_MOST}, field="row", code="too_many")


def carry_out(
    found: TransferList, payments: Iterable[Transfer], *, paid_on: datetime.date, bank_reference: str
) -> list[Transfer]:
    """The bank carried `found` out on `paid_on`: those of its `payments` that did not come back are paid and returned.

    Invalid for a day before the list or in the future, or without a reference; Conflict where the reference was
    recorded for another list, or nothing of the list is open.
    """
    reference = bank_reference.strip()
    if not reference or len(reference) > results.REFERENCE_AT_MOST:
        raise Invalid(_("Enter the bank's reference."), field="bank_reference", code="no_reference")
    require_day(paid_on, found.made_on)
    one_at_a_time_with(reference)
    if type(found)._default_manager.filter(bank_reference=reference).exclude(pk=found.pk).exists():
        raise Conflict(
            _("This bank reference was recorded for another list."), code="reference_taken", field="bank_reference"
        )
    open_ones = [payment for payment in payments if payment.status == TransferStatus.LISTED]
    if found.paid_on is not None or not open_ones:
        raise Conflict(_("The bank has carried this list out already."), code="wrong_state")
    found.paid_on, found.bank_reference = paid_on, reference
    found.version += 1
    found.save()
    for payment in open_ones:
        payment.status, payment.paid_on = TransferStatus.PAID, paid_on
        payment.save(update_fields=["status", "paid_on"])
    return open_ones


def bring_back(payment: Transfer, made_on: datetime.date, *, returned_on: datetime.date, reason: str) -> None:
    """A payment of a list made on `made_on` came back, or the bank could not make it.

    Invalid for a day before it was paid (or put on the list) or in the future, or without a reason; Conflict where it
    came back before.
    """
    require_transition(
        type(payment).TRANSITIONS, payment.status, TransferStatus.RETURNED, label=payment.get_status_display
    )
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason", code="no_reason")
    require_day(returned_on, payment.paid_on or made_on, field="returned_on")
    payment.status, payment.returned_on = TransferStatus.RETURNED, returned_on
    payment.return_reason = reason.strip()[:200]
    payment.save(update_fields=["status", "returned_on", "return_reason"])


def require_open(payments: Sequence[Transfer]) -> None:
    """Conflict where the bank has said of every payment what became of it: its file would have them paid again."""
    if not payments:
        raise Conflict(_("The bank has carried this list out already."), code="wrong_state")


def result_of(content: bytes, found: TransferList, due: dict[str, Decimal]) -> results.Result:
    """The bank's result for the open payments `due` (yuan by their numbers) of a list.

    Invalid with every reason why it cannot be taken; Conflict where nothing is open.
    """
    if not due:
        raise Conflict(_("The bank has carried this list out already."), code="wrong_state")
    try:
        return results.read(content, number=found.number, due=due)
    except results.Unreadable as error:
        raise Invalid(
            _("The file is refused, nothing of it is recorded."),
            field="file",
            code="unreadable",
            reasons=[told(problem) for problem in error.problems],
        ) from error


def require_day(day: datetime.date, earliest: datetime.date, *, field: str = "paid_on") -> None:
    """Invalid for a day before `earliest` or in the future."""
    today = clock.today()
    if not earliest <= day <= today:
        raise Invalid(
            _("The day lies from %(earliest)s to today, %(today)s.") % {"earliest": earliest, "today": today},
            field=field,
            code="wrong_day",
        )
