"""Closing the months of the account, one after the other (F1)."""

import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from funds.models import EnteredDocument, JournalEntry, Month
from funds.selectors.journal import account_balances, bank_balance
from funds.standing import STANDINGS, Standing, hold_matches, reconciliation_of, standing_on
from liaoyang_medins.kernel import clock, policy
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.days import day_before, first_of_next_month
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.papers import services as papers
from liaoyang_medins.kernel.papers.models import KeptPaper
from liaoyang_medins.kernel.states import require_transition, require_version

from .journal import lock_journal, post_documents

Status = Month.Status
# The kind of the papers that are kept.
RECONCILIATION = "reconciliation"


def oldest_open() -> datetime.date:
    """The first day of the month that closes next: that after the last closed one, else that of the first entry."""
    after = Month.open_from()
    if after is not None:
        return after
    first = JournalEntry.objects.aggregate(first=Min("booked_on"))["first"]
    return (first or policy.area_policies(settings.POOLING_AREA).first_day).replace(day=1)


def standing_of(last: datetime.date) -> Standing:
    """How the account stands at the end of a month, in the book and at the bank."""
    return standing_on(last, bank_balance(last))


def unchecked_until(last: datetime.date) -> int:
    """How many entered documents dated until then nobody has checked."""
    return EnteredDocument.objects.filter(status=EnteredDocument.Status.ENTERED, day__lte=last).count()


@transaction.atomic
def prepare_month(*, first: datetime.date, note: str = "", by: Actor) -> Month:
    """Write down how the account stands at the end of the oldest open month; somebody else closes it.

    Everything waiting is posted first. `note` says why book and bank differ. Invalid where they do and it says
    nothing; Refused while the month runs, or documents dated in it wait to be checked; Conflict where another month
    is the oldest open one, or one is prepared already; NotAllowed.
    """
    by.require("months.prepare")
    lock_journal(wait=True)
    last = _may_close(first)
    if Month.objects.filter(status=Status.PREPARED).exists():
        raise Conflict(_("A month is prepared already: close it, or withdraw it."), code="prepared")
    # What comes while this goes on is late, and booked into the next month.
    post_documents(by=Actor.job("journal"))
    standing = standing_of(last)
    note = " ".join(note.split())[:300]
    if not standing.agrees and not note:
        raise Invalid(
            _("Book and bank differ, or no bank statement reaches the end of the month. Say why."), field="note"
        )
    month = Month.objects.create(
        first=first,
        last=last,
        note=note,
        prepared_on=clock.today(),
        made_by_id=by.user_id,
        **_figures(standing),
    )
    _record(month, "months.prepare", by, note=note)
    return month


@transaction.atomic
def withdraw_month(*, first: datetime.date, version: int, by: Actor) -> None:
    """Take a prepared closing away, to prepare it anew. Raises Conflict, NotAllowed."""
    by.require("months.prepare")
    lock_journal(wait=True)
    month = _prepared(first, version)
    _record(month, "months.withdraw", by)
    month.delete()


@transaction.atomic
def close_month(*, first: datetime.date, version: int, by: Actor) -> Month:
    """Close the oldest open month for good: nothing is booked into it any more, and no month is opened again.

    Refused for who prepared it; Conflict where something was booked or matched since it was prepared, or it is not
    the oldest open one any more; NotAllowed.
    """
    by.require("months.close")
    lock_journal(wait=True)
    month = _prepared(first, version)
    require_transition(Month.TRANSITIONS, month.status, Status.CLOSED, label=month.get_status_display)
    if month.made_by_id is not None and month.made_by_id == by.user_id:
        raise Refused(_("You prepared this closing yourself: somebody else closes the month."), code="own_entry")
    _may_close(first)
    post_documents(by=Actor.job("journal"))
    hold_matches()
    found = _figures(standing_of(month.last))
    if found != {name: getattr(month, name) for name in found}:
        raise Conflict(
            _("Something was booked or matched since this closing was prepared. Withdraw it and prepare it again."),
            code="figures_changed",
        )
    month.status, month.closed_on, month.closed_by_id = Status.CLOSED, clock.today(), by.user_id
    month.version += 1
    month.balances = {code: str(amount) for code, amount in account_balances(month.last).items() if amount}
    month.reconciliation = kept_reconciliation(month)
    month.save()
    _record(month, "months.close", by)
    return month


def kept_reconciliation(month: Month) -> KeptPaper | None:
    """The reconciliation of the month's last day, kept in every language as it stands now."""
    if not STANDINGS:
        return None
    return papers.keep(
        kind=RECONCILIATION, of=month, on=clock.today(), draw=lambda _round: reconciliation_of(month.last)
    )


def _may_close(first: datetime.date) -> datetime.date:
    """The last day of the month. Raises Conflict unless it is the oldest open one, Refused while it runs or documents
    dated in it wait for their checker.
    """
    if first != oldest_open():
        raise Conflict(
            _("The oldest open month is %(month)s: months are closed one after the other.")
            % {"month": f"{oldest_open():%Y-%m}"},
            code="not_the_oldest",
        )
    last = day_before(first_of_next_month(first))
    if last >= clock.today():
        raise Refused(_("The month is not over yet."), code="not_over")
    waiting = unchecked_until(last)
    if waiting:
        raise Refused(
            _("%(count)s entered documents dated until the end of the month wait to be checked.") % {"count": waiting},
            code="unchecked",
        )
    return last


def _prepared(first: datetime.date, version: int) -> Month:
    month = Month.objects.select_for_update(of=("self",)).filter(first=first).first()
    if month is None:
        raise Conflict(_("The closing of this month was withdrawn."), code="withdrawn")
    require_version(month.version, version, told=lambda: last_change(month))
    require_transition(Month.TRANSITIONS, month.status, Status.CLOSED, label=month.get_status_display)
    return month


def _figures(standing: Standing) -> dict[str, Any]:
    return {
        "in_book": standing.in_book,
        "at_bank": standing.at_bank,
        "open_in_book": standing.open_in_book,
        "open_in_book_sum": standing.open_in_book_sum,
        "open_at_bank": standing.open_at_bank,
        "open_at_bank_sum": standing.open_at_bank_sum,
    }


def _record(month: Month, verb: str, by: Actor, note: str = "") -> None:
    changes = {name: getattr(month, name) for name in ("in_book", "at_bank", "open_in_book", "open_at_bank")}
    audit.record(by=by, verb=verb, obj=month, changes=changes, note=note)
