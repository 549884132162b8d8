"""Manual reimbursement: residents who paid a stay themselves bring their documents to the agency (A2, A3, F1)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.models import Institution, Settlement, Stay
from claims.transfers.models import Transfer, TransferList, list_constraints, transfer_constraints
from enrollment.contributions.models import yuan
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.models import User

from .rules import masked_account


class Reimbursement(models.Model):
    """A resident's application for the fund's part of a stay that they paid themselves. `stay` holds what was treated
    and its fee lines, and is worked on by this application alone.

    - `entered`: documents are still missing; - `complete`: all are there, a clerk examines it;
    - `examined`: a second person releases it, refuses it, or sends it back;
    - `released`: the stay is settled; what the fund pays (if anything) waits for a payment list;
    - `listed`: on a list that the bank carries out; - `paid`: it reached the resident;
    - `returned`: the payment came back; another account leads to `released` again;
    - `refused`: with the reason; the stay is cancelled. Final.

    It is to be answered by `due_on`. `papers` are codes of rules.Paper, `invoice_total` what the invoices come to.
    """

    class Status(models.TextChoices):
        ENTERED = "entered", _("Documents missing")
        COMPLETE = "complete", _("To be examined")
        EXAMINED = "examined", _("To be released")
        RELEASED = "released", _("Released")
        LISTED = "listed", _("On a payment list")
        PAID = "paid", _("Paid to the resident")
        RETURNED = "returned", _("Returned by the bank")
        REFUSED = "refused", _("Refused")

    class Reason(models.TextChoices):
        EMERGENCY = "emergency", _("Emergency outside the designated institutions")
        AWAY = "away", _("Treated away from the city")
        CARD = "card", _("Card not at hand")
        SYSTEM = "system", _("The institution's system was down")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        Status.ENTERED: {Status.ENTERED, Status.COMPLETE, Status.REFUSED},
        Status.COMPLETE: {Status.ENTERED, Status.COMPLETE, Status.EXAMINED, Status.REFUSED},
        Status.EXAMINED: {Status.COMPLETE, Status.RELEASED, Status.REFUSED},
        Status.RELEASED: {Status.COMPLETE, Status.LISTED},
        Status.LISTED: {Status.PAID, Status.RETURNED},
        Status.PAID: {Status.RETURNED},
        Status.RETURNED: {Status.RELEASED, Status.COMPLETE},
        Status.REFUSED: set(),
    }
    # What is entered can be put right.
    OPEN: ClassVar[tuple[str, ...]] = (Status.ENTERED, Status.COMPLETE)
    # Nobody has answered it yet.
    UNANSWERED: ClassVar[tuple[str, ...]] = (Status.ENTERED, Status.COMPLETE, Status.EXAMINED)

    number = models.CharField(_("application number"), max_length=20, unique=True)
    submission = models.UUIDField(unique=True, editable=False)
    stay = models.OneToOneField(Stay, models.PROTECT, related_name="reimbursement", verbose_name=_("stay"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ENTERED)
    reason = models.CharField(_("why the resident paid"), max_length=10, choices=Reason.choices)
    received_on = models.DateField(_("received on"))
    due_on = models.DateField(_("to be answered by"))
    papers = models.JSONField(_("documents"), default=list)
    invoice_total = yuan(_("total of the invoices"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by"))
    examined_on = models.DateField(_("examined on"), null=True, blank=True)
    examined_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("examined by")
    )
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    refusal = models.TextField(_("reason of the refusal"), blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("application for reimbursement")
        ordering = ["-received_on", "-number"]
        constraints = [
            models.CheckConstraint(
                name="reimbursement_maker_is_not_checker",
                condition=Q(decided_by=None) | Q(made_by=None) | ~Q(made_by=F("decided_by")),
            ),
            models.CheckConstraint(
                name="reimbursement_examiner_is_not_checker",
                condition=Q(decided_by=None) | Q(examined_by=None) | ~Q(examined_by=F("decided_by")),
            ),
            models.CheckConstraint(
                name="reimbursement_decided",
                condition=Q(status__in=["entered", "complete", "examined"], decided_on=None)
                | Q(status__in=["released", "listed", "paid", "returned", "refused"], decided_on__isnull=False),
            ),
            models.CheckConstraint(
                name="reimbursement_refused_with_reason",
                condition=Q(status="refused") & ~Q(refusal="") | ~Q(status="refused") & Q(refusal=""),
            ),
            models.CheckConstraint(
                name="reimbursement_term", condition=Q(due_on__gte=F("received_on"), invoice_total__gt=0)
            ),
        ]
        indexes = [models.Index(fields=["status", "due_on"], name="reimbursement_by_status")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("reimbursement", args=[self.number])

    @property
    def resident(self) -> Resident:
        """Whose application it is."""
        return self.stay.resident

    @property
    def account(self) -> "PayeeAccount | None":
        """The bank account that was stated last."""
        return max(self.accounts.all(), key=lambda account: account.pk, default=None)


class Invoice(models.Model):
    """An invoice that was handed in with an application, by the number that is `printed` on it (code and number). That
    of an institution is there once, whoever hands it in. Those of a refused application go, named in its audit entry.
    """

    application = models.ForeignKey(Reimbursement, models.CASCADE, related_name="invoices")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("institution"))
    printed = models.CharField(_("invoice number"), max_length=30)

    class Meta:
        verbose_name = _("invoice")
        ordering = ["application", "printed"]
        constraints = [
            models.UniqueConstraint(name="invoice_handed_in_once", fields=["institution", "printed"]),
            models.CheckConstraint(name="invoice_has_number", condition=~Q(printed="")),
        ]

    def __str__(self) -> str:
        return self.printed


class PayeeAccount(models.Model):
    """The bank account that an application is paid to, as the resident stated it. The newest one holds.

    The whole `account_number` is for who pays only; everybody else sees `masked`.
    """

    application = models.ForeignKey(Reimbursement, models.PROTECT, related_name="accounts")
    holder = models.CharField(_("account holder"), max_length=60)
    bank = models.CharField(_("bank"), max_length=100)
    account_number = models.CharField(_("account number"), max_length=25)
    stated_on = models.DateField(_("stated on"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by"))

    class Meta:
        verbose_name = _("account of a resident")
        ordering = ["application", "id"]
        constraints = [
            models.CheckConstraint(
                name="payee_account_of_digits", condition=Q(account_number__regex=r"^[0-9]{10,25}$")
            ),
        ]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        """The number as everybody may see it."""
        return masked_account(self.account_number)


class PaymentList(TransferList):
    """A list of payments to residents that the bank carries out."""

    class Meta:
        verbose_name = _("payment list")
        ordering = ["-made_on", "-number"]
        constraints = list_constraints("payment_list")

    def get_absolute_url(self) -> str:
        return reverse("payment-list", args=[self.number])


class ResidentPayment(Transfer):
    """What is paid of a settlement to the resident, in yuan: a line of exactly one list."""

    list = models.ForeignKey(PaymentList, models.PROTECT, related_name="payments", verbose_name=_("payment list"))
    application = models.ForeignKey(
        Reimbursement, models.PROTECT, related_name="payments", verbose_name=_("application")
    )
    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="payments", verbose_name=_("settlement"))
    account = models.ForeignKey(PayeeAccount, models.PROTECT, related_name="payments", verbose_name=_("account"))

    class Meta:
        verbose_name = _("payment to a resident")
        ordering = ["list", "number"]
        constraints = [
            models.UniqueConstraint(
                name="payment_one_open_an_application", fields=["application"], condition=~Q(status="returned")
            ),
            *transfer_constraints("resident_payment"),
        ]


class LineImport(models.Model):
    """Fee lines out of a file that was looked at (dry run) and of which nothing is in the stay yet. Work under way:
    one for each application, gone once its rows are in the stay, but for the refused ones.

    `headings` are those of the file; of each row `rows` holds the place in the file, the cells as given, the line that
    was read, what of it is in scope, and everything that is wrong with it.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    application = models.OneToOneField(Reimbursement, models.CASCADE, related_name="line_import")
    file_name = models.CharField(_("file name"), max_length=100)
    headings = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by"))

    class Meta:
        verbose_name = _("fee lines to be taken over")

    def __str__(self) -> str:
        return self.file_name
