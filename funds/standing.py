"""How the account stands at the bank beside the book on a day. The app that reads bank statements says it; who closes
a month asks it, and keeps it as a paper.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from liaoyang_medins.kernel.papers.paper import Paper


@dataclass(frozen=True, slots=True)
class Standing:
    """A day's balances in yuan, and what stands on one side only: items and their sum.

    `at_bank` is None where no bank statement reaches so far; `carried` is what book and bank differed by before the
    first bank statement and nobody cleared since.
    """

    in_book: Decimal
    at_bank: Decimal | None
    open_in_book: int
    open_in_book_sum: Decimal
    open_at_bank: int
    open_at_bank_sum: Decimal
    carried: Decimal = Decimal("0.00")

    @property
    def agrees(self) -> bool:
        """Whether both sides say the same, with nothing open."""
        return self.at_bank == self.in_book and not (self.open_in_book or self.open_at_bank or self.carried)


@dataclass(frozen=True, slots=True)
class Known:
    """What the app that reads bank statements does for who closes a month: say how the account stands at the end of a
    day, keep what is matched as it is until the transaction ends, draw up the reconciliation in the active language.
    """

    standing: Callable[[datetime.date], Standing]
    hold: Callable[[], None]
    paper: Callable[[datetime.date], Paper]


# By the name of the app that knows; one at most.
STANDINGS: dict[str, Known] = {}


def standing_on(day: datetime.date, in_book: Decimal) -> Standing:
    """How the account stands at the end of `day`; `in_book` is its balance in the journal."""
    for known in STANDINGS.values():
        return known.standing(day)
    return Standing(in_book, None, 0, Decimal("0.00"), 0, Decimal("0.00"))


def hold_matches() -> None:
    """Nobody matches bank and book until the transaction ends."""
    for known in STANDINGS.values():
        known.hold()


def reconciliation_of(day: datetime.date) -> Paper:
    """The reconciliation of bank and book at the end of `day` as a paper, from the one app that knows of the bank."""
    (known,) = STANDINGS.values()
    return known.paper(day)
