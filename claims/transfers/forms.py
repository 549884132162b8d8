"""The forms of a payment list: made, carried out, come back, the bank's result."""

from django import forms
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.web.forms import DateField, SubmissionField, VersionField


class ListForm(forms.Form):
    """The mark of one list to be made."""

    submission = SubmissionField()


class PaidForm(forms.Form):
    """The bank carried a list out."""

    version = VersionField()
    paid_on = DateField(label=_("Value date"))
    bank_reference = forms.CharField(
        label=_("Bank reference"), max_length=40, widget=forms.TextInput(attrs={"data-width": "medium"})
    )


class ReturnForm(forms.Form):
    """A payment came back."""

    returned_on = DateField(label=_("Came back on"))
    reason = forms.CharField(
        label=_("What the bank says"), max_length=200, widget=forms.TextInput(attrs={"data-width": "full"})
    )


class ResultForm(forms.Form):
    """The bank's file with what became of each payment."""

    version = VersionField()
    file = forms.FileField(
        label=_("Result of the bank"),
        help_text=_("A file with a line for each payment of the list; it is taken whole or not at all."),
        allow_empty_file=True,
        widget=forms.FileInput,
    )
