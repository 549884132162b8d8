"""Indicators of the fund and of institutions, from sums: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from liaoyang_medins.kernel.money import ZERO, fen

# The average month of spending is that of so many months.
RESERVE_MONTHS = 12
TENTH = Decimal("0.1")
TEN_THOUSANDTH = Decimal("0.0001")


def months_of_reserve(balance: Decimal, spending: Sequence[Decimal]) -> Decimal | None:
    """For how many months `balance` (yuan) lasts at the average of the last twelve months' `spending` (yuan each),
    with one decimal; None where nothing was spent. A fund that is in debt has reserves below zero.
    """
    months = spending[-RESERVE_MONTHS:]
    spent = sum(months, ZERO)
    if spent <= ZERO:
        return None
    return (balance * len(months) / spent).quantize(TENTH, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Measures:
    """Settled stays: how many, what they cost in yuan and of it in scope and paid by the fund, their days, and after
    how many the person was admitted again within 14 days.
    """

    stays: int = 0
    total: Decimal = ZERO
    in_scope: Decimal = ZERO
    fund: Decimal = ZERO
    days: int = 0
    readmitted: int = 0

    def __add__(self, other: "Measures") -> "Measures":
        return Measures(
            self.stays + other.stays,
            self.total + other.total,
            self.in_scope + other.in_scope,
            self.fund + other.fund,
            self.days + other.days,
            self.readmitted + other.readmitted,
        )

    def __sub__(self, other: "Measures") -> "Measures":
        return Measures(
            self.stays - other.stays,
            self.total - other.total,
            self.in_scope - other.in_scope,
            self.fund - other.fund,
            self.days - other.days,
            self.readmitted - other.readmitted,
        )

    @property
    def average_cost(self) -> Decimal | None:
        """Yuan a stay, rounded to the fen; None without stays, as all that follow."""
        return fen(self.total / self.stays) if self.stays else None

    @property
    def average_days(self) -> Decimal | None:
        """Days a stay, with one decimal."""
        return (Decimal(self.days) / self.stays).quantize(TENTH, ROUND_HALF_UP) if self.stays else None

    @property
    def readmission(self) -> Decimal | None:
        """The share (0 to 1, four decimals) of the stays that were followed by another within 14 days."""
        return share(Decimal(self.readmitted), Decimal(self.stays))

    @property
    def out_of_scope(self) -> Decimal | None:
        """The share (0 to 1, four decimals) of the cost that is out of scope; None where nothing was charged."""
        return share(self.total - self.in_scope, self.total)


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    """`part` of `whole`, with four decimals; None of nothing."""
    return (part / whole).quantize(TEN_THOUSANDTH, ROUND_HALF_UP) if whole else None
