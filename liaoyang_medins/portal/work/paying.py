"""What waits about paying institutions: declarations at each step, what is to be paid, batches, bank accounts."""

import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from funds.paying import selectors
from funds.paying.models import Declaration, InstitutionAccount, PaymentBatch
from liaoyang_medins.kernel.offices.actors import Actor

from .queue import Queue, Row


def declarations_waiting(actor: Actor, today: datetime.date) -> Queue:
    """Monthly declarations at the actor's step, the oldest month first."""

    def row(case: Declaration) -> Row:
        what = str(_("%(month)s: %(amount)s yuan, %(state)s")) % {
            "month": f"{case.month:%Y-%m}",
            "amount": f"{case.payable:,.2f}",
            "state": case.get_status_display(),
        }
        return Row(case.number, case.get_absolute_url(), case.institution.label, what, case.drawn_on)

    return Queue(
        "declarations",
        _("Monthly declarations"),
        f"{reverse('declarations')}?queue=mine",
        _("Drawn on"),
        _("No declaration waits for you."),
        selectors.waiting_for(actor),
        row,
    )


def declarations_to_pay(actor: Actor, today: datetime.date) -> Queue:
    """Declarations that wait for a payment batch, the oldest month first."""

    def row(case: Declaration) -> Row:
        what = str(_("%(amount)s yuan")) % {"amount": f"{case.payable:,.2f}"}
        return Row(case.number, case.get_absolute_url(), case.institution.label, what, case.approved_on)

    return Queue(
        "declarations_to_pay",
        _("Institutions: to be paid"),
        reverse("payment-batches"),
        _("Approved on"),
        _("Nothing waits to be paid."),
        selectors.to_pay(actor),
        row,
    )


def payment_batches_with_the_bank(actor: Actor, today: datetime.date) -> Queue:
    """Payment batches of which the bank has said nothing, the oldest first."""

    def row(case: PaymentBatch) -> Row:
        what = str(_("%(count)s payments, %(amount)s yuan")) % {
            "count": getattr(case, "count", 0),
            "amount": f"{getattr(case, 'sum', 0):,.2f}",
        }
        return Row(case.number, case.get_absolute_url(), case.made_by.name if case.made_by else "", what, case.made_on)

    return Queue(
        "payment_batches",
        _("Payment batches with the bank"),
        reverse("payment-batches"),
        _("Made on"),
        _("The bank has carried every batch out."),
        selectors.unpaid_batches(actor),
        row,
    )


def bank_accounts_to_confirm(actor: Actor, today: datetime.date) -> Queue:
    """Bank accounts of institutions that others entered, the oldest first."""

    def row(case: InstitutionAccount) -> Row:
        url = reverse("bank-accounts", args=[case.institution.code])
        return Row(case.institution.code, url, case.institution.label, f"{case.bank} {case.masked}", case.entered_on)

    return Queue(
        "bank_accounts",
        _("Bank accounts to confirm"),
        reverse("institutions"),
        _("Entered on"),
        _("No bank account of an institution waits to be confirmed."),
        selectors.accounts_to_confirm(actor),
        row,
    )
