"""Forms of applications for reimbursement and of payments to residents."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.forms.stays import AdmissionForm
from claims.models import Stay
from enrollment.registration.step_forms import Files
from liaoyang_medins.kernel.attachments.models import Attachment
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.web.forms import DateField, MoneyField, VersionField

from .data import AccountData, ApplicationData
from .labels import PAPERS
from .models import Reimbursement
from .rules import Paper, invoice_numbers

ALL = ("", _("All"))
FIRST = ["resident", "reason", "institution", "inpatient_number", "admitted_at", "discharged_on"]
LAST = ["papers", "holder", "bank", "account_number"]
PAPER_CHOICES = [(paper.value, words) for paper, words in PAPERS.items()]


class ReimbursementFilter(forms.Form):
    """What the list shows; bound to the address."""

    state = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Number or name"), required=False, max_length=60)
    reason = forms.ChoiceField(
        label=_("Why the resident paid"), required=False, choices=[ALL, *Reimbursement.Reason.choices]
    )


def papers_field() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Documents that are there"),
        choices=PAPER_CHOICES,
        required=False,
        help_text=_("The application is examined when all are there. Scans are attached afterwards."),
        widget=forms.CheckboxSelectMultiple,
    )


class AccountFields(forms.Form):
    """The resident's bank account."""

    holder = forms.CharField(
        label=_("Account holder"), max_length=60, widget=forms.TextInput(attrs={"data-width": "medium"})
    )
    bank = forms.CharField(
        label=_("Bank and branch"), max_length=100, widget=forms.TextInput(attrs={"data-width": "medium"})
    )
    account_number = forms.CharField(
        label=_("Account number"),
        max_length=40,
        help_text=_("As on the card or in the passbook. Afterwards it is shown in full only to who pays."),
        widget=forms.TextInput(
            attrs={"data-width": "id", "inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}
        ),
    )

    def account(self) -> AccountData:
        """What the service takes."""
        data = self.cleaned_data
        return AccountData(data["holder"], data["bank"], data["account_number"])


class AccountForm(AccountFields):
    """Another account."""

    version = VersionField()


class ApplicationForm(AdmissionForm):
    """The stay that the resident paid, why, and what the invoices come to; without the account, for a change."""

    discharged_on = DateField(label=_("Discharged on"), help_text=_("The last day of the stay."))
    reason = forms.ChoiceField(
        label=_("Why the resident paid"), choices=Reimbursement.Reason.choices, widget=forms.RadioSelect
    )
    invoice_total = MoneyField(
        label=_("Total of the invoices"), help_text=_("The fee lines have to come to it before it is examined.")
    )
    invoices = forms.CharField(
        label=_("Numbers of the invoices"),
        max_length=1_600,
        help_text=_("Code and number as printed, one in a line. An invoice is taken once."),
        widget=forms.Textarea(attrs={"rows": 2, "data-width": "medium", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, by: Actor, stay: Stay | None = None, **kwargs: Any) -> None:
        initial = kwargs.pop("initial", {})
        super().__init__(*args, by=by, stay=stay, **({"initial": initial} if stay is None else {}), **kwargs)
        self.initial |= initial
        institution = self.fields.get("institution")
        if institution is not None:
            institution.help_text = gettext(
                "Designated or not, also out of the city. One that is missing the administrator enters with its grade."
            )
        self.order_fields(FIRST)

    def application(self, resident_number: str) -> ApplicationData:
        """What the service takes."""
        data = self.cleaned_data
        return ApplicationData(
            admission=self.admission(resident_number),
            discharged_on=data["discharged_on"],
            reason=data["reason"],
            invoice_total=data["invoice_total"],
            invoices=invoice_numbers(data["invoices"]),
            papers=frozenset(data.get("papers", ())),
        )


class EntryForm(ApplicationForm, AccountFields):
    """A new application, with the account and the documents that were handed in."""

    papers = papers_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name not in LAST] + LAST)


class PapersForm(forms.Form):
    """Which documents are there, and files to attach to each."""

    version = VersionField()
    papers = papers_field()

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        scans: Mapping[str, Sequence[Attachment]],
        open_: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.scans = scans
        if not open_:
            del self.fields["papers"]
        for paper, words in PAPERS.items():
            self.fields[scan_name(paper)] = forms.FileField(
                label=gettext("Attach scans: %(document)s") % {"document": words},
                required=False,
                allow_empty_file=True,
                widget=Files(),
            )

    @property
    def rows(self) -> Iterable[tuple[str, Any, Sequence[Attachment]]]:
        """Each document with its field for files and the scans that hang there."""
        for paper, words in PAPERS.items():
            yield str(words), self[scan_name(paper)], self.scans.get(paper.value, ())


def scan_name(paper: Paper) -> str:
    """The field for the files of a document."""
    return f"{paper.value}_scans"


class StepForm(forms.Form):
    """A step that needs no words."""

    version = VersionField()


class ReleaseForm(StepForm):
    """Release; a note where the stay shares days with another one."""

    note = forms.CharField(
        label=_("What you found about the stays that overlap"),
        max_length=200,
        widget=forms.TextInput(attrs={"data-width": "full", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, held: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not held:
            del self.fields["note"]


class ReasonForm(StepForm):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class FileForm(forms.Form):
    """A file of fee lines."""

    file = forms.FileField(
        label=_("Workbook (.xlsx) or CSV"),
        allow_empty_file=True,
        help_text=_("At most 3,000 rows. It is looked at first; nothing is added by that."),
        widget=forms.FileInput,
    )


class RemovalForm(forms.Form):
    """Why a scan is taken off."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"data-width": "full"}))
