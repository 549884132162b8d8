"""The file of a batch for the bank, and a declaration as a workbook."""

from typing import IO

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims.transfers import orders
from claims.transfers.orders import Order
from claims.transfers.services import require_open
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import NotAllowed
from liaoyang_medins.kernel.money import ZERO, daxie
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.sheets.writing import Sheet, workbook

from . import selectors
from .labels import lines_of, sums_of
from .models import Declaration, InstitutionPayment


@transaction.atomic
def bank_file(*, number: str, by: Actor) -> bytes:
    """The open payments of a batch as the file that the bank's system reads (docs/payment-files.md).

    Whole account numbers leave the portal with it, so the audit record says who took it. Raises NotAllowed; Conflict
    where none is open any more.
    """
    by.require("batches.pay")
    found = selectors.batches_visible_to(by).filter(number=number).first()
    if found is None:
        raise NotAllowed(_("There is no such payment batch for you."), code="not_found")
    rows = found.payments.filter(status=InstitutionPayment.Status.LISTED).select_related("account", "declaration")
    payments = list(rows.order_by("number"))
    require_open(payments)
    total = sum((payment.amount for payment in payments), ZERO)
    audit.record(by=by, verb="batches.export", obj=found, changes={"payments": len(payments), "sum": total})
    return orders.write(
        number=found.number,
        made_on=found.made_on,
        orders=[
            Order(
                payment.number,
                payment.account.holder,
                payment.account.bank,
                payment.account.account_number,
                payment.amount,
                f"{payment.declaration.number} {payment.declaration.month:%Y-%m}",
            )
            for payment in payments
        ],
    )


@transaction.atomic
def declaration_workbook(*, declaration: Declaration, by: Actor) -> IO[bytes]:
    """A declaration with every line, opened for reading at its start. The names of persons leave the portal with it
    (for who may see stays), so the audit record says who took it. Raises NotAllowed.
    """
    by.require("declarations.see")
    lines = lines_of(declaration, named=by.may("stays.see"))
    audit.record(by=by, verb="declarations.export", obj=declaration, changes={"items": len(lines)})
    with workbook(declaration.number) as (book, file):
        sheet = Sheet(book, _("Monthly declaration"), [36, 22, 22])
        sheet.write(_("Monthly declaration"), style="title")
        sheet.skip()
        sheet.write(_("Declaration"), declaration.number)
        sheet.write(_("Institution"), declaration.institution.label)
        # Translators: a format of Django's date filter.
        sheet.write(_("Month"), date_format(declaration.month, _("F Y")))
        sheet.write(_("Status"), declaration.get_status_display())
        sheet.skip()
        for row in sums_of(declaration):
            sheet.write(row.label, row.amount, row.note or None, style="bold" if row.total else "text")
        sheet.write(_("In capital figures"), daxie(declaration.payable))
        listed = Sheet(book, _("Lines"), [18, 18, 16, 18, 14, 14, 16, 16, 40])
        listed.write(
            _("Settlement"),
            _("Stay"),
            _("Inpatient number"),
            _("Name"),
            _("Decided on"),
            _("Kind"),
            _("Total cost (yuan)"),
            _("Of the fund (yuan)"),
            _("Note"),
            style="head",
        )
        listed.freeze_head()
        for line in lines:
            listed.write(
                line.settlement,
                line.stay,
                line.inpatient,
                line.name,
                line.day,
                line.kind,
                line.total,
                line.amount,
                line.note,
            )
        totals = [sum((line.total for line in lines), ZERO), sum((line.amount for line in lines), ZERO)]
        listed.write(_("Sum"), None, None, None, None, None, *totals, style="bold")
    return file
