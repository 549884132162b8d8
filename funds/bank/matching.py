"""Which lines of the bank are which entries of the book, by reference and amount. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

# How far the bank's day and the booked one may lie apart: what comes late is booked into the month after.
WINDOW = timedelta(days=62)


class OpenLine(NamedTuple):
    """A line of the bank without a match; its amount in yuan, paid out below zero."""

    key: int
    day: date
    reference: str
    amount: Decimal


class OpenLeg(NamedTuple):
    """A leg of the book without a match, under one of its references."""

    key: int
    day: date
    amount: Decimal


def matches_of(lines: Sequence[OpenLine], legs: Mapping[str, Sequence[OpenLeg]]) -> list[tuple[int, list[int]]]:
    """The keys of each line and its legs: all legs of its reference where they come to its amount, else the one of the
    same amount; only inside WINDOW. Each leg is used once, in the order of the lines.
    """
    used: set[int] = set()
    found: list[tuple[int, list[int]]] = []
    for line in lines:
        of_reference = legs.get(line.reference, ()) if line.reference else ()
        near = [leg for leg in of_reference if leg.key not in used and abs(leg.day - line.day) <= WINDOW]
        same = next((leg for leg in near if leg.amount == line.amount), None)
        # All of them first: a booking that was taken back and made anew is the same money three times.
        chosen = near if sum(leg.amount for leg in near) == line.amount else [same] if same is not None else []
        if chosen:
            keys = [leg.key for leg in chosen]
            used.update(keys)
            found.append((line.key, keys))
    return found
