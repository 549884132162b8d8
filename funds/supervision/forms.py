"""The filters of supervision; all of them stand in the address."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.labels import choices
from enrollment.registration.labels import label
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import Category, Grade

from .charts import measures_shown
from .selectors.fund import NO_DISTRICT


class FundFilter(forms.Form):
    """Which year, of which district; who sees one district chooses none."""

    year = forms.ChoiceField(label=_("Year"), required=False)
    district = forms.ChoiceField(label=_("District"), required=False)

    def __init__(self, data: Any, *, years: Iterable[int], districts: list[Office], everywhere: bool) -> None:
        super().__init__(data)
        offered(self, "year", [(str(year), str(year)) for year in years])
        if everywhere:
            named = [(office.code, office.label) for office in districts]
            offered(self, "district", [("", _("All")), *named, (NO_DISTRICT, _("Of no district"))])
        else:
            del self.fields["district"]


class InstitutionFilter(forms.Form):
    """Which months, whose stays, which grade; `show` is what the chart is about."""

    year = forms.ChoiceField(label=_("Period"), required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    grade = forms.ChoiceField(label=_("Grade"), required=False)
    show = forms.ChoiceField(label=_("Chart"), required=False)

    def __init__(self, data: Any, *, years: Iterable[int], only_time: bool = False) -> None:
        super().__init__(data)
        offered(self, "year", [("", _("The last 12 months")), *((str(year), str(year)) for year in years)])
        offered(self, "category", [("", _("All")), *((each.value, label(each)) for each in Category)])
        if only_time:
            del self.fields["grade"], self.fields["show"]
        else:
            offered(self, "grade", [("", _("All")), *choices(Grade)])
            offered(self, "show", [(each.code, each.label) for each in measures_shown()])


def offered(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    """What a field offers."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices
