"""Forms of the cash book and the bank's statements."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.web.forms import DateField, MoneyField, SubmissionField

ANY = ("", _("All"))
STATES = [ANY, ("open", _("Not at the bank yet")), ("matched", _("Matched"))]


class UploadForm(forms.Form):
    """A statement of the bank, chosen or dropped onto the field."""

    file = forms.FileField(
        label=_("Statement of the bank"),
        widget=forms.FileInput,
        help_text=_("Choose it or drop it here: CSV in UTF-8 or GB18030, at most 20,000 lines and 8 MB."),
        error_messages={
            "required": _("Choose the file."),
            "empty": _("The file is empty."),
            "missing": _("Choose the file."),
        },
    )


class BookFilter(forms.Form):
    """The filters of the cash book."""

    since = DateField(label=_("From"), required=False)
    until = DateField(label=_("Until"), required=False)
    state = forms.ChoiceField(label=_("At the bank"), required=False, choices=STATES)


class OpenFilter(forms.Form):
    """What of the open lines and entries is shown for matching by hand."""

    since = DateField(label=_("From"), required=False)
    until = DateField(label=_("Until"), required=False)
    amount = MoneyField(label=_("Amount"), required=False)


class MatchForm(forms.Form):
    """Lines of the bank and entries of the book that are the same money."""

    submission = SubmissionField()
    line = forms.TypedMultipleChoiceField(coerce=int, required=False)
    leg = forms.TypedMultipleChoiceField(coerce=int, required=False)
    note = forms.CharField(
        label=_("Note"),
        max_length=200,
        required=False,
        help_text=_("Needed where the bank or the book alone comes to nothing."),
        widget=forms.TextInput(attrs={"data-width": "full"}),
    )

    def __init__(self, data: Any = None, *, posted: bool = False) -> None:
        super().__init__(data)
        if posted and data is not None:
            # The service looks at each of them under its lock.
            for name in ("line", "leg"):
                self.fields[name].choices = [  # type: ignore[attr-defined]
                    (value, value) for value in data.getlist(name) if value.isdecimal()
                ]


class ReasonForm(forms.Form):
    """Why a match was wrong."""

    reason = forms.CharField(
        label=_("Why it is wrong"), max_length=200, widget=forms.TextInput(attrs={"data-width": "full"})
    )


class DayForm(forms.Form):
    """The end of which day."""

    on = DateField(label=_("At the end of"), required=False)
