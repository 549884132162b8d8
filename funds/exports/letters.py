"""The letter to a finance office whose payment is overdue."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from funds.models import SubsidyReminder
from funds.rules import SetOff
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.papers.paper import NUMBER, SHORT, Paper, amount, draw_up, facts, table, text
from liaoyang_medins.kernel.web.templatetags.medins import money, paper_date


def office_of(payer: Office) -> str:
    """The finance office of the city or of a district, as a letter addresses it."""
    if payer.kind == Office.Kind.AREA:
        return _("Finance bureau of the city")
    return _("Finance bureau of %(district)s") % {"district": payer.label}


def letter_of(
    reminder: SubsidyReminder, set_offs: Sequence[SetOff], earlier: Sequence[SubsidyReminder], agency: str
) -> Paper:
    """The letter as a paper: the statement, what is due on it since when, for how many days, which credits were set
    off, the amount in figures and 大写; and which letters went before.
    """
    statement = reminder.statement
    words = {
        "number": statement.number,
        "date": paper_date(statement.issued_on),
        "period": statement.period_label,
        "due": paper_date(statement.due_on),
        "days": reminder.overdue_days,
    }
    body = [
        text(_("To: %(office)s") % {"office": office_of(reminder.payer)}),
        text(
            _(
                "The statement of government subsidies %(number)s of %(date)s (%(period)s) was payable by %(due)s. "
                "What is outstanding of your share has been overdue for %(days)s days."
            )
            % words
        ),
        facts(
            [
                (_("Statement"), statement.number),
                (_("Payable by"), paper_date(statement.due_on)),
                (_("Claimed (yuan)"), money(reminder.claimed)),
                (_("Received (yuan)"), money(reminder.received)),
                *(
                    (_("Set off from %(number)s (yuan)") % {"number": each.source}, money(each.amount))
                    for each in set_offs
                ),
                (_("Days overdue"), str(reminder.overdue_days)),
            ]
        ),
        amount(_("Amount outstanding"), reminder.outstanding),
        text(
            _(
                "Please transfer the amount to the special account of the basic medical insurance of urban residents "
                "and state the number of the statement. If you have paid meanwhile, please tell us the bank reference."
            )
        ),
    ]
    if earlier:
        body.append(
            table(
                [(_("Letter"), SHORT), (_("Written on"), SHORT), (_("Outstanding then (yuan)"), NUMBER)],
                [[each.number, paper_date(each.written_on), money(each.outstanding)] for each in earlier],
                caption=_("Letters before this one"),
            )
        )
    return draw_up(
        title=_("Reminder of an overdue subsidy"),
        agency=agency,
        number=reminder.number,
        on=reminder.written_on,
        body=body,
        signatures=[_("Handled by"), _("Approved by")],
        seal=_("Seal of the agency"),
    )
