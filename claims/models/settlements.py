"""Settlements and their reversals."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.contributions.models import yuan
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.models import User

from .stays import Stay


class Settlement(models.Model):
    """What a stay is worth (A2), decided once with its facts and policy; corrected only by a reversal and a new one
    (A4).

    Amounts in yuan: `fund` + `resident_pays` = `total`, and the resident's four parts add up to `resident_pays`. Where
    nothing is payable, `fund` is 0, `reasons` says why and the ratio and four parts are empty. `cap_used` is what
    counted against the cap before; `live` tells that no reversal exists. `sequence` orders the settlements of one
    resident.
    """

    number = models.CharField(_("settlement number"), max_length=20, unique=True)
    stay = models.ForeignKey(Stay, models.PROTECT, related_name="settlements", verbose_name=_("stay"))
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="settlements", verbose_name=_("resident"))
    sequence = models.PositiveIntegerField()
    settled_on = models.DateField(_("settlement date"))
    decided_on = models.DateField(_("decided on"))
    cap_from = models.DateField(_("cap period from"))
    cap_until = models.DateField(_("cap period until"))
    cap = yuan(_("annual payment cap"))
    cap_used = yuan(_("cap used before"))
    payable = models.BooleanField(_("payable"))
    reasons = models.JSONField(_("reasons"), default=list, blank=True)
    total = yuan(_("total cost"))
    in_scope = yuan(_("in-scope cost"))
    ratio = models.DecimalField(_("fund ratio"), max_digits=5, decimal_places=4, null=True)
    fund = yuan(_("fund pays"))
    resident_pays = yuan(_("resident pays"))
    out_of_scope = yuan(_("out of scope"), null=True)
    deductible = yuan(_("deductible"), null=True)
    copayment = yuan(_("co-payment"), null=True)
    over_cap = yuan(_("over the cap"), null=True)
    facts = models.JSONField(default=dict)
    policy_version = models.PositiveIntegerField()
    policy_hash = models.CharField(max_length=64)
    live = models.BooleanField(default=True)
    paid_out_on = models.DateField(_("paid to the institution on"), null=True, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("settled by"))

    class Meta:
        verbose_name = _("settlement")
        ordering = ["-settled_on", "-number"]
        constraints = [
            models.UniqueConstraint(name="settlement_one_live_a_stay", fields=["stay"], condition=Q(live=True)),
            models.UniqueConstraint(name="settlement_sequence", fields=["resident", "sequence"]),
            models.CheckConstraint(
                name="settlement_amounts",
                condition=Q(total__gte=0, in_scope__gte=0, fund__gte=0, resident_pays__gte=0, cap_used__gte=0),
            ),
            models.CheckConstraint(name="settlement_adds_up", condition=Q(total=F("fund") + F("resident_pays"))),
            models.CheckConstraint(
                name="settlement_parts_add_up",
                condition=Q(payable=False, fund=0, ratio=None, out_of_scope=None, deductible=None, copayment=None)
                & Q(over_cap=None)
                & ~Q(reasons=[])
                | Q(
                    payable=True,
                    out_of_scope__gte=0,
                    deductible__gte=0,
                    copayment__gte=0,
                    over_cap__gte=0,
                    resident_pays=F("out_of_scope") + F("deductible") + F("copayment") + F("over_cap"),
                ),
            ),
            models.CheckConstraint(
                name="settlement_within_cap", condition=Q(fund__lte=F("cap") - F("cap_used")) | Q(fund=0)
            ),
            models.CheckConstraint(
                name="settlement_cap_period",
                condition=Q(settled_on__gte=F("cap_from"), settled_on__lte=F("cap_until")),
            ),
        ]
        indexes = [
            models.Index(fields=["resident", "settled_on"], condition=Q(live=True), name="settlement_live"),
            models.Index(fields=["settled_on"]),
            # What an institution compares with its own books is what was decided in a period.
            models.Index(fields=["decided_on"], name="settlement_decided"),
        ]

    def __str__(self) -> str:
        return self.number


class Reversal(models.Model):
    """The undoing of a settlement (A4): gives back the cap that it used and the money that it paid: where the
    institution had it already, by a deduction from a later payment, on `taken_off_on`.
    """

    number = models.CharField(_("reversal number"), max_length=20, unique=True)
    settlement = models.OneToOneField(
        Settlement, models.PROTECT, related_name="reversal", verbose_name=_("settlement")
    )
    reversed_on = models.DateField(_("reversed on"))
    reason = models.CharField(_("reason"), max_length=200)
    taken_off_on = models.DateField(_("taken off a payment on"), null=True, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("reversed by"))

    class Meta:
        verbose_name = _("reversal")
        ordering = ["-reversed_on", "-number"]
        constraints = [models.CheckConstraint(name="reversal_has_reason", condition=~Q(reason=""))]
        indexes = [models.Index(fields=["reversed_on"], name="reversal_made")]

    def __str__(self) -> str:
        return self.number
