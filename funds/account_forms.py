"""What is typed in the pages of the special account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.web.forms import DateField, MoneyField, SubmissionField, VersionField

from .models import EnteredDocument
from .services.documents import INCOME

ANY = ("", _("All"))
MEDIUM = {"data-width": "medium", "autocomplete": "off"}


class DocumentFilter(forms.Form):
    """The filters of the list of entered documents."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ANY, *EnteredDocument.Kind.choices])
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[ANY, *EnteredDocument.Status.choices])
    since = DateField(label=_("From"), required=False)
    until = DateField(label=_("Until"), required=False)


class DocumentForm(forms.Form):
    """Money that the bank credited: interest, a late fee, other lawful income."""

    submission = SubmissionField()
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(kind.value, kind.label) for kind in INCOME], widget=forms.RadioSelect
    )
    amount = MoneyField(label=_("Amount"))
    day = DateField(label=_("Value date"), help_text=_("The day on which the bank credited it."))
    bank_reference = forms.CharField(
        label=_("Bank reference"),
        max_length=40,
        help_text=_("As the bank's slip has it. A reference is entered once."),
        widget=forms.TextInput(attrs=MEDIUM),
    )
    payer = forms.CharField(label=_("From whom"), max_length=60, required=False, widget=forms.TextInput(attrs=MEDIUM))
    words = forms.CharField(
        label=_("What it is for"),
        max_length=200,
        help_text=_("For example: interest of the third quarter of 2009."),
        widget=forms.TextInput(attrs={"data-width": "full"}),
    )
    slip = forms.FileField(
        label=_("Scan of the bank's slip"),
        required=False,
        widget=forms.FileInput,
        help_text=_(
            "JPEG, PNG or PDF, at most 10 MB. It can follow later; without it the document cannot be checked."
        ),
    )


class SlipForm(forms.Form):
    """A scan that follows."""

    slip = forms.FileField(
        label=_("Scan of the bank's slip"), widget=forms.FileInput, help_text=_("JPEG, PNG or PDF, at most 10 MB.")
    )


class ReasonForm(forms.Form):
    """Why, on a record as it was shown."""

    version = VersionField(required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"data-width": "full"}))


class CorrectionForm(forms.Form):
    """Why a booked document is taken back."""

    submission = SubmissionField()
    reason = forms.CharField(
        label=_("What was wrong"), max_length=200, widget=forms.TextInput(attrs={"data-width": "full"})
    )


class TimeForm(forms.Form):
    """Some days, both included."""

    since = DateField(label=_("From"), required=False)
    until = DateField(label=_("Until"), required=False)


class PrepareMonthForm(forms.Form):
    """Why book and bank differ at the end of a month."""

    note = forms.CharField(
        label=_("Why book and bank differ"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needed:
            self.fields["note"].help_text = _("Book and bank agree: nothing has to be said.")
