"""What the payers of statements owe: claimed, received, outstanding, overdue (F2)."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from funds import rules
from funds.models import StatementSum, SubsidyReceipt, SubsidyStatement
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role

from .statements import statements_visible_to


@dataclass(frozen=True, slots=True)
class PayerBalance:
    """A payer of a statement (the pooling area for the city, or a district) and its balance."""

    payer: Office
    balance: rules.Balance

    @property
    def is_city(self) -> bool:
        return self.payer.kind == Office.Kind.AREA

    @property
    def share(self) -> int:
        """How much of the claim has arrived, in whole percent from 0 to 100, rounded down; nothing claimed counts as
        all.
        """
        if self.balance.claimed <= ZERO:
            return 100
        return min(int(self.balance.received * 100 / self.balance.claimed), 100)


def balances_of(statement: SubsidyStatement, today: datetime.date, actor: Actor | None = None) -> list[PayerBalance]:
    """The payers of one statement, the city first, then the districts by code; district finance: its own only."""
    return balances_by_statement([statement], today, actor)[statement.pk]


def balances_by_statement(
    statements: Iterable[SubsidyStatement], today: datetime.date, actor: Actor | None = None
) -> dict[int, list[PayerBalance]]:
    """The payers of each statement by the statement's key, in a fixed number of queries."""
    by_key = {statement.pk: statement for statement in statements}
    shares = (
        StatementSum.objects.filter(statement__in=by_key)
        .order_by()
        .values("statement", "district")
        .annotate(Sum("city"), Sum("district_share"))
    )
    offices = Office.objects.select_related("parent").in_bulk({row["district"] for row in shares})
    claimed: dict[tuple[int, Office], Decimal] = {}
    for row in shares:
        district = offices[row["district"]]
        for payer, amount in ((district.parent, row["city__sum"]), (district, row["district_share__sum"])):
            if payer is not None:
                key = (row["statement"], payer)
                claimed[key] = claimed.get(key, ZERO) + amount
    received = {
        (row["statement"], row["payer"]): row["amount__sum"]
        for row in SubsidyReceipt.objects.filter(statement__in=by_key)
        .order_by()
        .values("statement", "payer")
        .annotate(Sum("amount"))
    }
    own = actor.office if actor is not None and actor.role is Role.DISTRICT_FINANCE else None
    found: dict[int, list[PayerBalance]] = {key: [] for key in by_key}
    # The city's code is that of the whole area, and so before those of its districts.
    for (statement, payer), amount in sorted(claimed.items(), key=lambda entry: entry[0][1].code):
        if own is None or own.pk == payer.pk:
            paid = received.get((statement, payer.pk), ZERO)
            balance = rules.balance(claimed=amount, received=paid, due=by_key[statement].due_on, today=today)
            found[statement].append(PayerBalance(payer, balance))
    return found


def overdue(actor: Actor, today: datetime.date) -> dict[int, list[PayerBalance]]:
    """Who is late on which issued statement that the actor sees, by the statement's key; PostgreSQL leaves out those
    on which no payer owes anything. What one payer has too much pays nothing for another.
    """

    def received(**payer: Any) -> Coalesce:
        receipts = SubsidyReceipt.objects.filter(statement=OuterRef("statement"), **payer).order_by()
        return Coalesce(Subquery(receipts.values("statement").annotate(Sum("amount")).values("amount__sum")), ZERO)

    due = statements_visible_to(actor).filter(due_on__lt=today)
    sums = StatementSum.objects.filter(statement__due_on__lt=today).order_by()
    districts = sums.values("statement", "district").annotate(
        owed=Sum("district_share") - received(payer=OuterRef("district"))
    )
    city = sums.values("statement").annotate(owed=Sum("city") - received(payer__kind=Office.Kind.AREA))
    owing = [rows.filter(owed__gt=ZERO).values("statement") for rows in (districts, city)]
    open_ones = due.filter(Q(pk__in=owing[0]) | Q(pk__in=owing[1]))
    found = {
        key: [owed for owed in balances if owed.balance.overdue_days]
        for key, balances in balances_by_statement(open_ones, today, actor).items()
    }
    return {key: late for key, late in found.items() if late}


def summed(balances: Iterable[PayerBalance]) -> rules.Balance:
    """Several payers together; overdue by the longest overdue of them."""
    parts = [entry.balance for entry in balances]
    return rules.Balance(
        sum((part.claimed for part in parts), ZERO),
        sum((part.received for part in parts), ZERO),
        sum((part.outstanding for part in parts), ZERO),
        max((part.overdue_days for part in parts), default=0),
        all(part.settled for part in parts),
    )
