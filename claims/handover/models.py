"""Lists that are handed over: what lies over the cap, and what is left to low-income residents (A6, Art. 33, 34)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.models import Settlement
from enrollment.contributions.models import yuan
from liaoyang_medins.kernel.offices.models import Office, User


class HandoverList(models.Model):
    """A list of settlements that is handed over to the over-cap supplementary insurance, or to civil-affairs medical
    assistance (A6).

    It takes every settlement discharged until `period_until` that no list has yet; `period_from` is the day after the
    list before it, so what is older became known late. `district` limits it to those who lived there on that day.

    - `draft`: its lines wait for a second person; there is one draft of a kind at a time.
    - `issued`: frozen: a settlement that is reversed later is corrected by a line of a later list. `sha256` is over
      what its lines say. Final.
    - `discarded`: its lines were taken out again. Final.
    """

    class Kind(models.TextChoices):
        OVER_CAP = "over_cap", _("Over the cap (supplementary insurance)")
        ASSISTANCE = "assistance", _("Medical assistance (civil affairs)")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ISSUED = "issued", _("Issued")
        DISCARDED = "discarded", _("Discarded")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        Status.DRAFT: {Status.ISSUED, Status.DISCARDED},
        Status.ISSUED: set(),
        Status.DISCARDED: set(),
    }

    number = models.CharField(_("list number"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    period_from = models.DateField(_("discharged from"))
    period_until = models.DateField(_("discharged until"))
    district = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("district")
    )
    drafted_on = models.DateField(_("drafted on"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("drafted by"))
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("issued by"))
    sha256 = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("list that is handed over")
        ordering = ["-drafted_on", "-number"]
        constraints = [
            models.UniqueConstraint(name="handover_one_draft_a_kind", fields=["kind"], condition=Q(status="draft")),
            models.CheckConstraint(name="handover_days", condition=Q(period_until__gte=F("period_from"))),
            models.CheckConstraint(
                name="handover_maker_is_not_checker",
                condition=Q(made_by=None) | Q(issued_by=None) | ~Q(made_by=F("issued_by")),
            ),
            models.CheckConstraint(
                name="handover_issued_has_date",
                condition=Q(status="issued", issued_on__isnull=False) & ~Q(sha256="")
                | ~Q(status="issued") & Q(issued_on=None, sha256=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("handover-list", args=[self.number])


class HandoverLine(models.Model):
    """One settlement of a list as it was when the list was drafted, in yuan: `amount` is what is handed over.

    A line that `corrects` one of an earlier list takes it back: the same figures, negative. `low_income` is the status
    of the day of discharge, `district` where the person lived on it. The person is kept as named then.
    """

    list = models.ForeignKey(HandoverList, models.PROTECT, related_name="lines")
    # That of the list, for the constraint that a settlement is in one list of a kind.
    kind = models.CharField(max_length=10)
    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="handovers", verbose_name=_("settlement"))
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="correction", verbose_name=_("corrects")
    )
    district = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name=_("district"))
    resident_number = models.CharField(_("personal number"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    id_number = models.CharField(_("ID number"), max_length=18, blank=True)
    low_income = models.CharField(_("low income"), max_length=20, blank=True)
    institution = models.CharField(_("institution"), max_length=120)
    settled_on = models.DateField(_("discharged on"))
    total = yuan(_("total cost"))
    fund = yuan(_("fund pays"))
    out_of_scope = yuan(_("out of scope"))
    deductible = yuan(_("deductible"))
    copayment = yuan(_("co-payment"))
    over_cap = yuan(_("over the cap"))
    amount = yuan(_("handed over"))

    class Meta:
        verbose_name = _("line of a list")
        ordering = ["list", "settled_on", "id"]
        constraints = [
            models.UniqueConstraint(
                name="handover_once_a_kind", fields=["kind", "settlement"], condition=Q(corrects=None)
            ),
            models.CheckConstraint(
                name="handover_line_sign",
                condition=Q(corrects=None, amount__gt=0) | Q(corrects__isnull=False, amount__lt=0),
            ),
            models.CheckConstraint(
                name="handover_line_amount",
                condition=Q(kind="over_cap", amount=F("over_cap"))
                | Q(
                    kind="assistance",
                    amount=F("out_of_scope") + F("deductible") + F("copayment") + F("over_cap"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list_id} {self.settlement_id}"
