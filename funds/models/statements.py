"""Subsidy statements, their items and sums, and what arrives on them (F2, F3)."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enrollment.contributions.models import ContributionNotice, yuan
from funds.labels import period_label
from liaoyang_medins.kernel.offices.models import Office, User


class SubsidyStatement(models.Model):
    """The claim on city and districts for a period's paid contributions (F2): of a window, or of a month outside it.

    - `preparing`: a run (funds/services/preparing.py) is drawing its items, the first time or anew.
    - `draft`: drawn; its items can still be drawn anew. A clerk signs it as its maker, also where a job drew it.
    - `checked`: a second person compared it with the records. Sent back or drawn anew it is a draft again.
    - `issued`: a third person approved it: frozen, with its hash; due 30 days after its date. What arrives is booked
      against it.

    `period_from` and `period_until` (both included) are value dates of the payments. Only one is not issued yet
    at a time, so that every correction known at a moment stands in the statement that is issued next. A trigger
    refuses every change of an issued statement.
    """

    class Status(models.TextChoices):
        PREPARING = "preparing", _("Being prepared")
        DRAFT = "draft", _("Draft")
        CHECKED = "checked", _("Checked")
        ISSUED = "issued", _("Issued")

    class Kind(models.TextChoices):
        WINDOW = "window", _("Window")
        MONTH = "month", _("Month")

    TRANSITIONS: dict[str, set[str]] = {
        Status.PREPARING: {Status.DRAFT},
        Status.DRAFT: {Status.CHECKED, Status.PREPARING},
        Status.CHECKED: {Status.ISSUED, Status.DRAFT, Status.PREPARING},
        Status.ISSUED: set(),
    }

    number = models.CharField(_("statement number"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    period_from = models.DateField(_("payments from"))
    period_until = models.DateField(_("payments until"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    issued_on = models.DateField(_("date"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    hash = models.CharField(max_length=64, blank=True)
    policy_version = models.PositiveIntegerField()
    policy_hash = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("made by"))
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("checked by"))
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("subsidy statement")
        ordering = ["-period_until", "-number"]
        constraints = [
            models.UniqueConstraint(name="statement_period_once", fields=["kind", "period_from"]),
            # None of them has a date, and here no date is like no date: so there is one at most.
            models.UniqueConstraint(
                name="statement_one_open",
                fields=["issued_on"],
                condition=Q(status__in=["preparing", "draft", "checked"]),
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="statement_period", condition=Q(period_until__gte=F("period_from"))),
            models.CheckConstraint(
                name="statement_issued",
                condition=Q(status__in=["preparing", "draft", "checked"], issued_on=None, due_on=None)
                | (Q(status="issued", issued_on__isnull=False, due_on__isnull=False) & ~Q(hash="")),
            ),
            models.CheckConstraint(
                name="statement_three_people",
                condition=(Q(checked_by=None) | Q(made_by=None) | ~Q(checked_by=F("made_by")))
                & (Q(approved_by=None) | Q(made_by=None) | ~Q(approved_by=F("made_by")))
                & (Q(approved_by=None) | Q(checked_by=None) | ~Q(approved_by=F("checked_by"))),
            ),
            models.CheckConstraint(
                name="statement_signed_in_order",
                condition=Q(status="checked", approved_by=None)
                | Q(status="issued")
                | Q(status__in=["preparing", "draft"], checked_by=None, approved_by=None),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("statement", args=[self.number])

    @property
    def period_label(self) -> str:
        """The period in words."""
        return period_label(self.kind, self.period_from)


class SubsidyItem(models.Model):
    """One paid notice's government part in a statement, or (persons −1, amounts negative) the correction of one (F3).

    Triggers refuse every change of an issued statement's items, and an issue after which a notice would count other
    than 0 or 1.
    """

    statement = models.ForeignKey(SubsidyStatement, models.CASCADE, related_name="items")
    notice = models.ForeignKey(ContributionNotice, models.PROTECT, related_name="subsidy_items")
    district = models.ForeignKey(Office, models.PROTECT, related_name="subsidy_items")
    category = models.CharField(_("category"), max_length=16)
    tier = models.CharField(_("tier"), max_length=20)
    persons = models.SmallIntegerField(_("persons"), default=1)
    government = yuan(_("government part"))
    city = yuan(_("city share"))
    district_share = yuan(_("district share"))

    class Meta:
        verbose_name = _("subsidy item")
        ordering = ["statement", "district", "id"]
        constraints = [
            models.UniqueConstraint(name="subsidy_line_once", fields=["statement", "district", "notice", "persons"]),
            models.CheckConstraint(
                name="subsidy_sign",
                condition=Q(persons=1, government__gt=0) | Q(persons=-1, government__lt=0),
            ),
            models.CheckConstraint(
                name="subsidy_shares_add_up", condition=Q(government=F("city") + F("district_share"))
            ),
        ]
        indexes = [models.Index(fields=["statement", "district", "category", "tier"])]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.notice_id} {self.persons:+d}"


class StatementSum(models.Model):
    """The items of a drawn statement that have district, category, tier, sign and policy in common, added up.

    `policy_version` is that of the notices. Written when the statement becomes a draft and again when it is issued;
    triggers refuse every change after that.
    """

    statement = models.ForeignKey(SubsidyStatement, models.CASCADE, related_name="sums")
    district = models.ForeignKey(Office, models.PROTECT, related_name="+")
    category = models.CharField(_("category"), max_length=16)
    tier = models.CharField(_("tier"), max_length=20)
    corrections = models.BooleanField(_("corrections"))
    policy_version = models.PositiveIntegerField()
    persons = models.IntegerField(_("persons"))
    government = yuan(_("government part"))
    city = yuan(_("city share"))
    district_share = yuan(_("district share"))

    class Meta:
        verbose_name = _("sum of a statement")
        ordering = ["statement", "district", "id"]
        constraints = [
            models.UniqueConstraint(
                name="statement_sum_once",
                fields=["statement", "district", "category", "tier", "corrections", "policy_version"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.district_id} {self.category} {self.tier} {self.persons:+d}"


class UnstatedNotice(models.Model):
    """A notice that issued statements may not count as it stands: it was paid, returned or moved since.

    A trigger on the notices adds a row at each such change, the issue of a statement takes away what is in order by
    then. So what the next statement holds is found without a look at what was claimed long ago.
    """

    # Written with the notice itself, by the million when a city is loaded: no key has to be checked.
    notice = models.ForeignKey(ContributionNotice, models.CASCADE, related_name="+", db_constraint=False)

    class Meta:
        verbose_name = _("notice to be stated")

    def __str__(self) -> str:
        return str(self.notice_id)


class SubsidyReceipt(models.Model):
    """Money that city or a district paid against a statement, in parts too.

    `payer` is the pooling area for the city. What was booked wrongly is taken back by a receipt of its own below zero,
    which `corrects` it and says why; neither is `live` then, and the bank's reference can be booked again.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    statement = models.ForeignKey(SubsidyStatement, models.PROTECT, related_name="receipts")
    payer = models.ForeignKey(Office, models.PROTECT, related_name="subsidy_receipts", verbose_name=_("paid by"))
    amount = yuan(_("amount"))
    paid_on = models.DateField(_("value date"))
    bank_reference = models.CharField(_("bank reference"), max_length=40)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="correction", verbose_name=_("takes back")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    live = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("subsidy received")
        ordering = ["-paid_on", "-number"]
        constraints = [
            models.UniqueConstraint(name="subsidy_reference_once", fields=["bank_reference"], condition=Q(live=True)),
            models.CheckConstraint(
                name="subsidy_receipt_amount",
                condition=Q(corrects=None, amount__gt=0, reason="")
                | (Q(corrects__isnull=False, amount__lt=0, live=False) & ~Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return self.number
