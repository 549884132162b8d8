"""Settlements that what became known later contradicts: listed for a correction, never changed by themselves (A4)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.offices.models import User

from .settlements import Settlement


class SettlementToCorrect(models.Model):
    """A live settlement that would be decided otherwise by what is on record now (W9, C8, A1, B4, D1).

    - `waiting`: the agency looks at it: it is reversed and settled again, or left with a reason.
    - `reversed`: somebody reversed the settlement (A4). Final.
    - `right_again`: what contradicted it was taken back. Final.
    - `left`: stays as it is, with the reason. Final; another contradiction makes another row.

    `reasons` are codes: `cover` (other days are covered), `category` (of the day of admission), `cap_period`.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("To be corrected")
        REVERSED = "reversed", _("Reversed")
        RIGHT_AGAIN = "right_again", _("Right again")
        LEFT = "left", _("Left as it is")

    TRANSITIONS: dict[str, set[str]] = {
        Status.WAITING: {Status.REVERSED, Status.RIGHT_AGAIN, Status.LEFT},
        Status.REVERSED: set(),
        Status.RIGHT_AGAIN: set(),
        Status.LEFT: set(),
    }

    settlement = models.ForeignKey(
        Settlement, models.PROTECT, related_name="corrections", verbose_name=_("settlement")
    )
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.WAITING)
    reasons = models.JSONField(_("what contradicts it"), default=list)
    found_on = models.DateField(_("known since"))
    found_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("found by"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("closed by"))
    note = models.CharField(_("reason"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("settlement to be corrected")
        ordering = ["found_on", "id"]
        constraints = [
            models.UniqueConstraint(
                name="correction_one_waiting_a_settlement", fields=["settlement"], condition=Q(status="waiting")
            ),
            models.CheckConstraint(
                name="correction_closed_has_date",
                condition=Q(status="waiting", closed_on=None) | (~Q(status="waiting") & Q(closed_on__isnull=False)),
            ),
            models.CheckConstraint(name="correction_left_has_reason", condition=~Q(status="left") | ~Q(note="")),
        ]
        indexes = [models.Index(fields=["found_on", "id"], condition=Q(status="waiting"), name="correction_waiting")]

    def __str__(self) -> str:
        return f"{self.settlement_id}: {self.status}"
