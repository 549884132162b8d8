"""Workbooks of supervision: the tables of its pages, with their sums. They name nobody."""

from collections.abc import Sequence
from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import Institution
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.sheets.writing import Sheet, workbook
from liaoyang_medins.kernel.web.templatetags.medins import moment

from .models import Refresh
from .rules import Measures
from .selectors.fund import FundReport, Row
from .selectors.institutions import CourseRow, InstitutionReport, Period

HUNDRED = Decimal(100)
FUND_WIDTHS = [30, *[18] * 10]


@transaction.atomic
def fund_workbook(*, report: FundReport, part: str, refreshed: Refresh, by: Actor) -> IO[bytes]:
    """The fund in a year by month and by district, in yuan; `part` says of what in words. Raises NotAllowed."""
    by.require("supervision.see")
    audit.record(by=by, verb="supervision.export", obj=refreshed, changes={"part": part, "year": report.year})
    with workbook(f"{part} {report.year}") as (book, file):
        sheet = Sheet(book, _("By month"), FUND_WIDTHS)
        sheet.write(_("Income, spending and balance of the fund"), style="title")
        write_heads(sheet, part, str(report.year), refreshed)
        sheet.write(_("Balance before the year (yuan)"), report.before)
        sheet.skip()
        sheet.write(_("Month"), *fund_heads(), style="head")
        for row in report.months:
            sheet.write(f"{row.month:%Y-%m}", *fund_cells(row))
        sheet.write(_("Sum"), *fund_cells(Row(report.total, report.balance)), style="bold")
        sheet = Sheet(book, _("By district"), FUND_WIDTHS)
        sheet.write(_("District"), *fund_heads(), style="head")
        for each in report.districts:
            sheet.write(each.office.label if each.office else _("Of no district"), *fund_cells(each))
        sheet.write(_("Sum"), *fund_cells(Row(report.total, report.balance)), style="bold")
    return file


def write_heads(sheet: Sheet, part: str, period: str, refreshed: Refresh) -> None:
    """Of what, of when, counted when."""
    sheet.write(settings.AGENCY_NAME)
    sheet.write(_("Part"), part)
    sheet.write(_("Period"), period)
    sheet.write(_("Counted at"), moment(refreshed.at))


def fund_heads() -> list[str]:
    """What stands above the figures of the fund."""
    return [
        _("Contributions (yuan)"),
        _("City subsidies (yuan)"),
        _("District subsidies (yuan)"),
        _("Other income (yuan)"),
        _("Income (yuan)"),
        _("Inpatient benefits (yuan)"),
        _("Other spending (yuan)"),
        _("Spending (yuan)"),
        _("Surplus (yuan)"),
        _("Balance (yuan)"),
    ]


def fund_cells(row: Row) -> list[Decimal]:
    """The figures of a line of the fund."""
    flow = row.flow
    return [
        flow.contributions,
        flow.city,
        flow.district,
        flow.other_income,
        flow.income,
        flow.inpatient,
        flow.other_spending,
        flow.spending,
        flow.surplus,
        row.balance,
    ]


@transaction.atomic
def institutions_workbook(*, report: InstitutionReport, refreshed: Refresh, by: Actor) -> IO[bytes]:
    """Institutions beside the rest of their grade, and the grades. Raises NotAllowed."""
    by.require("supervision.institutions")
    period = period_words(report.period)
    audit.record(by=by, verb="supervision.export", obj=refreshed, changes={"institutions": period})
    with workbook(period) as (book, file):
        sheet = Sheet(book, _("Institutions"), [34, 24, *[16] * 11])
        sheet.write(_("Institutions compared"), style="title")
        write_heads(sheet, _("All institutions"), period, refreshed)
        sheet.skip()
        sheet.write(_("Institution"), _("Grade"), *measure_heads(), *rest_heads(), style="head")
        for row in report.rows:
            cells = [*measure_cells(row.own), *indicator_cells(row.rest)]
            sheet.write(row.institution.label, row.grade_label, *cells)
        sheet.write(_("Sum"), None, *measure_cells(report.total), style="bold")
        sheet = Sheet(book, _("Grades"), [24, 14, *[16] * 7])
        sheet.write(_("Grade"), _("Institutions"), *measure_heads(), style="head")
        for each in report.grades:
            sheet.write(each.label, each.institutions, *measure_cells(each.own))
        sheet.write(_("Sum"), len(report.rows), *measure_cells(report.total), style="bold")
    return file


@transaction.atomic
def course_workbook(
    *, institution: Institution, course: Sequence[CourseRow], refreshed: Refresh, by: Actor
) -> IO[bytes]:
    """An institution month by month beside the rest of its grade. Raises NotAllowed."""
    by.require("supervision.institutions")
    period = period_words(Period(course[0].month, course[-1].month))
    audit.record(by=by, verb="supervision.export", obj=refreshed, changes={"institution": institution.code})
    with workbook(institution.code) as (book, file):
        sheet = Sheet(book, _("By month"), [14, *[16] * 11])
        sheet.write(institution.label, style="title")
        write_heads(sheet, institution.code, period, refreshed)
        sheet.skip()
        sheet.write(_("Month"), *measure_heads(), *rest_heads(), style="head")
        for row in course:
            sheet.write(f"{row.month:%Y-%m}", *measure_cells(row.own), *indicator_cells(row.rest))
        sheet.write(_("Sum"), *measure_cells(sum((row.own for row in course), Measures())), style="bold")
    return file


def period_words(period: Period) -> str:
    """The months of a period."""
    return f"{period.first:%Y-%m} – {period.last:%Y-%m}"


def measure_heads() -> list[str]:
    """What stands above the figures of stays."""
    return [
        _("Stays"),
        _("Total cost (yuan)"),
        _("Paid by the fund (yuan)"),
        _("Average cost (yuan)"),
        _("Average days"),
        _("Readmitted within 14 days (%)"),
        _("Out of scope (%)"),
    ]


def rest_heads() -> list[str]:
    """What stands above the indicators of the rest of a grade."""
    return [
        _("Rest of the grade: average cost (yuan)"),
        _("Rest of the grade: average days"),
        _("Rest of the grade: readmitted (%)"),
        _("Rest of the grade: out of scope (%)"),
    ]


def measure_cells(found: Measures) -> list[Any]:
    """The figures of stays of a line."""
    return [found.stays, found.total, found.fund, *indicator_cells(found)]


def indicator_cells(found: Measures) -> list[Any]:
    """The indicators alone; shares in percent."""
    return [found.average_cost, found.average_days, in_percent(found.readmission), in_percent(found.out_of_scope)]


def in_percent(share: Decimal | None) -> Decimal | None:
    """A share (0 to 1) in percent."""
    return None if share is None else share * HUNDRED
