"""The papers of the cockpit: the list to call on people with, the collection list of a class, the notices of an office
in the order in which they are handed out.
"""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from enrollment.contributions.assessment import read_payments_ahead
from enrollment.contributions.models import ContributionNotice
from enrollment.contributions.papers import notice_paper
from enrollment.contributions.previews import preview_payment
from enrollment.contributions.selectors import held_for_each, joint_of
from enrollment.registration.selectors import read_ahead
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.papers.paper import (
    NUMBER,
    SHORT,
    TEXT,
    Block,
    Paper,
    amount,
    draw_up,
    facts,
    table,
    text,
)
from liaoyang_medins.kernel.papers.parts import AT_A_TIME, Part, in_parts
from liaoyang_medins.kernel.statements import batch
from liaoyang_medins.kernel.web.templatetags.medins import iso, masked, money, paper_date

from .exports import number_to_state, tier_label
from .selectors.people import CallList, ClassSheet, Payer, in_house_order, notices_of

Status = ContributionNotice.Status
# Of a printed list as many: some dozen sheets.
ON_A_LIST = 1000


def call_sheet(office: Office, year: int, found: CallList, rows: Sequence[Payer], *, on: datetime.date) -> Paper:
    """Who has not paid, in house order, with a column for what was said; of who is not to be called on any more only
    how many.
    """
    in_school = office.kind == Office.Kind.SCHOOL
    columns = [
        (_("Row"), NUMBER),
        (_("Name"), SHORT),
        (_("Telephone"), SHORT),
        (_("School class") if in_school else _("Address"), TEXT),
        (_("ID number"), SHORT),
        (_("Tier"), TEXT),
        (_("Notice"), SHORT),
        (_("Payable until"), SHORT),
        (_("Yuan"), NUMBER),
        (_("Remark"), TEXT),
    ]
    to_call = [row for row in rows if not row.over]
    lines = [
        (
            place,
            row.notice.resident.name,
            row.notice.resident.phone,
            row.in_class if in_school else row.notice.resident.address,
            masked(row.notice.resident.id_number),
            tier_label(row.notice),
            number_to_state(row.notice),
            iso(row.notice.pay_until),
            money(row.left),
            "",
        )
        for place, row in enumerate(to_call, start=1)
    ]
    sum_of_lines = sum((row.left for row in to_call), ZERO)
    foot = (_("Sum"), *[""] * 7, money(sum_of_lines), "")
    body = [
        facts(
            [
                (_("Contribution year"), year),
                (_("As of"), paper_date(on)),
                (_("To call on"), found.to_call),
                (_("Nothing to collect"), len(found.over) or None),
            ]
        ),
        table(columns, lines, foot=foot) if lines else text(_("Everybody has paid.")),
        *parts_paid([(row.notice, row.held) for row in to_call if row.held]),
    ]
    if found.to_call > len(to_call):
        rest = _("%(count)s more stand in the workbook.") % {"count": found.to_call - len(to_call)}
        body.append(text(rest))
    return draw_up(
        title=_("Who has not paid yet"),
        agency=office.label,
        number=f"{office.code}-{year}-{on:%Y%m%d}",
        on=on,
        body=body,
        signatures=[_("Handled by")],
        layout="wide",
    )


def parts_paid(rows: Sequence[tuple[ContributionNotice, Decimal]]) -> list[Block]:
    """Why less is asked for than these notices say: what is held of each from an employer (C5)."""
    if not rows:
        return []
    columns = [
        (_("Name"), TEXT),
        (_("Notice"), SHORT),
        (_("Amount due"), NUMBER),
        (_("Held, in yuan"), NUMBER),
        (_("Still to be paid"), NUMBER),
    ]
    lines = [
        (
            notice.resident.name,
            number_to_state(notice),
            money(notice.personal),
            money(held),
            money(notice.personal - held),
        )
        for notice, held in rows
    ]
    return [table(columns, lines, caption=_("Parts that an employer paid"))]


def class_paper(school: Office, year: int, sheet: ClassSheet, place: int, *, on: datetime.date) -> Paper:
    """The collection list of a class: what each pupil's family is to pay, who has, and room for a signature. `place`
    counts the classes from 1.
    """
    columns = [
        (_("Row"), NUMBER),
        (_("Name"), SHORT),
        (_("ID number"), SHORT),
        (_("Notice"), SHORT),
        (_("Yuan"), NUMBER),
        (_("Paid on"), SHORT),
        (_("Signature"), TEXT),
    ]
    rows = [
        (
            row,
            notice.resident.name,
            masked(notice.resident.id_number),
            number_to_state(notice),
            money(sheet.asked_of(notice)),
            iso(notice.paid_on) if notice.status == Status.PAID else "",
            "",
        )
        for row, notice in enumerate(sheet.notices, start=1)
    ]
    body = [
        facts(
            [
                (_("School class"), sheet.label),
                (_("Contribution year"), year),
                (_("Notices"), len(sheet.notices)),
                (_("Not paid"), len(sheet.unpaid)),
            ]
        ),
        table(columns, rows, foot=(_("Sum"), "", "", "", money(sheet.asked), "", "")),
        *parts_paid([(notice, sheet.held[notice.pk]) for notice in sheet.notices if notice.pk in sheet.held]),
        amount(_("Still to be collected"), sheet.outstanding),
    ]
    return draw_up(
        title=_("Collection list for contributions"),
        agency=school.label,
        number=f"{school.code}-{year}-{place}",
        on=on,
        body=body,
        signatures=[_("Class teacher"), _("Handled by"), _("Counted by")],
        seal=_("Seal of the school"),
    )


def parts_to_print(office: Office, year: int, today: datetime.date, kind: str = "") -> list[Part]:
    """The notices of an office that can be paid, in house order (of a school by class), AT_A_TIME in a part. Two that
    are paid together are one paper, that of the first (B5).
    """
    payable = notices_of(office, year, today, kind).filter(status=Status.OPEN, joint_with=None)
    return in_parts(in_house_order(payable, office), AT_A_TIME)


def notice_papers(part: Part, today: datetime.date) -> list[Paper]:
    """The papers of a part, the same as each notice has by itself; what they ask is read for all at once."""
    found = ContributionNotice.objects.select_related(
        "resident__community__parent__parent", "enrollment__registration", "district", "joint"
    ).in_bulk(part.keys)
    notices = [found[key] for key in part.keys if key in found]
    parts = held_for_each(notice.pk for notice in notices)
    with batch() as held:
        read_ahead(notice.resident_id for notice in notices)
        read_payments_ahead(notice.resident_id for notice in notices)
        papers = []
        for notice in notices:
            held.turn()
            preview = preview_payment(notice, today)
            papers.append(notice_paper(notice, joint_of(notice), preview=preview, held=parts.get(notice.pk, ())))
    return papers


def collection_papers(school: Office, year: int, sheets: Sequence[ClassSheet], on: datetime.date) -> list[Paper]:
    """The collection lists of all classes of a school."""
    return [class_paper(school, year, sheet, place, on=on) for place, sheet in enumerate(sheets, start=1)]
