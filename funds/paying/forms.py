"""Forms of declarations, batches and bank accounts."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.models import Institution
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.web.forms import DateField, VersionField

from .models import Declaration
from .rules import month_before


class MonthInput(forms.DateInput):
    """A month with the browser's calendar; it is posted as 2009-10."""

    input_type = "month"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"data-width": "date", **(attrs or {})}, format="%Y-%m")


class MonthField(forms.DateField):
    """A month, as its first day."""

    widget = MonthInput

    def __init__(self, **kwargs: Any) -> None:
        words = {"invalid": _("Enter a month such as 2009-10.")}
        super().__init__(**{"input_formats": ["%Y-%m", "%Y-%m-%d"], "error_messages": words, **kwargs})

    def to_python(self, value: Any) -> datetime.date | None:
        found = super().to_python(value)
        return found.replace(day=1) if found else None


class DeclarationFilter(forms.Form):
    """What the list of declarations shows; bound to the address."""

    public_terms = True
    month = MonthField(label=_("Month"), required=False)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All")), *Declaration.Status.choices]
    )
    q = forms.CharField(label=_("Institution or number"), required=False)


class InstitutionChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An institution by its code."""

    def __init__(self, **kwargs: Any) -> None:
        rows = Institution.objects.select_related("office").order_by("code")
        super().__init__(queryset=rows, **{"to_field_name": "code", **kwargs})

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.label}"


class DrawForm(forms.Form):
    """Whose declaration of which month is drawn; all of them where no institution is chosen."""

    month = MonthField(label=_("Month"), help_text=_("A month that is over."))
    institution = InstitutionChoice(
        label=_("Institution"),
        required=False,
        empty_label=_("All institutions"),
        help_text=_("For all of them a run does it, whose progress you see."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"month": month_before(clock.today())}, **kwargs})


class StepForm(forms.Form):
    """A step that needs no words."""

    version = VersionField()


class ReasonForm(StepForm):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class BankAccountForm(forms.Form):
    """A bank account of an institution."""

    holder = forms.CharField(
        label=_("Account holder"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    bank = forms.CharField(
        label=_("Bank"),
        max_length=100,
        help_text=_("With its branch."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    account_number = forms.CharField(
        label=_("Account number"),
        max_length=40,
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off", "inputmode": "numeric"}),
    )
    starts = DateField(
        label=_("Paid to from"), help_text=_("Payments from this day on go there, once a colleague confirmed it.")
    )


class ConfirmationForm(forms.Form):
    """The number of a bank account that is confirmed, once more."""

    account_number = forms.CharField(
        label=_("Account number"),
        max_length=40,
        help_text=_("Type the whole number from the institution's letter. Four digits confirm nothing."),
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off", "inputmode": "numeric"}),
    )


class RefusalForm(forms.Form):
    """Why a bank account is refused."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"data-width": "full"}))
