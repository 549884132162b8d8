"""Insured relationships."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .people import Resident
from .registrations import Registration


class Enrollment(models.Model):
    """An insured relationship (参保关系): from the day the agency recorded it to the last day it holds.

    At most one of a resident is open. `end_reason` is empty while it is: afterwards death, moved away, other scheme,
    lapsed or barred. Both follow from the circumstances on record and from `lapsed_on`, the last day of the last paid
    year of one that was not renewed (`endings.ending`). `merged` is one that went on in another when two records of a
    person were made one; it counts for nothing any more.
    """

    class EndReason(models.TextChoices):
        DEATH = "death", _("Death")
        MOVED_AWAY = "moved_away", _("Moved away")
        OTHER_SCHEME = "other_scheme", _("Other scheme")
        LAPSED = "lapsed", _("Lapsed")
        BARRED = "barred", _("Barred for misuse")
        MERGED = "merged", _("Merged with another enrollment")

    number = models.CharField(_("enrollment number"), max_length=20, unique=True)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="enrollments")
    registration = models.OneToOneField(Registration, models.PROTECT, null=True, related_name="enrollment")
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)
    end_reason = models.CharField(_("reason of the end"), max_length=16, choices=EndReason.choices, blank=True)
    lapsed_on = models.DateField(_("lapsed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("enrollment")
        ordering = ["resident", "starts"]
        constraints = [
            models.UniqueConstraint(
                name="enrollment_one_open_a_resident", fields=["resident"], condition=Q(ends=None)
            ),
            models.CheckConstraint(
                name="enrollment_end_has_reason",
                condition=Q(ends=None, end_reason="") | (Q(ends__isnull=False) & ~Q(end_reason="")),
            ),
            models.CheckConstraint(
                name="enrollment_lapses_on_its_day",
                condition=~Q(end_reason="lapsed") | Q(lapsed_on=F("ends"), lapsed_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number
