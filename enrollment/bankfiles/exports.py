"""What became of the lines of a bank file, as a workbook."""

from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.sheets.writing import Sheet, workbook

from .labels import WAYS, why
from .models import BankFile, BankFileLine
from .selectors import bytes_of

WIDTHS = (8, 12, 26, 26, 14, 14, 22, 14, 22, 34, 18, 34)


@transaction.atomic
def lines_with_results(*, file: BankFile, by: Actor) -> IO[bytes]:
    """Every line that was brought in with what became of it; the audit record says who took it. Raises NotAllowed."""
    by.require("bankfiles.see")
    audit.record(by=by, verb="bankfiles.export", obj=file)
    words = {result.value: str(result.label) for result in BankFileLine.Result}
    with workbook(file.number) as (book, out):
        sheet = Sheet(book, _("Lines"), WIDTHS)
        sheet.write(_("Bank file"), file.number, file.bank_name, file.file_number, file.file_day, style="bold")
        sheet.write(
            _("Line"),
            _("Kind"),
            _("Bank reference"),
            _("Notice, or reference of the payment"),
            _("Amount (yuan)"),
            _("Value date"),
            _("Payer, or reason"),
            _("Paid by"),
            _("Result"),
            _("Why"),
            _("Receipt"),
            _("Note"),
            style="head",
        )
        sheet.freeze_head()
        rows = file.rows.order_by("place").values_list(
            *("place", "returned", "reference", "stated", "amount", "day", "words", "way"),
            *("result", "problem", "receipt__number", "note"),
        )
        for row in rows.iterator(chunk_size=2000):
            place, returned, reference, stated, amount, day, said, way, result, problem, receipt, note = row
            kind = _("Return") if returned else _("Payment")
            paid_by = str(WAYS[way]) if way else ""
            sheet.write(
                *(place, kind, reference, stated, amount, day, said, paid_by),
                *(words[result], why(problem), receipt or "", note),
            )
        sheet.write(_("Payments"), file.payments, "", "", file.payments_sum, style="bold")
        sheet.write(_("Returns"), file.returns, "", "", file.returns_sum, style="bold")
    return out


@transaction.atomic
def as_it_came(*, file: BankFile, by: Actor) -> bytes:
    """The bytes of the file; the audit record says who took them. Raises NotAllowed."""
    by.require("bankfiles.see")
    audit.record(by=by, verb="bankfiles.original", obj=file, changes={"sha256": file.sha256})
    return bytes_of(file)
