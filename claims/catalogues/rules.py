"""What an import of the catalogue changes (Art. 18): pure, entries in, the difference out.

An entry is what the catalogue says of an item's code. Applied to what holds, the difference of it and of what is
stated gives what is stated.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any

ONE = Decimal(1)
ZERO = Decimal(0)


class Change(StrEnum):
    """What an import does to the entry of a code."""

    NEW = "new"
    CHANGED = "changed"
    ENDED = "ended"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the catalogue says of an item: `personal_share` from 0 to 1, `price_limit` in yuan a unit, None where there
    is none.
    """

    name: str
    kind: str
    catalogue_class: str
    personal_share: Decimal
    price_limit: Decimal | None = None
    unit: str = ""
    name_en: str = ""
    initials: str = ""

    def to_json(self) -> dict[str, str]:
        """What is said, figures as text without needless zeros; what is empty is left out."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: plain(value) if isinstance(value, Decimal) else value
            for name, value in said.items()
            if value not in (None, "")
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Entry":
        """The entry that `to_json` wrote."""
        figures = {name: Decimal(data[name]) for name in FIGURES if name in data}
        return cls(**{**data, **figures})


FIGURES = ("personal_share", "price_limit")
COLUMNS = tuple(each.name for each in fields(Entry))


def plain(value: Decimal) -> str:
    """A figure as people write it: 0.1 and not 0.1000."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def share_of(catalogue_class: str, given: Decimal | None) -> Decimal | None:
    """The personal share of an item of the class where `given` is stated; None where the two do not fit (A1): class A
    has none, class C the whole, class B one of its own.
    """
    fixed = {"A": ZERO, "C": ONE}.get(catalogue_class)
    if fixed is None:
        return given if given is not None and ZERO <= given <= ONE else None
    return fixed if given is None or given == fixed else None


def changed_columns(held: Entry, stated: Entry) -> tuple[str, ...]:
    """The columns in which two entries differ, in their order."""
    return tuple(name for name in COLUMNS if getattr(held, name) != getattr(stated, name))


def change_of(held: Entry | None, stated: Entry | None) -> Change:
    """What becomes of a code: `held` is what the catalogue says on the day, `stated` what the import says. One of them
    is there.
    """
    if held is None:
        return Change.NEW
    if stated is None:
        return Change.ENDED
    return Change.CHANGED if held != stated else Change.UNCHANGED


def difference(held: Mapping[str, Entry], stated: Mapping[str, Entry], *, whole: bool) -> dict[str, Change]:
    """What becomes of each code. Of a `whole` catalogue what it does not name ends; a part leaves it as it is."""
    found = {code: change_of(held.get(code), entry) for code, entry in stated.items()}
    if whole:
        found |= {code: Change.ENDED for code in held if code not in stated}
    return found


def applied(held: Mapping[str, Entry], stated: Mapping[str, Entry], changes: Mapping[str, Change]) -> dict[str, Entry]:
    """What holds after the changes."""
    left = {code: entry for code, entry in held.items() if changes.get(code) is not Change.ENDED}
    return left | {code: stated[code] for code, change in changes.items() if change in (Change.NEW, Change.CHANGED)}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a change means for a bill, as a code with figures in yuan."""

    code: str
    before: Decimal = ZERO
    after: Decimal = ZERO


def counted(entry: Entry) -> Decimal:
    """How much of 100 yuan counts (A1), the price limit aside."""
    return 100 * (ONE - entry.personal_share)


def meanings(held: Entry | None, stated: Entry | None) -> Iterator[Meaning]:
    """What a change of class, share or price limit means: `more` or `less` of 100 yuan counts, `covered` or
    `not_covered` at all; a price limit is `limited`, `limit_moved` or `limit_gone`.
    """
    before = counted(held) if held else ZERO
    after = counted(stated) if stated else ZERO
    if held is None:
        yield Meaning("covered" if after else "listed", before, after)
    elif stated is None:
        yield Meaning("not_covered" if before else "unlisted", before, after)
        return
    elif after != before:
        yield Meaning("more" if after > before else "less", before, after)
    was, now = held.price_limit if held else None, stated.price_limit if stated else None
    if was == now:
        return
    if now is None:
        yield Meaning("limit_gone", was or ZERO)
    elif was is None:
        yield Meaning("limited", ZERO, now)
    else:
        yield Meaning("limit_moved", was, now)
