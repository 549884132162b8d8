"""Which stays somebody at the agency looks at before they are settled (A3, A4, A8), and who may release them.

Pure: facts and thresholds in, codes out. The thresholds are settings of the agency, not of the measures.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.policy.terms import Cause, ReviewReason

# ICD-10: injuries and poisonings, and the external causes.
INJURIES = (("S00", "T98"), ("V01", "Y98"))


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when an amount needs a person; None: never by the amount.

    `times` the median of an institution that has at least `settlements` of them, `payment` of the fund in yuan from
    which an institution does not settle by itself, `second_person` of the fund in yuan from which who examined a stay
    does not release it.
    """

    times: int | None
    settlements: int
    payment: Decimal | None
    second_person: Decimal


@dataclass(frozen=True, slots=True)
class Usual:
    """What stays at an institution usually cost: the median in yuan of so many `settlements`."""

    median: Decimal
    settlements: int


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """What is asked of a stay. `diagnoses` are ICD-10 codes; `total` and `fund` in yuan, None while they are not
    known, with those of stays at the institution that it adjoins; `usual` None where nothing is known of the
    institution. `examined`: somebody at the agency looked at the stay before, so that neither its cause nor its lines
    are the institution's alone to say.
    """

    diagnoses: tuple[str, ...] = ()
    cause: Cause = Cause.ILLNESS
    examined: bool = False
    overlaps: bool = False
    emergency_outside: bool = False
    transfer: bool = False
    total: Decimal | None = None
    fund: Decimal | None = None
    usual: Usual | None = None


def adjoin(first: tuple[date, date], second: tuple[date, date]) -> bool:
    """Whether two stays (first day, last day) leave no day between them: one that was split is looked at as one."""
    return max(first[0], second[0]) - min(first[1], second[1]) <= timedelta(days=1)


def is_injury(icd10: str) -> bool:
    """A3, Art. 26: whether a diagnosis is an injury, a poisoning, or the outer cause of one."""
    return any(first <= icd10[:3].upper() <= last for first, last in INJURIES)


def cause_is_open(facts: ReviewFacts) -> bool:
    """A3, Art. 26: an injury needs its cause, which decides whether the fund pays; an illness is none. What the agency
    found once is not put aside by another statement.
    """
    stated = facts.cause is not Cause.ILLNESS and not facts.examined
    return not stated and any(is_injury(code) for code in facts.diagnoses)


def is_unusual(facts: ReviewFacts, thresholds: Thresholds) -> bool:
    """Whether the total cost is far above what stays at the institution usually cost."""
    if facts.total is None or facts.usual is None or thresholds.times is None:
        return False
    known = facts.usual.settlements >= thresholds.settlements and facts.usual.median > ZERO
    return known and facts.total > facts.usual.median * thresholds.times


def is_large(facts: ReviewFacts, thresholds: Thresholds) -> bool:
    """Whether the fund would pay so much that an institution does not settle it by itself."""
    return facts.fund is not None and thresholds.payment is not None and facts.fund >= thresholds.payment


def reasons_for_review(facts: ReviewFacts, thresholds: Thresholds) -> tuple[ReviewReason, ...]:
    """Every reason for which a person looks at the stay, in the order of ReviewReason; none lets it be settled."""
    applies = {
        ReviewReason.OVERLAP: facts.overlaps,
        ReviewReason.INJURY: cause_is_open(facts),
        ReviewReason.EMERGENCY_OUTSIDE: facts.emergency_outside,
        ReviewReason.TRANSFER: facts.transfer,
        ReviewReason.UNUSUAL_COST: is_unusual(facts, thresholds),
        ReviewReason.LARGE_PAYMENT: is_large(facts, thresholds),
        ReviewReason.EXAMINED: facts.examined,
    }
    return tuple(reason for reason, holds in applies.items() if holds)


def needs_second_person(fund: Decimal, thresholds: Thresholds) -> bool:
    """Whether who examined a stay for which the fund pays so much may not release it."""
    return fund >= thresholds.second_person
