"""The yearly figures that the public sees (Art. 31)."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.offices.models import User


class Publication(models.Model):
    """The figures of a calendar year as they are, or are to be, published. What would tell of fewer than 5 persons is
    not in `figures` at all.

    - `draft`: prepared by one person of the agency; can be discarded.
    - `published`: checked by another, frozen with its hash and date. A mistake is put right by another edition.

    A trigger refuses every change of a published row.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    TRANSITIONS: dict[str, set[str]] = {Status.DRAFT: {Status.PUBLISHED}, Status.PUBLISHED: set()}

    # Year and edition: 2009-1.
    number = models.CharField(_("number"), max_length=10, unique=True)
    year = models.PositiveSmallIntegerField(_("year"))
    edition = models.PositiveSmallIntegerField(_("edition"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    figures = models.JSONField()
    hash = models.CharField(max_length=64)
    made_on = models.DateField(_("prepared on"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("prepared by"))
    published_on = models.DateField(_("published on"), null=True, blank=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("published by"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("published figures")
        ordering = ["-year", "-edition"]
        constraints = [
            models.UniqueConstraint(name="publication_edition_once", fields=["year", "edition"]),
            models.UniqueConstraint(name="publication_one_draft", fields=["year"], condition=Q(status="draft")),
            models.CheckConstraint(
                name="publication_has_date",
                condition=Q(status="draft", published_on=None) | Q(status="published", published_on__isnull=False),
            ),
            models.CheckConstraint(
                name="publication_maker_is_not_checker",
                condition=Q(published_by=None) | Q(made_by=None) | ~Q(published_by=F("made_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("publication", args=[self.number])
