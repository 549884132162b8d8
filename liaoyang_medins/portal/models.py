"""What the portal keeps for its home pages."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SchemeFigures(models.Model):
    """The scheme in numbers on a business date, counted at `made_at`; money in yuan.

    `persons` paid for the year of the date, `personal` themselves and `government` as the government part;
    `settlements` of stays that ended in it cost the fund `fund`.
    """

    day = models.DateField(_("day"), unique=True)
    made_at = models.DateTimeField(_("counted at"))
    enrolled = models.PositiveIntegerField(_("enrolled"))
    persons = models.PositiveIntegerField(_("persons"))
    personal = models.DecimalField(_("personal part"), max_digits=20, decimal_places=2)
    government = models.DecimalField(_("government part"), max_digits=20, decimal_places=2)
    settlements = models.PositiveIntegerField(_("settlements"))
    fund = models.DecimalField(_("paid by the fund"), max_digits=20, decimal_places=2)

    class Meta:
        verbose_name = _("figures of the scheme")
        ordering = ["-day"]

    def __str__(self) -> str:
        return str(self.day)
