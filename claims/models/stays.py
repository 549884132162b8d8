"""Hospital stays, their fee lines, and referrals."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.contributions.models import yuan
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.models import User

from .catalogue import Diagnosis
from .institutions import Institution


class Referral(models.Model):
    """A transfer of a resident to another institution (D7, Art. 23), issued by an institution that may refer.

    It counts for admissions from `approved_on` to `valid_until`. Within the city it leads to designated institutions
    only.

    - `requested`: waits for the agency; - `approved`; - `denied`, with the reason.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        APPROVED = "approved", _("Approved")
        DENIED = "denied", _("Denied")

    TRANSITIONS: dict[str, set[str]] = {
        Status.REQUESTED: {Status.APPROVED, Status.DENIED},
        Status.APPROVED: set(),
        Status.DENIED: set(),
    }

    number = models.CharField(_("referral number"), max_length=20, unique=True)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="referrals", verbose_name=_("resident"))
    from_institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="referrals_out", verbose_name=_("sending institution")
    )
    to_institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="referrals_in", verbose_name=_("receiving institution")
    )
    diagnosis = models.ForeignKey(Diagnosis, models.PROTECT, related_name="+", verbose_name=_("diagnosis"))
    reason = models.CharField(_("reason"), max_length=200)
    issued_on = models.DateField(_("issued on"))
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.REQUESTED)
    denial = models.CharField(_("reason of the denial"), max_length=200, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("referral")
        ordering = ["-issued_on", "-number"]
        constraints = [
            models.CheckConstraint(name="referral_days", condition=Q(valid_until__gte=F("issued_on"))),
            models.CheckConstraint(name="referral_elsewhere", condition=~Q(from_institution=F("to_institution"))),
            models.CheckConstraint(
                name="referral_approved_has_date",
                condition=Q(status="approved", approved_on__isnull=False)
                | (~Q(status="approved") & Q(approved_on=None)),
            ),
        ]
        indexes = [models.Index(fields=["resident", "to_institution", "-issued_on"])]

    def __str__(self) -> str:
        return self.number


class Stay(models.Model):
    """A hospital stay (住院), from admission to settlement, and back strictly in reverse order.

    - `admitted`: fee lines are entered; it can be changed or, with no lines, cancelled.
    - `discharged`: complete; can be settled, or the discharge cancelled.
    - `settled`: has one live settlement; its reversal leads back to discharged.
    - `cancelled`: never counted. Final.

    `held` is the first reason why the agency looks at the stay before it is settled: that of its open review, and
    empty where it has none. `examined`: somebody at the agency examined it or denied a line of it once, so that it is
    never settled again without them.

    `diagnosis` is the principal one, as it was stated last: what is settled goes by it. `other_diagnoses` are codes of
    the others. How and at what hour somebody left (`discharge_way`, `discharged_at`) is known of stays whose
    hospital says so; the rules ask the day.
    """

    class DischargeWay(models.TextChoices):
        ORDERED = "ordered", _("Discharged by the doctor")
        TRANSFERRED = "transferred", _("Transferred to another hospital")
        COMMUNITY = "community", _("Sent on to a community institution")
        AGAINST_ADVICE = "against_advice", _("Left against advice")
        DIED = "died", _("Died")
        OTHER = "other", _("Another way")

    class Status(models.TextChoices):
        ADMITTED = "admitted", _("Admitted")
        DISCHARGED = "discharged", _("Discharged")
        SETTLED = "settled", _("Settled")
        CANCELLED = "cancelled", _("Cancelled")

    TRANSITIONS: dict[str, set[str]] = {
        Status.ADMITTED: {Status.DISCHARGED, Status.CANCELLED},
        Status.DISCHARGED: {Status.ADMITTED, Status.SETTLED},
        Status.SETTLED: {Status.DISCHARGED},
        Status.CANCELLED: set(),
    }

    number = models.CharField(_("stay number"), max_length=20, unique=True)
    submission = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="stays", verbose_name=_("resident"))
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="stays", verbose_name=_("institution"))
    inpatient_number = models.CharField(_("inpatient number"), max_length=40)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ADMITTED)
    admitted_at = models.DateTimeField(_("admitted at"))
    # The day in Asia/Shanghai, which the rules ask.
    admitted_on = models.DateField(_("admitted on"))
    discharged_on = models.DateField(_("discharged on"), null=True, blank=True)
    discharged_at = models.DateTimeField(_("discharged at"), null=True, blank=True)
    discharge_way = models.CharField(_("way of discharge"), max_length=15, choices=DischargeWay.choices, blank=True)
    emergency = models.BooleanField(_("emergency"), default=False)
    card_presented_at = models.DateTimeField(_("card presented at"), null=True, blank=True)
    form_signed = models.BooleanField(_("admission form signed"), default=True)
    diagnosis = models.ForeignKey(
        Diagnosis, models.PROTECT, related_name="stays", verbose_name=_("principal diagnosis")
    )
    other_diagnoses = models.JSONField(_("other diagnoses"), default=list, blank=True)
    cause = models.CharField(_("cause of the injury"), max_length=30, default="illness")
    abroad = models.BooleanField(_("treated abroad or in Hong Kong, Macao or Taiwan"), default=False)
    # Treatment of a specified outpatient disease that is claimed (A5), not a stay in hospital.
    outpatient = models.BooleanField(_("specified outpatient disease"), default=False)
    # The resident paid the institution and claims the fund's part back at the agency.
    self_paid = models.BooleanField(_("paid by the resident"), default=False)
    transfer_stated = models.BooleanField(_("transfer stated"), default=False)
    referral = models.ForeignKey(
        Referral, models.PROTECT, null=True, blank=True, related_name="stays", verbose_name=_("referral")
    )
    # Facts of the day of admission that the settlement goes by (category for D1).
    category = models.CharField(_("category"), max_length=16)
    held = models.CharField(_("held for a clerk"), max_length=40, blank=True)
    examined = models.BooleanField(_("examined by the agency"), default=False, db_default=False)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("stay")
        ordering = ["-admitted_on", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="stay_inpatient_number",
                fields=["institution", "inpatient_number"],
                condition=~Q(status="cancelled"),
            ),
            models.CheckConstraint(
                name="stay_days", condition=Q(discharged_on=None) | Q(discharged_on__gte=F("admitted_on"))
            ),
            models.CheckConstraint(
                name="stay_discharge_fits_status",
                condition=Q(status__in=["discharged", "settled"], discharged_on__isnull=False)
                | Q(status__in=["admitted", "cancelled"], discharged_on=None),
            ),
        ]
        indexes = [
            models.Index(fields=["resident", "admitted_on"]),
            models.Index(fields=["institution", "status", "-admitted_on"]),
            models.Index(fields=["status", "-admitted_on"]),
            # The order of the list, of all institutions and of one.
            models.Index(fields=["-admitted_on", "-number"], name="stay_newest"),
            models.Index(fields=["institution", "-admitted_on", "-number"], name="stay_newest_at"),
        ]

    def __str__(self) -> str:
        return self.number


class FeeLine(models.Model):
    """One item of a stay's costs, with what the catalogue said of it on its day (A1).

    `in_scope` is the amount that counts by class, share, price limit and what the agency `denied` of it; whether its
    day lies in a benefit period is asked at settlement. `problem` says why part or all of it is out of scope.
    """

    stay = models.ForeignKey(Stay, models.CASCADE, related_name="lines")
    line_number = models.CharField(_("line number"), max_length=30)
    on = models.DateField(_("date"))
    item_code = models.CharField(_("item code"), max_length=30)
    item_name = models.CharField(_("item"), max_length=120)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=4)
    unit_price = models.DecimalField(_("unit price"), max_digits=12, decimal_places=4)
    amount = yuan(_("amount"))
    catalogue_class = models.CharField(_("class"), max_length=1, blank=True)
    personal_share = models.DecimalField(_("personal share"), max_digits=5, decimal_places=4, default=Decimal(1))
    price_limit = models.DecimalField(_("price limit"), max_digits=12, decimal_places=4, null=True, blank=True)
    denied = yuan(_("denied"), default=Decimal(0), db_default=Decimal(0))
    in_scope = yuan(_("in scope"))
    problem = models.CharField(_("why not in scope"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("fee line")
        ordering = ["stay", "on", "id"]
        constraints = [
            models.UniqueConstraint(name="fee_line_number", fields=["stay", "line_number"]),
            models.CheckConstraint(
                name="fee_line_amount", condition=Q(amount__gt=0, quantity__gt=0, unit_price__gte=0)
            ),
            models.CheckConstraint(name="fee_line_in_scope", condition=Q(in_scope__gte=0, in_scope__lte=F("amount"))),
            models.CheckConstraint(name="fee_line_denied", condition=Q(denied__gte=0, denied__lte=F("amount"))),
        ]

    def __str__(self) -> str:
        return f"{self.line_number} {self.item_name}"
