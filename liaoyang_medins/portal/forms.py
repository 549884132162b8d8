"""Forms of the administration, the audit log and their filters."""

import datetime
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.apps import apps
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS
from liaoyang_medins.kernel.offices.models import Office, Posting, User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.web.forms import DateField

ALL: tuple[str, Any] = ("", _("All"))
# Whose models the audit record tells of.
OUR_PACKAGES = {"liaoyang_medins", "enrollment", "claims", "funds"}


def offer(form: forms.Form, name: str, choices: list[tuple[Any, Any]]) -> None:
    """Let a field choose among what only the request knows."""
    cast(forms.ChoiceField, form.fields[name]).choices = choices


# --- users and postings ----------------------------------------------------------------------------------------------


class UserFilter(forms.Form):
    """The filters of the list of users."""

    q = forms.CharField(label=_("Name or user name"), required=False, widget=forms.SearchInput)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[ALL, *Role.choices])
    active = forms.ChoiceField(
        label=_("Sign-in account"), required=False, choices=[ALL, ("yes", _("Active")), ("no", _("Deactivated"))]
    )


class NewPassword(forms.Form):
    """A password that the administrator gives; the person hears it from them."""

    password = forms.CharField(
        label=_("New password"),
        max_length=128,
        strip=False,
        help_text=_("At least 12 characters, not a common one and not like the name."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "data-width": "medium"}),
    )


class NewUser(NewPassword):
    """A new user: the first posting follows on the next page."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("Letters, digits and @ . + - _; it cannot be changed later."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-width": "medium"}),
    )
    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"data-width": "medium"}))

    field_order = ("username", "name", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Initial password")


class EditUser(forms.Form):
    """A user's name and whether they may sign in."""

    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"data-width": "medium"}))
    active = forms.BooleanField(
        label=_("May sign in"),
        required=False,
        help_text=_("Without the tick the account stays in the records and nobody can sign in with it."),
    )


class RoleChoice(forms.Form):
    """The first question of a new posting: its role decides which offices fit."""

    role = forms.ChoiceField(label=_("Role"), choices=[("", _("Choose a role")), *Role.choices])


class NewPosting(forms.Form):
    """The office and the days of a posting in a role that is chosen already."""

    office = forms.ModelChoiceField(label=_("Office"), queryset=Office.objects.none())
    starts = DateField(label=_("From"))
    ends = DateField(
        label=_("Until"), required=False, help_text=_("The last day; leave it empty where none is known.")
    )

    def __init__(self, *args: Any, role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offices = Office.objects.filter(kind=Posting.office_kind(role), closed_on=None).select_related("parent")
        cast("forms.ModelChoiceField[Office]", self.fields["office"]).queryset = offices
        found: list[tuple[Any, Any]] = [(office.pk, f"{office.label} ({office.code})") for office in offices]
        offer(self, "office", found if len(found) == 1 else [("", _("Choose an office")), *found])


def colleague_of(successors: Iterable[User], **values: Any) -> forms.ChoiceField:
    """Who goes on with what somebody began."""
    options = [(user.pk, f"{user} ({user.username})") for user in successors]
    choices = [("", _("Choose a colleague")), *options]
    return forms.TypedChoiceField(
        label=_("Who goes on with the drafts"), choices=choices, coerce=int, empty_value=None, **values
    )


class EndPosting(forms.Form):
    """The last day of a posting, and who goes on with what was begun there, where there is such work and somebody."""

    ends = DateField(
        label=_("Last day"), help_text=_("With yesterday's date the person can do nothing under it from now on.")
    )

    def __init__(self, *args: Any, successors: Iterable[User] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if successors:
            self.fields["colleague"] = colleague_of(successors)


class HandOverDrafts(forms.Form):
    """Who goes on with what somebody who has left began."""

    def __init__(self, *args: Any, successors: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["colleague"] = colleague_of(successors)


# --- offices ---------------------------------------------------------------------------------------------------------

MADE_HERE = [Office.Kind.COMMUNITY, Office.Kind.SUBDISTRICT, Office.Kind.DISTRICT, Office.Kind.SCHOOL]


class OfficeFilter(forms.Form):
    """The filters of the list of offices."""

    public_terms = True
    q = forms.CharField(label=_("Name or code"), required=False, widget=forms.SearchInput)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ALL, *Office.Kind.choices])
    district = forms.ChoiceField(label=_("District"), required=False)
    closed = forms.BooleanField(label=_("With closed offices"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        districts = Office.objects.filter(kind=Office.Kind.DISTRICT)
        offer(self, "district", [ALL, *((district.code, district.label) for district in districts)])


class OfficeDetails(forms.Form):
    """What every office has beside its kind and code."""

    parent = forms.ModelChoiceField(label=_("Belongs to"), queryset=Office.objects.none())
    name = forms.CharField(label=_("Name in Chinese"), max_length=100)
    name_en = forms.CharField(label=_("Name in English"), max_length=100, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    phone = forms.CharField(
        label=_("Telephone"), max_length=30, required=False, widget=forms.TextInput(attrs={"data-width": "medium"})
    )

    def offer_parents(self, kind: Office.Kind, *, district: str | None = None) -> None:
        """Offer the open offices that one of `kind` can belong to, of one district where it is given."""
        parents = Office.objects.filter(kind=Office.PARENT_KINDS[kind], closed_on=None)
        if district and kind is Office.Kind.COMMUNITY:
            parents = parents.filter(parent__code=district)
        elif district and Office.PARENT_KINDS[kind] == Office.Kind.DISTRICT:
            parents = parents.filter(code=district)
        cast("forms.ModelChoiceField[Office]", self.fields["parent"]).queryset = parents
        found = [(place.pk, f"{place.label} ({place.code})") for place in parents]
        offer(self, "parent", [("", _("Choose an office")), *found])


class KindChoice(forms.Form):
    """The first question of a new office: its kind decides where it can belong."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("Choose a kind")), *((kind.value, kind.label) for kind in MADE_HERE)]
    )


class NewOffice(OfficeDetails):
    """A new office of a kind that is chosen already."""

    code = forms.CharField(
        label=_("Code"), max_length=20, widget=forms.TextInput(attrs={"data-width": "medium", "spellcheck": "false"})
    )

    field_order = ("parent", "code", "name", "name_en", "address", "phone")

    def __init__(self, *args: Any, kind: Office.Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_parents(kind)
        self.fields["code"].help_text = (
            _("3 to 20 capital letters, digits or hyphens.")
            if kind is Office.Kind.SCHOOL
            else _("The official code: it starts with the code of the office that it belongs to.")
        )


class EditOffice(OfficeDetails):
    """What can change of an office."""

    closed_on = DateField(
        label=_("Closed on"),
        required=False,
        help_text=_("Nobody can work at a closed office; what was done there stays."),
    )

    def __init__(self, *args: Any, office: Office, district: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if office.parent is None:
            del self.fields["parent"], self.fields["closed_on"]
        else:
            self.offer_parents(Office.Kind(office.kind), district=district)


# --- the audit log ---------------------------------------------------------------------------------------------------


def kinds_of_objects() -> list[tuple[str, str]]:
    """The kinds of objects that the record names by a number, code or user name, in words."""
    named = [
        model
        for model in apps.get_models()
        if model.__module__.partition(".")[0] in OUR_PACKAGES
        and model._meta.concrete_model is model
        and any(hasattr(model, name) for name in ("number", "code", "username"))
    ]
    words = [(model._meta.label_lower, str(model._meta.verbose_name)) for model in named]
    return sorted(words, key=lambda pair: pair[1])


class PersonForm(forms.Form):
    """Whose acts are looked for; posted, since no address holds an ID number."""

    person = forms.CharField(
        label=_("Person (personal number, ID number or card)"),
        max_length=30,
        widget=forms.TextInput(attrs={"data-width": "id", "autocomplete": "off", "spellcheck": "false"}),
    )


class AuditFilter(forms.Form):
    """The filters of the audit log."""

    kind = forms.ChoiceField(label=_("Kind of object"), required=False)
    number = forms.CharField(
        label=_("Number of the object"), required=False, max_length=60, widget=forms.TextInput(attrs={"size": 16})
    )
    resident = forms.CharField(
        label=_("Personal number"), required=False, max_length=20, widget=forms.TextInput(attrs={"size": 14})
    )
    user = forms.CharField(label=_("User name"), required=False, max_length=150)
    verb = forms.ChoiceField(label=_("Act"), required=False)
    since = DateField(label=_("From"), required=False)
    until = DateField(label=_("Until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "kind", [ALL, *kinds_of_objects()])
        verbs = sorted(((verb, str(label)) for verb, label in VERBS.items()), key=lambda pair: pair[1])
        offer(self, "verb", [ALL, *verbs])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if isinstance(since, datetime.date) and isinstance(until, datetime.date) and until < since:
            self.add_error("until", _("The last day lies before the first."))
        if data.get("kind") and not data.get("number"):
            self.add_error("number", _("Enter the number of the object."))
        if data.get("user") and not User.objects.filter(username=data["user"]).exists():
            self.add_error("user", _("There is no user of this name."))
        return data
