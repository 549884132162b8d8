"""The filters of the cockpit; all of them stand in the address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.contributions.forms import contribution_years
from enrollment.contributions.models import ContributionNotice

Kind = ContributionNotice.Kind


class CockpitFilter(forms.Form):
    """Which year's notices, and of which kind."""

    year = forms.ChoiceField(label=_("Contribution year"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *Kind.choices])

    # The tab that is open; it stays when a filter is set.
    by = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = self.fields["year"]
        if isinstance(year, forms.ChoiceField):
            # The first year had no window (B5).
            year.choices = contribution_years()[:-1]
