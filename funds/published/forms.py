"""What is chosen where figures are published."""

import datetime

from django import forms
from django.conf import settings

from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.web.forms import VersionField

from .models import Publication


def years_to_prepare(today: datetime.date) -> list[int]:
    """The years that are over and have no draft, the newest first."""
    first = policy.area_policies(settings.POOLING_AREA).first_day.year
    drafts = set(Publication.objects.filter(status=Publication.Status.DRAFT).values_list("year", flat=True))
    return [year for year in range(today.year - 1, first - 1, -1) if year not in drafts]


class PrepareForm(forms.Form):
    """A year."""

    year = forms.IntegerField(min_value=2000, max_value=2999)


class VersionForm(forms.Form):
    """A button that acts on the publication as it was shown."""

    version = VersionField()
