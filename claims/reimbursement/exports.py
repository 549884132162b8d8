"""Workbooks: the template for fee lines, the refused rows of a file, and the payment list for the bank."""

from decimal import Decimal
from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from claims.transfers import orders
from claims.transfers.orders import Order
from claims.transfers.services import require_open
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import NotAllowed
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.sheets.writing import Sheet, workbook

from . import selectors
from .models import LineImport, PaymentList, ResidentPayment
from .services.importing import COLUMNS

REASON_WIDTH = 60


def template() -> IO[bytes]:
    """An empty list of fee lines with its headings, and a sheet that says what to write into each column."""
    with workbook(_("Fee lines")) as (book, file):
        sheet = Sheet(book, _("Fee lines"), [])
        sheet.all_text(column.width for column in COLUMNS)
        sheet.write(*[column.heading for column in COLUMNS], style="head")
        sheet.freeze_head()
        help_sheet = Sheet(book, _("How to fill it in"), [20, 60, 24])
        help_sheet.write(_("Column"), _("What to write"), _("Example"), style="head")
        for column in COLUMNS:
            said = _("Must be filled in.") if column.cell else _("May be left empty.")
            help_sheet.write(column.heading, said, column.example, style="wrap")
    return file


def refused_rows(waiting: LineImport) -> IO[bytes]:
    """The refused rows of a file in its own columns, the reasons beside each, to be corrected and sent again."""
    headings = [str(heading) for heading in waiting.headings]
    with workbook(waiting.application.number) as (book, file):
        sheet = Sheet(book, _("Refused rows"), [])
        sheet.all_text([*[18] * len(headings), REASON_WIDTH, 8])
        sheet.write(*headings, _("Reason"), _("Row"), style="head")
        sheet.freeze_head()
        for row in waiting.rows:
            if row["line"]:
                continue
            cells = [str(cell) for cell in row["cells"][: len(headings)]]
            padding = [""] * (len(headings) - len(cells))
            sheet.write(*cells, *padding, "; ".join(row["problems"]), str(row["place"]), style="as_text")
    return file


@transaction.atomic
def payment_list(*, number: str, by: Actor) -> IO[bytes]:
    """The list for the bank as a workbook: numbered, with whole account numbers, and their sum. What came back is not
    on it. Raises NotAllowed.
    """
    found, payments, total = taken_out(number, by, ResidentPayment.Status.LISTED, ResidentPayment.Status.PAID)
    with workbook(found.number) as (book, file):
        sheet = Sheet(book, _("Payments to residents"), [8, 18, 18, 18, 30, 28, 16])
        sheet.write(_("Payments to residents, list %(number)s") % {"number": found.number}, style="title")
        sheet.skip()
        sheet.write(
            _("Place"),
            _("Payment number"),
            _("Application"),
            _("Account holder"),
            _("Bank"),
            _("Account number"),
            _("Amount (yuan)"),
            style="head",
        )
        sheet.freeze_head()
        for place, payment in enumerate(payments, start=1):
            account = payment.account
            sheet.write(
                place,
                payment.number,
                payment.application.number,
                account.holder,
                account.bank,
                account.account_number,
                payment.amount,
            )
        sheet.write(_("Sum"), len(payments), None, None, None, None, total, style="bold")
    return file


@transaction.atomic
def bank_file(*, number: str, by: Actor) -> bytes:
    """The open payments of a list as the file that the bank's system reads (docs/payment-files.md). Raises NotAllowed;
    Conflict where none is open any more.
    """
    found, payments, _total = taken_out(number, by, ResidentPayment.Status.LISTED)
    require_open(payments)
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
                payment.application.number,
            )
            for payment in payments
        ],
    )


def taken_out(number: str, by: Actor, *states: str) -> tuple[PaymentList, list[ResidentPayment], Decimal]:
    """A list with its payments in these states and their sum. Whole account numbers leave the portal with it, so the
    audit record says who took it.
    """
    by.require("reimbursements.pay")
    found = selectors.lists_visible_to(by).filter(number=number).first()
    if found is None:
        raise NotAllowed(_("There is no such payment list for you."), code="not_found")
    rows = found.payments.filter(status__in=states).select_related("account", "application")
    payments = list(rows.order_by("number"))
    total: Decimal = sum((payment.amount for payment in payments), ZERO)
    audit.record(by=by, verb="reimbursements.export", obj=found, changes={"payments": len(payments), "sum": total})
    return found, payments, total
