"""The papers of contributions: the notice to pay (W5, W6) and the receipt that serves as the card (W7)."""

import datetime
from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from enrollment.registration.labels import label
from enrollment.registration.models import Resident
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel.days import next_day
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.papers.paper import (
    NUMBER,
    SHORT,
    TEXT,
    Block,
    Paper,
    amount,
    code,
    draw_up,
    facts,
    heading,
    table,
    text,
)
from liaoyang_medins.kernel.policy.terms import Category, Tier
from liaoyang_medins.kernel.web.templatetags.medins import masked, money, paper_date

from . import selectors
from .letters import late_payer, parts_held
from .models import BenefitPeriod, ContributionNotice, Receipt
from .previews import Preview
from .rules import lapses_on
from .services.parts import total_of

Status = ContributionNotice.Status


def notice_paper(
    main: ContributionNotice,
    joint: ContributionNotice | None = None,
    *,
    periods: Sequence[BenefitPeriod] = (),
    preview: Preview | None = None,
    held: Sequence[Receipt] = (),
) -> Paper:
    """The notice for the resident and the bank: `main` and what is paid `joint` with it. `periods` are what a paid
    notice bought, `preview` what an open one would buy; `held` the parts of an employer that are held for it (C5).
    """
    resident = main.resident
    notices = [row for row in (main, joint) if row]
    due = selectors.due_of(main)
    columns = [
        (_("Notice"), SHORT),
        (_("Contribution year"), TEXT),
        (_("Months"), NUMBER),
        (_("Whole contribution"), NUMBER),
        (_("Government part"), NUMBER),
        (_("You pay"), NUMBER),
    ]
    rows = [
        (
            row.number,
            row.contribution_year,
            row.months,
            money(row.personal + row.government),
            money(row.government),
            money(row.personal),
        )
        for row in notices
    ]
    body = [
        facts(
            [
                *_person(resident),
                (_("Community"), resident.community.label),
                (_("Kind"), main.get_kind_display()),
                (_("Category"), label(Category(main.category))),
                (_("Tier"), label(Tier(main.tier))),
                (_("Policy version"), main.policy_version),
            ]
        ),
        table(
            columns,
            rows,
            caption=_("Contribution, in yuan"),
            foot=(_("Amount due"), "", "", "", "", money(due)),
        ),
        amount(_("Amount due"), due),
        *parts_held(held, due),
        *_what_now(main, periods, preview),
    ]
    return draw_up(
        title=_("Notice of contribution to the basic medical insurance of urban residents"),
        agency=settings.AGENCY_NAME,
        number=main.number,
        on=main.issued_on,
        body=body,
        signatures=[_("Handled by"), _("Signature of the recipient"), _("Stamp of the bank")],
        seal=_("Seal of the agency"),
    )


def _person(resident: Resident) -> list[tuple[str, object]]:
    return [
        (_("Name"), resident.name),
        (_("Personal number"), resident.number),
        (_("ID number"), masked(resident.id_number)),
    ]


def _what_now(main: ContributionNotice, periods: Sequence[BenefitPeriod], preview: Preview | None) -> list[Block]:
    """What follows from the notice: what it bought, how to pay it, or what awaits who did not."""
    if main.status == Status.PAID:
        return _paid(main, periods)
    if main.status == Status.LAPSED:
        return _lapsed(main)
    return _to_pay(main, preview)


def _lapsed(main: ContributionNotice) -> list[Block]:
    said = _("It could be paid until %(day)s and was not. It cannot be paid any more.")
    told = [text(said % {"day": paper_date(main.pay_until)})]
    if main.kind != ContributionNotice.Kind.RENEWAL:
        return told
    paid_on = next_day(main.pay_until)
    return [*told, *late_payer(lapses_on(main.contribution_year), paid_on, policy_on(paid_on))]


def _paid(main: ContributionNotice, periods: Sequence[BenefitPeriod]) -> list[Block]:
    said = [text(_("Paid on %(day)s.") % {"day": paper_date(main.paid_on)})]
    for period in periods:
        days = {"start": paper_date(period.starts), "end": paper_date(period.ends)}
        said.append(text(_("Benefits from %(start)s to %(end)s") % days))
    return said


def _to_pay(main: ContributionNotice, preview: Preview | None) -> list[Block]:
    term = {"first": paper_date(main.pay_from), "last": paper_date(main.pay_until)}
    payable = (
        _("Payable from %(first)s to %(last)s, both days included, once and in full, at a designated bank.") % term
    )
    show = _("Please show this notice there and state its number.")
    banks = _("Designated banks: %(banks)s.") % {"banks": settings.DESIGNATED_BANKS}
    sentences = [payable, *([banks] if settings.DESIGNATED_BANKS else []), show]
    said = [heading(_("How to pay")), code(main.number, " ".join(sentences))]
    if preview is not None and preview.assessment is not None:
        days = {
            "day": paper_date(preview.paid_on),
            "start": paper_date(preview.assessment.starts),
            "end": paper_date(preview.assessment.ends),
        }
        buys = _("If it is paid on %(day)s, benefits run from %(start)s to %(end)s. A later payment may start later.")
        said.append(text(buys % days))
        if preview.assessment.benefit.waits:
            said.append(text(_("There is a waiting period. What is spent before benefits start is not covered.")))
    other = _(
        "Another amount or a payment outside the term does not settle this notice. "
        "Until the card is made, the receipt serves as the card."
    )
    return [*said, text(other)]


def receipt_paper(
    receipt: Receipt,
    notices: Sequence[ContributionNotice],
    periods: Sequence[BenefitPeriod],
    *,
    certificate_due: datetime.date | None,
    together: Sequence[Receipt] = (),
) -> Paper:
    """The receipt of a payment: the `notices` that it settles and the cover that they bought. Until the day
    `certificate_due` it serves as the card. `together`: the receipts that settle them with it, or that are held with
    it, this one too (C5).
    """
    body = [
        facts(
            [
                *(_person(notices[0].resident) if notices else []),
                (_("Payer"), receipt.payer),
                (_("Value date"), paper_date(receipt.paid_on)),
                (_("Paid at"), receipt.get_channel_display()),
                (_("Bank reference"), receipt.bank_reference),
                (_("Status"), receipt.get_status_display()),
            ]
        )
    ]
    if notices and receipt.status == Receipt.Status.MATCHED:
        columns = [
            (_("Notice"), SHORT),
            (_("Contribution year"), SHORT),
            (_("Benefits"), TEXT),
            (_("Paid"), NUMBER),
        ]
        rows = [
            (notice.number, notice.contribution_year, _cover(notice, periods), money(notice.personal))
            for notice in notices
        ]
        paid = sum((notice.personal for notice in notices), ZERO)
        body.append(table(columns, rows, caption=_("Contribution, in yuan"), foot=(_("Sum"), "", "", money(paid))))
    if len(together) > 1:
        body.append(_parts(together))
    body.append(amount(_("Received"), receipt.amount))
    if receipt.status == Receipt.Status.HELD:
        said = _("A part of notice %(number)s. It is held until the rest is paid; nobody is insured by it alone.")
        body.append(text(said % {"number": receipt.stated_notice}))
    if certificate_due is not None:
        card = _("Certificate and card are made by %(day)s; until then this receipt serves as the card.")
        body.append(text(card % {"day": paper_date(certificate_due)}))
    return draw_up(
        title=_("Receipt for a contribution to the basic medical insurance of urban residents"),
        agency=settings.AGENCY_NAME,
        number=receipt.number,
        on=receipt.received_on,
        body=body,
        signatures=[_("Handled by"), _("Reviewed by"), _("Signature of the recipient")],
        seal=_("Seal of the agency"),
    )


def _parts(together: Sequence[Receipt]) -> Block:
    """The receipts that settle a notice together, or that are held for it together (C5)."""
    columns = [(_("Receipt"), SHORT), (_("Payer"), TEXT), (_("Value date"), SHORT), (_("Yuan"), NUMBER)]
    rows = [(part.number, part.payer, paper_date(part.paid_on), money(part.amount)) for part in together]
    foot = (_("Sum"), "", "", money(total_of(together)))
    return table(columns, rows, caption=_("Paid in parts"), foot=foot)


def _cover(notice: ContributionNotice, periods: Sequence[BenefitPeriod]) -> str:
    """The days that the notice bought."""
    own = [period for period in periods if period.notice_id == notice.pk]
    return " ".join(f"{paper_date(period.starts)} – {paper_date(period.ends)}" for period in own)
