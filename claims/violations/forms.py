"""Forms that anybody may fill in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.forms.fields import InstitutionChoice
from claims.inspections.models import Report
from liaoyang_medins.kernel.web.forms import DateField, SubmissionField

from .services import SOURCES


class PublicReportForm(forms.Form):
    """What somebody reports. Nobody has to say who they are."""

    submission = SubmissionField()
    institution = InstitutionChoice(
        label=_("Which institution"), required=False, empty_label=_("None, or I am not sure")
    )
    about_other = forms.CharField(
        label=_("Or who or what else"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    happened_on = DateField(label=_("When it happened"), required=False)
    facts = forms.CharField(
        label=_("What you report"),
        max_length=2000,
        help_text=_("At most 2,000 characters. Write down what you saw or heard, where and when."),
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
    )
    source = forms.ChoiceField(
        label=_("Who you are"),
        choices=[(code.value, code.label) for code in Report.Source if code in SOURCES],
        widget=forms.RadioSelect,
    )
    reporter_name = forms.CharField(
        label=_("Your name"),
        required=False,
        max_length=60,
        help_text=_("Only if you wish to be asked. Only who handles the report sees it."),
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "name"}),
    )
    reporter_contact = forms.CharField(
        label=_("How to reach you"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off"}),
    )


class AskForm(forms.Form):
    """What was written down when the report was given."""

    number = forms.CharField(
        label=_("Number of the report"),
        max_length=20,
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off", "spellcheck": "false"}),
    )
    code = forms.CharField(
        label=_("Code to ask by"),
        max_length=20,
        help_text=_("Twelve letters and figures; with or without strokes."),
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off", "spellcheck": "false"}),
    )
