"""Forms of cards."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.registration.forms import OfficeChoice, offices
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.web.forms import DateField, VersionField

from .models import TAKEN_BY, InsuranceCard

Cause = InsuranceCard.Cause

ALL = ("", _("All"))


def reason_field(label: Any, *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, max_length=200, required=required, widget=forms.Textarea(attrs={"rows": 2}))


class CardFilter(forms.Form):
    """The filters of the list of cards; all of them stand in the address. A card's number goes into the search."""

    q = forms.CharField(label=_("Name or personal number"), required=False, max_length=60)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[ALL, *InsuranceCard.Status.choices])
    community = OfficeChoice(label=_("Community"), required=False, queryset=Office.objects.none())
    run = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args: Any, everywhere: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if everywhere:
            self.fields["community"].queryset = offices(Office.Kind.COMMUNITY)  # type: ignore[attr-defined]
        else:
            del self.fields["community"]


class WhoForm(forms.Form):
    """Who came: the holder, or somebody for them."""

    taken_by = forms.ChoiceField(label=_("Who took it"), choices=list(TAKEN_BY.items()), initial="self")
    taken_by_name = forms.CharField(
        label=_("Name"),
        max_length=60,
        required=False,
        help_text=_("Leave it empty where the holder came."),
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off"}),
    )


class HandOutForm(WhoForm):
    """One card is handed out."""

    on = DateField(label=_("Handed out on"))
    version = VersionField()
    field_order = ("on", "taken_by", "taken_by_name")


class DayForm(forms.Form):
    """The day of a list of cards that were handed out."""

    on = DateField(label=_("Handed out on"))


class LossForm(WhoForm):
    """The loss of a card, reported today."""

    reason = reason_field(_("How it was lost"), required=False)
    version = VersionField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["taken_by"].label = _("Who reports it")


class ReplaceForm(forms.Form):
    """Why a card is replaced."""

    cause = forms.ChoiceField(
        label=_("Why it is replaced"),
        choices=[(cause.value, cause.label) for cause in (Cause.LOST, Cause.DAMAGED, Cause.CORRECTED)],
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
    )
    reason = reason_field(_("Reason"))
    version = VersionField()


class TakeInForm(forms.Form):
    """Why a card is taken out of use."""

    reason = reason_field(_("Reason"))
    version = VersionField()


class VersionForm(forms.Form):
    """A step without a question."""

    version = VersionField()
