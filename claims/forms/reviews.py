"""Forms of the desk: what a clerk examines and somebody else releases."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims import labels
from claims.models import FeeLine, Review
from liaoyang_medins.kernel.policy.terms import Cause, ReviewReason
from liaoyang_medins.kernel.web.forms import MoneyField, VersionField

from .fields import InstitutionChoice

CUT_REASONS = "cut-reasons"


class DeskFilter(forms.Form):
    """Which stays of the queue are shown; bound to the address. The reasons come with how many wait for each."""

    status = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.ChoiceField(label=_("Why it is here"), required=False)
    institution = InstitutionChoice(label=_("Institution"), required=False, empty_label=_("All"))
    total = MoneyField(label=_("Total from (yuan)"), required=False)
    q = forms.CharField(label=_("Number, inpatient number or name"), required=False)

    def __init__(self, *args: Any, counts: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                ("", _("All")),
                *((reason.value, f"{labels.label(reason)} ({counts[reason.value]})") for reason in ReviewReason),
            ]


class ProposeForm(forms.Form):
    """What a clerk found; the cause of an injury with it."""

    version = VersionField()
    cause = forms.ChoiceField(label=_("What brought the person there"), choices=labels.choices(Cause))
    finding = forms.CharField(
        label=_("What you found"), max_length=500, widget=forms.Textarea(attrs={"rows": 3, "data-width": "full"})
    )

    def __init__(self, data: Any = None, *, review: Review) -> None:
        cause = review.stay.cause
        asks = ReviewReason.INJURY in review.reasons and cause == Cause.ILLNESS and review.examined_on is None
        initial = {"version": review.version, "cause": "" if asks else cause, "finding": review.finding}
        super().__init__(data, initial=initial)
        if review.kind != Review.Kind.SETTLEMENT:
            del self.fields["cause"]
        elif asks:
            # An injury has a cause: nothing is chosen beforehand.
            self.fields["cause"].choices = [("", _("Choose")), *labels.choices(Cause)]  # type: ignore[attr-defined]
        first = next(iter(field for name, field in self.fields.items() if name != "version"))
        first.widget.attrs["autofocus"] = True


class ReleaseForm(forms.Form):
    """Release what the page shows: the version and the fund's payment are those that were looked at."""

    version = VersionField()
    fund = MoneyField(widget=forms.HiddenInput)


class SendBackForm(forms.Form):
    """What is still to be looked at, or why a settlement stays as it is."""

    version = VersionField()
    note = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"data-width": "full", "autocomplete": "off"})
    )


class CutForm(forms.Form):
    """What is denied of one fee line: an amount, or nothing for the whole line."""

    version = VersionField()
    line = forms.CharField(widget=forms.HiddenInput)
    amount = MoneyField(label=_("Denied (yuan)"), required=False, min_value=Decimal("0.01"))
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"list": CUT_REASONS, "autocomplete": "off"})
    )

    def __init__(self, data: Any = None, *, line: FeeLine, review: Review) -> None:
        initial = {
            "version": review.version,
            "line": line.line_number,
            "amount": line.denied or None,
            "reason": line.cut.reason if line.denied else "",
        }
        super().__init__(data, initial=initial, auto_id=f"id_%s_{line.pk}")
        for name in ("amount", "reason"):
            label = f"{self.fields[name].label} {line.line_number}"
            self.fields[name].widget.attrs["aria-label"] = label


class RestoreForm(forms.Form):
    """Which line is not denied any more."""

    version = VersionField()
    line = forms.CharField(widget=forms.HiddenInput)


class AskReversalForm(forms.Form):
    """Why an institution asks the agency to reverse what was paid."""

    reason = forms.CharField(
        label=_("Why it should be reversed"),
        max_length=200,
        widget=forms.TextInput(attrs={"data-width": "full", "autocomplete": "off"}),
    )
