"""A statement on paper, for the printer and as PDF."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.papers.paper import NUMBER, SHORT, TEXT, Block, Paper, amount, draw_up, facts, table, text
from liaoyang_medins.kernel.web.templatetags.medins import money, paper_date

from .summary import Section, Summary, figure_heads


def paper_of(summary: Summary) -> Paper:
    """The statement as a paper across: what is claimed in figures and 大写, the ratio with its article and day, the
    tables, who signed. Of one that is not issued it says so, and bears today's date.
    """
    statement = summary.statement
    issued = statement.issued_on is not None
    words = {
        "first": paper_date(statement.period_from),
        "last": paper_date(statement.period_until),
        "period": statement.period_label,
    }
    body: list[Block] = [
        text(
            _(
                "For the contributions to the basic medical insurance of urban residents that were paid in full from "
                "%(first)s to %(last)s (%(period)s), the government subsidies are claimed as follows."
            )
            % words
        )
    ]
    if not issued:
        body.insert(0, text(_("Draft, not issued")))
    if summary.part_of:
        body.append(text(_("This copy holds the part of %(district)s.") % {"district": summary.part_of.label}))
    shares = [
        (_("Shares"), f"{shared} ({article}, {_('since %(day)s') % {'day': paper_date(since)}})")
        for shared, article, since in summary.shares
    ]
    body.append(facts([(_("Payable by"), paper_date(statement.due_on) if issued else ""), *shares]))
    body += [amount(label, yuan) for label, yuan in summary.amounts]
    body += [_table(section) for section in summary.sections]
    if statement.hash:
        body.append(text(f"{_('Seal over all items')} SHA-256 {statement.hash}"))
    return draw_up(
        title=_("Statement of government subsidies"),
        agency=settings.AGENCY_NAME,
        number=statement.number,
        on=statement.issued_on or clock.today(),
        body=body,
        signatures=[f"{label} {name}".rstrip() for label, name in summary.signatures],
        seal=_("Seal of the agency"),
        layout="wide",
    )


def _table(section: Section) -> Block:
    places = len(section.words)
    kinds = [TEXT, *[SHORT] * (places - 1)]
    return table(
        [*zip(section.words, kinds, strict=True), *((head, NUMBER) for head in figure_heads())],
        [[*row[:places], *_written(row[places:])] for row in section.rows],
        caption=section.title,
        foot=[_("Sum"), *[""] * (places - 1), *_written(section.foot)],
    )


def _written(figures: tuple[Any, ...]) -> list[str]:
    persons, *amounts = figures
    return [f"{persons:,}", *(money(yuan) for yuan in amounts)]
