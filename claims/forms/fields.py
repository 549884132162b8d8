"""Inputs that the forms of claims share."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from claims.models import Institution

DIAGNOSES = "diagnoses"
ITEMS = "items"


class MomentInput(forms.DateTimeInput):
    """A date and time with the browser's picker."""

    input_type = "datetime-local"

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(attrs={"data-width": "medium", **(attrs or {})}, format="%Y-%m-%dT%H:%M")


class MomentField(forms.DateTimeField):
    """A moment as the clocks here show it."""

    widget = MomentInput


def person_field() -> forms.CharField:
    """A personal number or ID number, typed or read from the card; it is posted, never part of an address."""
    return forms.CharField(
        label=_("Personal number or ID number"),
        max_length=30,
        widget=forms.TextInput(
            attrs={
                "data-width": "id",
                "autocomplete": "off",
                "spellcheck": "false",
                "data-live": "on",
                "hx-post": reverse_lazy("stay-person"),
                "hx-trigger": "change",
                "hx-include": "closest form",
                "hx-target": "#id_resident_live",
            }
        ),
    )


def diagnosis_field() -> forms.CharField:
    """A code of ICD-10; what is typed of code or name brings up the codes that fit."""
    return forms.CharField(
        label=_("Principal diagnosis (ICD-10)"),
        max_length=60,
        help_text=_("Type the code or a part of the name and choose."),
        widget=forms.TextInput(
            attrs={
                "data-width": "id",
                "autocomplete": "off",
                "list": DIAGNOSES,
                "data-live": "on",
                "hx-get": reverse_lazy("diagnosis-options"),
                "hx-trigger": "input changed delay:200ms",
                "hx-target": f"#{DIAGNOSES}",
            }
        ),
    )


class InstitutionChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An institution by its code."""

    def __init__(self, **kwargs: Any) -> None:
        institutions = Institution.objects.select_related("office")
        super().__init__(queryset=institutions, **{"to_field_name": "code", **kwargs})

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.label} ({obj.code})"
