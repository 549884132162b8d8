"""Paying institutions: their bank accounts, what they declare of a month, the payments that the bank carries out."""

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.inspections.models import Inspection
from claims.models import Institution, Settlement
from claims.reimbursement.rules import masked_account
from claims.transfers.models import Transfer, TransferList, list_constraints, transfer_constraints
from enrollment.contributions.models import yuan
from liaoyang_medins.kernel.offices.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def person(words: "StrOrPromise") -> "models.ForeignKey[User | None, User | None]":
    """Who signed a step; empty while nobody has, and where a job did it."""
    return models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=words)


class InstitutionAccount(models.Model):
    """The bank account that an institution is paid to from `starts` on, until the next confirmed one.

    - `proposed`: a clerk entered it; somebody else confirms it with the number from the institution's letter.
    - `confirmed`: payments go there. Final.
    - `refused`: with the reason. Final.

    The whole `account_number` is for the bank; everybody else sees `masked`.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("To be confirmed")
        CONFIRMED = "confirmed", _("Account confirmed")
        REFUSED = "refused", _("Refused")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        Status.PROPOSED: {Status.CONFIRMED, Status.REFUSED},
        Status.CONFIRMED: set(),
        Status.REFUSED: set(),
    }

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="bank_accounts", verbose_name=_("institution")
    )
    holder = models.CharField(_("account holder"), max_length=100)
    bank = models.CharField(_("bank"), max_length=100)
    account_number = models.CharField(_("account number"), max_length=25)
    starts = models.DateField(_("from"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PROPOSED)
    entered_on = models.DateField(_("entered on"))
    made_by = person(_("entered by"))
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decided_by = person(_("decided by"))
    refusal = models.CharField(_("reason of the refusal"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("account of an institution")
        ordering = ["institution", "-starts", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="institution_account_one_proposed", fields=["institution"], condition=Q(status="proposed")
            ),
            models.UniqueConstraint(
                name="institution_account_from_once",
                fields=["institution", "starts"],
                condition=Q(status="confirmed"),
            ),
            models.CheckConstraint(
                name="institution_account_of_digits", condition=Q(account_number__regex=r"^[0-9]{10,25}$")
            ),
            models.CheckConstraint(
                name="institution_account_maker_is_not_checker",
                condition=Q(made_by=None) | Q(decided_by=None) | ~Q(made_by=F("decided_by")),
            ),
            models.CheckConstraint(
                name="institution_account_decided",
                condition=Q(status="proposed", decided_on=None, refusal="")
                | Q(status="confirmed", decided_on__isnull=False, refusal="")
                | (Q(status="refused", decided_on__isnull=False) & ~Q(refusal="")),
            ),
        ]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        """The number as everybody may see it."""
        return masked_account(self.account_number)


class Declaration(models.Model):
    """What an institution declares of a month (月结): the settlements that the fund owes it, less what comes off.

    - `draft`: drawn from the settlements; it can be drawn anew until the institution confirms it.
    - `submitted`: the institution confirmed its totals; its items are frozen. A clerk examines it (经办). For one that
      has no user here the clerk confirms and examines at once.
    - `examined`: a second person checks it (复核); - `checked`: a third one approves it (审批);
    - `approved`: it waits for a payment batch; until then it can be sent back, which makes it a draft again.
    - `listed`: on a batch that the bank carries out; - `paid`: the institution has the money;
    - `returned`: the payment came back; it stands on a further batch once the account is right.
    - `set_off`: approved, and nothing is to be paid; what is owed beyond that is `carried_out`. Final.

    Amounts in yuan, as `rules.Sums` says; `total` is the cost of its stays. `closed_on` is the day on which it went to
    the bank or was set off: from then on nothing of it is drawn anew, and what is reversed comes off a later one.
    `carried_into` is the one that takes what it carries.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("To be confirmed")
        SUBMITTED = "submitted", _("To be examined")
        EXAMINED = "examined", _("To be checked")
        CHECKED = "checked", _("To be approved")
        APPROVED = "approved", _("To be paid out")
        LISTED = "listed", _("With the bank")
        PAID = "paid", _("Paid to the institution")
        RETURNED = "returned", _("Returned by the bank")
        SET_OFF = "set_off", _("Set off, nothing to pay")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        Status.DRAFT: {Status.DRAFT, Status.SUBMITTED, Status.EXAMINED},
        Status.SUBMITTED: {Status.DRAFT, Status.EXAMINED},
        Status.EXAMINED: {Status.DRAFT, Status.CHECKED},
        Status.CHECKED: {Status.DRAFT, Status.APPROVED, Status.SET_OFF},
        Status.APPROVED: {Status.DRAFT, Status.LISTED},
        Status.LISTED: {Status.PAID, Status.RETURNED},
        Status.PAID: {Status.RETURNED},
        Status.RETURNED: {Status.LISTED},
        Status.SET_OFF: set(),
    }
    # It went to the bank, or was set off: what is in it counts.
    CLOSED: ClassVar[tuple[str, ...]] = (Status.LISTED, Status.PAID, Status.RETURNED, Status.SET_OFF)

    number = models.CharField(_("declaration number"), max_length=20, unique=True)
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="declarations", verbose_name=_("institution")
    )
    month = models.DateField(_("month"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    drawn_on = models.DateField(_("drawn on"))
    total = yuan(_("total cost"))
    settled = yuan(_("of the fund"))
    taken_back = yuan(_("taken off for reversals"))
    carried_in = yuan(_("carried over from before"))
    deducted = yuan(_("deducted for inspections"))
    payable = yuan(_("to be paid"))
    carried_out = yuan(_("carried to the next"))
    carried_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="carries", verbose_name=_("carried into")
    )
    submitted_on = models.DateField(_("confirmed on"), null=True, blank=True)
    submitted_by = person(_("confirmed by"))
    examined_on = models.DateField(_("examined on"), null=True, blank=True)
    examined_by = person(_("examined by"))
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    checked_by = person(_("checked by"))
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    approved_by = person(_("approved by"))
    closed_on = models.DateField(_("went to the bank on"), null=True, blank=True)
    sent_back = models.CharField(_("why it was sent back"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("monthly declaration")
        ordering = ["-month", "institution"]
        constraints = [
            models.UniqueConstraint(name="declaration_once_a_month", fields=["institution", "month"]),
            models.CheckConstraint(name="declaration_month", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="declaration_amounts",
                condition=Q(total__gte=0, settled__gte=0, taken_back__gte=0, carried_in__gte=0)
                & (Q(payable__gte=0, carried_out=0) | Q(payable=0, carried_out__gt=0)),
            ),
            models.CheckConstraint(
                name="declaration_adds_up",
                condition=Q(
                    payable=F("carried_out") + F("settled") - F("taken_back") - F("carried_in") - F("deducted")
                ),
            ),
            models.CheckConstraint(
                name="declaration_three_people",
                condition=(Q(examined_by=None) | Q(checked_by=None) | ~Q(examined_by=F("checked_by")))
                & (Q(examined_by=None) | Q(approved_by=None) | ~Q(examined_by=F("approved_by")))
                & (Q(checked_by=None) | Q(approved_by=None) | ~Q(checked_by=F("approved_by"))),
            ),
            models.CheckConstraint(
                name="declaration_closed",
                condition=Q(status__in=["listed", "paid", "returned"], closed_on__isnull=False, payable__gt=0)
                | Q(status="set_off", closed_on__isnull=False, payable=0)
                | Q(status__in=["draft", "submitted", "examined", "checked", "approved"], closed_on=None),
            ),
            models.CheckConstraint(
                name="declaration_approved_was_checked",
                condition=Q(status__in=["draft", "submitted", "examined", "checked"])
                | Q(
                    submitted_on__isnull=False,
                    examined_on__isnull=False,
                    checked_on__isnull=False,
                    approved_on__isnull=False,
                ),
            ),
        ]
        indexes = [models.Index(fields=["status", "month"], name="declaration_by_status")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("declaration", args=[self.number])

    @property
    def taken_off(self) -> Decimal:
        """All that comes off its settlements, in yuan."""
        found: Decimal = self.taken_back + self.carried_in + self.deducted
        return found


class DeclarationItem(models.Model):
    """A settlement that a declaration claims (`sign` 1, the fund's part) or takes off again because it was reversed
    after an earlier one was paid (−1, the amount below zero), in yuan (A4).

    Each stands in one declaration at most with each sign. A trigger refuses every change once it is no draft.
    """

    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="items")
    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="declared", verbose_name=_("settlement"))
    sign = models.SmallIntegerField(_("claimed or taken off"), default=1)
    amount = yuan(_("of the fund"))

    class Meta:
        verbose_name = _("line of a declaration")
        ordering = ["declaration", "-sign", "settlement"]
        constraints = [
            models.UniqueConstraint(name="declared_once", fields=["settlement", "sign"]),
            models.CheckConstraint(name="declared_sign", condition=Q(sign=1, amount__gt=0) | Q(sign=-1, amount__lt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.declaration_id} {self.settlement_id} {self.sign:+d}"


class DeclarationDeduction(models.Model):
    """What comes off a declaration for an inspection of the institution, in yuan (S1, Art. 29); below zero: what was
    deducted before for a settlement that was reversed since, and goes back.

    It is recorded against the inspection when the declaration is closed. Frozen as the items are.
    """

    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="deductions")
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="+", verbose_name=_("inspection"))
    amount = yuan(_("deducted"))

    class Meta:
        verbose_name = _("deduction of a declaration")
        ordering = ["declaration", "inspection"]
        constraints = [
            models.UniqueConstraint(name="declaration_deduction_once", fields=["declaration", "inspection"]),
            models.CheckConstraint(name="declaration_deduction_amount", condition=~Q(amount=0)),
        ]

    def __str__(self) -> str:
        return f"{self.declaration_id} {self.inspection_id}"


class PaymentBatch(TransferList):
    """A list of payments to institutions that the bank carries out."""

    class Meta:
        verbose_name = _("payment batch")
        ordering = ["-made_on", "-number"]
        constraints = list_constraints("payment_batch")

    def get_absolute_url(self) -> str:
        return reverse("payment-batch", args=[self.number])


class InstitutionPayment(Transfer):
    """What is paid to an institution by a declaration, in yuan: a line of exactly one batch. One that came back is
    final; the declaration stands on a further batch then.

    `returned_by` recorded by hand that it came back, and puts it on no further batch (U14); empty where the bank's
    result says it, which is no person's word.
    """

    list = models.ForeignKey(PaymentBatch, models.PROTECT, related_name="payments", verbose_name=_("payment batch"))
    declaration = models.ForeignKey(
        Declaration, models.PROTECT, related_name="payments", verbose_name=_("monthly declaration")
    )
    account = models.ForeignKey(InstitutionAccount, models.PROTECT, related_name="payments", verbose_name=_("account"))
    returned_by = person(_("return recorded by"))

    class Meta:
        verbose_name = _("payment to an institution")
        ordering = ["list", "number"]
        constraints = [
            models.UniqueConstraint(
                name="institution_payment_one_open", fields=["declaration"], condition=~Q(status="returned")
            ),
            models.CheckConstraint(
                name="institution_payment_returned_by", condition=Q(returned_by=None) | Q(status="returned")
            ),
            *transfer_constraints("institution_payment"),
        ]
