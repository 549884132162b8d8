"""The public face of the register of reports (S2, Art. 31): what lets somebody ask again, and what they are told."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from claims.inspections.models import Report


class PublicReport(models.Model):
    """A report that came by the public page.

    Who gave it asks by its number and a code that only they have: here stands its keyed hash. `told` is what they are
    told when the report is closed; it names nobody.
    """

    report = models.OneToOneField(
        Report, models.PROTECT, primary_key=True, related_name="public", verbose_name=_("report")
    )
    code_hash = models.CharField(max_length=64)
    told = models.TextField(_("what the public is told"), blank=True)

    class Meta:
        verbose_name = _("report of the public")

    def __str__(self) -> str:
        return str(self.report)
