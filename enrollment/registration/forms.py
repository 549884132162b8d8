"""What the counter types on page 1: the person and what they state of themselves."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Sex
from liaoyang_medins.kernel.web.forms import DateField, IdNumberInput

from . import idnumber
from .labels import choices
from .models import Circumstance, Resident
from .words import RELATIONS, VALUES

Kind = Circumstance.Kind
# The answer of most people to a question that decides; what belongs to other answers is shown with them only.
NONE = "none"


class IdNumberField(forms.CharField):
    """An ID number as people write it; the value is the number of 18 places."""

    widget = IdNumberInput

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return idnumber.parse(text, today=clock.today()).number
        except Invalid as error:
            raise forms.ValidationError(str(error.message), code=error.code) from error


def radios(question: Any, options: Iterable[tuple[str, Any]], **kwargs: Any) -> forms.ChoiceField:
    """A question with few answers, in one line."""
    widget = forms.RadioSelect(attrs={"class": "choices-inline"})
    return forms.ChoiceField(label=question, choices=list(options), widget=widget, **kwargs)


def values_of(kind: str, none: Any) -> list[tuple[str, Any]]:
    """The values of a kind of circumstance, after the answer of most people."""
    return [(NONE, none), *VALUES[kind].items()]


def offices(kind: Office.Kind) -> QuerySet[Office]:
    """The offices of a kind that are open, by their codes."""
    return Office.objects.filter(kind=kind, closed_on=None).select_related("parent").order_by("code")


class OfficeChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An office by its name with the one above it, since names repeat."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.label} · {obj.parent.label}"


def medium() -> forms.TextInput:
    return forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off"})


class StatementForm(forms.Form):
    """Page 1. What is asked only of some is checked in `clean`.

    Of a `known` resident the ID number is on record and not asked again: it would be shown in full.
    """

    # Needed where another answer makes it apply: not shown as optional there, and not asked of anybody else.
    DEPENDENT = (
        "id_number",
        "birth_date",
        "sex",
        "student_since",
        "low_income_since",
        "disability_since",
        "agent_relation",
    )
    use_required_attribute = False

    id_number = IdNumberField(
        label=_("ID number"),
        required=False,
        help_text=_("18 places as on the card, or the 15 of an old one; or read the card with the reader."),
        widget=IdNumberInput(),
    )
    no_number = forms.BooleanField(label=_("No ID number yet (a newborn)"), required=False)
    birth_date = DateField(label=_("Date of birth"))
    sex = radios(_("Sex"), choices(Sex))
    name = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    community = OfficeChoice(label=_("Community"), queryset=Office.objects.none(), empty_label=_("Choose"))
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=30, required=False, widget=medium())
    hukou = radios(
        _("Household registration (hukou)"),
        [*VALUES[Kind.HUKOU].items(), (NONE, _("Not registered here"))],
        initial="native",
    )
    hukou_since = DateField(
        label=_("Registered here since"),
        required=False,
        help_text=_("Who moved in: the day of moving in. A newborn: the day of entry. Others: leave it empty."),
    )
    student = radios(_("Student"), values_of(Kind.STUDENT, _("No")), initial=NONE)
    school = OfficeChoice(label=_("School"), queryset=Office.objects.none(), required=False, empty_label=_("Choose"))
    student_since = DateField(label=_("Student since"))
    low_income = radios(_("Low income"), values_of(Kind.LOW_INCOME, _("No")), initial=NONE)
    low_income_number = forms.CharField(
        label=_("Number of the certificate"), max_length=60, required=False, widget=medium()
    )
    low_income_since = DateField(label=_("Date of the certificate"))
    disability = radios(_("Disability"), values_of(Kind.DISABILITY, _("No")), initial=NONE)
    disability_number = forms.CharField(
        label=_("Number of the certificate"), max_length=60, required=False, widget=medium()
    )
    disability_since = DateField(label=_("Date of the certificate"))
    work = radios(_("Work"), values_of(Kind.WORK, _("Not working")), initial=NONE)
    pension = radios(_("Pension"), values_of(Kind.PENSION, _("None")), initial=NONE)
    scheme = radios(_("Other insurance scheme"), values_of(Kind.SCHEME, _("None")), initial=NONE)
    scheme_until = DateField(
        label=_("Covered there until"),
        required=False,
        help_text=_("The last day, where that cover has ended. Leave it empty where it still runs."),
    )
    agent_name = forms.CharField(
        label=_("Name of the guardian or agent"), max_length=60, required=False, widget=medium()
    )
    agent_relation = forms.ChoiceField(
        label=_("Relation to the person"), choices=[("", _("Choose")), *RELATIONS.items()]
    )
    agent_id_number = IdNumberField(label=_("ID number of the guardian or agent"), required=False)

    IDENTITY = ("id_number", "no_number", "birth_date", "sex")

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, actor: Actor, known: Resident | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.actor = actor
        self.known = known if known and known.id_number else None
        if self.known:
            for name in self.IDENTITY:
                del self.fields[name]
        # A community registers its own residents; a school knows where its pupils live and registers those only.
        if actor.role is Role.COMMUNITY:
            del self.fields["community"]
        else:
            self._choices_of("community", Office.Kind.COMMUNITY)
        if actor.role is Role.SCHOOL:
            del self.fields["school"]
            self.fields["student"].initial = "school"
        else:
            self._choices_of("school", Office.Kind.SCHOOL)

    def _choices_of(self, name: str, kind: Office.Kind) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = offices(kind)

    def full_clean(self) -> None:
        dependent = [self.fields[name] for name in self.DEPENDENT if name in self.fields]
        for field in dependent:
            field.required = False
        super().full_clean()
        for field in dependent:
            field.required = True

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        self._person(given)
        for kind in ("low_income", "disability", "student"):
            if given.get(kind, NONE) != NONE:
                self._need(f"{kind}_since", gettext("Enter the date."))
        if given.get("hukou") in ("county", "outside"):
            self._need("hukou_since", gettext("Enter the day on which the hukou moved in."))
        if given.get("agent_name"):
            self._need("agent_relation", gettext("Say how the agent is related to the person."))
        today = clock.today()
        for name in ("hukou_since", "student_since", "low_income_since", "disability_since", "scheme_until"):
            day = given.get(name)
            if day is not None and day > today:
                self.add_error(name, gettext("This day lies in the future."))
            elif day is not None and given.get("birth_date") and day < given["birth_date"]:
                self.add_error(name, gettext("This day lies before the birth."))
        return given

    def _person(self, given: dict[str, Any]) -> None:
        """Birth date and sex come from the ID number; who has none yet states them."""
        if self.known:
            given |= {
                "id_number": self.known.id_number,
                "birth_date": self.known.birth_date,
                "sex": self.known.sex,
            }
        elif given.get("no_number"):
            given["id_number"] = ""
            self._need("birth_date", gettext("Enter the date of birth."))
            self._need("sex", gettext("Choose the sex."))
            if given.get("birth_date") and given["birth_date"] > clock.today():
                self.add_error("birth_date", gettext("The date of birth lies in the future."))
            if "hukou_since" not in self.errors and given.get("hukou") == "native":
                self._need("hukou_since", gettext("Enter the day on which the newborn's hukou was entered."))
        elif given.get("id_number"):
            number = idnumber.parse(given["id_number"], today=clock.today())
            given["birth_date"], given["sex"] = number.birth_date, number.sex.value
        elif "id_number" not in self.errors:
            self.add_error(
                "id_number",
                gettext("Enter the ID number, or tick that there is none yet and enter date of birth and sex."),
            )

    def _need(self, name: str, message: str) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, message)
