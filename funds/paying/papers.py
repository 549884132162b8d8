"""A declaration on paper, to be filed: lines, sum in figures and 大写, lines to sign on."""

from django.conf import settings
from django.utils.translation import gettext as _

from liaoyang_medins.kernel.papers.paper import (
    NUMBER,
    SHORT,
    TEXT,
    Paper,
    amount,
    draw_up,
    facts,
    heading,
    table,
    text,
)
from liaoyang_medins.kernel.web.templatetags.medins import money

from .labels import lines_of, month_label, signatures_of, sums_of
from .models import Declaration, InstitutionAccount


def declaration_paper(declaration: Declaration, account: InstitutionAccount | None, *, named: bool) -> Paper:
    """The declaration with all its lines, with the names of persons or without; `account` is where it is paid to."""
    lines = lines_of(declaration, named=named)
    body = [
        facts(
            [
                (_("Institution"), declaration.institution.label),
                (_("Code"), declaration.institution.code),
                (_("Month"), month_label(declaration.month)),
                (_("Status"), declaration.get_status_display()),
                (_("Account holder"), account.holder if account else ""),
                (_("Bank"), account.bank if account else ""),
                (_("Account number"), account.masked if account else ""),
            ]
        ),
        heading(_("Sum")),
        table(
            [(_("What"), TEXT), (_("Note"), TEXT), (_("Amount (yuan)"), NUMBER)],
            [(row.label, row.note, money(row.amount)) for row in sums_of(declaration)],
        ),
        amount(_("To be paid to the institution"), declaration.payable),
        heading(_("Lines")),
        table(
            [
                (_("Settlement"), SHORT),
                (_("Inpatient number"), SHORT),
                (_("Name"), SHORT),
                (_("Decided on"), SHORT),
                (_("Total cost (yuan)"), NUMBER),
                (_("Of the fund (yuan)"), NUMBER),
            ],
            [
                (line.settlement, line.inpatient, line.name, line.day, money(line.total), money(line.amount))
                for line in lines
            ],
            foot=(
                _("Sum"),
                "",
                "",
                "",
                money(sum(line.total for line in lines)),
                money(sum(line.amount for line in lines)),
            ),
        ),
    ]
    body += [text(f"{line.settlement}: {line.note}") for line in lines if line.note]
    signed = [(each.step, f"{each.name} {each.day}") for each in signatures_of(declaration) if each.day]
    if signed:
        body += [heading(_("Review")), facts(signed)]
    return draw_up(
        title=_("Monthly declaration of a designated institution"),
        agency=settings.AGENCY_NAME,
        number=declaration.number,
        on=declaration.submitted_on or declaration.drawn_on,
        body=body,
        signatures=[
            _("The institution"),
            _("Examined by (first signature)"),
            _("Checked by (second signature)"),
            _("Approved by (third signature)"),
        ],
        seal=_("Seal of the institution"),
    )
