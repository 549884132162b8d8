"""Forms of reports and inspections."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.forms.fields import InstitutionChoice
from liaoyang_medins.kernel.web.forms import DateField, MoneyField, SubmissionField, VersionField

from .models import Inspection, InspectionFinding, Report

ALL = ("", _("All"))
LONG = {"rows": 5}
# Rows for stays on the form of a finding; another finding takes more.
ROWS = 6


class ReportFilter(forms.Form):
    """The filters of the list of reports."""

    queue = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Report number or institution"), required=False, max_length=60)


class ReportForm(forms.Form):
    """What somebody reports."""

    submission = SubmissionField()
    source = forms.ChoiceField(label=_("Who reports"), choices=Report.Source.choices, widget=forms.RadioSelect)
    institution = InstitutionChoice(label=_("About the institution"), required=False, empty_label=_("None"))
    resident = forms.CharField(
        label=_("About the person (personal number)"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off"}),
    )
    card = forms.CharField(
        label=_("About the card (card number)"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off"}),
    )
    about_other = forms.CharField(label=_("About somebody or something else"), required=False, max_length=100)
    happened_on = DateField(label=_("When it happened"), required=False)
    facts = forms.CharField(label=_("What is reported"), max_length=4000, widget=forms.Textarea(attrs=LONG))
    reporter_name = forms.CharField(
        label=_("Name of who reports"),
        required=False,
        max_length=60,
        help_text=_("Only where they wish it; who handles the report sees it, nobody else."),
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off"}),
    )
    reporter_contact = forms.CharField(
        label=_("How to reach them"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off"}),
    )


class CloseForm(forms.Form):
    """What came of a report."""

    version = VersionField()
    result = forms.ChoiceField(label=_("Result"), choices=Report.Result.choices, widget=forms.RadioSelect)
    answer = forms.CharField(
        label=_("What was done and what came of it"), max_length=4000, widget=forms.Textarea(attrs=LONG)
    )
    told = forms.CharField(
        label=_("What who reported is told"),
        max_length=2000,
        help_text=_("They read it on the public page. Name nobody."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, public: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not public:
            del self.fields["told"]


class InspectionFilter(forms.Form):
    """The filters of the list of inspections."""

    q = forms.CharField(label=_("Inspection number or institution"), required=False, max_length=60)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[ALL, *Inspection.Status.choices])


class InspectionForm(forms.Form):
    """When an institution was checked, by whom, and what was looked at."""

    submission = SubmissionField()
    version = VersionField(required=False)
    institution = InstitutionChoice(label=_("Institution"), empty_label=_("Choose"))
    inspected_on = DateField(label=_("Inspected on"))
    inspectors = forms.CharField(label=_("Who inspected"), max_length=100)
    looked_at = forms.CharField(label=_("What was looked at"), max_length=4000, widget=forms.Textarea(attrs=LONG))
    report = forms.CharField(
        label=_("After the report (number)"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off"}),
    )


class FindingForm(forms.Form):
    """What was found; the stays stand in rows below."""

    version = VersionField()
    duty = forms.ChoiceField(
        label=_("What was broken (Art. 29)"), choices=InspectionFinding.Duty.choices, widget=forms.RadioSelect
    )
    facts = forms.CharField(label=_("What was found"), max_length=4000, widget=forms.Textarea(attrs=LONG))


class RepaymentForm(forms.Form):
    """A stay that is concerned, and what is to be repaid of it."""

    stay = forms.CharField(
        label=_("Stay or settlement"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off"}),
    )
    amount = MoneyField(label=_("To be repaid (yuan)"), required=False)


class Repayments(forms.BaseFormSet):  # type: ignore[type-arg]  # no generic class at work
    """The rows of a finding."""

    def clean(self) -> None:
        """A row with an amount names its stay; none twice."""
        named = []
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            if data.get("amount") and not data.get("stay"):
                raise forms.ValidationError(_("Enter the stay for each amount."))
            if data.get("stay"):
                named.append(data["stay"].strip().upper())
        if len(named) != len(set(named)):
            raise forms.ValidationError(_("A stay is there twice."))

    def repay(self) -> dict[str, Decimal]:
        """Yuan by the number as typed, 0 where no amount was entered."""
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("stay")]
        return {row["stay"].strip().upper(): row["amount"] or Decimal(0) for row in rows}


def repayments(data: Any = None) -> Repayments:
    """The rows of a finding, empty or as posted."""
    made = forms.formset_factory(RepaymentForm, formset=Repayments, extra=ROWS, max_num=ROWS)
    return made(data, prefix="repay")  # type: ignore[return-value]


class DecisionForm(forms.Form):
    """Why the findings stand, or do not."""

    version = VersionField()
    reasoning = forms.CharField(label=_("Reasons of the decision"), max_length=4000, widget=forms.Textarea(attrs=LONG))


class RevocationForm(forms.Form):
    """Why the decision fell."""

    version = VersionField()
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
