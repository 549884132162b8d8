"""The documents of a registration, and the small forms of its steps and of circumstances."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.attachments.models import Attachment
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Material
from liaoyang_medins.kernel.web.forms import DateField, VersionField

from .data import CircumstanceData
from .forms import OfficeChoice, medium, offices, radios
from .labels import article_text, label
from .models import Circumstance, MaterialCheck, Registration
from .rules import RequiredMaterial
from .words import VALUES

State = MaterialCheck.State
Kind = Circumstance.Kind


class Files(forms.FileInput):
    """One file or several."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"accept": "image/jpeg,image/png,application/pdf"})


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document on the form: how it was found, what is wrong with it, the files to attach, and what hangs there."""

    material: Material
    scan: BoundField
    scans: Sequence[Attachment]
    state: BoundField | None = None
    remark: BoundField | None = None

    @property
    def label(self) -> str:
        return label(self.material)


class ScansForm(forms.Form):
    """The files to attach to each document. What is in them the service says; `scans` hang there already."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        needed: Sequence[RequiredMaterial],
        scans: Mapping[str, Sequence[Attachment]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.needed = needed
        self.scans = scans or {}
        for item in needed:
            self.fields[scan_name(item.material)] = forms.FileField(
                label=gettext("Attach scans: %(document)s") % {"document": label(item.material)},
                required=False,
                allow_empty_file=True,
                widget=Files(),
            )

    @property
    def rows(self) -> list[DocumentRow]:
        """The documents in their order."""
        return [
            DocumentRow(item.material, self[scan_name(item.material)], self.scans.get(item.material.value, ()))
            for item in self.needed
        ]

    @property
    def others(self) -> list[Attachment]:
        """What hangs at documents that are not needed any more."""
        needed = {item.material.value for item in self.needed}
        return [scan for part, scans in self.scans.items() if part not in needed for scan in scans]


class MaterialsForm(ScansForm):
    """How each document was found; what is missing or wrong may say in which way."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, late_reason: bool = False, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for item in self.needed:
            self.fields[item.material.value] = radios(
                label(item.material), State.choices, initial=State.NOT_LOOKED_AT, help_text=required_text(item)
            )
            self.fields[remark_name(item.material)] = forms.CharField(
                label=_("What is wrong with it"), max_length=200, required=False
            )
        if late_reason:
            self.fields["reason"] = forms.CharField(
                label=_("Why something was not named the first time"),
                required=False,
                max_length=200,
                help_text=_("Only where something new is missing or wrong now: all that is missing is named at once."),
            )

    @property
    def rows(self) -> list[DocumentRow]:
        """The documents in their order, with the question and the remark of each."""
        return [
            replace(row, state=self[row.material.value], remark=self[remark_name(row.material)])
            for row in super().rows
        ]

    @property
    def found(self) -> list[tuple[str, str]]:
        """Each document in words, and its state."""
        return [(label(item.material), self.cleaned_data[item.material.value]) for item in self.needed]

    @property
    def states(self) -> dict[Material, State]:
        return {item.material: State(self.cleaned_data[item.material.value]) for item in self.needed}

    @property
    def remarks(self) -> dict[Material, str]:
        return {item.material: self.cleaned_data[remark_name(item.material)] for item in self.needed}


def remark_name(material: Material) -> str:
    return f"{material.value}_remark"


def scan_name(material: Material) -> str:
    return f"{material.value}_scan"


def required_text(item: RequiredMaterial) -> str:
    """How many copies the article asks for."""
    return gettext("Number needed: %(copies)s (%(article)s)") % {
        "copies": item.copies,
        "article": article_text(item.article),
    }


class ClosingForm(forms.Form):
    """What concerns the whole registration, asked on the page of the documents."""

    supplementary = forms.BooleanField(
        label=_("Joins the over-cap supplementary insurance (Art. 34)"), required=False, initial=True
    )
    next_year = forms.BooleanField(
        label=_("Wants the notice for the year after, since benefits only begin after a waiting period"),
        required=False,
    )
    remark = forms.CharField(
        label=_("Remark"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


class StepForm(forms.Form):
    """A step without words: forward, approve."""

    version = VersionField()


class ReasonForm(StepForm):
    """A step that needs a reason: return, withdraw."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class RemovalForm(forms.Form):
    """Why a scan is taken off."""

    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("For example: another person's document."))


class RefusalForm(StepForm):
    """The reasons of the rules are written by themselves; the remark says what else there is."""

    remark = forms.CharField(
        label=_("Further reason"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("All reasons of the measures stand on the notice by themselves. Needed only where there is none."),
    )


class QueueFilter(forms.Form):
    """The filters of the list of registrations. A name or a number only: an ID number must not stand in an address."""

    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All")), *Registration.Status.choices]
    )
    office = forms.ModelChoiceField(
        label=_("Received by"),
        required=False,
        queryset=Office.objects.none(),
        to_field_name="code",
        empty_label=_("All"),
    )
    q = forms.CharField(
        label=_("Name or registration number"),
        required=False,
        max_length=30,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                # The browser does not send what looks like an ID number.
                "pattern": "(?!.*[0-9]{14}).*",
                "title": _("Search for ID numbers in the box at the top."),
                "autocomplete": "off",
            }
        ),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, receiving: Any) -> None:
        super().__init__(data)
        field = self.fields["office"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = receiving


class CircumstanceForm(forms.Form):
    """Something that holds of a resident from a day on."""

    holds = forms.ChoiceField(label=_("What holds"))
    starts = DateField(label=_("From"), help_text=_("The first day: of a death the day of death."))
    ends = DateField(
        label=_("Until"), required=False, help_text=_("The last day. Leave it empty where it still holds.")
    )
    school = OfficeChoice(label=_("School"), queryset=Office.objects.none(), required=False, empty_label=_("Choose"))
    document_number = forms.CharField(
        label=_("Number of the certificate"), max_length=60, required=False, widget=medium()
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, actor: Actor, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.actor = actor
        hidden = {Kind.BAR} if actor.role in {Role.COMMUNITY, Role.SCHOOL} else set()
        holds = self.fields["holds"]
        assert isinstance(holds, forms.ChoiceField)  # noqa: S101
        holds.choices = [
            ("", _("Choose")),
            *(
                (kind.label, [(f"{kind.value}:{value}", words) for value, words in VALUES[kind].items()])
                for kind in Kind
                if kind not in hidden
            ),
        ]
        if actor.role is Role.SCHOOL:
            del self.fields["school"]
        else:
            school = self.fields["school"]
            assert isinstance(school, forms.ModelChoiceField)  # noqa: S101
            school.queryset = offices(Office.Kind.SCHOOL)

    def circumstance(self) -> CircumstanceData:
        """What was typed, once the form is valid."""
        given = self.cleaned_data
        kind, _colon, value = given["holds"].partition(":")
        school = None
        if (kind, value) == (Kind.STUDENT, "school"):
            school = self.actor.office if self.actor.role is Role.SCHOOL else given["school"]
        return CircumstanceData(kind, value, given["starts"], given["ends"], school, given["document_number"])


class EndForm(forms.Form):
    """Until when a circumstance holds."""

    ends = DateField(label=_("Until"), help_text=_("The last day on which it holds."))
    reason = forms.CharField(label=_("Note"), max_length=200, required=False)


class VoidForm(forms.Form):
    """A circumstance was never true."""

    reason = forms.CharField(label=_("Why it was wrong"), max_length=200)


class ResidentForm(forms.Form):
    """Where a resident lives and can be reached."""

    version = VersionField()
    community = OfficeChoice(label=_("Community"), queryset=Office.objects.none(), empty_label=None)
    moved_on = DateField(
        label=_("Moved on"),
        required=False,
        help_text=_("Where the community changes: the first day there. Left empty it is today."),
    )
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=30, required=False, widget=medium())
    reason = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        community = self.fields["community"]
        assert isinstance(community, forms.ModelChoiceField)  # noqa: S101
        community.queryset = offices(Office.Kind.COMMUNITY)
