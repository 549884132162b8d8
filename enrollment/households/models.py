"""Households: who lives together, where, and how they are reached."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.models import Office, User


class Household(models.Model):
    """People of one address with one telephone, in one community. What held before is kept as FormerContact; its
    present members have the same on their own records.
    """

    number = models.CharField(_("household number"), max_length=20, unique=True)
    community = models.ForeignKey(Office, models.PROTECT, related_name="households", verbose_name=_("community"))
    address = models.CharField(_("address"), max_length=200, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    formed_on = models.DateField(_("on record since"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("household")
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("household", args=[self.number])


class Member(models.Model):
    """A resident belongs to a household from a day on, until a day where they left; to one at a time."""

    class Relation(models.TextChoices):
        HEAD = "head", _("Head of the household")
        SPOUSE = "spouse", _("Wife or husband")
        CHILD = "child", _("Son or daughter")
        PARENT = "parent", _("Parent")
        OTHER = "other", _("Other")

    household = models.ForeignKey(Household, models.PROTECT, related_name="members")
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="memberships", verbose_name=_("resident"))
    relation = models.CharField(_("relation"), max_length=10, choices=Relation.choices, default=Relation.OTHER)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("member of a household")
        ordering = ["household", "since", "id"]
        constraints = [
            models.UniqueConstraint(name="member_of_one", fields=["resident"], condition=Q(until=None)),
            models.CheckConstraint(name="member_days", condition=Q(until=None) | Q(until__gte=F("since"))),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.resident_id}"


class FormerContact(models.Model):
    """Address and telephone that a household had until a day, and why they were changed."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="former_contacts")
    address = models.CharField(_("address"), max_length=200, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    until = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("changed by"))

    class Meta:
        verbose_name = _("former address or telephone")
        ordering = ["household", "-until", "-id"]

    def __str__(self) -> str:
        return f"{self.household_id} {self.until}"
