"""Statements of the bank that holds the special account, and which of their lines is which entry of the book (F1)."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enrollment.contributions.models import yuan
from funds.models import JournalLeg
from liaoyang_medins.kernel.offices.models import User


class BankStatement(models.Model):
    """A statement of the account as the bank sent it: what its header and trailer say, and its bytes.

    It is checked by a dry run of the kind `bank_statement` as soon as it is there; a run of that kind brings its lines
    in and matches what it can, when somebody says so: `imported_on`. Statements of an account follow one another
    without a gap in their balances; a file comes once, by its hash and by bank and statement number.
    """

    number = models.CharField(_("bank statement"), max_length=20, unique=True)
    encoding = models.CharField(_("encoding"), max_length=8)
    bank = models.CharField(_("bank"), max_length=12)
    bank_name = models.CharField(_("name of the bank"), max_length=40)
    account = models.CharField(_("account"), max_length=30)
    statement = models.CharField(_("number of the bank"), max_length=20)
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    opening = models.DecimalField(_("opening balance"), max_digits=20, decimal_places=2)
    closing = models.DecimalField(_("closing balance"), max_digits=20, decimal_places=2)
    count = models.PositiveIntegerField(_("lines"))
    paid_in = models.DecimalField(_("paid in"), max_digits=20, decimal_places=2)
    paid_out = models.DecimalField(_("paid out"), max_digits=20, decimal_places=2)
    file_name = models.CharField(_("file"), max_length=120)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64, unique=True)
    content = models.BinaryField()
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("uploaded by"))
    uploaded_on = models.DateField(_("uploaded on"))
    imported_on = models.DateField(_("imported on"), null=True, blank=True)

    class Meta:
        verbose_name = _("bank statement")
        ordering = ["-first", "-id"]
        constraints = [
            models.UniqueConstraint(name="bank_statement_once", fields=["bank", "statement"]),
            models.CheckConstraint(name="bank_statement_days", condition=Q(last__gte=F("first"))),
            models.CheckConstraint(
                name="bank_statement_adds_up",
                condition=Q(closing=F("opening") + F("paid_in") - F("paid_out")),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("bank-statement", args=[self.number])


class BankLine(models.Model):
    """A movement of the account at the bank, in yuan: paid in above zero, paid out below. `balance` is that after it.

    `place` is the line in the file, counted from 1. Nothing of it is ever changed: a trigger sees to it.
    """

    statement = models.ForeignKey(
        BankStatement, models.PROTECT, related_name="lines", verbose_name=_("bank statement")
    )
    place = models.PositiveIntegerField(_("line"))
    day = models.DateField(_("value date"))
    reference = models.CharField(_("bank reference"), max_length=40, blank=True)
    amount = yuan(_("amount"))
    balance = models.DecimalField(_("balance"), max_digits=20, decimal_places=2)
    counterparty = models.CharField(_("from or to whom"), max_length=60, blank=True)
    words = models.CharField(_("what the bank says"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("line of a bank statement")
        ordering = ["statement", "place"]
        constraints = [
            models.UniqueConstraint(name="bank_statement_line_once", fields=["statement", "place"]),
            models.CheckConstraint(name="bank_statement_line_moves", condition=~Q(amount=0)),
        ]
        indexes = [models.Index(fields=["day"], name="bank_line_by_day")]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.place}"


class Match(models.Model):
    """Lines of the bank and entries of the book that are the same money: one and one, one and several, or several on
    one side alone that come to nothing (a mistake and its correction). Both sides have the same sum: a trigger sees to
    it at commit.

    `automatic`: found by reference and amount. One that was wrong is taken away again; the audit record keeps it.
    `first_day` and `last_day` are the earliest and the latest of its lines' value dates and its entries' days: between
    them one side was there without the other.
    """

    number = models.CharField(_("match"), max_length=20, unique=True)
    submission = models.UUIDField(unique=True, editable=False)
    automatic = models.BooleanField(_("found by itself"), default=False)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    made_on = models.DateField(_("matched on"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("matched by"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("match of bank and book")
        ordering = ["-id"]
        constraints = [models.CheckConstraint(name="match_days", condition=Q(last_day__gte=F("first_day")))]
        indexes = [
            models.Index(fields=["first_day"], name="match_by_first_day"),
            # What was on one side only for a while: few.
            models.Index(fields=["last_day"], condition=Q(last_day__gt=F("first_day")), name="match_in_transit"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("match", args=[self.number])


class MatchedLine(models.Model):
    """A line of the bank in a match; it is in one at most."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="lines")
    line = models.OneToOneField(BankLine, models.PROTECT, related_name="matched")

    class Meta:
        verbose_name = _("matched line")
        ordering = ["match", "line"]

    def __str__(self) -> str:
        return f"{self.match_id} {self.line_id}"


class MatchedLeg(models.Model):
    """A leg on the account's own ledger in a match; it is in one at most."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="legs")
    leg = models.OneToOneField(JournalLeg, models.PROTECT, related_name="matched")

    class Meta:
        verbose_name = _("matched entry")
        ordering = ["match", "leg"]

    def __str__(self) -> str:
        return f"{self.match_id} {self.leg_id}"


class UnmatchedLine(models.Model):
    """A line of the bank in no match, with its value date. Kept by triggers; nothing else writes it: what is open is
    found without a look at what was matched long ago.
    """

    line = models.OneToOneField(BankLine, models.PROTECT, primary_key=True, related_name="unmatched")
    day = models.DateField(_("value date"))

    class Meta:
        verbose_name = _("unmatched line")
        ordering = ["day", "line"]
        indexes = [models.Index(fields=["day"], name="unmatched_line_by_day")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.day}"


class UnmatchedLeg(models.Model):
    """A leg on the account's own ledger in no match, with the day it is booked on. Kept by triggers like the lines."""

    leg = models.OneToOneField(JournalLeg, models.PROTECT, primary_key=True, related_name="unmatched")
    day = models.DateField(_("booked on"))

    class Meta:
        verbose_name = _("unmatched entry")
        ordering = ["day", "leg"]
        indexes = [models.Index(fields=["day"], name="unmatched_leg_by_day")]

    def __str__(self) -> str:
        return f"{self.leg_id} {self.day}"
