"""Forms of the catalogue's versions."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.sheets.reading import MB, Limits
from liaoyang_medins.kernel.web.forms import DateField

from .models import CatalogueVersion

LIMITS = Limits()


class UploadForm(forms.Form):
    """A catalogue from a file."""

    scope = forms.ChoiceField(
        label=_("What the file is"),
        choices=CatalogueVersion.Scope.choices,
        widget=forms.RadioSelect,
        help_text=_("What a whole catalogue does not name ends; a part leaves the rest as it is."),
    )
    starts = DateField(label=_("Holds from"), help_text=_("The first day; what changes ends with the day before."))
    document = forms.CharField(
        label=_("By which document"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"data-width": "full"}),
    )
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={
            "required": _("Choose the file."),
            "empty": _("The file is empty."),
            "missing": _("Choose the file."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        help_text = gettext(
            "A workbook (.xlsx) or CSV, at most %(rows)s rows and %(size)s MB. The first row holds the headings."
        )
        self.fields["file"].help_text = help_text % {"rows": f"{LIMITS.rows:,}", "size": LIMITS.size // MB}


class RowFilter(forms.Form):
    """What the rows of a version show; bound to the address."""

    public_terms = True
    rows = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Code or name"), required=False, max_length=60)
