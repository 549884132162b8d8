"""Forms of findings."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.web.forms import DateField, VersionField

from .models import Finding
from .selectors import owners_on

ALL = ("", _("All"))
LONG = {"rows": 5}


class FindingFilter(forms.Form):
    """The filters of the queue. What is typed to find a person is posted, never part of an address."""

    queue = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Number, person or institution"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ALL, *Finding.Kind.choices])
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[ALL, *Finding.Status.choices])
    since = DateField(label=_("Found from"), required=False)


class AssignForm(forms.Form):
    """Who sees to it, and until when."""

    version = VersionField()
    owner = forms.ChoiceField(label=_("Who sees to it"))
    due_on = DateField(label=_("To be answered by"))
    note = forms.CharField(
        label=_("What is to be looked at"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, on: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owners = [(user.username, user.name or user.username) for user in owners_on(on)]
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (declared above)
        field.choices = [("", _("Choose")), *owners]


class AnswerForm(forms.Form):
    """What it is, and what follows."""

    version = VersionField()
    answer = forms.CharField(
        label=_("What was looked at and what it is"), max_length=4000, widget=forms.Textarea(attrs=LONG)
    )
    consequence = forms.ChoiceField(
        label=_("What follows"), choices=Finding.Consequence.choices, widget=forms.RadioSelect
    )
    case = forms.CharField(
        label=_("Number of the case or inspection"),
        required=False,
        max_length=20,
        help_text=_("Where a case of misuse or an inspection follows: enter it first, then its number here."),
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off"}),
    )


class CloseForm(forms.Form):
    """What came of it."""

    version = VersionField()
    result = forms.ChoiceField(label=_("Result"), widget=forms.RadioSelect)
    conclusion = forms.CharField(label=_("Why"), max_length=4000, widget=forms.Textarea(attrs=LONG))

    def __init__(self, *args: Any, finding: Finding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        possible = Finding.TRANSITIONS[finding.status]
        field = self.fields["result"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (declared above)
        field.choices = [(code, word) for code, word in Finding.Status.choices if code in possible & {*Finding.CLOSED}]
