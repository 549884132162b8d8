"""The reconciliation of bank and book as a paper."""

import datetime
from types import SimpleNamespace

from django.conf import settings
from django.utils.translation import gettext as _

from liaoyang_medins.kernel.papers.paper import NUMBER, SHORT, TEXT, Block, Paper, draw_up, facts, heading, table
from liaoyang_medins.kernel.papers.paper import text as paragraph
from liaoyang_medins.kernel.web.templatetags.medins import iso, money, paper_date

from .selectors import Reconciliation, Side, reconciliation_on


def sides_of(found: Reconciliation) -> list[SimpleNamespace]:
    """The four kinds of what only one side has, with their words and the sign with which they count."""
    return [
        SimpleNamespace(title=_("Received in the book, not yet at the bank"), sign="+", side=found.book_received),
        SimpleNamespace(title=_("Paid in the book, not yet at the bank"), sign="−", side=found.book_paid),
        SimpleNamespace(title=_("Received at the bank, not yet in the book"), sign="+", side=found.bank_received),
        SimpleNamespace(title=_("Paid at the bank, not yet in the book"), sign="−", side=found.bank_paid),
    ]


def paper_to_keep(day: datetime.date) -> Paper:
    """The reconciliation of the last day of a month, to be kept for everybody who sees the journal: it names lines of
    the bank by statement and place, and nobody who was paid.
    """
    return reconciliation_paper(reconciliation_on(day), settings.AGENCY_NAME)


def reconciliation_paper(found: Reconciliation, agency: str) -> Paper:
    """The reconciliation of a day, to be signed and filed with the closing of the month."""
    standing = found.standing
    at_bank = _("No bank statement reaches this day.") if standing.at_bank is None else money(standing.at_bank)
    sides = sides_of(found)
    bank = [(_("Balance by the bank's statement"), at_bank)]
    bank += [(f"{each.sign} {each.title}", money(each.side.sum)) for each in sides[:2]]
    if standing.carried:
        bank.append((_("Difference from before the first statement"), money(standing.carried)))
    bank.append((_("Balance after adjustment"), "—" if found.adjusted_bank is None else money(found.adjusted_bank)))
    book = [(_("Balance by the book"), money(standing.in_book))]
    book += [(f"{each.sign} {each.title}", money(each.side.sum)) for each in sides[2:]]
    book.append((_("Balance after adjustment"), money(found.adjusted_book)))
    body: list[Block] = [facts([(_("At the end of"), paper_date(found.day))])]
    columns = [(_("Bank"), TEXT), (_("Yuan"), NUMBER)]
    body += [table(columns, bank), table([(_("Book"), TEXT), (_("Yuan"), NUMBER)], book)]
    for each in sides:
        if each.side.count:
            body += _listed(each.title, each.side)
    return draw_up(
        title=_("Reconciliation of bank and book"),
        agency=agency,
        number=f"{found.day:%Y%m%d}",
        on=found.day,
        body=body,
        signatures=[_("Made by"), _("Checked by")],
        seal=_("Seal of the agency"),
    )


def _listed(title: str, side: Side) -> list[Block]:
    columns = [
        (_("Date"), SHORT),
        (_("What"), TEXT),
        (_("Bank reference"), SHORT),
        (_("Amount (yuan)"), NUMBER),
    ]
    rows = [(iso(day), words, reference, money(amount)) for day, words, reference, amount, _url in side.rows]
    blocks = [heading(title), table(columns, rows, foot=[_("Sum"), "", "", money(side.sum)])]
    if side.count > len(side.rows):
        more = _("%(count)s in all; the first %(shown)s are listed.")
        blocks.append(paragraph(more % {"count": side.count, "shown": len(side.rows)}))
    return blocks
