"""Forms of collections."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.contributions.forms import ALL, contribution_years
from liaoyang_medins.kernel.web.forms import DateField, MoneyField, SubmissionField, VersionField

from .models import Collection


class CollectionFilter(forms.Form):
    """The filters of the list of collections; all of them stand in the address."""

    q = forms.CharField(label=_("Number or school"), required=False, max_length=60)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[ALL, *Collection.Status.choices])
    year = forms.ChoiceField(label=_("Contribution year"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = self.fields["year"]
        if isinstance(year, forms.ChoiceField):
            year.choices = [ALL, *contribution_years()]


class WhoseForm(forms.Form):
    """Which school's pupils, for which year, in which class; all of it stands in the address."""

    school = forms.ChoiceField(label=_("School"), required=False)
    year = forms.ChoiceField(label=_("Contribution year"), required=False)
    in_class = forms.ChoiceField(label=_("School class"), required=False)

    def __init__(
        self, *args: Any, schools: list[tuple[str, str]], classes: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        """`schools` by their codes; who hands in for one only is not asked. `classes` by grade and name."""
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("school", schools),
            ("year", contribution_years()),
            ("in_class", [("", _("The whole school")), *classes]),
        ):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices
        if len(schools) == 1:
            del self.fields["school"]


class HandInForm(forms.Form):
    """Who has paid: the ticked notices."""

    submission = SubmissionField()
    row = forms.MultipleChoiceField(
        label=_("Who has paid"),
        error_messages={"required": _("Tick who has paid.")},
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, numbers: list[str], **kwargs: Any) -> None:
        """`numbers` of the notices that can be ticked."""
        super().__init__(*args, **kwargs)
        row = self.fields["row"]
        if isinstance(row, forms.MultipleChoiceField):
            row.choices = [(number, number) for number in numbers]


class WithdrawForm(forms.Form):
    """Why a collection is taken back."""

    version = VersionField()
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class ReturnCollectionForm(forms.Form):
    """The day on which the bank took the payment of a collection back, why, and the return in its file."""

    version = VersionField()
    bank_return = forms.ChoiceField(
        label=_("Return in a bank's file"),
        required=False,
        help_text=_("It is seen to together with the collection."),
    )
    returned_on = DateField(label=_("Returned on"))
    note = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, returns: list[tuple[str, str]], **kwargs: Any) -> None:
        """`returns` that wait, by their keys; where none waits nothing is asked."""
        super().__init__(*args, **kwargs)
        field = self.fields["bank_return"]
        if not returns:
            del self.fields["bank_return"]
        elif isinstance(field, forms.ChoiceField):
            field.choices = [*returns, ("", _("None: the bank told of it in another way"))]


class RecordCollectionForm(forms.Form):
    """The payment that came for a collection."""

    version = VersionField()
    amount = MoneyField(label=_("Amount"), help_text=_("As it was paid. It has to be the sum of the collection."))
    paid_on = DateField(label=_("Value date"), help_text=_("The bank's date decides, not the day of entry."))
    bank_reference = forms.CharField(
        label=_("Bank reference"),
        max_length=30,
        help_text=_("The number of the payment on the bank's line. Each receipt gets it with its row."),
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off", "spellcheck": "false"}),
    )
