"""Forms of notices and receipts."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from enrollment.registration.labels import choices
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.policy.terms import ReceiptProblem
from liaoyang_medins.kernel.web.forms import DateField, MoneyField, VersionField

from .assessment import policy_of
from .models import ContributionNotice, Receipt

ALL = ("", _("All"))


def contribution_years() -> list[tuple[str, str]]:
    """The contribution years that there can be notices for, the latest first."""
    latest = clock.today().year + 1
    first = policy_of(latest).first_year.year.value
    return [(str(year), str(year)) for year in range(latest, first - 1, -1)]


class NoticeFilter(forms.Form):
    """The filters of the list of notices; all of them stand in the address."""

    q = forms.CharField(label=_("Number or name"), required=False, max_length=60)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[ALL, *ContributionNotice.Status.choices])
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ALL, *ContributionNotice.Kind.choices])
    year = forms.ChoiceField(label=_("Contribution year"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = self.fields["year"]
        if isinstance(year, forms.ChoiceField):
            year.choices = [ALL, *contribution_years()]


# Of the unmatched receipts those that nobody has looked at, and those that wait for an answer.
NOT_LOOKED_AT, ON_HOLD = "not_looked_at", "on_hold"


class ReceiptFilter(forms.Form):
    """The filters of the list of receipts."""

    q = forms.CharField(label=_("Number, bank reference or payer"), required=False, max_length=60)
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ALL,
            *Receipt.Status.choices,
            (NOT_LOOKED_AT, _("Unmatched, not looked at")),
            (ON_HOLD, _("Unmatched, on hold")),
        ],
    )
    problem = forms.ChoiceField(label=_("Why it is unmatched"), required=False)
    channel = forms.ChoiceField(label=_("Paid at"), required=False, choices=[ALL, *Receipt.Channel.choices])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        problem = self.fields["problem"]
        if isinstance(problem, forms.ChoiceField):
            problem.choices = [ALL, *choices(ReceiptProblem)]


def notice_input(name: str) -> forms.TextInput:
    """A notice number, typed or scanned, with the live answer who is to pay how much; `name` is the field's."""
    return forms.TextInput(
        attrs={
            "data-width": "medium",
            "data-live": "",
            "autocomplete": "off",
            "spellcheck": "false",
            "autocapitalize": "characters",
            "hx-get": reverse_lazy("receipt-notice"),
            "hx-trigger": "change, keyup changed delay:400ms",
            "hx-target": f"#id_{name}_live",
        }
    )


class PaymentForm(forms.Form):
    """A payment as the bank or the counter reports it."""

    stated_notice = forms.CharField(
        label=_("Notice number"),
        max_length=30,
        help_text=_("Type it or read it with the scanner."),
        widget=notice_input("stated_notice"),
    )
    amount = MoneyField(label=_("Amount"), help_text=_("As it was paid, even if it is not what is due."))
    paid_on = DateField(label=_("Value date"), help_text=_("The bank's date decides, not the day of entry."))
    channel = forms.ChoiceField(
        label=_("Paid at"),
        choices=Receipt.Channel.choices,
        initial=Receipt.Channel.BANK,
        help_text=_("A part that an employer pays of a dependant's amount is held until the rest is paid (C5)."),
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
    )
    bank_reference = forms.CharField(
        label=_("Bank reference"),
        max_length=40,
        help_text=_("The number of the payment on the bank's line or the counter slip. Each is taken once."),
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off", "spellcheck": "false"}),
    )
    payer = forms.CharField(
        label=_("Payer"),
        max_length=60,
        required=False,
        help_text=_("Of a part, the name of the employer."),
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off"}),
    )


class AssignForm(forms.Form):
    """Which notice an unmatched receipt is for."""

    version = VersionField()
    notice_number = forms.CharField(
        label=_("Notice number"),
        max_length=30,
        help_text=_("Type it or read it with the scanner."),
        widget=notice_input("notice_number"),
    )
    employer = forms.CharField(
        label=_("Employer who paid it as a part"),
        max_length=60,
        required=False,
        help_text=_(
            "Only where an employer paid a part of a dependant's amount: it is held until the rest is paid (C5)."
        ),
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, may_be_part: bool, **kwargs: Any) -> None:
        """`may_be_part`: whether the receipt can be declared an employer's part."""
        super().__init__(*args, **kwargs)
        if not may_be_part:
            del self.fields["employer"]


class HoldForm(forms.Form):
    """What an unmatched receipt waits for."""

    version = VersionField()
    note = forms.CharField(
        label=_("What it waits for"),
        max_length=200,
        help_text=_("Whom you asked, and what. A new note takes the place of the old one."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReturnForm(forms.Form):
    """The day on which money went back, and why."""

    version = VersionField()
    returned_on = DateField(label=_("Returned on"))
    note = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class YearForm(forms.Form):
    """Whether who must wait has the notice made for the year after (W6)."""

    next_year = forms.ChoiceField(label=_("Notice for"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, years: tuple[str, str] | None = None, **kwargs: Any) -> None:
        """`years`: the words for the two choices, None where there is nothing to choose."""
        super().__init__(*args, **kwargs)
        field = self.fields["next_year"]
        if years is None:
            del self.fields["next_year"]
        elif isinstance(field, forms.ChoiceField):
            field.choices = [("no", years[0]), ("yes", years[1])]


class RecordForm(YearForm):
    """Taking a registration into the records."""

    version = VersionField()
