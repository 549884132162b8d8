"""Forms of lists and classes."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.sheets.reading import MB, Limits
from liaoyang_medins.kernel.web.forms import DateField

from .labels import class_label
from .layouts import Source
from .models import UploadedList
from .selectors import SchoolClass
from .services.school_year import ADVANCES, LEAVES, STAYS

LIMITS = Limits()


class UploadForm(forms.Form):
    """A list from a file."""

    source = forms.ChoiceField(label=_("List"))
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={
            "required": _("Choose the file."),
            "empty": _("The file is empty."),
            "missing": _("Choose the file."),
        },
    )

    def __init__(self, *args: Any, sources: tuple[Source, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = UploadedList.Source
        field = self.fields["source"]
        if not isinstance(field, forms.ChoiceField):
            raise TypeError("The list is a choice.")
        field.choices = [(source.value, labels(source.value).label) for source in sources]
        if len(sources) == 1:
            field.widget = forms.HiddenInput()
            field.initial = sources[0].value
        help_text = gettext(
            "A workbook (.xlsx) or CSV, at most %(rows)s rows and %(size)s MB. The first row holds the headings."
        )
        self.fields["file"].help_text = help_text % {"rows": f"{LIMITS.rows:,}", "size": LIMITS.size // MB}


class LeaveForm(forms.Form):
    """The last day of pupils who left."""

    last_day = DateField(label=_("Last day at this school"))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


THEN = [(ADVANCES, _("Next grade")), (LEAVES, _("Leaves the school")), (STAYS, _("Stays as it is"))]
# Where a kind of school ends.
LAST_GRADES = frozenset({6, 9, 12})


class SchoolYearForm(forms.Form):
    """What becomes of each class when the school year turns."""

    first_day = DateField(label=_("First day of the school year"))

    def __init__(self, *args: Any, classes: list[SchoolClass], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.classes = [each for each in classes if each.grade is not None]
        for place, each in enumerate(self.classes):
            self.fields[f"class_{place}"] = forms.ChoiceField(
                label=class_label(each.grade, each.class_name),
                help_text=gettext("Students: %(count)s") % {"count": each.pupils},
                choices=THEN,
                initial=LEAVES if each.grade in LAST_GRADES else ADVANCES,
                widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
            )

    def then(self) -> dict[tuple[int, str], str]:
        """What was chosen for each class."""
        return {
            (each.grade or 0, each.class_name): self.cleaned_data[f"class_{place}"]
            for place, each in enumerate(self.classes)
        }
