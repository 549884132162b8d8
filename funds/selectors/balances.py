"""What the payers of statements owe: claimed, received, set off, outstanding, overdue (F2)."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, Sum

from funds import rules
from funds.models import StatementSum, SubsidyReceipt, SubsidyStatement
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role

from .statements import statements_visible_to


@dataclass(frozen=True, slots=True)
class PayerBalance:
    """A payer of a statement (the pooling area for the city, or a district), its balance, and which credit pays which
    claim of it: those that the statement is one side of.
    """

    payer: Office
    balance: rules.Balance
    set_offs: tuple[rules.SetOff, ...] = ()

    @property
    def is_city(self) -> bool:
        return self.payer.kind == Office.Kind.AREA

    @property
    def share(self) -> int:
        """How much of the claim has arrived or was set off, in whole percent from 0 to 100, rounded down; nothing
        claimed counts as all.
        """
        if self.balance.claimed <= ZERO:
            return 100
        return min(int((self.balance.received + self.balance.set_off) * 100 / self.balance.claimed), 100)


def balances_of(statement: SubsidyStatement, today: datetime.date, actor: Actor | None = None) -> list[PayerBalance]:
    """The payers of one statement, the city first, then the districts by code; district finance: its own only."""
    return balances_by_statement([statement], today, actor)[statement.pk]


def balances_by_statement(
    statements: Iterable[SubsidyStatement], today: datetime.date, actor: Actor | None = None
) -> dict[int, list[PayerBalance]]:
    """The payers of each statement by the statement's key, in a fixed number of queries.

    A payer's credit pays its oldest open claim on whatever statement, so the sums of all issued statements are read:
    eleven statements more each year, each of a hundred rows, which PostgreSQL adds up to eight.
    """
    by_key = {statement.pk: statement for statement in statements}
    own = actor.office if actor is not None and actor.role is Role.DISTRICT_FINANCE else None
    claims = _claims(by_key, own)
    paid = SubsidyReceipt.objects.all() if own is None else SubsidyReceipt.objects.filter(payer=own)
    received = {
        (row["statement__number"], row["payer"]): row["amount__sum"]
        for row in paid.order_by().values("statement__number", "payer").annotate(Sum("amount"))
    }
    found: dict[int, list[PayerBalance]] = {key: [] for key in by_key}
    # The city's code is that of the whole area, and so before those of its districts.
    for payer in sorted(claims, key=lambda office: office.code):
        rests = [
            (claim.number, claim.amount - received.get((claim.number, payer.pk), ZERO))
            for claim in claims[payer]
            if claim.issued
        ]
        set_offs: dict[str, list[rules.SetOff]] = defaultdict(list)
        for each in rules.set_off(rests):
            set_offs[each.target].append(each)
            set_offs[each.source].append(each)
        for claim in claims[payer]:
            if claim.statement not in by_key:
                continue
            of_claim = set_offs[claim.number]
            balance = rules.balance(
                claimed=claim.amount,
                received=received.get((claim.number, payer.pk), ZERO),
                set_off=sum((each.amount if each.target == claim.number else -each.amount for each in of_claim), ZERO),
                due=by_key[claim.statement].due_on,
                today=today,
            )
            found[claim.statement].append(PayerBalance(payer, balance, tuple(of_claim)))
    return found


@dataclass(slots=True)
class _Claim:
    """What a statement claims of one payer, in yuan; below zero it is a credit."""

    statement: int
    number: str
    issued: bool
    amount: Decimal


def _claims(asked: Iterable[int], own: Office | None) -> dict[Office, list[_Claim]]:
    """What all issued statements, and those asked for, claim of each payer (of `own` alone where it is given), in
    order of issue.
    """
    sums = StatementSum.objects.filter(Q(statement__status=SubsidyStatement.Status.ISSUED) | Q(statement__in=asked))
    if own is not None:
        sums = sums.filter(district=own)
    rows = (
        sums.order_by("statement__issued_on", "statement__number")
        .values("statement", "statement__number", "statement__issued_on", "district")
        .annotate(Sum("city"), Sum("district_share"))
    )
    offices = Office.objects.select_related("parent").in_bulk({row["district"] for row in rows})
    claims: dict[Office, dict[int, _Claim]] = defaultdict(dict)
    for row in rows:
        district = offices[row["district"]]
        for payer, amount in ((district.parent, row["city__sum"]), (district, row["district_share__sum"])):
            if payer is None or (own is not None and own.pk != payer.pk):
                continue
            claim = claims[payer].setdefault(
                row["statement"],
                _Claim(row["statement"], row["statement__number"], row["statement__issued_on"] is not None, ZERO),
            )
            claim.amount += amount
    return {payer: list(by_statement.values()) for payer, by_statement in claims.items()}


def overdue(actor: Actor, today: datetime.date) -> dict[int, list[PayerBalance]]:
    """Who is late on which issued statement that the actor sees, by the statement's key. What one payer has too much
    pays nothing for another.
    """
    due = statements_visible_to(actor).select_related(None).filter(due_on__lt=today)
    found = {
        key: [owed for owed in balances if owed.balance.overdue_days]
        for key, balances in balances_by_statement(due, today, actor).items()
    }
    return {key: late for key, late in found.items() if late}


def summed(balances: Iterable[PayerBalance]) -> rules.Balance:
    """Several payers together; overdue by the longest overdue of them."""
    parts = [entry.balance for entry in balances]
    return rules.Balance(
        sum((part.claimed for part in parts), ZERO),
        sum((part.received for part in parts), ZERO),
        sum((part.set_off for part in parts), ZERO),
        sum((part.outstanding for part in parts), ZERO),
        max((part.overdue_days for part in parts), default=0),
        all(part.settled for part in parts),
    )
