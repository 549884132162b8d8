"""Findings of suspicious patterns (S2, Art. 31): what was found, the evidence as it stood, who sees to it, what came
of it.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.inspections.models import Inspection
from claims.misuse.models import MisuseCase
from claims.models import Institution, Stay
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.models import User


class Finding(models.Model):
    """Stays of a person, or an institution, that look as if something were wrong. It proves nothing.

    - `open`: found; nobody sees to it yet.
    - `in_hand`: `owner`, of the agency, answers by `due_on`; another one may be named.
    - `answered`: the owner said what it is and what follows from it; a supervisor closes it or gives it back.
    - `confirmed`, `not_proven`, `unfounded`: closed by a supervisor, with the reason. Final. One that is plainly
      nothing can be closed as unfounded at once.

    What follows is a case of misuse, an inspection, or nothing. What is found again changes nothing; new evidence is
    added to the open finding of the same kind about the same person or institution, or makes a new one.
    """

    class Kind(models.TextChoices):
        MANY_STAYS = "many_stays", _("A person with many stays")
        OVERLAP = "overlap", _("Stays that overlap")
        AFTER_DEATH = "after_death", _("A stay of somebody reported dead")
        TWO_PLACES = "two_places", _("A card used in two places")
        SERIES = "series", _("Admissions in series on one day")
        COST = "peer_cost", _("Stays cost far more than at its peers")
        LENGTH = "peer_length", _("Stays last far longer than at its peers")
        READMISSION = "peer_readmission", _("Far more come back within 14 days than at its peers")
        OUT_OF_SCOPE = "peer_out_of_scope", _("Far more out of scope than at its peers")

    class Status(models.TextChoices):
        OPEN = "open", _("To be given to somebody")
        IN_HAND = "in_hand", _("In hand")
        ANSWERED = "answered", _("Answered")
        CONFIRMED = "confirmed", _("Confirmed")
        NOT_PROVEN = "not_proven", _("Could not be proven")
        UNFOUNDED = "unfounded", _("Unfounded")

    class Consequence(models.TextChoices):
        MISUSE = "misuse", _("A case of misuse")
        INSPECTION = "inspection", _("An inspection")
        NONE = "none", _("None")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        Status.OPEN: {Status.IN_HAND, Status.UNFOUNDED},
        Status.IN_HAND: {Status.IN_HAND, Status.ANSWERED},
        Status.ANSWERED: {Status.IN_HAND, Status.CONFIRMED, Status.NOT_PROVEN, Status.UNFOUNDED},
        Status.CONFIRMED: set(),
        Status.NOT_PROVEN: set(),
        Status.UNFOUNDED: set(),
    }
    LIVE: ClassVar[tuple[str, ...]] = (Status.OPEN, Status.IN_HAND, Status.ANSWERED)
    CLOSED: ClassVar[tuple[str, ...]] = (Status.CONFIRMED, Status.NOT_PROVEN, Status.UNFOUNDED)

    number = models.CharField(_("number of the finding"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("resident")
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("institution")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    found_on = models.DateField(_("found on"))
    evidence_on = models.DateField(_("last evidence on"))
    owner = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("seen to by")
    )
    due_on = models.DateField(_("to be answered by"), null=True, blank=True)
    answer = models.TextField(_("answer of the agency"), blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    consequence = models.CharField(_("what follows"), max_length=10, choices=Consequence.choices, blank=True)
    misuse = models.ForeignKey(
        MisuseCase, models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("case of misuse")
    )
    inspection = models.ForeignKey(
        Inspection, models.PROTECT, null=True, blank=True, related_name="watched", verbose_name=_("inspection")
    )
    conclusion = models.TextField(_("why it was closed so"), blank=True)
    closed_on = models.DateField(_("closed with a result on"), null=True, blank=True)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("finding of supervision")
        ordering = ["-found_on", "-number"]
        constraints = [
            models.CheckConstraint(
                name="watch_finding_about_one",
                condition=Q(resident__isnull=False, institution=None) | Q(resident=None, institution__isnull=False),
            ),
            models.CheckConstraint(
                name="watch_finding_in_hand",
                condition=~Q(status__in=["in_hand", "answered", "confirmed", "not_proven"])
                | Q(owner__isnull=False, due_on__isnull=False),
            ),
            models.CheckConstraint(
                name="watch_finding_answered",
                condition=~Q(status__in=["answered", "confirmed", "not_proven"])
                | (Q(answered_on__isnull=False) & ~Q(answer="") & ~Q(consequence="")),
            ),
            models.CheckConstraint(
                name="watch_finding_closed",
                condition=Q(status__in=["open", "in_hand", "answered"], closed_on=None)
                | (
                    Q(status__in=["confirmed", "not_proven", "unfounded"], closed_on__isnull=False) & ~Q(conclusion="")
                ),
            ),
            models.CheckConstraint(
                name="watch_finding_consequence",
                condition=Q(consequence="misuse", misuse__isnull=False, inspection=None)
                | Q(consequence="inspection", misuse=None, inspection__isnull=False)
                | Q(consequence__in=["", "none"], misuse=None, inspection=None),
            ),
            models.CheckConstraint(
                name="watch_answer_is_not_closing",
                condition=Q(closed_by=None) | Q(answered_by=None) | ~Q(closed_by=F("answered_by")),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "due_on"], name="watch_by_status"),
            models.Index(fields=["-found_on", "-number"], name="watch_newest"),
            models.Index(fields=["kind", "-found_on"], name="watch_by_kind"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("watch-finding", args=[self.number])


class Evidence(models.Model):
    """Why something was found, as it stood that day: the stays (`rows`) and `figures` (codes, as text).

    `mark` says which evidence it is (the kind and the stays, or institution and period): the same is never there
    twice, also not under another finding. Database triggers refuse update and delete; `sha256` goes over what it says.
    """

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="evidence", verbose_name=_("finding"))
    found_on = models.DateField(_("found on"))
    mark = models.CharField(max_length=64, unique=True)
    figures = models.JSONField(_("figures"), default=dict)
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("evidence of a finding")
        ordering = ["finding", "id"]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.mark[:8]}"


class EvidenceStay(models.Model):
    """One stay of the evidence, with what was known of it that day; amounts in yuan, None where it was not settled."""

    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="rows", verbose_name=_("evidence"))
    position = models.PositiveSmallIntegerField(_("row"))
    stay = models.ForeignKey(Stay, models.PROTECT, related_name="+", verbose_name=_("stay"))
    status = models.CharField(_("status"), max_length=10, choices=Stay.Status.choices)
    admitted_on = models.DateField(_("admitted on"))
    discharged_on = models.DateField(_("discharged on"), null=True)
    total = models.DecimalField(_("total cost"), max_digits=14, decimal_places=2, null=True)
    fund = models.DecimalField(_("fund pays"), max_digits=14, decimal_places=2, null=True)

    class Meta:
        verbose_name = _("stay of the evidence")
        ordering = ["evidence", "position"]
        constraints = [
            models.UniqueConstraint(name="watch_evidence_position", fields=["evidence", "position"]),
            models.UniqueConstraint(name="watch_evidence_stay", fields=["evidence", "stay"]),
        ]

    def __str__(self) -> str:
        return f"{self.evidence_id} {self.position}"
