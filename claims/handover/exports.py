"""A list as a workbook, for who it is handed over to: the sums, and one row a line (A6)."""

from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from enrollment.registration.labels import label
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.money import daxie
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import LowIncome
from liaoyang_medins.kernel.sheets.writing import Sheet, workbook
from liaoyang_medins.kernel.web.templatetags.medins import masked

from . import selectors
from .models import HandoverLine, HandoverList
from .selectors import CHUNK, FIGURES, Sums


@transaction.atomic
def export_list(*, found: HandoverList, by: Actor) -> IO[bytes]:
    """The workbook of a list, opened for reading at its start, out of its kept lines only: what was issued comes out
    the same every time. Who may hand it over gets whole ID numbers, others masked ones; the audit record says which.
    """
    by.require("handover.see")
    whole = by.may("handover.reveal")
    sums = selectors.sums_of(found.lines.all())
    audit.record(by=by, verb="handover.export", obj=found, changes={"lines": sums.count, "whole_id_numbers": whole})
    with workbook(found.number) as (book, file):
        write_summary(book, found, sums)
        write_lines(book, found, sums, whole)
    return file


def figures_of(sums: Sums) -> list[Any]:
    return [sums.figures[name] for name in FIGURES]


def heads() -> list[str]:
    return [
        _("Total cost (yuan)"),
        _("Paid by the fund (yuan)"),
        _("Out of scope (yuan)"),
        _("Deductible (yuan)"),
        _("Co-payment (yuan)"),
        _("Over the cap (yuan)"),
        _("Handed over (yuan)"),
    ]


def write_summary(book: Any, found: HandoverList, sums: Sums) -> None:
    """What the list is, its sum in figures and characters, and the sums of each district."""
    sheet = Sheet(book, _("Summary"), [24, 12, *[18] * len(FIGURES)])
    sheet.write(found.get_kind_display(), style="title")
    sheet.write(settings.AGENCY_NAME)
    sheet.write(_("Number"), found.number)
    sheet.write(_("Status"), found.get_status_display())
    sheet.write(_("Discharged from"), found.period_from)
    sheet.write(_("Discharged until"), found.period_until)
    sheet.write(_("District"), found.district.label if found.district else _("All"))
    if found.issued_on:
        sheet.write(_("Issued on"), found.issued_on)
    sheet.write(_("Handed over"), sums.amount, daxie(sums.amount) if sums.amount >= 0 else None)
    sheet.skip()
    sheet.write(_("District"), _("Lines"), *heads(), style="head")
    for district, part in selectors.sums_by_district(found.lines.all()):
        sheet.write(district.label, part.count, *figures_of(part))
    sheet.write(_("Sum"), sums.count, *figures_of(sums), style="bold")


def write_lines(book: Any, found: HandoverList, sums: Sums, whole: bool) -> None:
    """One row a line in the order of the days of discharge; the last row is the sum."""
    sheet = Sheet(book, _("Lines"), [16, 16, 12, 16, 20, 14, 26, 12, *[16] * len(FIGURES), 18])
    head = [
        _("District"),
        _("Settlement"),
        _("Name"),
        _("Personal number"),
        _("ID number"),
        _("Low income"),
        _("Institution"),
        _("Discharged on"),
    ]
    sheet.write(*head, *heads(), _("Note"), style="head")
    sheet.freeze_head()
    lines = found.lines.select_related("district", "settlement", "corrects__list").order_by("settled_on", "pk")
    for line in lines.iterator(chunk_size=CHUNK):
        sheet.write(
            line.district.label,
            line.settlement.number,
            line.name,
            line.resident_number,
            line.id_number if whole else masked(line.id_number),
            status_of(line),
            line.institution,
            line.settled_on,
            *(getattr(line, name) for name in FIGURES),
            note_of(line),
        )
    sheet.write(_("Sum"), *[None] * (len(head) - 1), *figures_of(sums), style="bold")


def status_of(line: HandoverLine) -> str:
    """Low income in words; empty for everybody else."""
    return label(LowIncome(line.low_income)) if line.low_income else ""


def note_of(line: HandoverLine) -> str:
    """That the line takes one of an earlier list back, and of which."""
    return _("Takes back %(list)s") % {"list": line.corrects.list.number} if line.corrects else ""
