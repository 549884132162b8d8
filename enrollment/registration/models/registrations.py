"""Registrations, from the draft at a counter to the agency's records."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.offices.models import Office, User

from .people import Resident


class RegistrationDraft(models.Model):
    """What a clerk has typed and not yet submitted: it survives an error, an expired session and a closed browser.

    Its id becomes the `submission` of the registration, so that a form sent twice makes one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="drafts")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    data = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("draft of a registration")

    def __str__(self) -> str:
        return str(self.pk)


class Registration(models.Model):
    """An application to take part, on its way through community → sub-district → district → agency (W1 to W3).

    Students' go from the school to the agency directly (W4). `office` is the community or school that received it.

    - `materials_missing`: material is missing or wrong; the written notice names all of it (W2).
    - `accepted`: complete and eligible; the office forwards within 3 days of acceptance.
    - `at_subdistrict`: waits for the sub-district to forward it.
    - `at_district`: the district reviews within 7 days of receipt.
    - `at_agency`: approved (or from a school); waits for the agency to take it into its records.
    - `recorded`: the insured relationship exists and the contribution notice is made. Final.
    - `returned`: sent back to the office with a reason; there it is completed and accepted again.
    - `refused`: not eligible; the written notice has every reason. Final.
    - `withdrawn`: taken back by the applicant. Final.

    `due_on` is the last day of the present step's term, where it has one.
    """

    class Status(models.TextChoices):
        MATERIALS_MISSING = "materials_missing", _("Material missing")
        ACCEPTED = "accepted", _("Accepted")
        AT_SUBDISTRICT = "at_subdistrict", _("At the sub-district")
        AT_DISTRICT = "at_district", _("Under district review")
        AT_AGENCY = "at_agency", _("At the agency")
        RECORDED = "recorded", _("Recorded")
        RETURNED = "returned", _("Returned")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    S = Status
    TRANSITIONS: dict[str, set[str]] = {
        S.MATERIALS_MISSING: {S.ACCEPTED, S.MATERIALS_MISSING, S.REFUSED, S.WITHDRAWN},
        S.ACCEPTED: {S.AT_SUBDISTRICT, S.AT_AGENCY, S.REFUSED, S.WITHDRAWN},
        S.AT_SUBDISTRICT: {S.AT_DISTRICT, S.RETURNED, S.WITHDRAWN},
        S.AT_DISTRICT: {S.AT_AGENCY, S.RETURNED, S.REFUSED, S.WITHDRAWN},
        S.AT_AGENCY: {S.RECORDED, S.RETURNED, S.REFUSED, S.WITHDRAWN},
        S.RETURNED: {S.ACCEPTED, S.MATERIALS_MISSING, S.REFUSED, S.WITHDRAWN},
        S.RECORDED: set(),
        S.REFUSED: set(),
        S.WITHDRAWN: set(),
    }
    OPEN = (S.MATERIALS_MISSING, S.ACCEPTED, S.AT_SUBDISTRICT, S.AT_DISTRICT, S.AT_AGENCY, S.RETURNED)
    del S

    number = models.CharField(_("registration number"), max_length=20, unique=True)
    submission = models.UUIDField(unique=True, editable=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="registrations", verbose_name=_("resident"))
    # An index of its work begins with it.
    office = models.ForeignKey(
        Office, models.PROTECT, related_name="registrations", db_index=False, verbose_name=_("received by")
    )
    status = models.CharField(_("status"), max_length=20, choices=Status.choices)
    received_on = models.DateField(_("received on"))
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)
    step_since = models.DateField(_("at this step since"))
    due_on = models.DateField(_("due on"), null=True, blank=True)
    # What the applicant stated and the rule answered on the reference date (E7), kept with the policy that was asked.
    reference_date = models.DateField(_("reference date"))
    category = models.CharField(_("category"), max_length=16, blank=True)
    tier = models.CharField(_("tier"), max_length=20, blank=True)
    reasons = models.JSONField(_("reasons for refusal"), default=list, blank=True)
    facts = models.JSONField(default=dict)
    policy_version = models.PositiveIntegerField()
    policy_hash = models.CharField(max_length=64)
    # A guardian or agent (W1).
    agent_name = models.CharField(_("guardian or agent"), max_length=60, blank=True)
    agent_relation = models.CharField(_("relation"), max_length=20, blank=True)
    agent_id_number = models.CharField(_("agent's ID number"), max_length=18, blank=True)
    supplementary = models.BooleanField(_("over-cap supplementary insurance"), default=True)
    next_year = models.BooleanField(_("notice for the year after"), default=False)
    remark = models.TextField(_("remark"), blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by"))
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("reviewed by"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("registration")
        ordering = ["-received_on", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="registration_one_open_a_resident",
                fields=["resident"],
                condition=Q(
                    status__in=[
                        "materials_missing",
                        "accepted",
                        "at_subdistrict",
                        "at_district",
                        "at_agency",
                        "returned",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="registration_refused_has_reasons",
                condition=~Q(status="refused") | ~Q(reasons=[]) | ~Q(remark=""),
            ),
            models.CheckConstraint(
                name="registration_maker_is_not_checker",
                condition=Q(reviewed_by=None) | Q(made_by=None) | ~Q(reviewed_by=F("made_by")),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "due_on", "number"]),
            models.Index(fields=["office", "status", "due_on"]),
        ]

    def __str__(self) -> str:
        return self.number


class MaterialCheck(models.Model):
    """One document of a registration and how it was found (W1, W2)."""

    class State(models.TextChoices):
        NOT_LOOKED_AT = "not_looked_at", _("Not looked at")
        PRESENT = "present", _("In order")
        MISSING = "missing", _("Missing")
        WRONG = "wrong", _("Wrong")

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="materials")
    material = models.CharField(_("document"), max_length=40)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.NOT_LOOKED_AT)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("document check")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="material_once", fields=["registration", "material"])]

    def __str__(self) -> str:
        return f"{self.material}: {self.state}"


class Handover(models.Model):
    """A registration went from the office that had it (`giver`) to the next (`taker`, empty for the agency), on the
    transmittal sheet of that number, empty where it went alone.
    """

    registration = models.ForeignKey(Registration, models.PROTECT, related_name="handovers")
    giver = models.ForeignKey(
        Office, models.PROTECT, related_name="+", db_index=False, verbose_name=_("handed over by")
    )
    taker = models.ForeignKey(
        Office, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("handed over to")
    )
    handed_on = models.DateField(_("handed over on"))
    sheet = models.CharField(_("transmittal sheet"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("handover")
        ordering = ["id"]
        constraints = [models.CheckConstraint(name="handover_goes_on", condition=~Q(giver=F("taker")))]
        indexes = [
            models.Index(fields=["giver", "handed_on"]),
            models.Index(fields=["taker", "handed_on"]),
            models.Index(fields=["handed_on"]),
            models.Index(fields=["sheet"], condition=~Q(sheet=""), name="handover_by_sheet"),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id} {self.handed_on}"
