"""What waits about stays that residents paid themselves."""

import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from claims.reimbursement import selectors
from claims.reimbursement.models import PaymentList, Reimbursement
from liaoyang_medins.kernel.offices.actors import Actor

from .queue import Queue, Row, lateness


def reimbursements_to_complete(actor: Actor, today: datetime.date) -> Queue:
    """Applications whose documents are missing, or whose payment came back, the earliest term first."""
    states = [Reimbursement.Status.ENTERED, Reimbursement.Status.RETURNED]
    return _applications(
        selectors.visible_to(actor).filter(status__in=states).order_by("due_on", "number"),
        "reimbursements_to_complete",
        _("Reimbursement: documents or account missing"),
        "?state=entered",
        _("No document and no account is missing."),
        today,
    )


def reimbursements_to_examine(actor: Actor, today: datetime.date) -> Queue:
    """Complete applications, the earliest term first."""
    return _applications(
        selectors.to_examine(actor),
        "reimbursements_to_examine",
        _("Reimbursement: to be examined"),
        "?state=complete",
        _("No application waits to be examined."),
        today,
    )


def reimbursements_to_release(actor: Actor, today: datetime.date) -> Queue:
    """Examined applications, the earliest term first."""
    return _applications(
        selectors.to_release(actor),
        "reimbursements_to_release",
        _("Reimbursement: to be released"),
        "?state=examined",
        _("No application waits to be released."),
        today,
    )


def _applications(
    cases: QuerySet[Reimbursement], code: str, title: Promise, query: str, empty: Promise, today: datetime.date
) -> Queue:
    def row(case: Reimbursement) -> Row:
        words = _("%(state)s, here for %(days)s days")
        what = str(words) % {"state": case.get_status_display(), "days": selectors.age_in_days(case, today)}
        late = lateness(case.due_on, today) if case.status in Reimbursement.UNANSWERED else ""
        return Row(case.number, case.get_absolute_url(), case.resident.name, what, case.due_on, late)

    return Queue(code, title, reverse("reimbursements") + query, _("To be answered by"), empty, cases, row)


def reimbursements_to_pay(actor: Actor, today: datetime.date) -> Queue:
    """Released applications of which the fund pays something and that stand on no list, the first decision first."""

    def row(case: Reimbursement) -> Row:
        amount = getattr(case, "fund", None) or 0
        what = str(_("%(amount)s yuan")) % {"amount": f"{amount:,.2f}"}
        return Row(case.number, case.get_absolute_url(), case.resident.name, what, case.decided_on)

    return Queue(
        "reimbursements_to_pay",
        _("Reimbursement: to be paid"),
        reverse("payment-lists"),
        _("Decided on"),
        _("Nothing waits to be paid."),
        selectors.to_pay(actor),
        row,
    )


def payment_lists_with_the_bank(actor: Actor, today: datetime.date) -> Queue:
    """Payment lists of which the bank has said nothing, the oldest first."""

    def row(case: PaymentList) -> Row:
        what = str(_("%(count)s payments, %(amount)s yuan")) % {
            "count": getattr(case, "count", 0),
            "amount": f"{getattr(case, 'sum', 0):,.2f}",
        }
        return Row(case.number, case.get_absolute_url(), case.made_by.name if case.made_by else "", what, case.made_on)

    return Queue(
        "payment_lists",
        _("Payment lists with the bank"),
        reverse("payment-lists"),
        _("Made on"),
        _("The bank has carried every list out."),
        selectors.unpaid_lists(actor),
        row,
    )
