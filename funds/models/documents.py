"""What people enter into the special account by hand: interest, late fees, other lawful income (F1)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enrollment.contributions.models import yuan
from liaoyang_medins.kernel.offices.models import User


class EnteredDocument(models.Model):
    """Money that the bank credited and no other record tells of, or the correction of such a document.

    - `entered`: by a clerk, with the scan of the bank's slip; somebody else checks it.
    - `checked`: the journal books it, once. It is never changed any more: a `correction` of its own takes it back.
    - `refused`: by who was to check it, with the reason. Final.
    - `withdrawn`: by the agency's clerk before it was checked, with the reason. Final.

    `day` is the bank's value date, of a correction the day on which it was found. A correction has the amount of what
    it `corrects`, says why in `words`, and has no reference: nothing moves at the bank. What a checked correction took
    back is not `live` any more: its reference can be entered again, with what is right.
    """

    class Kind(models.TextChoices):
        INTEREST = "interest", _("Interest")
        LATE_FEE = "late_fee", _("Late fee")
        OTHER_INCOME = "other_income", _("Other lawful income")
        CORRECTION = "correction", _("Correction")

    class Status(models.TextChoices):
        ENTERED = "entered", _("To be checked")
        CHECKED = "checked", _("Checked")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        Status.ENTERED: {Status.CHECKED, Status.REFUSED, Status.WITHDRAWN},
        Status.CHECKED: set(),
        Status.REFUSED: set(),
        Status.WITHDRAWN: set(),
    }

    number = models.CharField(_("document number"), max_length=20, unique=True)
    submission = models.UUIDField(unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ENTERED)
    day = models.DateField(_("value date"))
    amount = yuan(_("amount"))
    bank_reference = models.CharField(_("bank reference"), max_length=40, blank=True)
    payer = models.CharField(_("from whom"), max_length=60, blank=True)
    words = models.CharField(_("what it is for"), max_length=200)
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name=_("corrects")
    )
    entered_on = models.DateField(_("entered on"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by"))
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    checked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("checked by")
    )
    reason = models.CharField(_("why it is not booked"), max_length=200, blank=True)
    live = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("entered document")
        ordering = ["-day", "-number"]
        constraints = [
            models.CheckConstraint(name="entered_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="entered_says_what_for", condition=~Q(words="")),
            models.CheckConstraint(
                name="entered_correction",
                condition=Q(kind="correction", corrects__isnull=False, bank_reference="")
                | (~Q(kind="correction") & Q(corrects=None) & ~Q(bank_reference="")),
            ),
            models.CheckConstraint(
                name="entered_maker_is_not_checker",
                condition=Q(made_by=None) | Q(checked_by=None) | ~Q(made_by=F("checked_by")),
            ),
            models.CheckConstraint(
                name="entered_status",
                condition=Q(status="entered", checked_on=None, reason="")
                | Q(status="checked", checked_on__isnull=False, reason="")
                | (Q(status__in=["refused", "withdrawn"]) & ~Q(reason="")),
            ),
            models.CheckConstraint(name="entered_live", condition=Q(live=True) | Q(status="checked", corrects=None)),
            # What is still to be checked or stands; one that was refused or taken back may be entered again.
            models.UniqueConstraint(
                name="entered_reference_once",
                fields=["bank_reference"],
                condition=Q(status__in=["entered", "checked"], live=True) & ~Q(bank_reference=""),
            ),
            models.UniqueConstraint(
                name="entered_corrected_once",
                fields=["corrects"],
                condition=Q(status__in=["entered", "checked"], corrects__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["status", "day"], name="entered_by_status")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("entered-document", args=[self.number])
