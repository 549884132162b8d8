"""A statement as a workbook: a summary, and a sheet of persons. Its sums are those of the pages."""

from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from enrollment.registration.labels import article_text, label
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.money import daxie
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Category, Tier
from liaoyang_medins.kernel.sheets.writing import Sheet, workbook
from liaoyang_medins.kernel.web.templatetags.medins import masked

from . import selectors
from .models import SubsidyItem, SubsidyStatement
from .selectors.drawing import Sums
from .selectors.figures import Group, Table, total_of

__all__ = ["export_statement", "label"]


def sums_row(sums: Sums) -> tuple[int, Decimal, Decimal, Decimal]:
    return sums.persons, sums.government, sums.city, sums.district_share


@transaction.atomic
def export_statement(*, statement: SubsidyStatement, by: Actor) -> IO[bytes]:
    """The workbook of a statement as far as the actor sees it, opened for reading at its start (F2, Art. 14).

    The names of persons leave the portal with it, so the audit record says who took it. Raises NotAllowed.
    """
    by.require("statements.see")
    items = selectors.items_visible_to(by).filter(statement=statement)
    sums = selectors.sums_visible_to(by).filter(statement=statement)
    audit.record(by=by, verb="statements.export", obj=statement, changes={"items": items.count()})
    part = by.office if by.role is Role.DISTRICT_FINANCE else None
    with workbook(statement.number) as (book, file):
        write_summary(book, statement, sums, part)
        write_persons(book, items)
    return file


def write_summary(book: Any, statement: SubsidyStatement, sums: Any, part: Office | None) -> None:
    """Heading, sums in figures and characters, the ratio with its article, and the tables of the page."""
    table = selectors.table_of(sums)
    sheet = Sheet(book, _("Summary"), [26, 22, 22, 12, 16, 16, 16])
    sheet.write(_("Statement of government subsidies"), style="title")
    sheet.write(settings.AGENCY_NAME)
    for name, value in (
        (_("Number"), statement.number),
        (_("Status"), statement.get_status_display()),
        (_("Period"), statement.period_label),
        (_("Payments from"), statement.period_from),
        (_("Payments until"), statement.period_until),
        (_("Date"), statement.issued_on),
        (_("Payable by"), statement.due_on),
        (_("Part of"), part.label if part else None),
    ):
        if value:
            sheet.write(name, value)
    for ratio in selectors.ratios_of(sums, settings.POOLING_AREA):
        values = {"city": ratio.city, "district": ratio.district}
        sheet.write(
            _("Shares"),
            _("city %(city)s : district %(district)s") % values,
            article_text(ratio.article),
            None,
            _("since %(day)s") % {"day": ratio.holds_from},
        )
    sheet.skip()
    for name, amount in (
        (_("Government part in all"), table.total.government),
        (_("City share"), table.total.city),
        (_("District share"), table.total.district_share),
    ):
        sheet.write(name, amount, daxie(amount))
    sheet.skip()
    write_districts(sheet, table)
    write_groups(sheet, _("New claims"), table.claims, table.claimed)
    if table.corrections:
        write_groups(sheet, _("Corrections"), table.corrections, table.corrected)


def _figures() -> tuple[str, str, str, str]:
    return _("Persons"), _("Government part (yuan)"), _("City share (yuan)"), _("District share (yuan)")


def write_districts(sheet: Sheet, table: Table) -> None:
    """Each district's part with corrections taken off, and the sum that is claimed."""
    sheet.write(_("By district"), style="title")
    sheet.write(_("District"), None, None, *_figures(), style="head")
    for group in table.districts:
        sheet.write(group.district.label, None, None, *sums_row(group.sums))
    sheet.write(_("Sum"), None, None, *sums_row(table.total), style="bold")
    sheet.skip()


def write_groups(sheet: Sheet, title: str, groups: list[Group], total: Sums) -> None:
    """The rows by district, category and tier, and their sum."""
    sheet.write(title, style="title")
    sheet.write(_("District"), _("Category"), _("Tier"), *_figures(), style="head")
    for group in groups:
        for row in group.rows:
            sheet.write(group.district.label, row.category_label, row.tier_label, *sums_row(row.sums))
    sheet.write(_("Sum"), None, None, *sums_row(total), style="bold")
    sheet.skip()


def write_persons(book: Any, items: Any) -> None:
    """One row an item; the last row is the sum. ID numbers are masked, numbers of people are text."""
    sheet = Sheet(book, _("List of persons"), [16, 16, 20, 22, 18, 18, 10, 16, 12, 10, 16, 16, 16])
    sheet.write(
        _("District"),
        _("Personal number"),
        _("Name"),
        _("ID number"),
        _("Category"),
        _("Tier"),
        _("Year"),
        _("Notice"),
        _("Paid on"),
        *_figures(),
        style="head",
    )
    sheet.sheet.freeze_panes(1, 0)
    rows = items.select_related("notice__resident", "district").order_by(
        "district__code", "notice__number", "-persons"
    )
    item: SubsidyItem
    for item in rows.iterator(chunk_size=2000):
        resident = item.notice.resident
        sheet.write(
            item.district.label,
            resident.number,
            resident.name,
            masked(resident.id_number),
            label(Category(item.category)),
            label(Tier(item.tier)),
            item.notice.contribution_year,
            item.notice.number,
            item.notice.paid_on,
            item.persons,
            item.government,
            item.city,
            item.district_share,
        )
    sheet.write(_("Sum"), *[None] * 8, *sums_row(total_of(items)), style="bold")
