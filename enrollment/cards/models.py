"""Cards of the insured, and the terms that their certificates run (W7, Art. 11)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrollment.contributions.models import ContributionNotice
from enrollment.registration.models import Enrollment, Resident
from enrollment.registration.words import RELATIONS
from liaoyang_medins.kernel.offices.models import Office, User

SELF = "self"
# Who took a card, or reported it lost: the holder, or somebody for them.
TAKEN_BY: dict[str, str | Promise] = {SELF: _("The holder"), **RELATIONS}


class InsuranceCard(models.Model):
    """A certificate and card (医保证、医疗卡) of one insured relationship; it lasts as long as that does.

    - `made`: at the agency.
    - `with_community`: handed to `office`, which hands it out.
    - `handed_out`: the holder has it since `handed_out_on`; `taken_by` is who took it.
    - `lost`: reported lost; nobody is treated on it.
    - `suspended`: a misuse was decided (S1).
    - `replaced`: dead, another card took its place. Final.
    - `ended`: taken out of use after the relationship had ended. Final.

    `since` is the first day of the present state, `reason` what was said of it. `cause` is why the card was made;
    `replaces` the card whose place it took. One that was made since the relationship goes on again, after its card was
    taken out of use, took no place. That the relationship has ended is not written here: the enrollment says it.
    """

    class Status(models.TextChoices):
        MADE = "made", _("Made")
        WITH_COMMUNITY = "with_community", _("With the community")
        HANDED_OUT = "handed_out", _("Handed out")
        LOST = "lost", _("Reported lost")
        SUSPENDED = "suspended", _("Suspended")
        REPLACED = "replaced", _("Replaced")
        ENDED = "ended", _("Out of use")

    S = Status
    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        S.MADE: {S.WITH_COMMUNITY, S.HANDED_OUT, S.LOST, S.REPLACED, S.SUSPENDED, S.ENDED},
        S.WITH_COMMUNITY: {S.HANDED_OUT, S.LOST, S.REPLACED, S.SUSPENDED, S.ENDED},
        S.HANDED_OUT: {S.LOST, S.REPLACED, S.SUSPENDED, S.ENDED},
        S.LOST: {S.HANDED_OUT, S.REPLACED, S.ENDED},
        S.SUSPENDED: {S.ENDED},
        S.REPLACED: set(),
        S.ENDED: set(),
    }
    # The ways back, which are no steps: a handed-out mark of today was a mistake, the decision on a misuse fell.
    BACK: ClassVar[dict[str, set[str]]] = {
        S.MADE: set(),
        S.WITH_COMMUNITY: set(),
        S.HANDED_OUT: {S.MADE, S.WITH_COMMUNITY},
        S.LOST: set(),
        S.SUSPENDED: {S.MADE, S.WITH_COMMUNITY, S.HANDED_OUT},
        S.REPLACED: set(),
        S.ENDED: set(),
    }
    del S
    LIVE: ClassVar[tuple[str, ...]] = (
        Status.MADE,
        Status.WITH_COMMUNITY,
        Status.HANDED_OUT,
        Status.LOST,
        Status.SUSPENDED,
    )

    class Cause(models.TextChoices):
        FIRST = "first", _("First card")
        LOST = "lost", _("Lost")
        DAMAGED = "damaged", _("Damaged")
        CORRECTED = "corrected", _("Wrong or changed data")
        REOPENED = "reopened", _("The relationship goes on again")

    number = models.CharField(_("card number"), max_length=13, unique=True)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="cards", verbose_name=_("resident"))
    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="cards", verbose_name=_("enrollment"))
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.MADE)
    since = models.DateField(_("since"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    cause = models.CharField(_("why it was made"), max_length=10, choices=Cause.choices, default=Cause.FIRST)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("replaces")
    )
    made_on = models.DateField(_("made on"))
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("handed to")
    )
    handed_out_on = models.DateField(_("handed out on"), null=True, blank=True)
    taken_by = models.CharField(_("taken by"), max_length=10, blank=True)
    taken_by_name = models.CharField(_("name of who took it"), max_length=60, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("made by"))
    run = models.CharField(max_length=20, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("card")
        ordering = ["-made_on", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="card_one_live",
                fields=["enrollment"],
                condition=Q(status__in=["made", "with_community", "handed_out", "lost", "suspended"]),
            ),
            models.CheckConstraint(
                name="card_handed_out_to_somebody",
                condition=Q(handed_out_on=None, taken_by="") & ~Q(status="handed_out")
                | (Q(handed_out_on__isnull=False) & ~Q(taken_by="")),
            ),
            models.CheckConstraint(
                name="card_with_an_office", condition=~Q(status="with_community") | Q(office__isnull=False)
            ),
            models.CheckConstraint(
                name="card_stopped_has_reason",
                condition=~Q(status__in=["replaced", "ended"]) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="card_made_for_something",
                condition=Q(cause__in=["first", "reopened"], replaces=None)
                | (~Q(cause__in=["first", "reopened"]) & Q(replaces__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "since", "number"], name="card_by_status"),
            # The order of the list.
            models.Index(fields=["-made_on", "-number"], name="card_newest"),
            models.Index(fields=["run"], condition=~Q(run=""), name="card_of_run"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("card", args=[self.number])

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE


class CertificateTerm(models.Model):
    """A paid notice was entered into its certificate: on the first day, that made it, later to extend it (W7).

    The term itself is the notice's benefit period, so that it is right also when that is cut or withdrawn.
    """

    notice = models.OneToOneField(ContributionNotice, models.PROTECT, related_name="certificate_term")
    entered_on = models.DateField(_("entered on"))
    run = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = _("term of a certificate")
        ordering = ["notice"]
        indexes = [models.Index(fields=["run"], condition=~Q(run=""), name="certificate_of_run")]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.entered_on}"
