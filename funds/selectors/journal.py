"""The journal and its trial balance."""

import datetime
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import (
    DecimalField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from funds.chart import Chart
from funds.models import Account, AccountDay, JournalEntry, JournalLeg
from liaoyang_medins.kernel.days import day_before
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor

_NOTHING = Value(ZERO, output_field=DecimalField(max_digits=20, decimal_places=2))


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """An account's balance before a time (`opening`, debit positive), its sums of debits and credits in it, both ≥ 0,
    and on which side it stands at its end; in yuan.
    """

    account: Account
    debits: Decimal
    credits: Decimal
    opening: Decimal = ZERO

    @property
    def closing(self) -> Decimal:
        return self.opening + self.debits - self.credits

    @property
    def opening_debit(self) -> Decimal:
        return max(self.opening, ZERO)

    @property
    def opening_credit(self) -> Decimal:
        return max(-self.opening, ZERO)

    @property
    def debit_balance(self) -> Decimal:
        return max(self.closing, ZERO)

    @property
    def credit_balance(self) -> Decimal:
        return max(-self.closing, ZERO)


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """All accounts in a time; debits equal credits, before it, in it and after it (F1)."""

    rows: list[AccountBalance]

    def _sum(self, name: str) -> Decimal:
        return sum((getattr(row, name) for row in self.rows), ZERO)

    @property
    def debits(self) -> Decimal:
        return self._sum("debits")

    @property
    def credits(self) -> Decimal:
        return self._sum("credits")

    @property
    def opening_debit(self) -> Decimal:
        return self._sum("opening_debit")

    @property
    def opening_credit(self) -> Decimal:
        return self._sum("opening_credit")

    @property
    def debit_balance(self) -> Decimal:
        return self._sum("debit_balance")

    @property
    def credit_balance(self) -> Decimal:
        return self._sum("credit_balance")

    @property
    def balanced(self) -> bool:
        return (
            self.debits == self.credits
            and self.opening_debit == self.opening_credit
            and self.debit_balance == self.credit_balance
        )


def entries_visible_to(actor: Actor) -> QuerySet[JournalEntry]:
    """The entries with their legs and accounts, the newest first; all of them or none."""
    entries = JournalEntry.objects.prefetch_related("legs__account").order_by("-booked_on", "-id")
    return entries if actor.may("journal.see") else entries.none()


def trial_balance(
    actor: Actor, until: datetime.date | None = None, since: datetime.date | None = None
) -> TrialBalance:
    """The trial balance of the days from `since` until `until`, both included; by default of all."""
    booked = Q(days__day__lte=until) if until else Q()
    within = booked & Q(days__day__gte=since) if since else booked
    before = Q(days__day__lt=since)
    accounts = Account.objects.annotate(
        debits=Coalesce(Sum("days__debits", filter=within), _NOTHING),
        credits=Coalesce(Sum("days__credits", filter=within), _NOTHING),
        debits_before=Coalesce(Sum("days__debits", filter=before), _NOTHING) if since else _NOTHING,
        credits_before=Coalesce(Sum("days__credits", filter=before), _NOTHING) if since else _NOTHING,
    ).order_by("code")
    if not actor.may("journal.see"):
        accounts = accounts.none()
    return TrialBalance(
        [AccountBalance(row, row.debits, row.credits, row.debits_before - row.credits_before) for row in accounts]
    )


def bank_balance(until: datetime.date) -> Decimal:
    """What the account holds by the book at the end of a day, in yuan."""
    return balance_of(Account.objects.get(code=Chart.BANK), until)


def account_balances(until: datetime.date) -> dict[str, Decimal]:
    """The balance of every account at the end of `until` by its code, in yuan: debits less credits."""
    sums = AccountDay.objects.filter(day__lte=until).order_by().values_list("account__code")
    return dict(sums.annotate(balance=Sum("debits") - Sum("credits")))


def balance_of(account: Account, until: datetime.date) -> Decimal:
    """The balance of an account at the end of a day, debit positive, in yuan."""
    found = AccountDay.objects.filter(account=account, day__lte=until).aggregate(
        debits=Sum("debits", default=ZERO), credits=Sum("credits", default=ZERO)
    )
    return Decimal(found["debits"] - found["credits"])


def ledger_of(actor: Actor, account: Account, since: datetime.date, until: datetime.date) -> QuerySet[JournalLeg]:
    """The legs of an account in some days (both included), in their order; all of them or none."""
    legs = (
        JournalLeg.objects.filter(account=account, entry__booked_on__range=(since, until))
        .select_related("entry")
        .prefetch_related("entry__legs__account")
        .order_by("entry__booked_on", "entry_id", "pk")
    )
    return legs if actor.may("journal.see") else legs.none()


def balances_after(account: Account, legs: Sequence[JournalLeg]) -> list[Decimal]:
    """The balance of an account after each of some of its legs that follow one another, debit positive, in yuan."""
    if not legs:
        return []
    first = legs[0]
    day = first.entry.booked_on
    of_the_day = JournalLeg.objects.filter(account=account, entry__booked_on=day)
    earlier = of_the_day.filter(Q(entry_id__lt=first.entry_id) | Q(entry_id=first.entry_id, pk__lt=first.pk))
    before = balance_of(account, day_before(day)) + earlier.aggregate(sum=Sum("amount", default=ZERO))["sum"]
    return list(itertools.accumulate((leg.amount for leg in legs), initial=before))[1:]


def legs_summed(actor: Actor, account: Account, since: datetime.date, until: datetime.date) -> tuple[Decimal, Decimal]:
    """Debits and credits of an account in some days (both included), both ≥ 0, in yuan."""
    rows = AccountDay.objects.filter(account=account, day__gte=since, day__lte=until)
    found = (rows if actor.may("journal.see") else rows.none()).aggregate(
        debits=Sum("debits", default=ZERO), credits=Sum("credits", default=ZERO)
    )
    return found["debits"], found["credits"]


def counter_accounts(leg: JournalLeg) -> list[Account]:
    """The accounts on the other side of a leg's entry."""
    return [other.account for other in leg.entry.legs.all() if (other.amount > 0) != (leg.amount > 0)]


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
