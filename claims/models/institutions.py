"""Medical institutions and what holds of them from when."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.registration.models import DayRange
from liaoyang_medins.kernel.offices.models import Office


def dated(name: str, *same: str) -> list[models.BaseConstraint]:
    """Constraints of a dated row: its days are in order, and rows of the same thing never overlap."""
    return [
        models.CheckConstraint(name=f"{name}_days", condition=Q(ends=None) | Q(ends__gte=F("starts"))),
        ExclusionConstraint(
            name=f"{name}_no_overlap",
            expressions=[*((field, RangeOperators.EQUAL) for field in same), (DayRange(), RangeOperators.OVERLAPS)],
        ),
    ]


class Institution(models.Model):
    """A medical institution (Art. 19, 27). Its users work at `office`; `out_of_city` tells that it lies elsewhere."""

    office = models.OneToOneField(Office, models.PROTECT, related_name="institution", verbose_name=_("office"))
    code = models.CharField(_("code"), max_length=20, unique=True)
    out_of_city = models.BooleanField(_("out of the city"), default=False)
    may_refer = models.BooleanField(_("may issue referrals (D7)"), default=False)

    class Meta:
        verbose_name = _("institution")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return self.office.label


class InstitutionGrade(models.Model):
    """The grade of an institution from a day to a day: `community`, `grade1`, `grade2` or `grade3`."""

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="grades")
    grade = models.CharField(_("grade"), max_length=10)
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("grade")
        ordering = ["institution", "starts"]
        constraints = [
            *dated("institution_grade", "institution"),
            models.CheckConstraint(
                name="institution_grade_value", condition=Q(grade__in=["community", "grade1", "grade2", "grade3"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grade} {self.starts}"


class Designation(models.Model):
    """The period for which an institution is designated (定点), with the number of its agreement (Art. 27, 28)."""

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="designations")
    agreement_number = models.CharField(_("agreement number"), max_length=40, blank=True)
    signed_on = models.DateField(_("agreement signed on"), null=True, blank=True)
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("designation")
        ordering = ["institution", "starts"]
        constraints = dated("designation", "institution")

    def __str__(self) -> str:
        return f"{self.agreement_number} {self.starts}"


class Specialty(models.Model):
    """A disease that an institution is the designated specialist for (Art. 21): `mental`, `hepatitis_b` or
    `pulmonary_tuberculosis`."""

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="specialties")
    disease = models.CharField(_("disease"), max_length=30)
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("specialist disease")
        ordering = ["institution", "disease", "starts"]
        constraints = [
            *dated("specialty", "institution", "disease"),
            models.CheckConstraint(
                name="specialty_disease",
                condition=Q(disease__in=["mental", "hepatitis_b", "pulmonary_tuberculosis"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.disease} {self.starts}"
