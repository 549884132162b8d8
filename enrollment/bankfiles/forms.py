"""Forms of bank files."""

from django import forms
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.web.forms import VersionField


class UploadForm(forms.Form):
    """A bank file, chosen or dropped onto the field."""

    file = forms.FileField(
        label=_("File of the bank"),
        widget=forms.FileInput,
        help_text=_(
            "Choose it or drop it here: fixed width or CSV, UTF-8 or GB18030, at most 100,000 lines and 32 MB."
        ),
        error_messages={
            "required": _("Choose the file."),
            "empty": _("The file is empty."),
            "missing": _("Choose the file."),
        },
    )


class CloseReturnForm(forms.Form):
    """What a reviewer found about a return that could not be taken back."""

    version = VersionField()
    receipt_number = forms.CharField(
        label=_("Receipt that went back"),
        help_text=_("Leave it empty where nothing is to be taken back."),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"data-width": "medium"}),
    )
    note = forms.CharField(label=_("Reason"), max_length=200)
