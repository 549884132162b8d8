"""What a statement says, as plain data in the active language: the one source of its workbook, its CSV and its paper.

The sums are those of the page (selectors.figures); where the policy changed its ratio, each ratio has tables of its
own (C3).
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from funds import selectors
from funds.models import StatementSum, SubsidyStatement
from funds.selectors.drawing import Sums
from funds.selectors.figures import Group, Part, Ratio
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role

Value = str | int | Decimal


@dataclass(frozen=True, slots=True)
class Section:
    """A table: columns of words, then persons and three columns of yuan; `foot` holds the sums under the figures."""

    title: str
    words: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    foot: tuple[int | Decimal, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A statement as far as somebody sees it.

    `facts` are labels with text or dates, `shares` each ratio in words with its article and the day from which it
    holds, `amounts` what is claimed in yuan, `signatures` who signed as what (no name: nobody yet).
    """

    statement: SubsidyStatement
    part_of: Office | None
    facts: tuple[tuple[str, str | datetime.date], ...]
    shares: tuple[tuple[str, str, datetime.date], ...]
    amounts: tuple[tuple[str, Decimal], ...]
    sections: tuple[Section, ...]
    signatures: tuple[tuple[str, str], ...]


def figure_heads() -> tuple[str, str, str, str]:
    """The headings above the figures of a section."""
    return _("Persons"), _("Government part (yuan)"), _("City share (yuan)"), _("District share (yuan)")


def share_words(ratio: Ratio) -> str:
    """A ratio in words."""
    return _("city %(city)s : district %(district)s") % {"city": ratio.city, "district": ratio.district}


def summary_of(statement: SubsidyStatement, by: Actor) -> Summary:
    """The statement as far as the actor sees it: for a district's finance office its own part alone (F2, Art. 14)."""
    sums = selectors.sums_visible_to(by).filter(statement=statement)
    return summary_from(statement, sums, by.office if by.role is Role.DISTRICT_FINANCE else None)


def summary_from(statement: SubsidyStatement, sums: QuerySet[StatementSum], part_of: Office | None) -> Summary:
    """The statement from some of its sums, said to be the part of an office."""
    table = selectors.table_of(sums)
    parts = selectors.parts_of(sums, settings.POOLING_AREA)
    return Summary(
        statement=statement,
        part_of=part_of,
        facts=_facts(statement, part_of),
        shares=tuple((share_words(part.ratio), part.ratio.article_words, part.ratio.holds_from) for part in parts),
        amounts=(
            (_("Government part in all"), table.total.government),
            (_("City share"), table.total.city),
            (_("District share"), table.total.district_share),
        ),
        sections=(
            Section(
                _("By district"),
                (_("District"),),
                tuple((group.district.label, *_figures(group.sums)) for group in table.districts),
                _figures(table.total),
            ),
            *(section for part in parts for section in _sections(part, apart=len(parts) > 1)),
        ),
        signatures=tuple(
            (label, person.name or person.username if person else "")
            for label, person in (
                (_("Made by"), statement.made_by),
                (_("Checked by"), statement.checked_by),
                (_("Approved by"), statement.approved_by),
            )
        ),
    )


def _facts(statement: SubsidyStatement, part_of: Office | None) -> tuple[tuple[str, str | datetime.date], ...]:
    found: tuple[tuple[str, str | datetime.date | None], ...] = (
        (_("Number"), statement.number),
        (_("Status"), statement.get_status_display()),
        (_("Period"), statement.period_label),
        (_("Payments from"), statement.period_from),
        (_("Payments until"), statement.period_until),
        (_("Date"), statement.issued_on),
        (_("Payable by"), statement.due_on),
        (_("Part of"), part_of.label if part_of else None),
    )
    return tuple((label, value) for label, value in found if value)


def _sections(part: Part, *, apart: bool) -> list[Section]:
    """The tables of what was reckoned under one ratio; `apart` where there are others."""
    table = part.table
    found = []
    for title, groups, total in (
        (_("New claims"), table.claims, table.claimed),
        (_("Corrections of earlier statements"), table.corrections, table.corrected),
    ):
        if groups:
            named = f"{title} ({share_words(part.ratio)})" if apart else title
            words = (_("District"), _("Category"), _("Tier"))
            found.append(Section(named, words, tuple(_rows(groups)), _figures(total)))
    return found


def _rows(groups: list[Group]) -> list[tuple[Value, ...]]:
    return [
        (group.district.label, row.category_label, row.tier_label, *_figures(row.sums))
        for group in groups
        for row in group.rows
    ]


def _figures(sums: Sums) -> tuple[int, Decimal, Decimal, Decimal]:
    return sums.persons, sums.government, sums.city, sums.district_share
