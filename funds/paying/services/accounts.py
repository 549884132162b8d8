"""Bank accounts of institutions: a clerk enters one with the day from which it holds, somebody else confirms it."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import Institution
from claims.reimbursement.labels import account_problem_text
from claims.reimbursement.rules import account_problem, plain_account
from claims.transfers.orders import plain
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.states import require_transition

from .. import selectors
from ..models import InstitutionAccount
from .common import lock_institutions

Status = InstitutionAccount.Status


@transaction.atomic
def enter_account(
    *, institution: str, holder: str, bank: str, account_number: str, starts: datetime.date, by: Actor
) -> InstitutionAccount:
    """Enter a bank account of an institution (its code), paid to from `starts` on once somebody else has confirmed it.

    Invalid for an unknown institution, nothing said, or a number that cannot be one; Conflict where another waits to
    be confirmed or one holds from that day; NotAllowed.
    """
    by.require("bank_accounts.enter")
    found = Institution.objects.filter(code=institution).first()
    if found is None:
        raise Invalid(_("There is no institution with this code."), code="institution_unknown", field="institution")
    lock_institutions([found.pk])
    for field, value in (("holder", holder), ("bank", bank)):
        if not plain(value):
            raise Invalid(_("Fill this in."), field=field, code="empty")
    number = plain_account(account_number)
    problem = account_problem(number)
    if problem is not None:
        raise Invalid(account_problem_text(problem), field="account_number", code=problem.value)
    if found.bank_accounts.filter(status=Status.PROPOSED).exists():
        raise Conflict(_("Another account of this institution waits to be confirmed."), code="account_waits")
    if found.bank_accounts.filter(status=Status.CONFIRMED, starts=starts).exists():
        raise Conflict(_("An account of this institution holds from this day."), code="account_from_then")
    made = InstitutionAccount.objects.create(
        institution=found,
        holder=plain(holder),
        bank=plain(bank),
        account_number=number,
        starts=starts,
        entered_on=clock.today(),
        made_by_id=by.user_id,
    )
    note_on(found, "bank_accounts.enter", made, by)
    return made


@transaction.atomic
def confirm_account(*, key: int, account_number: str, by: Actor) -> InstitutionAccount:
    """Confirm the account with this key; `account_number` is the one that the confirmer read in the institution's
    letter, as it was typed. Payments from the day of the account on go there (U14).

    Invalid where the number is another one; Refused for who entered the account; Conflict where it was decided;
    NotAllowed.
    """
    account = undecided(key, Status.CONFIRMED, by)
    # Nobody sees more than four digits of it, so that a look confirms nothing.
    if plain_account(account_number) != account.account_number:
        raise Invalid(
            _("Another number was entered. Read the letter again, and refuse the account where it says another."),
            field="account_number",
            code="another_number",
        )
    return decided(account, Status.CONFIRMED, "bank_accounts.confirm", by)


@transaction.atomic
def refuse_account(*, key: int, reason: str, by: Actor) -> InstitutionAccount:
    """Refuse the account with this key. Invalid without a reason; Refused for who entered it; Conflict where it was
    decided; NotAllowed.
    """
    account = undecided(key, Status.REFUSED, by)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason", code="no_reason")
    return decided(account, Status.REFUSED, "bank_accounts.refuse", by, reason.strip()[:200])


def undecided(key: int, then: str, by: Actor) -> InstitutionAccount:
    """The account, its institution locked, that the actor may decide. Refused, Conflict and NotAllowed as above."""
    by.require("bank_accounts.confirm")
    seen = selectors.bank_accounts_visible_to(by).filter(pk=key).first()
    if seen is None:
        raise NotAllowed(_("There is no such account for you."), code="not_found")
    lock_institutions([seen.institution_id])
    account = InstitutionAccount.objects.select_related("institution").get(pk=key)
    require_transition(InstitutionAccount.TRANSITIONS, account.status, then, label=account.get_status_display)
    if by.user_id is not None and account.made_by_id == by.user_id:
        raise Refused(_("You entered this account yourself: a colleague confirms it."), code="own_entry")
    return account


def decided(account: InstitutionAccount, then: str, verb: str, by: Actor, refusal: str = "") -> InstitutionAccount:
    """Save what was decided, with the act on the audit record."""
    account.status, account.decided_on, account.decided_by_id = then, clock.today(), by.user_id
    account.refusal = refusal
    account.save()
    note_on(account.institution, verb, account, by, refusal)
    return account


def note_on(institution: Institution, verb: str, account: InstitutionAccount, by: Actor, note: str = "") -> None:
    """The act on the audit record of the institution. The account number goes there in its last digits only."""
    changes = {"account": account.masked, "bank": account.bank, "starts": account.starts}
    audit.record(by=by, verb=verb, obj=institution, changes=changes, note=note)
