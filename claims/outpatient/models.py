"""Approvals of specified outpatient diseases, and the claims that rest on them (A5, Art. 25)."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.models import Diagnosis, Institution, Stay
from enrollment.registration.models import DayRange, Resident
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.policy.terms import OutpatientDisease


class OutpatientApproval(models.Model):
    """That a resident may be treated as an outpatient for one disease, at one institution, from a day to a day (A5).

    - `requested`: an institution or a clerk of the agency asks; a reviewer who did not ask decides.
    - `approved`: claims of its days rest on it.
    - `denied`: with the reason. Final.
    - `ended`: it was approved and holds until `ends` only, with the reason. Final.

    `disease` is a code of OutpatientDisease. `until` is the last day that was asked for, `ends` the last day that it
    holds. Those of one person and disease never overlap, but for denied ones.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        APPROVED = "approved", _("Approved")
        DENIED = "denied", _("Denied")
        ENDED = "ended", _("Ended early")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        Status.REQUESTED: {Status.APPROVED, Status.DENIED},
        Status.APPROVED: {Status.ENDED},
        Status.DENIED: set(),
        Status.ENDED: set(),
    }

    number = models.CharField(_("approval number"), max_length=20, unique=True)
    submission = models.UUIDField(unique=True, editable=False)
    resident = models.ForeignKey(
        Resident, models.PROTECT, related_name="outpatient_approvals", verbose_name=_("resident")
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="outpatient_approvals", verbose_name=_("institution")
    )
    disease = models.CharField(_("disease"), max_length=20)
    diagnosis = models.ForeignKey(Diagnosis, models.PROTECT, related_name="+", verbose_name=_("diagnosis"))
    evidence = models.CharField(_("what confirms the disease"), max_length=200)
    starts = models.DateField(_("from"))
    until = models.DateField(_("asked for until"))
    ends = models.DateField(_("until"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.REQUESTED)
    requested_on = models.DateField(_("requested on"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("requested by"))
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by"))
    denial = models.CharField(_("reason of the denial"), max_length=200, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("ended by"))
    end_reason = models.CharField(_("reason of the early end"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("approval of an outpatient disease")
        ordering = ["-requested_on", "-number"]
        constraints = [
            models.CheckConstraint(
                name="outpatient_disease", condition=Q(disease__in=[code.value for code in OutpatientDisease])
            ),
            models.CheckConstraint(
                name="outpatient_days",
                condition=Q(ends__gte=F("starts"), until__gte=F("starts"), ends__lte=F("until")),
            ),
            ExclusionConstraint(
                name="outpatient_no_overlap",
                expressions=[
                    ("resident", RangeOperators.EQUAL),
                    ("disease", RangeOperators.EQUAL),
                    (DayRange(), RangeOperators.OVERLAPS),
                ],
                condition=~Q(status="denied"),
            ),
            models.CheckConstraint(
                name="outpatient_maker_is_not_checker",
                condition=Q(made_by=None) | Q(decided_by=None) | ~Q(made_by=F("decided_by")),
            ),
            models.CheckConstraint(
                name="outpatient_decided_has_date",
                condition=Q(status="requested", decided_on=None)
                | ~Q(status="requested") & Q(decided_on__isnull=False),
            ),
            models.CheckConstraint(
                name="outpatient_denied_has_reason",
                condition=Q(status="denied") & ~Q(denial="") | ~Q(status="denied") & Q(denial=""),
            ),
            models.CheckConstraint(
                name="outpatient_ended_has_reason",
                condition=Q(status="ended", ended_on__isnull=False) & ~Q(end_reason="")
                | ~Q(status="ended") & Q(ended_on=None, end_reason="", ends=F("until")),
            ),
        ]
        indexes = [models.Index(fields=["status", "requested_on"], name="outpatient_by_status")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("outpatient-approval", args=[self.number])


class OutpatientClaim(models.Model):
    """The approval that a claim rests on. The claim itself is a stay marked `outpatient`, whose first and last day are
    those of the treatment: reviewed, settled and reversed like any other, by the same arithmetic.
    """

    stay = models.OneToOneField(Stay, models.PROTECT, related_name="outpatient_claim", verbose_name=_("claim"))
    approval = models.ForeignKey(OutpatientApproval, models.PROTECT, related_name="claims", verbose_name=_("approval"))

    class Meta:
        verbose_name = _("claim of an outpatient disease")
        ordering = ["-stay__admitted_on", "-stay__number"]

    def __str__(self) -> str:
        return f"{self.stay_id} {self.approval_id}"
