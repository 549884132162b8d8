"""Forms of approvals and claims of outpatient diseases."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims import labels
from claims.data import LineData
from claims.forms.fields import InstitutionChoice, diagnosis_field, person_field
from claims.forms.lines import LineForm, PasteForm
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import OutpatientDisease
from liaoyang_medins.kernel.web.forms import DateField, SubmissionField, VersionField

ROWS = 6
WIDE = {"data-width": "full", "autocomplete": "off"}


class ApprovalFilter(forms.Form):
    """What the list of approvals shows; bound to the address."""

    status = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Number or name"), required=False, max_length=60)
    disease = forms.ChoiceField(
        label=_("Disease"), required=False, choices=lambda: [("", _("All")), *labels.choices(OutpatientDisease)]
    )


class ApprovalForm(forms.Form):
    """What is asked for; an institution asks for itself."""

    submission = SubmissionField()
    resident = person_field()
    institution = InstitutionChoice(label=_("Institution"), empty_label=_("Choose"))
    disease = forms.ChoiceField(
        label=_("Disease"), choices=lambda: [("", _("Choose")), *labels.choices(OutpatientDisease)]
    )
    diagnosis = diagnosis_field()
    evidence = forms.CharField(
        label=_("What confirms the disease"),
        max_length=200,
        help_text=_("For example the report of an examination, with its date and who made it."),
        widget=forms.TextInput(attrs=WIDE),
    )
    starts = DateField(label=_("First day"))
    until = DateField(label=_("Last day"))

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if by.role is Role.HOSPITAL:
            del self.fields["institution"]


class DecisionForm(forms.Form):
    """The version that was seen, when it is approved."""

    version = VersionField()


class DenialForm(DecisionForm):
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.TextInput(attrs=WIDE))


class EndForm(DecisionForm):
    last_day = DateField(label=_("Last day"))
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.TextInput(attrs=WIDE))


class ClaimForm(forms.Form):
    """Treatment on an approval; its lines are typed below or pasted here."""

    submission = SubmissionField()
    invoice = forms.CharField(
        label=_("Invoice or outpatient number"),
        max_length=40,
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off"}),
    )
    first_day = DateField(label=_("First day of treatment"))
    last_day = DateField(label=_("Last day of treatment"))


class PastedForm(PasteForm):
    """Lines out of a spreadsheet, where there are any."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lines_text"].required = False
        self.fields["lines_text"].label = _("Or fee lines copied from a spreadsheet")


class Rows(forms.BaseFormSet):  # type: ignore[type-arg]  # no generic class at work
    """Fee lines typed one a row; empty rows are left out."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """The day of an item is that of its own row; a cell of the table has no place for live answers."""
        super().add_fields(form, index)
        attributes = form.fields["item_code"].widget.attrs
        attributes.pop("data-live", None)
        attributes["hx-include"] = f"[name='{form.add_prefix('on')}']"

    def lines(self) -> list[LineData]:
        """What the service takes."""
        return [line for form in self.forms if form.has_changed() for line in form.lines()]


RowSet = forms.formset_factory(LineForm, formset=Rows, extra=ROWS, max_num=200)


class WithdrawForm(forms.Form):
    version = VersionField()
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.TextInput(attrs=WIDE))


def lines_of(rows: Rows, pasted: PastedForm, form: ClaimForm) -> Iterable[LineData]:
    """All lines, typed and pasted; without any the form says so."""
    lines = [*rows.lines(), *(pasted.lines() if pasted.cleaned_data.get("lines_text", "").strip() else [])]
    if not lines:
        form.add_error(None, gettext("Enter at least one fee line."))
    return lines
