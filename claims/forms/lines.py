"""Fee lines: one typed, or several pasted from a table."""

import datetime
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.data import LineData
from liaoyang_medins.kernel.web.forms import DateField

from .fields import ITEMS

PROBLEMS_TOLD = 20
SEPARATOR = re.compile(r"\t|;|\N{FULLWIDTH SEMICOLON}|,|\N{FULLWIDTH COMMA}| {1,}")


def figure(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        max_digits=12,
        decimal_places=4,
        min_value=Decimal(0),
        widget=forms.TextInput(attrs={"data-width": "short", "inputmode": "decimal", "autocomplete": "off"}),
    )


class LineForm(forms.Form):
    """One fee line; its amount is quantity × price."""

    on = DateField(label=_("Date"))
    item_code = forms.CharField(
        label=_("Item: code, name or pinyin initials"),
        max_length=30,
        widget=forms.TextInput(
            attrs={
                "data-width": "id",
                "autocomplete": "off",
                "list": ITEMS,
                "data-live": "on",
                "hx-get": reverse_lazy("item-options"),
                "hx-trigger": "input changed delay:200ms",
                "hx-target": f"#{ITEMS}",
                "hx-include": "[name='on']",
            }
        ),
    )
    quantity = figure(_("Quantity"))
    unit_price = figure(_("Unit price (yuan)"))

    def lines(self) -> list[LineData]:
        """What the service takes."""
        data = self.cleaned_data
        return [LineData(data["on"], data["item_code"].strip(), data["quantity"], data["unit_price"])]


class PasteForm(forms.Form):
    """Several fee lines, one in each row: date, item code, quantity, unit price, and if wanted amount and line
    number.
    """

    lines_text = forms.CharField(
        label=_("Fee lines"),
        max_length=200_000,
        help_text=_(
            "One in each row, copied from a spreadsheet: date, item code, quantity, unit price; then, if you like, "
            "the amount and your own line number. At most 1,000 rows."
        ),
        widget=forms.Textarea(attrs={"rows": 6, "data-width": "full", "spellcheck": "false"}),
    )

    def clean_lines_text(self) -> str:
        text: str = self.cleaned_data["lines_text"]
        self.parsed: list[LineData] = []
        problems = []
        rows = [row for row in text.splitlines() if row.strip()]
        for place, row in enumerate(rows, start=1):
            try:
                self.parsed.append(read_row(row))
            except ValueError as error:
                problems.append(gettext("Line %(place)s: %(problem)s.") % {"place": place, "problem": error})
        if problems:
            raise forms.ValidationError(problems[:PROBLEMS_TOLD])
        return text

    def lines(self) -> list[LineData]:
        """What the service takes."""
        return self.parsed


def read_row(row: str) -> LineData:
    """A fee line out of a pasted row. ValueError says what is wrong with it."""
    cells = [cell.strip() for cell in row.split("\t")] if "\t" in row else SEPARATOR.split(row.strip())
    cells = [*cells, "", ""][:6] if len(cells) >= 4 else []
    if not cells:
        raise ValueError(gettext("date, item code, quantity and unit price are needed"))
    on, code, quantity, price, amount, number = cells
    try:
        day = datetime.date.fromisoformat(on.replace("/", "-").replace(".", "-"))
    except ValueError as error:
        raise ValueError(gettext("“%(text)s” is no date such as 2009-03-01") % {"text": on}) from error
    return LineData(
        on=day,
        item_code=code,
        quantity=read_figure(quantity),
        unit_price=read_figure(price),
        amount=read_figure(amount) if amount else None,
        line_number=number,
    )


def read_figure(text: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation as error:
        raise ValueError(gettext("“%(text)s” is no figure") % {"text": text}) from error
    if not value.is_finite() or abs(value) >= Decimal(10) ** 12:
        raise ValueError(gettext("“%(text)s” is no figure") % {"text": text})
    return value
