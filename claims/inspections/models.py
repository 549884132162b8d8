"""Reports of suspected violations, checks of institutions and what they have to repay (S1, S2, Art. 29–31)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.models import Institution, Settlement
from enrollment.cards.models import InsuranceCard
from enrollment.contributions.models import yuan
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.models import User


class Report(models.Model):
    """Somebody reported a suspected violation (S2, Art. 31): about an institution, a person, a card or what
    `about_other` names.

    - `received`: written down; nobody handles it yet.
    - `in_hand`: `handler` handles it; somebody else may take it over.
    - `closed`: with a result and what was answered. Final.

    It is to be closed by `due_on`. Who reported it is named only where they wish, and shown to the handler alone.
    """

    class Source(models.TextChoices):
        RESIDENT = "resident", _("An insured person")
        CITIZEN = "citizen", _("Somebody else")
        INSTITUTION = "institution", _("Staff of an institution")
        AUTHORITY = "authority", _("Another authority")
        AGENCY = "agency", _("The agency itself")
        ANONYMOUS = "anonymous", _("Anonymous")

    class Status(models.TextChoices):
        RECEIVED = "received", _("Nobody handles it yet")
        IN_HAND = "in_hand", _("In hand")
        CLOSED = "closed", _("Closed")

    class Result(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        NOT_PROVEN = "not_proven", _("Could not be proven")
        UNFOUNDED = "unfounded", _("Unfounded")
        PASSED_ON = "passed_on", _("Passed on to another authority")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        Status.RECEIVED: {Status.IN_HAND},
        Status.IN_HAND: {Status.IN_HAND, Status.CLOSED},
        Status.CLOSED: set(),
    }

    number = models.CharField(_("report number"), max_length=20, unique=True)
    submission = models.UUIDField(unique=True, editable=False)
    source = models.CharField(_("who reports"), max_length=12, choices=Source.choices)
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="reports", verbose_name=_("institution")
    )
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="reports", verbose_name=_("resident")
    )
    card = models.ForeignKey(
        InsuranceCard, models.PROTECT, null=True, blank=True, related_name="reports", verbose_name=_("card")
    )
    about_other = models.CharField(_("about somebody or something else"), max_length=100, blank=True)
    happened_on = models.DateField(_("when it happened"), null=True, blank=True)
    facts = models.TextField(_("what is reported"))
    reporter_name = models.CharField(_("name of who reports"), max_length=60, blank=True)
    reporter_contact = models.CharField(_("how to reach them"), max_length=100, blank=True)
    received_on = models.DateField(_("received on"))
    due_on = models.DateField(_("to be closed by"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.RECEIVED)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by"))
    handler = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("handled by")
    )
    result = models.CharField(_("result"), max_length=12, choices=Result.choices, blank=True)
    answer = models.TextField(_("what came of it"), blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("report")
        ordering = ["-received_on", "-number"]
        constraints = [
            models.CheckConstraint(
                name="report_is_about_something",
                condition=Q(institution__isnull=False)
                | Q(resident__isnull=False)
                | Q(card__isnull=False)
                | ~Q(about_other=""),
            ),
            models.CheckConstraint(
                name="report_closed_with_result",
                condition=Q(status="closed", closed_on__isnull=False) & ~Q(result="") & ~Q(answer="")
                | ~Q(status="closed") & Q(closed_on=None, result=""),
            ),
            models.CheckConstraint(
                name="report_anonymous_has_no_name",
                condition=~Q(source="anonymous") | Q(reporter_name="", reporter_contact=""),
            ),
            models.CheckConstraint(name="report_term", condition=Q(due_on__gt=F("received_on"))),
        ]
        indexes = [models.Index(fields=["status", "due_on"], name="report_by_status")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("report", args=[self.number])


class Inspection(models.Model):
    """An institution was checked (S2, Art. 31): when, by whom, what was looked at, and what was found.

    - `open`: findings are recorded; somebody else than who recorded them decides.
    - `decided`: the findings stand; what the fund paid for them is repaid by deduction (S1, Art. 29).
    - `dismissed`: no violation. Final.
    - `revoked`: the decision fell afterwards, with the reason, before anything was deducted. Final.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Findings to be decided on")
        DECIDED = "decided", _("Findings stand")
        DISMISSED = "dismissed", _("No violation")
        REVOKED = "revoked", _("Decision revoked")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        Status.OPEN: {Status.OPEN, Status.DECIDED, Status.DISMISSED},
        Status.DECIDED: {Status.REVOKED},
        Status.DISMISSED: set(),
        Status.REVOKED: set(),
    }

    number = models.CharField(_("inspection number"), max_length=20, unique=True)
    submission = models.UUIDField(unique=True, editable=False)
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="inspections", verbose_name=_("institution")
    )
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, blank=True, related_name="inspections", verbose_name=_("report")
    )
    inspected_on = models.DateField(_("inspected on"))
    inspectors = models.CharField(_("who inspected"), max_length=100)
    looked_at = models.TextField(_("what was looked at"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    entered_on = models.DateField(_("entered on"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by"))
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    reasoning = models.TextField(_("reasons of the decision"), blank=True)
    revoked_on = models.DateField(_("revoked on"), null=True, blank=True)
    revocation = models.CharField(_("reason of the revocation"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("inspection")
        ordering = ["-inspected_on", "-number"]
        constraints = [
            models.CheckConstraint(
                name="inspection_maker_is_not_checker",
                condition=Q(made_by=None) | Q(decided_by=None) | ~Q(made_by=F("decided_by")),
            ),
            models.CheckConstraint(
                name="inspection_decided_with_reasons",
                condition=Q(status="open", decided_on=None)
                | (~Q(status="open") & Q(decided_on__isnull=False) & ~Q(reasoning="")),
            ),
            models.CheckConstraint(
                name="inspection_revoked_has_reason",
                condition=Q(status="revoked", revoked_on__isnull=False) & ~Q(revocation="")
                | ~Q(status="revoked") & Q(revoked_on=None),
            ),
        ]
        indexes = [models.Index(fields=["status", "inspected_on"], name="inspection_by_status")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("inspection", args=[self.number])


class InspectionFinding(models.Model):
    """What an inspection found: which of the duties of Art. 29 was broken, and how. The stays concerned are its
    `items`.
    """

    class Duty(models.TextChoices):
        FEES = "fees", _("Fees that were not approved or not shown")
        PAPERS = "papers", _("Prescriptions, bills or accounts that are not in order")
        IMPOSTORS = "impostors", _("Treated somebody under another's name")
        DISEASES = "diseases", _("Stated another disease")
        OUT_OF_SCOPE = "out_of_scope", _("Charged to the fund what is not in the catalogues")
        EXCESS = "excess", _("Examined, treated or prescribed more than was needed")
        OWN_PRESCRIPTIONS = "own_prescriptions", _("Prescribed in residents' names")

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="findings", verbose_name=_("inspection"))
    position = models.PositiveSmallIntegerField(_("finding"))
    duty = models.CharField(_("duty of Art. 29"), max_length=20, choices=Duty.choices)
    facts = models.TextField(_("what was found"))

    class Meta:
        verbose_name = _("finding")
        ordering = ["inspection", "position"]
        constraints = [models.UniqueConstraint(name="finding_once", fields=["inspection", "position"])]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.position}"


class RepaymentItem(models.Model):
    """What an institution is to repay of one settlement for a finding, in yuan; at most what the fund paid. 0 where
    the stay is only concerned.

    It counts while the settlement is live: what was reversed came back another way (A4). It gives no cap back (B4).
    """

    finding = models.ForeignKey(InspectionFinding, models.PROTECT, related_name="items", verbose_name=_("finding"))
    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="repayments", verbose_name=_("settlement"))
    amount = yuan(_("to be repaid"))

    class Meta:
        verbose_name = _("settlement to be repaid")
        ordering = ["finding", "settlement__settled_on", "settlement"]
        constraints = [
            models.UniqueConstraint(name="repayment_once_a_finding", fields=["finding", "settlement"]),
            models.CheckConstraint(name="repayment_amount", condition=Q(amount__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.settlement_id}"


class Deduction(models.Model):
    """What was taken off a payment to the institution for an inspection, in yuan (S1). `payment` is the number of that
    payment. Below zero: given back with it, since a settlement was reversed after it was deducted for, or the decision
    fell.
    """

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="deductions", verbose_name=_("inspection"))
    payment = models.CharField(_("payment"), max_length=40)
    amount = yuan(_("amount"))
    deducted_on = models.DateField(_("deducted on"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by"))

    class Meta:
        verbose_name = _("deduction")
        ordering = ["deducted_on", "id"]
        constraints = [
            models.UniqueConstraint(name="deduction_once_a_payment", fields=["inspection", "payment"]),
            models.CheckConstraint(name="deduction_amount", condition=~Q(amount=0) & ~Q(payment="")),
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.payment}"
