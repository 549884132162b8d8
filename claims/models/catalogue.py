"""The catalogue of drugs, treatments and services, and the diagnoses."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from enrollment.registration.models import DayRange


class CatalogueItem(models.Model):
    """An item of the catalogue as it holds from a day to a day (Art. 18).

    Class A (甲类) has personal share 0, class B (乙类) a share of its own, class C (丙类) 1. Where there is a
    price limit, what is above it is out of scope. `initials` are the pinyin initials of the name, to search by.
    """

    class Kind(models.TextChoices):
        DRUG = "drug", _("Drug")
        TREATMENT = "treatment", _("Treatment")
        SERVICE = "service", _("Service facility")

    code = models.CharField(_("code"), max_length=30)
    name = models.CharField(_("name in Chinese"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    initials = models.CharField(max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    catalogue_class = models.CharField(_("class"), max_length=1)
    personal_share = models.DecimalField(_("personal share"), max_digits=5, decimal_places=4)
    price_limit = models.DecimalField(_("price limit"), max_digits=12, decimal_places=4, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("catalogue item")
        ordering = ["code", "starts"]
        constraints = [
            models.CheckConstraint(
                name="catalogue_item_share",
                condition=Q(catalogue_class="A", personal_share=0)
                | Q(catalogue_class="B", personal_share__gte=0, personal_share__lte=1)
                | Q(catalogue_class="C", personal_share=1),
            ),
            models.CheckConstraint(name="catalogue_item_limit", condition=Q(price_limit=None) | Q(price_limit__gte=0)),
            models.CheckConstraint(name="catalogue_item_days", condition=Q(ends=None) | Q(ends__gte=F("starts"))),
            ExclusionConstraint(
                name="catalogue_item_no_overlap",
                expressions=[("code", RangeOperators.EQUAL), (DayRange(), RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Diagnosis(models.Model):
    """A diagnosis of ICD-10, by its code such as J18.9."""

    code = models.CharField(_("ICD-10 code"), max_length=8, primary_key=True)
    name = models.CharField(_("name in Chinese"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("diagnosis")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name
