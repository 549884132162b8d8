"""The journal and its trial balance."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import DecimalField, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from funds.models import Account, JournalEntry
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor

_NOTHING = Value(ZERO, output_field=DecimalField(max_digits=20, decimal_places=2))


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """An account's sums of debits and credits in yuan, both ≥ 0, and on which side it stands."""

    account: Account
    debits: Decimal
    credits: Decimal

    @property
    def debit_balance(self) -> Decimal:
        return max(self.debits - self.credits, ZERO)

    @property
    def credit_balance(self) -> Decimal:
        return max(self.credits - self.debits, ZERO)


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """All accounts until a day; debits equal credits, and debit balances equal credit balances (F1)."""

    rows: list[AccountBalance]
    debits: Decimal
    credits: Decimal
    debit_balance: Decimal
    credit_balance: Decimal

    @property
    def balanced(self) -> bool:
        return self.debits == self.credits and self.debit_balance == self.credit_balance


def account_label(account: Account) -> str:
    """The account's name in the language of the page."""
    return account.name_en if (get_language() or "").startswith("en") else account.name


def entries_visible_to(actor: Actor) -> QuerySet[JournalEntry]:
    """The entries with their legs and accounts, the newest first; all of them or none."""
    entries = JournalEntry.objects.prefetch_related("legs__account").order_by("-booked_on", "-id")
    return entries if actor.may("journal.see") else entries.none()


def trial_balance(actor: Actor, until: datetime.date | None = None) -> TrialBalance:
    """The trial balance of everything booked until a day (included), by default of all."""
    legs = Q(legs__entry__booked_on__lte=until) if until else Q()
    accounts = Account.objects.annotate(
        debits=Coalesce(Sum("legs__amount", filter=legs & Q(legs__amount__gt=0)), _NOTHING),
        credits=Coalesce(Sum("legs__amount", filter=legs & Q(legs__amount__lt=0)), _NOTHING),
    ).order_by("code")
    if not actor.may("journal.see"):
        accounts = accounts.none()
    rows = [AccountBalance(account, account.debits, -account.credits) for account in accounts]
    return TrialBalance(
        rows,
        sum((row.debits for row in rows), ZERO),
        sum((row.credits for row in rows), ZERO),
        sum((row.debit_balance for row in rows), ZERO),
        sum((row.credit_balance for row in rows), ZERO),
    )
