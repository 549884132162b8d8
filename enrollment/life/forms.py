"""The forms of changes in life: what happened in plain words, then the few fields of it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.registration.forms import IdNumberField, OfficeChoice, medium, offices, radios
from enrollment.registration.labels import choices
from enrollment.registration.models import Circumstance, Resident
from enrollment.registration.words import VALUES
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Sex
from liaoyang_medins.kernel.web.forms import DateField, SubmissionField, VersionField

from .happenings import BEGINS, ENDS, OF_SCHOOLS, OFFERED, Happening
from .models import LifeChange
from .services.corrections import Right

Kind = Circumstance.Kind
What = LifeChange.What

DAYS: Mapping[str, Any] = {
    What.DIED: _("Day of death"),
    What.MOVED_AWAY: _("Last day of the hukou here"),
    What.MOVED: _("First day in the new community"),
    What.MOVED_IN: _("Day on which the hukou was entered here"),
    What.SCHEME_JOINED: _("First day covered there"),
    What.SCHEME_LEFT: _("Last day covered there"),
    What.LOW_INCOME: _("Date of the certificate"),
    What.LOW_INCOME_ENDED: _("Last day on which the certificate held"),
    What.DISABILITY: _("Date of the certificate"),
    What.DISABILITY_ENDED: _("Last day on which the certificate held"),
    What.SCHOOL: _("First day there"),
    What.SCHOOL_LEFT: _("Last day there"),
    What.WORK: _("First day of work"),
    What.WORK_ENDED: _("Last day of work"),
    What.PENSION: _("First day of the pension"),
    What.PENSION_ENDED: _("Last day of the pension"),
}
QUESTIONS: Mapping[str, Any] = {
    What.MOVED_IN: _("From where"),
    What.SCHEME_JOINED: _("Which scheme"),
    What.LOW_INCOME: _("Which certificate"),
    What.DISABILITY: _("Grade"),
    What.SCHOOL: _("What kind of school"),
    What.PENSION: _("Which pension"),
}
# What has a last day that may be known already.
LIMITED = frozenset({What.SCHEME_JOINED, What.LOW_INCOME})
CERTIFIED = frozenset({What.LOW_INCOME, What.DISABILITY})


def offered_for(resident: Resident, actor: Actor) -> list[tuple[str, Any]]:
    """What can have happened to the resident, for the choice; nothing more happens to who has died."""
    rows = list(resident.circumstances.filter(voided=False))
    if any(row.kind == Kind.DEATH for row in rows):
        return []
    today = clock.today()
    running = {row.kind for row in rows if row.ends is None or row.ends >= today}
    known = {row.kind for row in rows}

    def fits(what: What) -> bool:
        if actor.role is Role.SCHOOL and what not in OF_SCHOOLS:
            return False
        if what in ENDS:
            return ENDS[what] in known
        return what != What.MOVED_IN or Kind.HUKOU not in running

    return [(what.value, what.label) for what in OFFERED if fits(what)]


class WhatForm(forms.Form):
    """What happened."""

    what = forms.ChoiceField(label=_("What happened?"), widget=forms.RadioSelect)

    def __init__(self, data: Mapping[str, Any] | None, *, offered: list[tuple[str, Any]]) -> None:
        super().__init__(data)
        field = self.fields["what"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = offered


class HappeningForm(forms.Form):
    """The fields of what happened; those that it does not have are left out."""

    on = DateField()
    value = radios("", [])
    ends = DateField(
        label=_("Until"),
        required=False,
        help_text=_("The last day, where it is known. Leave it empty where it is not."),
    )
    school = OfficeChoice(label=_("School"), queryset=Office.objects.none(), required=False, empty_label=_("Choose"))
    document_number = forms.CharField(
        label=_("Number of the certificate"), max_length=60, required=False, widget=medium()
    )
    community = OfficeChoice(label=_("New community"), queryset=Office.objects.none(), empty_label=_("Choose"))
    address = forms.CharField(label=_("New address"), max_length=200, required=False)
    reason = forms.CharField(label=_("Note"), max_length=200, required=False)
    submission = SubmissionField()

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, what: What, resident: Resident, actor: Actor, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.what, self.actor = what, actor
        self.fields["on"].label = DAYS[what]
        for name in self._left_out(what):
            del self.fields[name]
        if "value" in self.fields:
            field = self.fields["value"]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101
            field.label = QUESTIONS[what]
            kind = BEGINS[what][0]
            field.choices = [(value, words) for value, words in VALUES[kind].items() if value != "native"]
            if what == What.MOVED_IN:
                field.choices = list(VALUES[kind].items())
        self._offices("school", Office.Kind.SCHOOL)
        self._offices("community", Office.Kind.COMMUNITY, besides=resident.community_id)

    def _left_out(self, what: What) -> list[str]:
        names = []
        if what not in BEGINS or BEGINS[what][1]:
            names.append("value")
        if what not in LIMITED:
            names.append("ends")
        if what != What.SCHOOL or self.actor.role is Role.SCHOOL:
            names.append("school")
        if what not in CERTIFIED:
            names.append("document_number")
        if what != What.MOVED:
            names += ["community", "address"]
        return names

    def _offices(self, name: str, kind: Office.Kind, besides: int = 0) -> None:
        field = self.fields.get(name)
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = offices(kind).exclude(pk=besides)

    def happening(self) -> Happening:
        """What was typed, once the form is valid."""
        given = self.cleaned_data
        school = given.get("school")
        if self.what == What.SCHOOL and given["value"] == "school" and self.actor.role is Role.SCHOOL:
            school = self.actor.office
        return Happening(
            self.what,
            given["on"],
            given.get("value", ""),
            given.get("ends"),
            school if given.get("value") == "school" else None,
            given.get("document_number", ""),
            given.get("community"),
            given.get("address", ""),
        )


class CorrectionForm(forms.Form):
    """A person's details as they should read, and why they are wrong."""

    version = VersionField()
    name = forms.CharField(label=_("Name"), max_length=60)
    id_number = IdNumberField(
        label=_("ID number"),
        required=False,
        help_text=_("Leave it empty where the number on record is right, or where there is none yet."),
    )
    birth_date = DateField(label=_("Date of birth"))
    sex = radios(_("Sex"), choices(Sex))
    hukou_since = DateField(label=_("First day of the hukou here"), required=False)
    reason = forms.CharField(
        label=_("Why it is wrong, and what shows it"), max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )
    submission = SubmissionField()

    def __init__(self, data: Mapping[str, Any] | None = None, *, resident: Resident, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.resident = resident

    def right(self) -> Right:
        """The details as they should read, once the form is valid."""
        given = self.cleaned_data
        number = given["id_number"] or self.resident.id_number
        return Right(given["name"], given["birth_date"], Sex(given["sex"]), number)


class EndCorrectionForm(forms.Form):
    """The last day that is on record was wrong."""

    ends = DateField(
        label=_("Until"), required=False, help_text=_("The right last day. Leave it empty where it has not ended.")
    )
    reason = forms.CharField(label=_("Why it is wrong, and what shows it"), max_length=200)


class TransferForm(forms.Form):
    """Asking for the record of somebody who lives here now. `ref` names the person, sealed."""

    ref = forms.CharField(widget=forms.HiddenInput)
    moved_on = DateField(label=_("Lives here since"), help_text=_("The first day in your community."))
    address = forms.CharField(label=_("Address here"), max_length=200, required=False)
    reason = forms.CharField(
        label=_("What the person showed"),
        max_length=200,
        help_text=_("Such as the hukou booklet with the new address. The other community reads it."),
    )


class AnswerForm(forms.Form):
    """The answer to a request for a transfer."""

    version = VersionField()
    answer = forms.CharField(
        label=_("Remark, or why not"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class MergeForm(forms.Form):
    """Which two records are one person's."""

    survivor = forms.CharField(label=_("Personal number of the record that stays"), max_length=20, widget=medium())
    duplicate = forms.CharField(
        label=_("Personal number of the record that is merged into it"), max_length=20, widget=medium()
    )
    reason = forms.CharField(
        label=_("What shows that they are one person"), max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )


class DecisionForm(forms.Form):
    """Deciding on a proposal; a reason is needed for a no."""

    version = VersionField()
    reason = forms.CharField(
        label=_("Why not"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
