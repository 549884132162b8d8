"""The journal and its trial balance."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import DecimalField, Exists, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from funds.models import Account, JournalEntry, JournalLeg
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


def entries_visible_to(actor: Actor) -> QuerySet[JournalEntry]:
    """The entries with their legs and accounts, the newest first; all of them or none."""
    entries = JournalEntry.objects.prefetch_related("legs__account").order_by("-booked_on", "-id")
    return entries if actor.may("journal.see") else entries.none()


def trial_balance(actor: Actor, until: datetime.date | None = None) -> TrialBalance:
    """The trial balance of everything booked until a day (included), by default of all."""
    booked = Q(days__day__lte=until) if until else Q()
    accounts = Account.objects.annotate(
        debits=Coalesce(Sum("days__debits", filter=booked), _NOTHING),
        credits=Coalesce(Sum("days__credits", filter=booked), _NOTHING),
    ).order_by("code")
    if not actor.may("journal.see"):
        accounts = accounts.none()
    rows = [AccountBalance(account, account.debits, account.credits) for account in accounts]
    return TrialBalance(
        rows,
        sum((row.debits for row in rows), ZERO),
        sum((row.credits for row in rows), ZERO),
        sum((row.debit_balance for row in rows), ZERO),
        sum((row.credit_balance for row in rows), ZERO),
    )


@dataclass(frozen=True, slots=True)
class Sides:
    """The two sides of an entry: account and amount ≥ 0 in yuan; `amount` is the sum of either side."""

    debits: list[tuple[Account, Decimal]]
    credits: list[tuple[Account, Decimal]]

    @property
    def amount(self) -> Decimal:
        return sum((amount for _account, amount in self.debits), ZERO)


def sides_of(entry: JournalEntry) -> Sides:
    """An entry as a bookkeeper reads it."""
    legs = list(entry.legs.all())
    return Sides(
        [(leg.account, leg.amount) for leg in legs if leg.amount > 0],
        [(leg.account, -leg.amount) for leg in legs if leg.amount < 0],
    )


def entries_filtered(
    entries: QuerySet[JournalEntry],
    *,
    document_type: str = "",
    account: str = "",
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    number: str = "",
) -> QuerySet[JournalEntry]:
    """The entries of a kind of document, with a leg on an account, of some days (both included), of a document."""
    if document_type:
        entries = entries.filter(document_type=document_type)
    if account:
        entries = entries.filter(Exists(JournalLeg.objects.filter(entry=OuterRef("pk"), account__code=account)))
    if since:
        entries = entries.filter(booked_on__gte=since)
    if until:
        entries = entries.filter(booked_on__lte=until)
    if number:
        entries = entries.filter(document_number=number.strip().upper())
    return entries
