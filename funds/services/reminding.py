"""Letters to finance offices whose payment on a statement is overdue (F2; Art. 15)."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from funds.exports.letters import letter_of
from funds.models import SubsidyReminder, SubsidyStatement
from funds.selectors import balances
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Refused
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.papers import services as papers

from .locking import lock_statements

KIND = "subsidy_reminder"


@transaction.atomic
def remind_payer(*, number: str, payer: str, by: Actor) -> SubsidyReminder:
    """Write to the finance office of the city or of a district (`payer`: the code of its office) about what is overdue
    on the issued statement `number`; returns the letter, kept word for word in every language, which the office finds
    on the statement's page too. A second one on the same day is the first.

    Raises Conflict where there is no such statement, Refused where nothing of it is overdue, NotAllowed.
    """
    by.require("statements.remind")
    lock_statements()
    today = clock.today()
    statement = SubsidyStatement.objects.filter(number=number, status=SubsidyStatement.Status.ISSUED).first()
    if statement is None:
        raise Conflict(_("Only an issued statement can be paid."), code="not_issued")
    before = statement.reminders.filter(payer__code=payer)
    written = before.filter(written_on=today).first()
    if written is not None:
        return written
    owed = next((owed for owed in balances.balances_of(statement, today) if owed.payer.code == payer), None)
    if owed is None or not owed.balance.overdue_days:
        raise Refused(_("Nothing is overdue on this statement."), code="not_overdue")
    reminder = SubsidyReminder(
        number=next_number(KIND, today),
        statement=statement,
        payer=owed.payer,
        round=before.count() + 1,
        written_on=today,
        written_by_id=by.user_id,
        claimed=owed.balance.claimed,
        received=owed.balance.received,
        set_off=owed.balance.set_off,
        overdue_days=owed.balance.overdue_days,
    )
    earlier = list(before.order_by("round"))
    reminder.paper = papers.keep(
        kind=KIND,
        of=reminder,
        on=today,
        draw=lambda _round: letter_of(reminder, owed.set_offs, earlier, settings.AGENCY_NAME),
    )
    reminder.save(force_insert=True)
    changes = {
        **{"number": reminder.number, "payer": payer, "outstanding": owed.balance.outstanding},
        **{"overdue_days": reminder.overdue_days, "sha256": reminder.paper.sha256},
    }
    note = f"{reminder.number} {owed.payer.name} {owed.balance.outstanding:,.2f}"
    audit.record(by=by, verb="statements.remind", obj=statement, changes=changes, note=note)
    return reminder
