"""Forms of households."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.registration.models import Resident
from liaoyang_medins.kernel.web.forms import VersionField

from .models import Member

# A field for each person at the address: what comes behind is the personal number.
PREFIX = "member_"


class FormHousehold(forms.Form):
    """Who else of the address belongs to the household, and how."""

    def __init__(self, *args: Any, others: Iterable[Resident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relations = [choice for choice in Member.Relation.choices if choice[0] != Member.Relation.HEAD]
        for person in others:
            self.fields[f"{PREFIX}{person.number}"] = forms.ChoiceField(
                label=f"{person.name} ({person.number})",
                required=False,
                choices=[("", _("Does not belong to it")), *relations],
            )

    def relations(self) -> dict[str, str]:
        """The relation by personal number, of those who belong to it."""
        return {name.removeprefix(PREFIX): value for name, value in self.cleaned_data.items() if value}


class ContactForm(forms.Form):
    """Where the household lives and how it is reached."""

    address = forms.CharField(label=_("Address"), max_length=200)
    phone = forms.CharField(
        label=_("Telephone"), max_length=30, required=False, widget=forms.TextInput(attrs={"data-width": "medium"})
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    version = VersionField()


class MemberForm(forms.Form):
    """Somebody who belongs to the household too."""

    resident_number = forms.CharField(
        label=_("Personal number"),
        max_length=20,
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off", "spellcheck": "false"}),
    )
    relation = forms.ChoiceField(label=_("Relation"), choices=Member.Relation.choices)
    version = VersionField()

    def clean_resident_number(self) -> str:
        return str(self.cleaned_data["resident_number"]).strip().upper()


class RemoveForm(forms.Form):
    """Who belongs to it no more."""

    member = forms.IntegerField(widget=forms.HiddenInput)
    version = VersionField()
