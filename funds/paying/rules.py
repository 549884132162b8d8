"""What a monthly declaration comes to: A4 (reversals come off the next payment), S1 (institutions repay by deduction).

Pure: no Django, no database, no clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from liaoyang_medins.kernel.days import day_before, first_of_next_month
from liaoyang_medins.kernel.money import ZERO


@dataclass(frozen=True, slots=True)
class Owed:
    """What an institution still owes for the inspection `number`, in yuan; below zero: what was deducted too much and
    goes back to it.
    """

    number: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Sums:
    """What a declaration comes to, in yuan.

    `settled` of its settlements, less what is `taken_back` for reversals, less what an earlier one `carried_in`, less
    `deductions` (of each inspection; below zero: given back), is `payable`, or where that is below zero `carried_out`
    to the next: payable − carried_out = settled − taken_back − carried_in − deducted, and one of the two is 0.
    """

    settled: Decimal
    taken_back: Decimal
    carried_in: Decimal
    deductions: tuple[Owed, ...]
    payable: Decimal
    carried_out: Decimal

    @property
    def deducted(self) -> Decimal:
        return sum((each.amount for each in self.deductions), ZERO)


def declare(
    *, settled: Iterable[Decimal], taken_back: Iterable[Decimal], carried_in: Decimal, owed: Sequence[Owed]
) -> Sums:
    """A4, S1: the sums of a declaration. All amounts in yuan, `taken_back` and `carried_in` as they are owed, ≥ 0.

    A reversal is taken off whole; what it comes to above the settlements is carried to the next declaration. What is
    `owed` for inspections (in the order given, the oldest first) is deducted as far as something is left; the rest
    stays owed. So nothing is ever paid below zero.
    """
    plus, minus = sum(settled, ZERO), sum(taken_back, ZERO)
    left = plus - minus - carried_in - sum((each.amount for each in owed if each.amount < ZERO), ZERO)
    deductions = []
    for each in owed:
        amount = each.amount if each.amount < ZERO else min(each.amount, max(left, ZERO))
        if amount > ZERO:
            left -= amount
        if amount:
            deductions.append(Owed(each.number, amount))
    return Sums(plus, minus, carried_in, tuple(deductions), max(left, ZERO), max(-left, ZERO))


def last_day(month: date) -> date:
    """The last day of the month that begins on `month`."""
    return day_before(first_of_next_month(month))


def month_before(day: date) -> date:
    """The first day of the month before that of `day`: the last one that can be declared."""
    return day_before(day.replace(day=1)).replace(day=1)
