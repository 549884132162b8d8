"""Workbooks of claims."""

import datetime
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _

from claims import accounts
from claims.models import Institution
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.sheets.writing import Sheet, workbook

FIGURES = ("count", *accounts.AMOUNTS)


@transaction.atomic
def export_account(
    *, institution: Institution, first: datetime.date, last: datetime.date, step: str, by: Actor
) -> IO[bytes]:
    """The account of an institution from `first` to `last` as a workbook, opened for reading at its start: the sums by
    day or month, and every settlement and reversal. The names of persons leave with it, so the audit record says who
    took it.
    """
    by.require("account.see" if by.role is Role.HOSPITAL else "accounts.see")
    audit.record(by=by, verb="institutions.export", obj=institution, changes={"first": first, "last": last})
    with workbook(f"{institution.code} {first} {last}") as (book, file):
        write_sums(book, institution, first, last, step)
        write_entries(book, institution, first, last)
    return file


def heads() -> list[str]:
    return [_("Number of them"), _("Total cost (yuan)"), _("The fund pays (yuan)"), _("The resident pays (yuan)")]


def write_sums(book: Any, institution: Institution, first: datetime.date, last: datetime.date, step: str) -> None:
    """What is due, and the sums of the period, whose last row is that of reconciliation."""
    sheet = Sheet(book, _("Sums"), [18, *[16] * 9])
    standing = accounts.account(institution)
    sheet.write(institution.label, style="title")
    sheet.write(_("From"), first)
    sheet.write(_("Until"), last)
    sheet.write(_("Paid out so far"), standing.paid)
    sheet.write(_("Still due"), standing.due)
    sheet.skip()
    sheet.write(None, _("Settlements"), None, None, None, _("Reversals"), style="head")
    sheet.write(
        _("Day") if step == "day" else _("Month"), *heads(), *heads(), _("Net of the fund (yuan)"), style="head"
    )
    for row in accounts.course(institution, first, last, step):
        sheet.write(row.day, *figures(row.settlements), *figures(row.reversals), row.net)
    whole = accounts.totals(institution, first, last)
    net = whole["settlements"]["fund"] - whole["reversals"]["fund"]
    sheet.write(_("Sum"), *figures(whole["settlements"]), *figures(whole["reversals"]), net, style="bold")


def figures(side: Any) -> list[Any]:
    return [side[name] for name in FIGURES]


def write_entries(book: Any, institution: Institution, first: datetime.date, last: datetime.date) -> None:
    """One row a settlement or reversal; the sums are the net ones."""
    sheet = Sheet(book, _("Settlements and reversals"), [12, 16, 16, 16, 18, 14, 16, 16, 16, 14])
    head = [_("Day"), _("Number"), _("Reverses"), _("Stay"), _("Inpatient number"), _("Name")]
    sheet.write(*head, *heads()[1:], _("Paid out on"), style="head")
    sheet.freeze_head()
    sums = [ZERO, ZERO, ZERO]
    for entry in accounts.entries(institution, first, last):
        sums = [before + amount for before, amount in zip(sums, entry.amounts, strict=True)]
        sheet.write(
            entry.day,
            entry.number,
            entry.reverses,
            entry.stay,
            entry.inpatient_number,
            entry.name,
            *entry.amounts,
            entry.paid_out_on,
        )
    sheet.write(_("Sum"), *[None] * (len(head) - 1), *sums, style="bold")
