"""What an institution's own page shows."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.web.forms import DateField

STEPS = [("month", _("By month")), ("day", _("By day"))]


class PeriodForm(forms.Form):
    """A period, both days included, by day or by month."""

    first = DateField(label=_("From"), required=False)
    last = DateField(label=_("Until"), required=False)
    step = forms.ChoiceField(label=_("Sums"), required=False, choices=STEPS)

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        """Unbound it shows what holds without one: this year until today."""
        super().__init__(*args, **{"initial": {"first": today.replace(month=1, day=1), "last": today}, **kwargs})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", gettext("The last day lies before the first."))
        return data


def period_asked(form: PeriodForm, today: datetime.date) -> tuple[datetime.date, datetime.date, str]:
    """The period and the step that are asked for; without one this year until today, by month."""
    data = form.cleaned_data if form.is_valid() else {}
    last = data.get("last") or today
    return data.get("first") or last.replace(month=1, day=1), last, data.get("step") or "month"
