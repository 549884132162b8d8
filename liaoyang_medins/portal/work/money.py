"""What waits about money: notices, receipts, returned payments, statements."""

import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrollment.bankfiles import selectors as bankfiles
from enrollment.bankfiles.labels import RETURNS
from enrollment.bankfiles.models import BankFileLine
from enrollment.collecting import selectors as collecting
from enrollment.collecting.models import Collection
from enrollment.contributions import selectors as contributions
from enrollment.contributions.labels import label
from enrollment.contributions.models import ContributionNotice, Receipt
from funds import selectors as funds
from funds.models import EnteredDocument, Month, SubsidyStatement
from funds.selectors import account
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import ReceiptProblem

from .queue import Queue, Row, lateness


def notices_to_pay(actor: Actor, today: datetime.date) -> Queue:
    """Open notices of the actor's residents, the earliest last day first (W5, W6): whom to remind."""
    cases = contributions.notices_visible_to(actor).filter(
        status=ContributionNotice.Status.OPEN, pay_from__lte=today, pay_until__gte=today
    )

    def row(case: ContributionNotice) -> Row:
        return Row(
            case.number,
            reverse("notice", args=[case.number]),
            case.resident.name,
            str(_("%(amount)s yuan for %(year)s"))
            % {"amount": f"{case.personal:,.2f}", "year": case.contribution_year},
            case.pay_until,
            lateness(case.pay_until, today),
        )

    return Queue(
        "notices",
        _("Contributions to be paid"),
        reverse("notices"),
        _("Payable until"),
        _("No notice of your residents can be paid today."),
        cases.order_by("pay_until", "number"),
        row,
    )


def receipts_unmatched(actor: Actor, today: datetime.date) -> Queue:
    """Receipts that settle no notice and wait for a clerk (C6), the oldest first."""
    cases = contributions.receipts_visible_to(actor).filter(status=Receipt.Status.UNMATCHED)

    def row(case: Receipt) -> Row:
        return Row(
            case.number,
            reverse("receipt", args=[case.number]),
            case.payer or case.stated_notice,
            str(_("%(amount)s yuan, on hold: %(note)s") if case.on_hold_note else _("%(amount)s yuan: %(problem)s"))
            % {
                "amount": f"{case.amount:,.2f}",
                "problem": label(ReceiptProblem(case.problem)),
                "note": case.on_hold_note,
            },
            case.received_on,
        )

    return Queue(
        "receipts",
        _("Unmatched receipts"),
        reverse("receipts"),
        _("Entered on"),
        _("Every payment has found its notice."),
        cases.order_by("received_on", "number"),
        row,
    )


def bank_returns(actor: Actor, today: datetime.date) -> Queue:
    """Payments that a bank took back and the portal could not (C8), the oldest first."""

    def row(case: BankFileLine) -> Row:
        return Row(
            f"{case.file.number} / {case.place}",
            reverse("bank-file-return", args=[case.file.number, case.place]),
            case.stated,
            str(_("%(amount)s yuan: %(problem)s"))
            % {"amount": f"{case.amount:,.2f}", "problem": RETURNS[case.problem]},
            case.day,
        )

    return Queue(
        "bank_returns",
        _("Returned payments"),
        reverse("bank-files"),
        _("Value date"),
        _("Every returned payment was taken back."),
        bankfiles.open_returns(actor),
        row,
    )


def collections_to_record(actor: Actor, today: datetime.date) -> Queue:
    """Collections that schools handed in and whose payment is not recorded (W4), the oldest first."""

    def row(case: Collection) -> Row:
        return Row(
            case.number,
            reverse("collection", args=[case.number]),
            case.school.label,
            str(_("%(amount)s yuan for %(year)s")) % {"amount": f"{case.amount:,.2f}", "year": case.contribution_year},
            case.handed_in_on,
        )

    return Queue(
        "collections",
        _("School collections"),
        reverse("collections"),
        _("Handed in on"),
        _("The payment of every collection is recorded."),
        collecting.waiting(actor),
        row,
    )


def statements_to_sign(actor: Actor, today: datetime.date) -> Queue:
    """Subsidy statements that are prepared and not issued; for who checks and approves them, those of others only."""
    own = actor.may("statements.issue")
    return _statements(
        funds.statements_to_sign(actor).order_by("period_from"),
        today,
        _("Statements to check and approve") if own else _("Statements in draft"),
        _("No statement waits to be issued."),
    )


def statements_overdue(actor: Actor, today: datetime.date) -> Queue:
    """Issued statements on which somebody is late (F2), the longest first: whom to remind."""
    late = funds.overdue(actor, today)
    cases = funds.statements_visible_to(actor).filter(pk__in=late).order_by("due_on", "number")

    def row(case: SubsidyStatement) -> Row:
        owed = late[case.pk]
        return Row(
            case.number,
            reverse("statement", args=[case.number]),
            " · ".join(entry.payer.label for entry in owed),
            str(_("%(amount)s yuan, %(days)s days overdue"))
            % {
                "amount": f"{sum(entry.balance.outstanding for entry in owed):,.2f}",
                "days": max(entry.balance.overdue_days for entry in owed),
            },
            case.due_on,
            lateness(case.due_on, today),
        )

    return Queue(
        "overdue_statements",
        _("Subsidies that are overdue"),
        reverse("statements"),
        _("Payment due on"),
        _("No payment of the city or of a district is overdue."),
        cases,
        row,
    )


def _statements(cases: QuerySet[SubsidyStatement], today: datetime.date, title: Promise, empty: Promise) -> Queue:
    def row(case: SubsidyStatement) -> Row:
        return Row(
            case.number,
            reverse("statement", args=[case.number]),
            case.get_kind_display(),
            f"{case.period_from} – {case.period_until}",
            case.due_on,
            lateness(case.due_on, today),
        )

    return Queue("statements", title, reverse("statements"), _("Payment due on"), empty, cases, row)


def documents_to_check(actor: Actor, today: datetime.date) -> Queue:
    """Documents of the account that somebody else entered and the actor checks (F1, U14), the oldest first."""

    def row(case: EnteredDocument) -> Row:
        return Row(
            case.number,
            case.get_absolute_url(),
            case.words,
            str(_("%(kind)s, %(amount)s yuan")) % {"kind": case.get_kind_display(), "amount": f"{case.amount:,.2f}"},
            case.day,
        )

    return Queue(
        "entered_documents",
        _("Documents of the account to be checked"),
        reverse("entered-documents"),
        _("Value date"),
        _("Every document that was entered is checked."),
        account.documents_to_check(actor).order_by("day", "number"),
        row,
    )


def months_to_close(actor: Actor, today: datetime.date) -> Queue:
    """The month that somebody else prepared and the actor closes (F1, U14)."""

    def row(case: Month) -> Row:
        return Row(
            case.code,
            case.get_absolute_url(),
            case.made_by.name if case.made_by else "",
            str(_("%(amount)s yuan in the book")) % {"amount": f"{case.in_book:,.2f}"},
            case.prepared_on,
        )

    return Queue(
        "account_months",
        _("Months to be closed"),
        reverse("account-months"),
        _("Prepared on"),
        _("No month waits to be closed."),
        account.months_to_close(actor),
        row,
    )
