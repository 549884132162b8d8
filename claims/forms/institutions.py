"""Forms of institutions, referrals and the catalogue."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims import labels
from claims.models import CatalogueItem, Referral
from liaoyang_medins.kernel.days import add_months
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import CatalogueClass, Disease, Grade
from liaoyang_medins.kernel.web.forms import DateField

from .fields import InstitutionChoice, diagnosis_field, person_field

ANY: list[tuple[str, Any]] = [("", _("All"))]


class CatalogueFilter(forms.Form):
    """What the catalogue shows; bound to the address."""

    public_terms = True
    q = forms.CharField(label=_("Code, name or pinyin initials"), required=False)
    cls = forms.ChoiceField(label=_("Class"), required=False, choices=ANY + labels.choices(CatalogueClass))
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[*ANY, *CatalogueItem.Kind.choices])
    on = DateField(label=_("In force on"), required=False)


class InstitutionFilter(forms.Form):
    """What the list of institutions shows; bound to the address."""

    public_terms = True
    q = forms.CharField(label=_("Code or name"), required=False)
    grade = forms.ChoiceField(label=_("Grade"), required=False, choices=ANY + labels.choices(Grade))
    designated = forms.ChoiceField(
        label=_("Designated"), required=False, choices=[*ANY, ("yes", _("Designated")), ("no", _("Not designated"))]
    )


class InstitutionForm(forms.Form):
    """What an institution is called and where it is."""

    name = forms.CharField(label=_("Name in Chinese"), max_length=100)
    name_en = forms.CharField(label=_("Name in English"), max_length=100, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    phone = forms.CharField(
        label=_("Telephone"), max_length=30, required=False, widget=forms.TextInput(attrs={"data-width": "medium"})
    )
    may_refer = forms.BooleanField(label=_("May issue referrals (Art. 23)"), required=False)


class NewInstitutionForm(InstitutionForm):
    """A new institution with its first grade."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("Capital letters, digits and hyphens; it does not change any more."),
        widget=forms.TextInput(attrs={"data-width": "medium"}),
    )
    out_of_city = forms.BooleanField(label=_("It lies out of the city"), required=False)
    grade = forms.ChoiceField(label=_("Grade"), choices=labels.choices(Grade))
    starts = DateField(label=_("Grade since"))

    field_order = ["code", "name", "name_en", "address", "phone", "out_of_city", "grade", "starts", "may_refer"]


class AlthoughForm(forms.Form):
    """A change that is refused first where settlements rest on it: `ask` lets it be said that this is known."""

    although = forms.BooleanField(
        label=_("I know that settlements rest on it; change it all the same"),
        required=False,
        widget=forms.HiddenInput,
    )

    def ask(self) -> None:
        self.fields["although"].widget = forms.CheckboxInput()


class GradeForm(AlthoughForm):
    field_order = ["grade", "starts", "although"]

    grade = forms.ChoiceField(label=_("Grade"), choices=labels.choices(Grade))
    starts = DateField(label=_("From"))


class DesignationForm(AlthoughForm):
    field_order = ["agreement_number", "signed_on", "starts", "ends", "although"]

    agreement_number = forms.CharField(
        label=_("Agreement number"), max_length=40, widget=forms.TextInput(attrs={"data-width": "medium"})
    )
    signed_on = DateField(label=_("Signed on"), required=False)
    starts = DateField(label=_("From"))
    ends = DateField(label=_("Until"), required=False)


class SpecialtyForm(AlthoughForm):
    field_order = ["disease", "starts", "ends", "although"]

    disease = forms.ChoiceField(label=_("Disease"), choices=labels.choices(Disease))
    starts = DateField(label=_("From"))
    ends = DateField(label=_("Until"), required=False)


class EndForm(AlthoughForm):
    """The last day of a dated entry."""

    field_order = ["ends", "although"]

    ends = DateField(label=_("Last day"))


class AgreementForm(forms.Form):
    """Which agreement a designation rests on, and scans of it."""

    agreement_number = forms.CharField(
        label=_("Agreement number"), max_length=40, widget=forms.TextInput(attrs={"data-width": "medium"})
    )
    signed_on = DateField(label=_("Signed on"), required=False)
    file = forms.FileField(
        label=_("Scan of the agreement"),
        required=False,
        help_text=_("PDF, JPEG or PNG, at most 10 MB. Several are attached one after the other."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )


class ScanRemovalForm(forms.Form):
    """Why a scan is taken off."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class ReferralFilter(forms.Form):
    """What the list of referrals shows; bound to the address."""

    status = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Number or name"), required=False)


class ReferralForm(forms.Form):
    """A referral from one institution to another."""

    resident = person_field()
    from_institution = InstitutionChoice(label=_("Sending institution"), empty_label=_("Choose"))
    to_institution = InstitutionChoice(label=_("Receiving institution"), empty_label=_("Choose"))
    diagnosis = diagnosis_field()
    reason = forms.CharField(
        label=_("Why the person is transferred"), max_length=200, widget=forms.TextInput(attrs={"data-width": "full"})
    )
    issued_on = DateField(label=_("Issued on"))
    valid_until = DateField(label=_("Valid until"))

    def __init__(self, *args: Any, by: Actor, today: datetime.date, **kwargs: Any) -> None:
        initial = {"issued_on": today, "valid_until": add_months(today, 1)}
        super().__init__(*args, **{"initial": initial, **kwargs})
        if by.role is Role.HOSPITAL:
            del self.fields["from_institution"]


class DenialForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=Referral._meta.get_field("denial").max_length,
        widget=forms.TextInput(attrs={"data-width": "full", "autocomplete": "off"}),
    )
