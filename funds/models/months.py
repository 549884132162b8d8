"""The months of the special account, which are closed one after the other (F1)."""

import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.days import first_of_next_month
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.papers.models import KeptPaper


class Month(models.Model):
    """A month of the account that is to be closed, or was. A month without a row is open.

    - `prepared`: a clerk looked at what is open between book and bank and said why; somebody else closes it.
    - `closed`: nothing is booked into it or before it any more, and it is never opened again: triggers see to both.
      What belongs to it and comes later is booked on the first day of the open month.

    The figures are those of its last day, in yuan: the balance of the account `in_book` and `at_bank` (none where no
    bank statement reaches so far), and what stands on one side only, with the number of items. `note` says why.
    When it is closed, the balance of every account that is not zero is kept in `balances` (code → yuan as a string),
    and the `reconciliation` of bank and book as a paper: who matches afterwards changes neither.
    """

    class Status(models.TextChoices):
        PREPARED = "prepared", _("To be closed")
        CLOSED = "closed", _("Closed")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {Status.PREPARED: {Status.CLOSED}, Status.CLOSED: set()}

    first = models.DateField(_("first day"), unique=True)
    last = models.DateField(_("last day"), unique=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PREPARED)
    in_book = models.DecimalField(_("balance in the book"), max_digits=20, decimal_places=2)
    at_bank = models.DecimalField(_("balance at the bank"), max_digits=20, decimal_places=2, null=True, blank=True)
    open_in_book = models.PositiveIntegerField(_("booked, not at the bank"))
    open_in_book_sum = models.DecimalField(max_digits=20, decimal_places=2)
    open_at_bank = models.PositiveIntegerField(_("at the bank, not booked"))
    open_at_bank_sum = models.DecimalField(max_digits=20, decimal_places=2)
    note = models.CharField(_("why they differ"), max_length=300, blank=True)
    # None for what was closed before they were kept.
    balances = models.JSONField(_("balances of the accounts"), null=True, editable=False)
    reconciliation = models.ForeignKey(KeptPaper, models.PROTECT, null=True, editable=False, related_name="+")
    prepared_on = models.DateField(_("prepared on"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("prepared by"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("month of the account")
        ordering = ["-first"]
        constraints = [
            models.CheckConstraint(name="month_days", condition=Q(first__day=1, last__gt=F("first"))),
            models.CheckConstraint(
                name="month_closed",
                condition=Q(status="prepared", closed_on=None) | Q(status="closed", closed_on__isnull=False),
            ),
            models.CheckConstraint(
                name="month_maker_is_not_checker",
                condition=Q(made_by=None) | Q(closed_by=None) | ~Q(made_by=F("closed_by")),
            ),
            models.CheckConstraint(
                name="month_says_why_they_differ",
                condition=Q(open_in_book=0, open_at_bank=0, at_bank=F("in_book")) | ~Q(note=""),
            ),
            # None of them has a date, and here no date is like no date: so there is one at most.
            models.UniqueConstraint(
                name="month_one_prepared",
                fields=["closed_on"],
                condition=Q(status="prepared"),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("account-month", args=[self.code])

    @property
    def number(self) -> str:
        """What the audit record names it by."""
        return self.code

    @property
    def code(self) -> str:
        """The month as 2009-10."""
        return f"{self.first:%Y-%m}"

    @staticmethod
    def open_from() -> datetime.date | None:
        """The first day on which something can be booked; None where nothing was ever closed."""
        last = Month.objects.filter(status=Month.Status.CLOSED).aggregate(last=Max("first"))["last"]
        return first_of_next_month(last) if last else None
