"""The filter of a stay's fee lines."""

from django import forms
from django.utils.translation import gettext_lazy as _

from claims import fees, labels
from liaoyang_medins.kernel.policy.terms import LineProblem

EVERY = ("", _("All"))


class FeeFilter(forms.Form):
    """Fee lines by kind of fee, class, why not in scope, and a part of the item."""

    # What is typed is an item, never a person.
    public_terms = True

    kind = forms.ChoiceField(label=_("Kind of fee"), choices=[EVERY, *fees.KINDS.items()], required=False)
    cls = forms.ChoiceField(label=_("Class"), choices=[EVERY, *fees.CLASSES.items()], required=False)
    reason = forms.ChoiceField(
        label=_("Why not in scope"),
        choices=[EVERY, (fees.ANY_PROBLEM, _("Not all in scope")), *labels.choices(LineProblem)],
        required=False,
    )
    q = forms.CharField(
        label=_("Item, code or line number"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def asked(self) -> dict[str, str]:
        """What is asked for, by the names of `fees.chosen`; nothing where nothing is set or something is wrong."""
        if not self.is_bound or not self.is_valid():
            return {}
        data = self.cleaned_data
        asked = {"kind": data["kind"], "catalogue_class": data["cls"], "reason": data["reason"], "text": data["q"]}
        return {name: value for name, value in asked.items() if value}
