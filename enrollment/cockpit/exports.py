"""Workbooks: the figures of an office, who has not paid, the collection list of a school, with the pages' sums."""

from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from enrollment.contributions.models import ContributionNotice
from enrollment.registration.labels import label
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import Category, Tier
from liaoyang_medins.kernel.sheets.writing import Sheet, workbook
from liaoyang_medins.kernel.web.templatetags.medins import masked

from .report import Report
from .selectors import people
from .selectors.sums import Figures

HUNDRED = Decimal(100)
# Keys of a list are turned into rows this many at a time.
AT_A_TIME = 1000


def percent(share: Decimal | None) -> Decimal | None:
    """A share (0 to 1) in percent with two decimals, for a column whose heading says %."""
    return None if share is None else (share * HUNDRED).quantize(Decimal("0.01"))


def kind_label(kind: str) -> str:
    """The kind of notices that a workbook is about."""
    return str(ContributionNotice.Kind(kind).label) if kind else _("All")


def figures(*, report: Report, kind: str, by: Actor) -> IO[bytes]:
    """The workbook of a report: by part, by tier and by day. It names nobody. Raises NotAllowed."""
    by.require("cockpit.see")
    with workbook(f"{report.office.label} {report.year}") as (book, file):
        sheet = Sheet(book, _("Summary"), [34, *[16] * 8])
        sheet.write(_("How contributions come in"), style="title")
        sheet.write(settings.AGENCY_NAME)
        for name, value in (
            (_("Office"), report.office.label),
            (_("Contribution year"), str(report.year)),
            (_("Kind"), kind_label(kind)),
            (_("Window from"), report.first),
            (_("Window until"), report.last),
            (_("As of"), report.today),
        ):
            sheet.write(name, value)
        sheet.skip()
        if report.parts:
            write_rows(sheet, _("Office"), [(row.office.label, row.now, row.before) for row in report.parts], report)
        write_rows(sheet, _("Tier"), [(row.label, row.now, row.before) for row in report.tiers], report)
        write_days(Sheet(book, _("By day"), [22, *[16] * 5]), report)
    return file


def headings(report: Report) -> list[str]:
    """What stands above the figures of a row."""
    return [
        _("Notices"),
        _("Paid"),
        _("Not paid"),
        _("Share paid (%)"),
        _("Due (yuan)"),
        _("Paid in (yuan)"),
        _("Still unpaid (yuan)"),
        _("Share paid %(year)s, same day (%%)") % {"year": report.year - 1},
    ]


def write_rows(sheet: Sheet, first: str, rows: list[tuple[str, Figures, Figures]], report: Report) -> None:
    """A table of figures with its sum."""
    sheet.write(first, *headings(report), style="head")
    for name, now, before in rows:
        sheet.write(name, *cells_of(now, before))
    sheet.write(_("Sum"), *cells_of(report.now, report.before), style="bold")
    sheet.skip()


def cells_of(now: Figures, before: Figures) -> list[Any]:
    """The figures of a row of a workbook."""
    return [
        now.notices,
        now.paid,
        now.unpaid,
        percent(now.share),
        now.due,
        now.received,
        now.outstanding,
        percent(before.share),
    ]


def write_days(sheet: Sheet, report: Report) -> None:
    """The days of the window: what came in, and the share paid by then."""
    sheet.write(
        _("Day"),
        _("Notices paid"),
        _("Paid in (yuan)"),
        _("Paid so far"),
        _("Share paid (%)"),
        _("Share paid %(year)s, same day (%%)") % {"year": report.year - 1},
        style="head",
    )
    sheet.freeze_head()
    for row in report.days:
        so_far = row.now.so_far
        sheet.write(
            row.day or row.words,
            row.now.paid,
            row.now.received,
            so_far.paid,
            percent(so_far.share),
            percent(row.share_before),
        )
    sheet.write(_("Sum"), report.now.paid, report.now.received, style="bold")


@transaction.atomic
def unpaid(*, office: Office, year: int, kind: str, by: Actor) -> IO[bytes]:
    """Who has not paid at a community or school, in the order of the list, ID numbers masked; the audit record says
    who took it. Raises NotAllowed.
    """
    by.require("notices.see")
    today = clock.today()
    found = people.call_list(office, year, today, kind)
    audit.record(by=by, verb="cockpit.export_unpaid", obj=office, changes={"year": year, "notices": len(found.keys)})
    in_school = office.kind == Office.Kind.SCHOOL
    with workbook(f"{office.label} {year}") as (book, file):
        sheet = Sheet(book, _("Not paid"), [6, 14, 16, 18, 40, 22, 26, 16, 14, 14, 16, 16, 16, 24])
        sheet.write(
            _("Row"),
            _("Name"),
            _("Personal number"),
            _("Telephone"),
            _("School class") if in_school else _("Address"),
            _("ID number"),
            _("Tier"),
            _("Notice"),
            _("Payable from"),
            _("Payable until"),
            _("Amount due (yuan)"),
            _("Held, in yuan"),
            _("Still unpaid (yuan)"),
            _("Status"),
            style="head",
        )
        sheet.freeze_head()
        place = 0
        for start in range(0, len(found.keys), AT_A_TIME):
            for row in people.payers(found, found.keys[start : start + AT_A_TIME], office):
                place += 1
                notice, resident = row.notice, row.notice.resident
                sheet.write(
                    place,
                    resident.name,
                    resident.number,
                    resident.phone,
                    row.in_class if in_school else resident.address,
                    masked(resident.id_number),
                    tier_label(notice),
                    number_to_state(notice),
                    notice.pay_from,
                    notice.pay_until,
                    row.amount,
                    row.held or None,
                    row.left,
                    _("Nothing to collect: the relationship ended") if row.over else notice.get_status_display(),
                )
        sums = [found.amount, found.amount_held, found.left]
        sheet.write(_("Sum"), len(found.keys), *[None] * 8, *sums, style="bold")
    return file


@transaction.atomic
def collection(*, school: Office, year: int, kind: str, by: Actor) -> IO[bytes]:
    """What a school collects, class by class, with who has paid; the audit record says who took it. Raises
    NotAllowed.
    """
    by.require("classes.see")
    sheets = people.class_sheets(school, year, clock.today(), kind)
    count = sum(len(each.notices) for each in sheets)
    audit.record(by=by, verb="cockpit.export_collection", obj=school, changes={"year": year, "notices": count})
    with workbook(f"{school.label} {year}") as (book, file):
        sheet = Sheet(book, _("Collection list"), [36, 14, 16, 22, 18, 16, 14, 16, 16, 16])
        sheet.write(
            _("School class"),
            _("Name"),
            _("Personal number"),
            _("ID number"),
            _("Telephone"),
            _("Notice"),
            _("Paid on"),
            _("Amount due (yuan)"),
            _("Held, in yuan"),
            _("Still unpaid (yuan)"),
            style="head",
        )
        sheet.freeze_head()
        for each in sheets:
            for notice in each.notices:
                paid = notice.status == ContributionNotice.Status.PAID
                sheet.write(
                    each.label,
                    notice.resident.name,
                    notice.resident.number,
                    masked(notice.resident.id_number),
                    notice.resident.phone,
                    number_to_state(notice),
                    notice.paid_on if paid else None,
                    notice.personal,
                    each.held.get(notice.pk),
                    None if paid else each.asked_of(notice),
                )
            sums = [*[None] * 5, each.due, each.amount_held, each.outstanding]
            sheet.write(_("Sum of %(class)s") % {"class": each.label}, len(each.notices), *sums, style="bold")
        due = sum((each.due for each in sheets), ZERO)
        held = sum((each.amount_held for each in sheets), ZERO)
        outstanding = sum((each.outstanding for each in sheets), ZERO)
        sheet.write(_("Sum"), count, *[None] * 5, due, held, outstanding, style="bold")
    return file


def tier_label(notice: ContributionNotice) -> str:
    """Category and tier of a notice, in words."""
    return f"{label(Category(notice.category))} · {label(Tier(notice.tier))}"


def number_to_state(notice: ContributionNotice) -> str:
    """The number that a payer states: of two that are paid together, that of the first (B5)."""
    return (notice.joint_with or notice).number
