"""Forms of stays and settlements."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims import labels
from claims.data import AdmissionData
from claims.facts import local
from claims.models import Stay
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Cause
from liaoyang_medins.kernel.web.forms import DateField, MoneyField, SubmissionField, VersionField

from .fields import InstitutionChoice, MomentField, diagnosis_field, person_field

EMERGENCY = "emergency"
# When the card was presented.
AT_ADMISSION, LATER, NOT_PRESENTED = "at_admission", "later", "not_presented"


class StayFilter(forms.Form):
    """What the queue shows; bound to the address."""

    status = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Number, inpatient number or name"), required=False)
    institution = InstitutionChoice(label=_("Institution"), required=False, empty_label=_("All"))

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if by.role is Role.HOSPITAL:
            del self.fields["institution"]


class AdmissionForm(forms.Form):
    """An admission. For a change, without the person and the institution, which stay as they are."""

    submission = SubmissionField()
    version = VersionField(required=False)
    resident = person_field()
    institution = InstitutionChoice(label=_("Institution"), empty_label=_("Choose"))
    inpatient_number = forms.CharField(
        label=_("Inpatient number"), max_length=40, widget=forms.TextInput(attrs={"data-width": "medium"})
    )
    admitted_at = MomentField(label=_("Admitted at"))
    emergency = forms.ChoiceField(
        label=_("Kind of admission"),
        choices=[("ordinary", _("Ordinary")), (EMERGENCY, _("Emergency"))],
        initial="ordinary",
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
    )
    card = forms.ChoiceField(
        label=_("Card or payment receipt presented"),
        choices=[(AT_ADMISSION, _("At admission")), (LATER, _("Later")), (NOT_PRESENTED, _("Not presented"))],
        initial=AT_ADMISSION,
        help_text=_("At admission; for an emergency within 24 hours of it (Art. 19)."),
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
    )
    card_presented_at = MomentField(label=_("If later: presented at"), required=False)
    form_signed = forms.BooleanField(label=_("The admission form is signed"), required=False, initial=True)
    diagnosis = diagnosis_field()
    cause = forms.ChoiceField(
        label=_("What brought the person here"), choices=labels.choices(Cause), initial=Cause.ILLNESS
    )
    transfer_stated = forms.BooleanField(
        label=_("Transferred from another institution"),
        required=False,
        help_text=_("An approved referral is found by itself."),
    )
    abroad = forms.BooleanField(label=_("Treated abroad or in Hong Kong, Macao or Taiwan"), required=False)

    def __init__(self, *args: Any, by: Actor, stay: Stay | None = None, **kwargs: Any) -> None:
        if stay is not None:
            kwargs["initial"] = of_stay(stay)
        super().__init__(*args, **kwargs)
        if by.role is Role.HOSPITAL or stay is not None:
            del self.fields["institution"]
        if stay is not None:
            del self.fields["resident"]
            del self.fields["submission"]
        elif self.is_bound or self.initial.get("resident"):
            # The answer is there from the start.
            self.fields["resident"].widget.attrs["hx-trigger"] = "load, change"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("card") == AT_ADMISSION:
            data["card_presented_at"] = data.get("admitted_at")
        elif data.get("card") == NOT_PRESENTED:
            data["card_presented_at"] = None
        elif data.get("card_presented_at") is None and "card_presented_at" not in self.errors:
            self.add_error("card_presented_at", _("Enter when the card was presented."))
        return data

    def admission(self, resident_number: str) -> AdmissionData:
        """What the service takes."""
        data = self.cleaned_data
        institution = data.get("institution")
        return AdmissionData(
            resident_number=resident_number,
            institution=institution.code if institution else "",
            inpatient_number=data["inpatient_number"],
            admitted_at=data["admitted_at"],
            diagnosis=data["diagnosis"].split(" ")[0],
            emergency=data["emergency"] == EMERGENCY,
            card_presented_at=data["card_presented_at"],
            form_signed=data["form_signed"],
            cause=Cause(data["cause"]),
            abroad=data["abroad"],
            transfer_stated=data["transfer_stated"],
        )


def of_stay(stay: Stay) -> dict[str, Any]:
    """The admission of a stay as a form shows it."""
    presented = stay.card_presented_at
    at_admission = presented == stay.admitted_at
    return {
        "version": stay.version,
        "inpatient_number": stay.inpatient_number,
        "admitted_at": local(stay.admitted_at),
        "emergency": EMERGENCY if stay.emergency else "ordinary",
        "card": AT_ADMISSION if at_admission else LATER if presented else NOT_PRESENTED,
        "card_presented_at": local(presented) if presented and not at_admission else None,
        "form_signed": stay.form_signed,
        "diagnosis": stay.diagnosis_id,
        "cause": stay.cause,
        "transfer_stated": stay.transfer_stated,
        "abroad": stay.abroad,
    }


class DischargeForm(forms.Form):
    """The last day of a stay."""

    version = VersionField()
    discharged_on = DateField(label=_("Discharged on"), help_text=_("The last day of the stay."))


class ReasonForm(forms.Form):
    """Why something is undone."""

    version = VersionField(required=False)
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"data-width": "full", "autocomplete": "off"})
    )


class SettleForm(forms.Form):
    """Settle what the page shows: the total and the version are those that were looked at."""

    version = VersionField()
    stated_total = MoneyField(widget=forms.HiddenInput)


class EntitlementForm(forms.Form):
    """Who, when and where: may this person be treated?"""

    resident = person_field()
    on = DateField(label=_("On the day"))
    institution = InstitutionChoice(label=_("Institution"), required=False, empty_label=_("Any"))
    emergency = forms.BooleanField(label=_("Emergency"), required=False)

    def __init__(self, *args: Any, by: Actor, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"on": today}, **kwargs})
        for name in [name for name in self.fields["resident"].widget.attrs if name.startswith("hx-")]:
            del self.fields["resident"].widget.attrs[name]
        if by.role is Role.HOSPITAL:
            del self.fields["institution"]
