"""Stays that need a person at the agency: the review of each, what was denied of its lines, and what is usual."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enrollment.contributions.models import yuan
from liaoyang_medins.kernel.offices.models import User

from .institutions import Institution
from .settlements import Settlement
from .stays import FeeLine, Stay


class Review(models.Model):
    """A stay that the agency looks at: before it is settled, or before a settlement that was paid is reversed (A4).

    - `waiting`: a clerk examines it: cuts lines, records the cause of an injury, says what was found.
    - `proposed`: examined; somebody else releases it or sends it back to be examined again.
    - `released`: done: the stay is settled, or its settlement reversed. Final; `settlement` is the one.
    - `denied`: the settlement stays as it is (of a reversal that was asked for). Final.
    - `withdrawn`: nothing needs a person any more. Final.

    `reasons` are codes of ReviewReason. `total` is the stay's total cost in yuan when the review was opened, `fund`
    what the fund would pay as it was proposed. One open review at most for a stay.
    """

    class Kind(models.TextChoices):
        SETTLEMENT = "settlement", _("Settlement")
        REVERSAL = "reversal", _("Reversal of a paid settlement")

    class Status(models.TextChoices):
        WAITING = "waiting", _("To be examined")
        PROPOSED = "proposed", _("To be released")
        RELEASED = "released", _("Released")
        DENIED = "denied", _("Denied")
        WITHDRAWN = "withdrawn", _("Not needed any more")

    TRANSITIONS: dict[str, set[str]] = {
        Status.WAITING: {Status.PROPOSED, Status.WITHDRAWN},
        Status.PROPOSED: {Status.WAITING, Status.RELEASED, Status.DENIED, Status.WITHDRAWN},
        Status.RELEASED: set(),
        Status.DENIED: set(),
        Status.WITHDRAWN: set(),
    }
    OPEN = (Status.WAITING, Status.PROPOSED)

    stay = models.ForeignKey(Stay, models.PROTECT, related_name="reviews", verbose_name=_("stay"))
    kind = models.CharField(_("what is asked for"), max_length=10, choices=Kind.choices, default=Kind.SETTLEMENT)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.WAITING)
    reasons = models.JSONField(_("why it needs a person"), default=list)
    asked = models.CharField(_("what the institution says"), max_length=200, blank=True)
    total = yuan(_("total cost"))
    fund = yuan(_("the fund would pay"), null=True)
    opened_on = models.DateField(_("waiting since"))
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("opened by"))
    examined_on = models.DateField(_("examined on"), null=True, blank=True)
    examined_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("examined by"))
    finding = models.CharField(_("what was found"), max_length=500, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("closed by"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    settlement = models.ForeignKey(
        Settlement, models.PROTECT, null=True, related_name="reviews", verbose_name=_("settlement")
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("review")
        ordering = ["opened_on", "id"]
        constraints = [
            models.UniqueConstraint(
                name="review_one_open_a_stay", fields=["stay"], condition=Q(status__in=["waiting", "proposed"])
            ),
            models.CheckConstraint(
                name="review_closed_has_date",
                condition=Q(status__in=["waiting", "proposed"], closed_on=None)
                | (~Q(status__in=["waiting", "proposed"]) & Q(closed_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="review_examined_has_finding",
                condition=~Q(status__in=["proposed", "released", "denied"])
                | (Q(examined_on__isnull=False) & ~Q(finding="")),
            ),
            models.CheckConstraint(
                name="review_released_has_settlement", condition=~Q(status="released") | Q(settlement__isnull=False)
            ),
        ]
        indexes = [
            models.Index(
                fields=["status", "opened_on", "id"],
                condition=Q(status__in=["waiting", "proposed"]),
                name="review_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.stay_id}: {self.status}"


class FeeLineCut(models.Model):
    """What the agency denied of a fee line, in yuan of its amount, and why (A1). The line's `denied` says it too."""

    line = models.OneToOneField(FeeLine, models.CASCADE, related_name="cut", verbose_name=_("fee line"))
    amount = yuan(_("denied"))
    reason = models.CharField(_("reason"), max_length=200)
    made_on = models.DateField(_("denied on"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("denied by"))

    class Meta:
        verbose_name = _("denied part of a fee line")
        ordering = ["line"]
        constraints = [
            models.CheckConstraint(name="fee_line_cut_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="fee_line_cut_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.amount}"


class UsualCost(models.Model):
    """What stays at an institution usually cost: the median of the totals of its live settlements of the twelve months
    before `counted_on`, in yuan, and how many they are. Counted anew each night.
    """

    institution = models.OneToOneField(
        Institution, models.CASCADE, primary_key=True, related_name="usual_cost", verbose_name=_("institution")
    )
    median = yuan(_("median of the total cost"))
    settlements = models.PositiveIntegerField(_("settlements"))
    counted_on = models.DateField(_("counted on"))

    class Meta:
        verbose_name = _("usual cost")

    def __str__(self) -> str:
        return f"{self.institution_id}: {self.median}"
