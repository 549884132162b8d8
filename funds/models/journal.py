"""The special account in double entry (F1)."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from enrollment.contributions.models import yuan


class Account(models.Model):
    """An account of the chart of the special account (F1). Amounts are positive for debit, negative for credit."""

    class Kind(models.TextChoices):
        ASSET = "asset", _("Asset")
        LIABILITY = "liability", _("Liability")
        INCOME = "income", _("Income")
        EXPENSE = "expense", _("Expense")

    code = models.CharField(_("code"), max_length=10, unique=True)
    name = models.CharField(_("name in Chinese"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)

    class Meta:
        verbose_name = _("account")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return self.name_en if (get_language() or "").startswith("en") else self.name


class JournalEntry(models.Model):
    """An entry drawn from a source document, exactly once: (document type, document number) is unique.

    Database triggers see to it that the legs sum to zero at commit and that nothing is updated or deleted.
    """

    class DocumentType(models.TextChoices):
        RECEIPT = "receipt", _("Receipt")
        ASSIGNED_RECEIPT = "assigned_receipt", _("Receipt assigned to its notice")
        RELEASED_RECEIPT = "released_receipt", _("Part that came off its notice again")
        RETURNED_RECEIPT = "returned_receipt", _("Returned receipt")
        SETTLEMENT = "settlement", _("Settlement")
        REVERSAL = "reversal", _("Reversal")
        RESIDENT_PAYMENT = "resident_payment", _("Payment to a resident")
        RETURNED_PAYMENT = "returned_payment", _("Payment to a resident that came back")
        INSTITUTION_PAYMENT = "institution_payment", _("Payment to an institution")
        RETURNED_INSTITUTION = "returned_institution", _("Payment to an institution that came back")
        STATEMENT = "statement", _("Subsidy statement")
        SUBSIDY_RECEIPT = "subsidy_receipt", _("Subsidy received")
        ENTERED = "entered", _("Entered document")
        RECOVERY_CLAIM = "recovery_claim", _("Recovery claimed for misuse")
        RECOVERY_END = "recovery_end", _("Claim for misuse that fell")
        RECOVERY_PAYMENT = "recovery_payment", _("Recovered payment")
        REPAYMENT_CLAIM = "repayment_claim", _("Repayment claimed from an institution")
        REPAYMENT_END = "repayment_end", _("Claim on an institution that fell")
        DEDUCTION = "deduction", _("Deduction from a payment to an institution")

    document_type = models.CharField(_("document"), max_length=20, choices=DocumentType.choices)
    document_number = models.CharField(_("document number"), max_length=20)
    booked_on = models.DateField(_("booked on"))

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        ordering = ["-booked_on", "-id"]
        constraints = [
            models.UniqueConstraint(name="journal_document_once", fields=["document_type", "document_number"]),
        ]
        indexes = [models.Index(fields=["booked_on"])]

    def __str__(self) -> str:
        return f"{self.document_type} {self.document_number}"

    def get_absolute_url(self) -> str:
        return reverse("journal-entry", args=[self.document_type, self.document_number])


class JournalLeg(models.Model):
    """One side of an entry, in yuan: positive is debit, negative is credit."""

    entry = models.ForeignKey(JournalEntry, models.PROTECT, related_name="legs")
    account = models.ForeignKey(Account, models.PROTECT, related_name="legs")
    amount = yuan(_("amount"))

    class Meta:
        verbose_name = _("journal leg")
        ordering = ["entry", "id"]
        constraints = [models.CheckConstraint(name="journal_leg_not_zero", condition=~Q(amount=0))]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount}"


class AccountDay(models.Model):
    """What was booked on an account on a day, debits and credits in yuan, both ≥ 0: for balances at any day.

    Kept by a trigger in the statement that adds the legs; nothing else writes it.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="days")
    day = models.DateField(_("day"))
    debits = models.DecimalField(_("debits"), max_digits=20, decimal_places=2)
    credits = models.DecimalField(_("credits"), max_digits=20, decimal_places=2)

    class Meta:
        verbose_name = _("day of an account")
        ordering = ["account", "day"]
        constraints = [models.UniqueConstraint(name="account_day_once", fields=["account", "day"])]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"


class UnpostedDocument(models.Model):
    """A document that the journal may have to book: it came, or what became of it calls for another entry.

    Triggers on the documents add a row at each such moment, the sweep takes them away. So a sweep finds what is new
    without a look at what was booked long ago.
    """

    document_type = models.CharField(max_length=20, choices=JournalEntry.DocumentType.choices)
    document_number = models.CharField(max_length=20)

    class Meta:
        verbose_name = _("document to be posted")

    def __str__(self) -> str:
        return f"{self.document_type} {self.document_number}"
