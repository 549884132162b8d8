"""Forms of lists that are handed over."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.web.forms import DateField, VersionField

from .models import HandoverList


class DistrictChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A district by its code."""

    def __init__(self, **kwargs: Any) -> None:
        districts = Office.objects.filter(kind="district").order_by("code")
        super().__init__(queryset=districts, **{"to_field_name": "code", **kwargs})

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.label)


class ListFilter(forms.Form):
    """What the page of all lists shows; bound to the address."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *HandoverList.Kind.choices])
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All")), *HandoverList.Status.choices]
    )


class DraftForm(forms.Form):
    """Which list is drafted: everything discharged until a day that no list has yet."""

    kind = forms.ChoiceField(label=_("Kind"), choices=HandoverList.Kind.choices, widget=forms.RadioSelect)
    until = DateField(
        label=_("Discharged until"),
        help_text=_("The list takes everything until this day that no earlier list has."),
    )
    district = DistrictChoice(label=_("District"), required=False, empty_label=_("All districts"))

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        last_month = today.replace(day=1) - datetime.timedelta(days=1)
        super().__init__(*args, **{"initial": {"kind": HandoverList.Kind.OVER_CAP, "until": last_month}, **kwargs})


class VersionForm(forms.Form):
    """The version that was seen."""

    version = VersionField()
