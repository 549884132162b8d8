"""Letters to finance offices whose payment is overdue."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enrollment.contributions.models import yuan
from liaoyang_medins.kernel.offices.models import Office, User
from liaoyang_medins.kernel.papers.models import KeptPaper

from .statements import SubsidyStatement


class SubsidyReminder(models.Model):
    """A letter to the city's or a district's finance office about what is overdue on a statement (Art. 15): as it was
    when it was written, in yuan and days; `set_off` is what credits of other statements paid of it. `round` counts the
    letters to a payer about a statement from 1; `paper` is the letter, word for word. It is never changed.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    statement = models.ForeignKey(SubsidyStatement, models.PROTECT, related_name="reminders")
    payer = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name=_("payer"))
    round = models.PositiveSmallIntegerField(_("round"))
    written_on = models.DateField(_("written on"))
    written_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("written by"))
    claimed = yuan(_("amount claimed"))
    received = yuan(_("amount received"))
    set_off = yuan(_("amount set off"))
    overdue_days = models.PositiveIntegerField(_("days overdue"))
    paper = models.ForeignKey(KeptPaper, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("reminder of a finance office")
        ordering = ["-written_on", "-number"]
        constraints = [
            models.UniqueConstraint(name="reminder_round_once", fields=["statement", "payer", "round"]),
            models.UniqueConstraint(name="reminder_once_a_day", fields=["statement", "payer", "written_on"]),
            models.CheckConstraint(
                name="reminder_of_something_overdue",
                condition=Q(claimed__gt=models.F("received") + models.F("set_off"), overdue_days__gt=0, round__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("subsidy-reminder", args=[self.number])

    @property
    def outstanding(self) -> Decimal:
        """What was owed when it was written, in yuan."""
        outstanding: Decimal = self.claimed - self.received - self.set_off
        return outstanding
