"""Cases of misuse of a card, and what is recovered of what the fund paid by it (S1, Art. 30)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.models import Settlement
from enrollment.cards.models import InsuranceCard
from enrollment.contributions.models import yuan
from enrollment.registration.models import Circumstance, Resident
from liaoyang_medins.kernel.offices.models import User


class MisuseCase(models.Model):
    """Somebody lent, forged or altered a card: what was found, and what was decided (S1, Art. 30).

    - `open`: a clerk of the agency wrote down the facts and what is to be recovered; somebody else decides.
    - `decided`: a misuse; benefits stop on `decided_on`, the person is barred to `barred_until`, `bar` says so in the
      records. What is to be recovered is due on `due_on` from `debtor`.
    - `dismissed`: none. Final.
    - `revoked`: the decision fell afterwards, with the reason; bar, suspension and claim with it. Final.

    `reasoning` is what the decision says in writing.
    """

    class Kind(models.TextChoices):
        LENT = "lent", _("The card was lent")
        FORGED = "forged", _("The card was forged")
        ALTERED = "altered", _("The card was altered")

    class Status(models.TextChoices):
        OPEN = "open", _("To be decided")
        DECIDED = "decided", _("Misuse decided")
        DISMISSED = "dismissed", _("Dismissed")
        REVOKED = "revoked", _("Decision revoked")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        Status.OPEN: {Status.OPEN, Status.DECIDED, Status.DISMISSED},
        Status.DECIDED: {Status.REVOKED},
        Status.DISMISSED: set(),
        Status.REVOKED: set(),
    }

    number = models.CharField(_("case number"), max_length=20, unique=True)
    submission = models.UUIDField(unique=True, editable=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="misuses", verbose_name=_("resident"))
    card = models.ForeignKey(
        InsuranceCard, models.PROTECT, null=True, blank=True, related_name="misuses", verbose_name=_("card")
    )
    kind = models.CharField(_("what was done"), max_length=10, choices=Kind.choices)
    found_on = models.DateField(_("found on"))
    facts = models.TextField(_("what was found"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    opened_on = models.DateField(_("opened on"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("opened by"))
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    reasoning = models.TextField(_("reasons of the decision"), blank=True)
    barred_until = models.DateField(_("barred until"), null=True, blank=True)
    bar = models.OneToOneField(
        Circumstance, models.PROTECT, null=True, blank=True, related_name="misuse", verbose_name=_("bar")
    )
    debtor = models.CharField(_("who is to repay"), max_length=60, blank=True)
    due_on = models.DateField(_("to be repaid until"), null=True, blank=True)
    revoked_on = models.DateField(_("revoked on"), null=True, blank=True)
    revocation = models.CharField(_("reason of the revocation"), max_length=200, blank=True)
    # Of the day of the decision, until then of that of the opening.
    policy_version = models.PositiveIntegerField()
    policy_hash = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("case of misuse")
        ordering = ["-opened_on", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="misuse_one_open_a_resident", fields=["resident"], condition=Q(status="open")
            ),
            models.CheckConstraint(
                name="misuse_maker_is_not_checker",
                condition=Q(made_by=None) | Q(decided_by=None) | ~Q(made_by=F("decided_by")),
            ),
            models.CheckConstraint(
                name="misuse_decided_has_date",
                condition=Q(status="open", decided_on=None) | (~Q(status="open") & Q(decided_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="misuse_decided_bars",
                condition=~Q(status__in=["decided", "revoked"])
                | (Q(barred_until__isnull=False, bar__isnull=False) & ~Q(reasoning="")),
            ),
            models.CheckConstraint(
                name="misuse_revoked_has_reason",
                condition=Q(status="revoked", revoked_on__isnull=False) & ~Q(revocation="")
                | ~Q(status="revoked") & Q(revoked_on=None),
            ),
        ]
        indexes = [models.Index(fields=["status", "opened_on"], name="misuse_by_status")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("misuse-case", args=[self.number])


class RecoveryItem(models.Model):
    """What is to come back of one settlement that the fund paid by the card, in yuan; at most what it paid.

    It counts while the settlement is live: what was reversed came back another way (A4). It gives no cap back (B4).
    """

    case = models.ForeignKey(MisuseCase, models.PROTECT, related_name="items")
    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="recoveries", verbose_name=_("settlement"))
    amount = yuan(_("to be recovered"))

    class Meta:
        verbose_name = _("settlement to be recovered")
        ordering = ["case", "settlement__settled_on", "settlement"]
        constraints = [
            models.UniqueConstraint(name="recovery_once_a_case", fields=["case", "settlement"]),
            models.CheckConstraint(name="recovery_amount", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.settlement_id}"


class RecoveryPayment(models.Model):
    """Money that came back for a case, in yuan: whole or in parts, dated by the bank; a reference is taken once.

    The journal books it against what the decision claims (F1).
    """

    number = models.CharField(_("payment number"), max_length=20, unique=True)
    case = models.ForeignKey(MisuseCase, models.PROTECT, related_name="payments", verbose_name=_("case"))
    amount = yuan(_("amount"))
    paid_on = models.DateField(_("value date"))
    entered_on = models.DateField(_("entered on"))
    bank_reference = models.CharField(_("bank reference"), max_length=40, unique=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by"))

    class Meta:
        verbose_name = _("recovered payment")
        ordering = ["-paid_on", "-number"]
        constraints = [models.CheckConstraint(name="recovery_payment_amount", condition=Q(amount__gt=0))]

    def __str__(self) -> str:
        return self.number
