"""What supervision looks at, summed by month: kept by jobs, so that no page counts (docs/decisions/0113)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from claims.models import Institution
from funds.models import Account
from liaoyang_medins.kernel.offices.models import Office


class FundMonth(models.Model):
    """What was booked on an account of income or spending in a month, as far as it is a district's, in yuan.

    `amount` is positive for income on an account of income and for spending on one of spending. Without a `district`
    it is what belongs to none: interest, late fees, receipts without a notice. `month` is its first day. The rows of
    a month and account add up to what the journal has.
    """

    month = models.DateField(_("month"))
    district = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+", verbose_name=_("district"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("ledger account"))
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=2)

    class Meta:
        verbose_name = _("month of the fund")
        ordering = ["month", "district", "account"]
        constraints = [
            models.UniqueConstraint(
                name="fund_month_once", fields=["month", "district", "account"], nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.district_id or ''} {self.account_id}"


class CountedMonth(models.Model):
    """What the journal had of an account in a month, in yuan, when the month was counted: debits and credits ≥ 0.

    Both only ever grow, so where the journal has something else by now, the month has to be counted anew.
    """

    month = models.DateField(_("month"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("ledger account"))
    debits = models.DecimalField(_("debits"), max_digits=20, decimal_places=2)
    credits = models.DecimalField(_("credits"), max_digits=20, decimal_places=2)

    class Meta:
        verbose_name = _("counted month")
        ordering = ["month", "account"]
        constraints = [models.UniqueConstraint(name="counted_month_once", fields=["month", "account"])]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.account_id}"


class InstitutionMonth(models.Model):
    """The settled stays that ended in a month at an institution, of a category of persons; amounts in yuan.

    `grade` is the institution's on the days of admission, empty where it had none. `days` are nights, at least one a
    stay; `readmitted` counts the stays after which the same person was admitted again within 14 days, anywhere and
    not by a transfer. Treatment of specified outpatient diseases is no stay.
    """

    month = models.DateField(_("month"))
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("institution"))
    grade = models.CharField(_("grade"), max_length=10, blank=True)
    category = models.CharField(_("category"), max_length=16)
    stays = models.PositiveIntegerField(_("stays"))
    total = models.DecimalField(_("total cost"), max_digits=20, decimal_places=2)
    in_scope = models.DecimalField(_("in-scope cost"), max_digits=20, decimal_places=2)
    fund = models.DecimalField(_("paid by the fund"), max_digits=20, decimal_places=2)
    days = models.PositiveIntegerField(_("days in hospital"))
    readmitted = models.PositiveIntegerField(_("readmitted within 14 days"))

    class Meta:
        verbose_name = _("month of an institution")
        ordering = ["month", "institution", "grade", "category"]
        constraints = [
            models.UniqueConstraint(
                name="institution_month_once", fields=["month", "institution", "grade", "category"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.institution_id} {self.grade} {self.category}"


class Refresh(models.Model):
    """When the sums were last counted, on which business date: all of them (`whole`), or what had changed."""

    whole = models.BooleanField(_("everything"), unique=True)
    at = models.DateTimeField(_("counted at"))
    day = models.DateField(_("day"))
    months = models.PositiveIntegerField(_("months"))

    class Meta:
        verbose_name = _("count of the figures")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
