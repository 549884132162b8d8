"""Sums of notices that are kept beside them, so that a page over the whole city reads a few thousand rows."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.offices.models import Office


class Cell(models.Model):
    """Notices that have everything in common which the cockpit tells apart, counted and summed, in yuan.

    `paid_on` is empty for those that are not paid. Counted are notices that stand: open, paid, lapsed, and returned
    ones that no other took the place of.
    """

    contribution_year = models.PositiveSmallIntegerField(_("contribution year"))
    kind = models.CharField(_("kind"), max_length=10)
    category = models.CharField(_("category"), max_length=16)
    tier = models.CharField(_("tier"), max_length=20)
    paid_on = models.DateField(_("paid on"), null=True)
    notices = models.IntegerField(_("notices"))
    personal = models.DecimalField(_("amount due"), max_digits=18, decimal_places=2)
    government = models.DecimalField(_("government part"), max_digits=18, decimal_places=2)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.contribution_year} {self.kind} {self.category} {self.tier} {self.paid_on or ''}".rstrip()


class NoticeSum(Cell):
    """The notices of who lives in a community today. The sum of all rows with the same columns is what holds.

    Triggers add a row for each change of a notice and each move, in the statement that makes it; they look for none,
    so that who pays waits for nobody. Such rows are `fresh`; a job makes one of all that have the same columns
    (`services.merge_sums`).
    """

    community = models.ForeignKey(Office, models.PROTECT, related_name="+", db_index=False)
    fresh = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("sum of notices")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["contribution_year", "community"], name="notice_sum_of_community"),
            models.Index(fields=["id"], condition=Q(fresh=True), name="notice_sum_fresh"),
        ]


class SchoolSum(Cell):
    """The notices of the pupils of a school, counted by a job (`services.count_schools`): who is a pupil depends on
    the day, also where nothing is written.
    """

    school = models.ForeignKey(Office, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("sum of a school's notices")
        ordering = ["id"]
        indexes = [models.Index(fields=["contribution_year", "school"], name="school_sum_of_school")]


class SchoolCount(models.Model):
    """When the notices of a contribution year were last counted by school, with the pupils of which day."""

    contribution_year = models.PositiveSmallIntegerField(_("contribution year"), unique=True)
    day = models.DateField(_("day"))
    counted_at = models.DateTimeField(_("counted at"))

    class Meta:
        verbose_name = _("count by school")
        ordering = ["contribution_year"]

    def __str__(self) -> str:
        return f"{self.contribution_year} {self.day}"
