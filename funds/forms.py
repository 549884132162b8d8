"""What is typed in the pages of the funds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.web.forms import DateField, MoneyField, VersionField

from .models import Account, JournalEntry, SubsidyStatement
from .selectors.balances import PayerBalance

ANY = ("", _("All"))


class StatementFilter(forms.Form):
    """The filters of the list of statements."""

    year = forms.ChoiceField(label=_("Year"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ANY, *SubsidyStatement.Kind.choices])
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[ANY, *SubsidyStatement.Status.choices])

    def __init__(self, data: Any, *, years: list[int], drafts: bool) -> None:
        super().__init__(data)
        self.fields["year"].choices = [ANY, *((str(year), str(year)) for year in years)]  # type: ignore[attr-defined]
        if not drafts:
            del self.fields["status"]


class VersionForm(forms.Form):
    """A button that acts on the statement as it was shown."""

    version = VersionField()


class SendBackForm(VersionForm):
    """Why a checked statement is not approved."""

    reason = forms.CharField(
        label=_("What has to be put right"),
        max_length=200,
        widget=forms.TextInput(attrs={"data-width": "full", "autocomplete": "off"}),
    )


class TakeBackForm(forms.Form):
    """Why a payment that was booked is taken back."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=forms.TextInput(attrs={"data-width": "full", "autocomplete": "off"}),
    )


class PrepareForm(forms.Form):
    """Which period: `kind:first day`."""

    period = forms.RegexField(
        r"^(window|month):\d{4}-\d{2}-\d{2}$",
        label=_("Period"),
        error_messages={"required": _("Choose the period."), "invalid": _("Choose the period.")},
    )


class SubsidyReceiptForm(forms.Form):
    """Money that arrived on a statement."""

    payer = forms.ChoiceField(label=_("Paid by"))
    amount = MoneyField(label=_("Amount"))
    paid_on = DateField(label=_("Value date"), help_text=_("The day on which the bank credited it."))
    bank_reference = forms.CharField(
        label=_("Bank reference"),
        max_length=40,
        help_text=_("As the bank's slip has it. A reference is booked once."),
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, payers: list[PayerBalance], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payer"].choices = [  # type: ignore[attr-defined]
            (
                entry.payer.code,
                _("%(payer)s (outstanding: %(amount)s yuan)")
                % {"payer": entry.payer.label, "amount": f"{entry.balance.outstanding:,.2f}"},
            )
            for entry in payers
        ]


class JournalFilter(forms.Form):
    """The filters of the journal."""

    document_type = forms.ChoiceField(
        label=_("Source document"), required=False, choices=[ANY, *JournalEntry.DocumentType.choices]
    )
    account = forms.ChoiceField(label=_("Ledger account"), required=False)
    since = DateField(label=_("From"), required=False)
    until = DateField(label=_("Until"), required=False)
    number = forms.CharField(label=_("Document number"), required=False, max_length=20)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["account"].choices = [  # type: ignore[attr-defined]
            ANY,
            *((account.code, str(account)) for account in Account.objects.all()),
        ]


class TrialBalanceForm(forms.Form):
    """The day until which everything is counted."""

    until = DateField(label=_("Until"), required=False)
