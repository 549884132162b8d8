"""A declaration in words: its sum step by step, its lines with the reason of each, its signatures."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims.inspections.models import InspectionFinding

from .models import Declaration, DeclarationItem

# In place of what says who was treated.
NOBODY = "—"
TONES = {
    "draft": "wait",
    "submitted": "wait",
    "examined": "wait",
    "checked": "wait",
    "approved": "info",
    "listed": "info",
    "paid": "good",
    "returned": "bad",
    "set_off": "neutral",
}


@dataclass(frozen=True, slots=True)
class SumRow:
    """A line of the sum, in yuan: below zero where it comes off. `total` closes the sum."""

    label: str
    amount: Decimal
    note: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A settlement that is claimed or taken off, as people read it; amounts in yuan, below zero where it comes off."""

    settlement: str
    stay: str
    inpatient: str
    name: str
    day: datetime.date
    kind: str
    total: Decimal
    amount: Decimal
    note: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A step of the review: what it is, who took it and when."""

    step: str
    name: str
    day: datetime.date | None


def month_label(month: datetime.date) -> str:
    """A month in words."""
    # Translators: a format of Django's date filter.
    return date_format(month, _("F Y"))


def sums_of(declaration: Declaration) -> list[SumRow]:
    """The sum of a declaration, step by step; what is zero is left out."""
    rows = [SumRow(_("Settlements of the month"), declaration.settled)]
    if declaration.taken_back:
        rows.append(SumRow(_("Taken off: paid before, reversed since (A4)"), -declaration.taken_back))
    if declaration.carried_in:
        note = ", ".join(month_label(row.month) for row in declaration.carries.order_by("month"))
        rows.append(SumRow(_("Taken off: carried over from before"), -declaration.carried_in, note))
    for line in declaration.deductions.select_related("inspection").order_by("pk"):
        said = _("Deducted for the inspection %(number)s (S1, Art. 29)")
        if line.amount < 0:
            said = _("Given back: deducted too much for the inspection %(number)s")
        rows.append(SumRow(said % {"number": line.inspection.number}, -line.amount, duties_of(line.inspection_id)))
    rows.append(SumRow(_("To be paid to the institution"), declaration.payable, total=True))
    if declaration.carried_out:
        into = declaration.carried_into
        note = month_label(into.month) if into else _("comes off the next one")
        rows.append(SumRow(_("Carried to the next"), -declaration.carried_out, note))
    return rows


def duties_of(inspection: int) -> str:
    """What an inspection found, in the words of the duties that were broken."""
    found = (
        InspectionFinding.objects.filter(inspection=inspection, items__amount__gt=0).distinct().order_by("position")
    )
    return "; ".join(str(row.get_duty_display()) for row in found)


def lines_of(declaration: Declaration, *, named: bool) -> list[Line]:
    """Every line of a declaration: what is claimed, then what is taken off; with the names of persons or without."""
    return [line_of(item, named=named) for item in items_of(declaration)]


def items_of(declaration: Declaration) -> list[DeclarationItem]:
    rows = declaration.items.select_related("settlement__stay", "settlement__resident", "settlement__reversal")
    return list(rows.order_by("-sign", "settlement__decided_on", "settlement__number"))


def line_of(item: DeclarationItem, *, named: bool) -> Line:
    """A line in words; who was treated, and why it was undone, only where `named`: for who may see stays."""
    settlement, stay = item.settlement, item.settlement.stay
    kind = _("Outpatient") if stay.outpatient else _("Inpatient")
    note, denied = "", Decimal(settlement.facts.get("denied", 0))
    if item.sign > 0 and denied:
        note = _("Denied at the desk before it was settled: %(amount)s yuan (A1)") % {"amount": f"{denied:,.2f}"}
    if item.sign < 0:
        reversal = settlement.reversal
        note = _("Reversed on %(day)s (%(number)s): %(reason)s") % {
            "day": reversal.reversed_on,
            "number": reversal.number,
            "reason": reversal.reason if named else NOBODY,
        }
    return Line(
        settlement.number,
        stay.number,
        stay.inpatient_number if named else NOBODY,
        settlement.resident.name if named else NOBODY,
        settlement.decided_on,
        kind,
        item.sign * settlement.total,
        item.amount,
        note,
    )


def signatures_of(declaration: Declaration) -> list[Signature]:
    """The steps of the review with who took them. A clerk who confirmed for an institution has examined with that."""
    for_it = declaration.submitted_by_id is not None and declaration.submitted_by_id == declaration.examined_by_id
    confirmed = _("Confirmed for the institution") if for_it else _("Confirmed by the institution")
    steps = (
        (confirmed, declaration.submitted_by, declaration.submitted_on),
        (_("Examined by (first signature)"), declaration.examined_by, declaration.examined_on),
        (_("Checked by (second signature)"), declaration.checked_by, declaration.checked_on),
        (_("Approved by (third signature)"), declaration.approved_by, declaration.approved_on),
    )
    return [Signature(step, by.name or by.username if by else "", day) for step, by, day in steps]
