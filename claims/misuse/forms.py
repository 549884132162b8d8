"""Forms of the cases of misuse."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.models import Settlement
from enrollment.cards.models import InsuranceCard
from liaoyang_medins.kernel.web.forms import DateField, MoneyField, SubmissionField, VersionField

from .models import MisuseCase

ALL = ("", _("All"))
LONG = {"rows": 5}
# A field for each settlement: what comes behind is its number.
PREFIX = "recover_"


class CaseFilter(forms.Form):
    """The filters of the list of cases."""

    q = forms.CharField(label=_("Case number or name"), required=False, max_length=60)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[ALL, *MisuseCase.Status.choices])


class CaseForm(forms.Form):
    """What was found, and what is to be recovered of which settlement."""

    submission = SubmissionField()
    version = VersionField(required=False)
    kind = forms.ChoiceField(label=_("What was done"), choices=MisuseCase.Kind.choices, widget=forms.RadioSelect)
    card_number = forms.ChoiceField(
        label=_("Card"), required=False, help_text=_("Leave it open where a forged card belongs to no record.")
    )
    found_on = DateField(label=_("Found on"))
    facts = forms.CharField(
        label=_("What was found, by whom and how"), max_length=4000, widget=forms.Textarea(attrs=LONG)
    )

    def __init__(
        self, *args: Any, cards: Iterable[InsuranceCard], settlements: Iterable[Settlement], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["card_number"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [("", gettext("None")), *((card.number, card.number) for card in cards)]
        for row in settlements:
            self.fields[f"{PREFIX}{row.number}"] = MoneyField(
                label=gettext("To be recovered of %(number)s (yuan)") % {"number": row.number},
                required=False,
                help_text=gettext("%(institution)s, settled for %(day)s: the fund paid %(fund)s yuan. Empty: nothing.")
                % {
                    "institution": row.stay.institution.label,
                    "day": row.settled_on.isoformat(),
                    "fund": f"{row.fund:,.2f}",
                },
            )

    def recover(self) -> dict[str, Decimal]:
        """Yuan by settlement number, of those where an amount was entered."""
        return {
            name.removeprefix(PREFIX): value
            for name, value in self.cleaned_data.items()
            if name.startswith(PREFIX) and value
        }


class DecisionForm(forms.Form):
    """That it was a misuse, in words; and who repays until when, where something is claimed."""

    version = VersionField()
    reasoning = forms.CharField(
        label=_("Reasons of the decision"),
        max_length=4000,
        help_text=_("They stand in the written decision."),
        widget=forms.Textarea(attrs=LONG),
    )
    debtor = forms.CharField(
        label=_("Who is to repay"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"data-width": "medium"}),
    )
    due_on = DateField(label=_("To be repaid until"), required=False)


class DismissalForm(forms.Form):
    """That it was none, and why."""

    version = VersionField()
    reasoning = forms.CharField(label=_("Reasons"), max_length=4000, widget=forms.Textarea(attrs=LONG))


class RevocationForm(forms.Form):
    """Why the decision fell."""

    version = VersionField()
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class PaymentForm(forms.Form):
    """Money that came back."""

    version = VersionField()
    amount = MoneyField(label=_("Amount"))
    paid_on = DateField(label=_("Value date"))
    bank_reference = forms.CharField(
        label=_("Bank reference"), max_length=40, widget=forms.TextInput(attrs={"data-width": "medium"})
    )
