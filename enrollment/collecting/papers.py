"""The paper of a collection, which goes with the money to the bank and the agency (W4)."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from enrollment.lists.labels import class_label
from liaoyang_medins.kernel.papers.paper import NUMBER, SHORT, TEXT, Paper, amount, draw_up, facts, table, text
from liaoyang_medins.kernel.web.templatetags.medins import masked, money, paper_date

from .models import Collection, CollectionLine


def collection_paper(found: Collection, lines: Sequence[CollectionLine]) -> Paper:
    """Who paid at the school, by class, with the sum in figures and characters, and what the payment has to state."""
    columns = [
        (_("Row"), NUMBER),
        (_("School class"), TEXT),
        (_("Name"), TEXT),
        (_("ID number"), SHORT),
        (_("Notice"), SHORT),
        (_("Yuan"), NUMBER),
    ]
    rows = [
        (
            line.place,
            class_label(line.grade, line.class_name),
            line.notice.resident.name,
            masked(line.notice.resident.id_number),
            line.notice.number,
            money(line.amount),
        )
        for line in lines
    ]
    body = [
        facts(
            [
                (_("School"), found.school.label),
                (_("Contribution year"), found.contribution_year),
                (_("Handed in on"), paper_date(found.handed_in_on)),
                (_("Notices"), found.count),
                (_("Status"), found.get_status_display()),
                (_("Value date"), paper_date(found.paid_on) if found.paid_on else ""),
                (_("Bank reference"), found.bank_reference),
            ]
        ),
        table(columns, rows, foot=(_("Sum"), "", "", "", "", money(found.amount))),
        amount(_("Sum to be paid"), found.amount),
    ]
    if found.status == Collection.Status.HANDED_IN:
        said = _("To be paid in one sum, stating the number %(number)s.") % {"number": found.number}
        body.append(text(said))
    return draw_up(
        title=_("School collection of contributions"),
        agency=found.school.label,
        number=found.number,
        on=found.handed_in_on,
        body=body,
        signatures=[_("Handed in by"), _("Counted by"), _("Received by")],
        seal=_("Seal of the school"),
    )
