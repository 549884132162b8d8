"""What a school collected from its pupils and hands in (W4): one payment for many notices."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enrollment.contributions.models import ContributionNotice, Receipt, yuan
from liaoyang_medins.kernel.offices.models import Office, User


class Collection(models.Model):
    """A list of who paid at the school, handed in with `count` notices and their sum `amount` in yuan (W4).

    - `handed_in`: the money is on its way.
    - `paid`: the agency recorded the one payment that came for it, dated by the bank's value date `paid_on`; each line
      has become a receipt.
    - `withdrawn`: the school took it back before it was paid, for the `reason`.
    - `returned`: the bank took that payment back on `returned_on`, for the `reason`, and every line's receipt with it
      (C8).
    """

    class Status(models.TextChoices):
        HANDED_IN = "handed_in", _("Handed in")
        PAID = "paid", _("Paid")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        RETURNED = "returned", _("Payment returned")

    TRANSITIONS: dict[str, set[str]] = {
        Status.HANDED_IN: {Status.PAID, Status.WITHDRAWN},
        Status.PAID: {Status.RETURNED},
        Status.WITHDRAWN: set(),
        Status.RETURNED: set(),
    }

    number = models.CharField(_("collection number"), max_length=20, unique=True)
    submission = models.UUIDField(unique=True)
    school = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name=_("school"))
    contribution_year = models.PositiveSmallIntegerField(_("contribution year"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.HANDED_IN)
    count = models.PositiveIntegerField(_("notices"))
    amount = yuan(_("sum"))
    handed_in_on = models.DateField(_("handed in on"))
    handed_in_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("handed in by"))
    paid_on = models.DateField(_("value date"), null=True, blank=True)
    bank_reference = models.CharField(_("bank reference"), max_length=30, blank=True)
    recorded_on = models.DateField(_("recorded on"), null=True, blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    returned_on = models.DateField(_("returned on"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("school collection")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="collection_amount", condition=Q(amount__gt=0, count__gt=0)),
            models.CheckConstraint(
                name="collection_state",
                condition=(
                    Q(status__in=["paid", "returned"], paid_on__isnull=False, recorded_on__isnull=False)
                    & ~Q(bank_reference="")
                )
                | (~Q(status__in=["paid", "returned"]) & Q(paid_on=None, recorded_on=None, bank_reference="")),
            ),
            models.CheckConstraint(
                name="collection_returned",
                condition=Q(status="returned", returned_on__isnull=False)
                | (~Q(status="returned") & Q(returned_on=None)),
            ),
            models.UniqueConstraint(
                name="collection_bank_reference", fields=["bank_reference"], condition=~Q(bank_reference="")
            ),
        ]
        indexes = [models.Index(fields=["school", "-id"], name="collections_of_school")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("collection", args=[self.number])


class CollectionLine(models.Model):
    """A notice of a collection, `place` counted from 1 in class order, and the `receipt` that the collection's payment
    became of it. `open` as long as the collection is neither paid nor withdrawn: a notice is in one open one only.
    """

    collection = models.ForeignKey(Collection, models.PROTECT, related_name="lines", verbose_name=_("collection"))
    place = models.PositiveIntegerField(_("row"))
    notice = models.ForeignKey(
        ContributionNotice, models.PROTECT, related_name="collection_lines", verbose_name=_("notice")
    )
    grade = models.PositiveSmallIntegerField(_("grade"), null=True, blank=True)
    class_name = models.CharField(_("class"), max_length=20, blank=True)
    amount = yuan(_("amount"))
    open = models.BooleanField(default=True)
    receipt = models.OneToOneField(
        Receipt, models.PROTECT, null=True, blank=True, related_name="collection_line", verbose_name=_("receipt")
    )

    class Meta:
        verbose_name = _("line of a school collection")
        ordering = ["collection", "place"]
        constraints = [
            models.UniqueConstraint(name="collection_line_once", fields=["collection", "place"]),
            models.UniqueConstraint(name="collection_notice_once", fields=["collection", "notice"]),
            models.UniqueConstraint(name="collection_one_open", fields=["notice"], condition=Q(open=True)),
            models.CheckConstraint(name="collection_line_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="collection_line_receipt", condition=Q(open=False) | Q(receipt=None)),
        ]

    def __str__(self) -> str:
        return f"{self.collection_id} {self.place}"
