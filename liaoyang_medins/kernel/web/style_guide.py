"""Sample data for the style guide: every part of the pages once, in the ordinary, the empty and the overlong case."""

import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .forms import DateField, IdNumberInput, MoneyField, yes_no

NUMBER = "211002197003121234"  # no real person: the check digit is wrong
DAY = datetime.date(2009, 10, 1)


class SampleForm(forms.Form):
    """One field of each kind."""

    id_number = forms.CharField(
        label=gettext_lazy("ID number"),
        help_text=gettext_lazy("18 places as on the card, or read it with the card reader."),
        widget=IdNumberInput(attrs={"data-live": ""}),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    born = DateField(label=gettext_lazy("Date of birth"))
    sex = forms.ChoiceField(
        label=gettext_lazy("Sex"),
        choices=[("m", gettext_lazy("Male")), ("f", gettext_lazy("Female"))],
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
    )
    office = forms.ChoiceField(
        label=gettext_lazy("Office"),
        choices=[("", "—"), ("1", gettext_lazy("Community")), ("2", gettext_lazy("School"))],
    )
    amount = MoneyField(label=gettext_lazy("Amount"), help_text=gettext_lazy("As on the receipt of the bank."))
    again = yes_no(label=gettext_lazy("Was insured here before"))
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agreed = forms.BooleanField(label=gettext_lazy("The documents were seen in the original"))


class SampleFilter(forms.Form):
    """The filters of a list."""

    q = forms.CharField(label=gettext_lazy("Name"), required=False)
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("requested", gettext_lazy("Submitted")),
            ("approved", gettext_lazy("Approved")),
        ],
    )
    since = DateField(label=gettext_lazy("Since"), required=False)
    mine = forms.BooleanField(label=gettext_lazy("Mine only"), required=False)


def sample(request: HttpRequest) -> dict[str, Any]:
    """The context of the style guide. `?wrong=1` shows the form with its errors."""
    person = _("Sample Person")
    rows = [
        SimpleNamespace(
            number=f"D2009-{n:06}",
            name=person if n % 7 else " ".join([person] * 6),
            id_number=NUMBER,
            day=DAY - datetime.timedelta(days=n),
            amount=Decimal(n) * Decimal("1203.45"),
            state=("requested", "approved", "refused", "draft", "lapsed")[n % 5],
            word=(_("Submitted"), _("Approved"), _("Refused"), _("Draft"), _("Closed"))[n % 5],
        )
        for n in range(1, 121)
    ]
    return {
        "form": SampleForm({"id_number": NUMBER, "amount": "-1"}) if request.GET.get("wrong") else SampleForm(),
        "filter_form": SampleFilter(request.GET or None),
        "page": Paginator(rows, 10).get_page(request.GET.get("page")),
        "sum": sum(row.amount for row in rows),
        "states": [
            ("approved", _("Approved")),
            ("requested", _("Submitted")),
            ("refused", _("Refused")),
            ("draft", _("Draft")),
            ("lapsed", _("Closed")),
        ],
        "facts": [
            (_("Name"), person),
            (_("ID number"), "211002********1234"),
            (_("Date of birth"), "1970-03-12"),
            (_("Office"), _("Community")),
            (_("Note"), ""),
        ],
        "entries": [
            SimpleNamespace(at=_at(3), who=person, text=_("Approved"), detail=""),
            SimpleNamespace(at=_at(2), who=person, text=_("Submitted"), detail=_("As on the receipt of the bank.")),
            SimpleNamespace(at=_at(1), who=person, text=_("Draft"), detail=""),
        ],
        "steps": [
            SimpleNamespace(label=_("Total cost"), how="", article="", amount=Decimal("18432.10"), kind=""),
            SimpleNamespace(
                label=_("Deductible"), how=_("Hospital of grade 2"), article="A3", amount=Decimal(-400), kind=""
            ),
            SimpleNamespace(
                label=_("Payable part"), how="", article="A4", amount=Decimal("18032.10"), kind="subtotal"
            ),
            SimpleNamespace(
                label=_("The fund pays"), how="18,032.10 × 60%", article="A5", amount=Decimal("10819.26"), kind="total"
            ),
        ],
        "answers": [
            SimpleNamespace(label=_("Name"), value=person, change_url="#name"),
            SimpleNamespace(label=_("ID number"), value="211002********1234", change_url="#number"),
            SimpleNamespace(label=_("Amount"), value="1,203.45", change_url="#amount"),
        ],
        "tabs": [
            SimpleNamespace(label=_("All"), url="?", active=True, count=120),
            SimpleNamespace(label=_("Mine only"), url="?mine=on", active=False, count=7),
        ],
        "figures": [
            SimpleNamespace(label=_("Submitted"), value=24, url="?status=requested", note=_("Mine only"), tone="wait"),
            SimpleNamespace(label=_("Refused"), value=3, url="?status=refused", note="", tone="bad"),
            SimpleNamespace(label=_("Approved"), value="1,204", url="", note="", tone=""),
        ],
        "bulk": [
            SimpleNamespace(value="forward", label=_("Forward"), tone=""),
            SimpleNamespace(value="refuse", label=_("Refuse"), tone="danger"),
        ],
        "used": Decimal("31200.00"),
        "cap": Decimal("50000.00"),
        "amount": Decimal("10819.26"),
    }


def _at(day: int) -> datetime.datetime:
    return datetime.datetime(2009, 10, day, 1, 30, tzinfo=datetime.UTC)
