"""Returned payments that could not be taken back by themselves: a reviewer sees to each (C8)."""

from django.db import transaction
from django.utils.translation import gettext as _

from enrollment.contributions.models import Receipt
from enrollment.contributions.services import return_receipt
from enrollment.contributions.services.payments import plain_number
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.states import require_transition, require_version

from ..models import BankFileLine
from ..selectors import bank_files_visible_to

Result = BankFileLine.Result
TRANSITIONS: dict[str, set[str]] = {Result.OPEN: {Result.CLOSED}}


@transaction.atomic
def close_return(
    *, number: str, place: int, version: int, receipt_number: str = "", note: str, by: Actor
) -> BankFileLine:
    """See to the return in line `place` of the file `number`: the receipt of that number went back on the line's day,
    or, without a number, `note` says why nothing is to be done.

    Raises Invalid (no note, an unknown receipt, a return dated before the payment), Refused where the receipt has
    another amount, Conflict where somebody saw to it before, NotAllowed.
    """
    by.require("receipts.resolve")
    if not bank_files_visible_to(by).filter(number=number).exists():
        raise NotAllowed(_("There is no such bank file."), code="not_found")
    rows = BankFileLine.objects.select_for_update(of=("self",)).select_related("file")
    line = rows.filter(file__number=number, place=place, returned=True).first()
    if line is None:
        raise NotAllowed(_("There is no such return."), code="not_found")
    require_version(line.version, version, told=lambda: last_change(line.file))
    require_transition(TRANSITIONS, line.result, Result.CLOSED, label=line.get_result_display)
    if not note.strip():
        raise Invalid(_("Give the reason."), field="note")
    receipt = _went_back(line, plain_number(receipt_number), note.strip(), by) if receipt_number.strip() else None
    line.result, line.note, line.version = Result.CLOSED, note.strip()[:200], line.version + 1
    line.receipt = receipt or line.receipt
    line.save(update_fields=["result", "note", "version", "receipt"])
    changes = {"line": place, "receipt": receipt.number if receipt else ""}
    audit.record(by=by, verb="bankfiles.close_return", obj=line.file, changes=changes, note=note.strip())
    return line


def _went_back(line: BankFileLine, number: str, note: str, by: Actor) -> Receipt:
    receipt = Receipt.objects.filter(number=number).first()
    if receipt is None:
        raise Invalid(_("There is no receipt with this number."), code="unknown_receipt", field="receipt_number")
    if receipt.amount != line.amount:
        raise Refused(
            _("The receipt is of %(receipt)s yuan, the bank took back %(line)s.")
            % {"receipt": f"{receipt.amount:,.2f}", "line": f"{line.amount:,.2f}"},
            code="other_amount",
            field="receipt_number",
        )
    return return_receipt(number=number, version=receipt.version, returned_on=line.day, note=note, by=by)
