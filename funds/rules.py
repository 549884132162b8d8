"""Which statement a payment belongs to, what is still owed on it, and its seal: F2, F3 (Art. 14, 15).

Pure: no Django, no database, no clock.
"""

import hashlib
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from liaoyang_medins.kernel.days import day_before, first_of_next_month, last_day_of_term, next_day
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.policy import Policy


class PeriodKind(StrEnum):
    """A statement claims for the yearly window, or for what of a month lies outside it."""

    WINDOW = "window"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """The value dates of a statement's payments, both included."""

    kind: PeriodKind
    first: date
    last: date

    @property
    def key(self) -> str:
        """A name for forms and addresses, such as `month:2009-07-01`."""
        return f"{self.kind}:{self.first.isoformat()}"


@dataclass(frozen=True, slots=True)
class Balance:
    """What one payer owes on a statement, in yuan; `overdue_days` is 0 while nothing is overdue. Also what several owe
    together: `settled` says that none of them owes anything, which their sum alone does not.

    `claimed` is below zero where corrections outweigh the new claims: a credit. `set_off` is what credits of other
    statements pay of the claim, below zero what this credit pays of others; the rest is `outstanding`, below zero
    what is left of a credit for later claims.
    """

    claimed: Decimal
    received: Decimal
    set_off: Decimal
    outstanding: Decimal
    overdue_days: int
    settled: bool

    @property
    def payable(self) -> Decimal:
        """What may still be paid on the statement, in yuan: also what a credit would pay, which goes to the next
        claim then, so that money that came can be booked.
        """
        return self.claimed - self.received


@dataclass(frozen=True, slots=True)
class SetOff:
    """So much, in yuan, of a payer's credit from the statement `source` pays its claim of the statement `target`."""

    source: str
    target: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """What the seal of a statement covers of one item; amounts in yuan, below zero in a correction."""

    notice: str
    district: str
    category: str
    tier: str
    persons: int
    government: Decimal
    city: Decimal
    district_share: Decimal


def period_of(value_date: date, policy: Policy) -> Period:
    """F2: the one period that a payment of `value_date` belongs to. Every day of the law is in exactly one.

    A month that the window cuts gives up the days of the window. `policy` is that of the day.
    """
    opens = policy.window.opens.value.in_year(value_date.year)
    closes = policy.window.closes.value.in_year(value_date.year)
    if opens <= value_date <= closes:
        return Period(PeriodKind.WINDOW, opens, closes)
    first, last = value_date.replace(day=1), day_before(first_of_next_month(value_date))
    if value_date < opens:
        last = min(last, day_before(opens))
    else:
        first = max(first, next_day(closes))
    return Period(PeriodKind.MONTH, max(first, policy.first_day), last)


def due_on(issued_on: date, policy: Policy) -> date:
    """F2, Art. 15: the last day on which the payers may pay: 30 days after the statement's date."""
    return last_day_of_term(issued_on, policy.funds.subsidy_due_days.value)


def set_off(rests: Iterable[tuple[str, Decimal]]) -> list[SetOff]:
    """F2, F3: how the credits of one payer pay its claims. `rests` are its issued statements in order of issue, each
    with what it claims and has not received, in yuan; below zero it is a credit.

    The oldest credit goes to the oldest claim, whichever of them was issued first, until there are no more of either.
    """
    credits: deque[tuple[str, Decimal]] = deque()
    claims: deque[tuple[str, Decimal]] = deque()
    for number, rest in rests:
        if rest:
            (claims if rest > ZERO else credits).append((number, abs(rest)))
    found = []
    while credits and claims:
        (source, credit), (target, claim) = credits.popleft(), claims.popleft()
        amount = min(credit, claim)
        found.append(SetOff(source, target, amount))
        if credit > amount:
            credits.appendleft((source, credit - amount))
        if claim > amount:
            claims.appendleft((target, claim - amount))
    return found


def balance(*, claimed: Decimal, received: Decimal, set_off: Decimal = ZERO, due: date | None, today: date) -> Balance:
    """F2: what is left of a claim, and for how many days it is overdue; `due` is None while it is a draft. All amounts
    are in yuan; `set_off` is that of Balance.
    """
    outstanding = claimed - received - set_off
    late = due is not None and outstanding > ZERO and today > due
    overdue_days = (today - due).days if late and due is not None else 0
    return Balance(claimed, received, set_off, outstanding, overdue_days, outstanding <= ZERO)


class Seal:
    """SHA-256 over a statement's heading and its lines: any change shows.

    The lines come in order of notice, district and sign (claims first), each as `sealed_line` has it; they may be a
    million. A database writes them into it as into a file, where a line ends instead of beginning with a line feed.
    """

    def __init__(self, heading: Iterable[str]) -> None:
        self._digest = hashlib.sha256("|".join(heading).encode())
        self._before = b"\n"

    def write(self, text: bytes) -> int:
        """Take some text: lines, each with its line feed behind it, cut anywhere. Returns how many bytes it took."""
        if text:
            self._digest.update(self._before)
            self._digest.update(text[:-1])
            self._before = text[-1:]
        return len(text)

    def hexdigest(self) -> str:
        """The seal of what was taken so far."""
        return self._digest.hexdigest()


def sealed_line(line: Line) -> bytes:
    """What the seal takes of one line."""
    return (
        f"\n{line.notice}|{line.district}|{line.category}|{line.tier}|{line.persons}"
        f"|{line.government:.2f}|{line.city:.2f}|{line.district_share:.2f}"
    ).encode()
