"""Findings as a workbook: one row a finding, and one row a stay of the evidence."""

from typing import IO, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.sheets.writing import Sheet, workbook

from . import words
from .models import EvidenceStay, Finding

# A workbook that somebody reads; the filters say which.
AT_MOST = 10_000
CHUNK = 1_000


@transaction.atomic
def export_findings(*, findings: QuerySet[Finding], by: Actor) -> IO[bytes]:
    """The first AT_MOST of these findings with their evidence, opened for reading at its start. Names of persons leave
    with it, so the audit record says who took it.
    """
    by.require("watch.see")
    rows = list(findings.prefetch_related("evidence")[:AT_MOST])
    if rows:
        audit.record(by=by, verb="watch.export", obj=rows[0], changes={"count": len(rows)})
    with workbook(_("Suspicious findings")) as (book, file):
        write_findings(book, rows)
        write_stays(book, rows)
    return file


def write_findings(book: Any, rows: list[Finding]) -> None:
    """One row a finding."""
    sheet = Sheet(book, _("Suspicious findings"), [16, 30, 14, 26, 12, 14, 12, 14, 60, 18, 18, 50, 50])
    sheet.write(_("Suspicious findings"), style="title")
    sheet.write(_("As of"), clock.today())
    sheet.skip()
    sheet.write(
        *(_("Number"), _("Kind"), _("Person or code"), _("Name"), _("Found on"), _("Status")),
        *(_("To be answered by"), _("Seen to by"), _("Figures of the evidence"), _("What follows")),
        *(_("Case or inspection"), _("Answer"), _("Why it was closed so")),
        style="head",
    )
    sheet.freeze_head()
    for row in rows:
        number, name = about(row)
        case = row.misuse.number if row.misuse else row.inspection.number if row.inspection else None
        figures = "\n".join(words.in_one_line(one, row.kind) for one in row.evidence.all())
        sheet.write(
            row.number,
            row.get_kind_display(),
            number,
            name,
            row.found_on,
            row.get_status_display(),
            row.due_on,
            row.owner.name if row.owner else None,
            figures,
            row.get_consequence_display() or None,
            case,
            row.answer or None,
            row.conclusion or None,
        )


def about(finding: Finding) -> tuple[str, str]:
    """The number and name of whom a finding is about."""
    if finding.resident is not None:
        return finding.resident.number, finding.resident.name
    assert finding.institution is not None  # noqa: S101  (a constraint of the table)
    return finding.institution.code, finding.institution.label


def write_stays(book: Any, findings: list[Finding]) -> None:
    """One row a stay of the evidence, as it stood when it was found."""
    sheet = Sheet(book, _("Stays of the evidence"), [16, 12, 16, 26, 14, 14, 14, 14, 16, 16])
    sheet.write(
        *(_("Suspicious finding"), _("Found on"), _("Stay"), _("Institution"), _("Name"), _("Status")),
        *(_("Admitted on"), _("Discharged on"), _("Total cost (yuan)"), _("The fund pays (yuan)")),
        style="head",
    )
    sheet.freeze_head()
    total = fund = ZERO
    numbers = {row.pk: row.number for row in findings}
    rows = EvidenceStay.objects.filter(evidence__finding__in=list(numbers)).order_by("evidence__finding", "id")
    for row in rows.select_related("evidence", "stay__institution__office", "stay__resident").iterator(CHUNK):
        total, fund = total + (row.total or ZERO), fund + (row.fund or ZERO)
        sheet.write(
            numbers[row.evidence.finding_id],
            row.evidence.found_on,
            row.stay.number,
            row.stay.institution.label,
            row.stay.resident.name,
            row.get_status_display(),
            row.admitted_on,
            row.discharged_on,
            row.total,
            row.fund,
        )
    sheet.write(_("Sum"), None, None, None, None, None, None, None, total, fund, style="bold")
