"""What the forms of all apps share: inputs as people here write them, and the hidden marks that services compare."""

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class DateInput(forms.DateInput):
    """A date with the browser's calendar; it is posted as 2009-10-01.

    With a last year of four places the keyboard goes on to the month by itself.
    """

    input_type = "date"

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(attrs={"data-width": "date", "max": "9999-12-31", **(attrs or {})}, format="%Y-%m-%d")


class MoneyInput(forms.TextInput):
    """An amount in yuan, with the unit beside it. Text, since a number input turns with the mouse wheel."""

    template_name = "django/forms/widgets/money.html"

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(attrs={"data-width": "money", "inputmode": "decimal", "autocomplete": "off", **(attrs or {})})


class IdNumberInput(forms.TextInput):
    """An ID number, typed or read from the card. Longer than 18 places, since people type it with spaces."""

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(
            attrs={
                "data-width": "id",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "maxlength": "30",
                **(attrs or {}),
            }
        )


class DateField(forms.DateField):
    """A date, typed or picked."""

    widget = DateInput


class MoneyField(forms.DecimalField):
    """An amount in yuan, not below zero, with at most two decimals; thousands separators may be typed."""

    widget = MoneyInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": Decimal(0), "max_digits": 14, "decimal_places": 2, **kwargs})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if isinstance(value, str):
            value = value.replace(",", "").replace("\N{FULLWIDTH COMMA}", "").strip()
        return super().to_python(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}


def new_submission() -> uuid.UUID:
    """The mark of one filled-in form: posted twice, it makes one record."""
    return uuid.uuid4()


class SubmissionField(forms.UUIDField):
    """The hidden mark of one filled-in form; services keep it unique on the row that they create."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"initial": new_submission, **kwargs})


class VersionField(forms.IntegerField):
    """The hidden version of the row that the page shows; the service compares it after the lock."""

    widget = forms.HiddenInput


YES_NO = [("yes", _("Yes")), ("no", _("No"))]


def yes_no(**kwargs: Any) -> forms.TypedChoiceField:
    """A question that must be answered: two radio buttons, neither chosen; the value is a bool."""
    return forms.TypedChoiceField(
        choices=YES_NO, coerce=lambda answer: answer == "yes", empty_value=None, widget=forms.RadioSelect, **kwargs
    )


def speak_plainly() -> None:
    """Say what to do where an answer is missing or unreadable; Django's own words speak of fields and validity."""
    forms.Field.default_error_messages["required"] = _("Fill this in.")
    forms.ChoiceField.default_error_messages["required"] = _("Choose one.")
    forms.BooleanField.default_error_messages = {"required": _("Tick this to go on.")}
    forms.DateField.default_error_messages["invalid"] = _("Enter a date such as 2009-10-01.")
    forms.DecimalField.default_error_messages["invalid"] = _("Enter a figure such as 1203.45.")
