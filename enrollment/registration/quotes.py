"""What a registration will cost and what it will buy, shown at the counter before anything is decided (W6).

The rules of contributions stand in the layer above. As the frame asks for its navigation, registration asks for the
quote by the name that the settings give.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils.module_loading import import_string

from liaoyang_medins.kernel.policy import PolicyOn, Step
from liaoyang_medins.kernel.policy.terms import Category, EnrollmentKind, MovedFrom, Tier

from .rules import Eligibility, FactsHistory


@dataclass(frozen=True, slots=True)
class QuoteFacts:
    """A person who asks on the day `on` to take part, as if they paid that day.

    `registered_on` is the day of registration, where it was before: age is looked at on it (E7).
    """

    history: FactsHistory
    on: datetime.date
    kind: EnrollmentKind = EnrollmentKind.FIRST
    moved_in: datetime.date | None = None
    moved_from: MovedFrom = MovedFrom.NONE
    year_after: bool = False
    registered_on: datetime.date | None = None
    # The number of a resident on record: what was paid before counts the years of C4.
    resident: str = ""


@dataclass(frozen=True, slots=True)
class QuotePart:
    """What one contribution year costs, in yuan."""

    year: int
    personal: Decimal
    government: Decimal


@dataclass(frozen=True, slots=True)
class Quote:
    """`reference_date` is the day of E7 for the contribution year. Who may not take part has no tier, parts and cover.

    `explain` gives the steps that explain all of it.
    """

    contribution_year: int
    reference_date: datetime.date
    eligibility: Eligibility
    explain: Callable[[], tuple[Step, ...]]
    tier: Tier | None = None
    parts: tuple[QuotePart, ...] = ()
    starts: datetime.date | None = None
    ends: datetime.date | None = None
    waits: bool = False

    @property
    def steps(self) -> tuple[Step, ...]:
        """How the answer came about, each step with its article."""
        return self.explain()

    @property
    def category(self) -> Category | None:
        return self.eligibility.category

    @property
    def due(self) -> Decimal | None:
        """Yuan that the person pays in all; None for who may not take part."""
        return sum((part.personal for part in self.parts), Decimal("0.00")) if self.parts else None


def quote(facts: QuoteFacts, policy_on: PolicyOn) -> Quote:
    """The quote of the function that the setting CONTRIBUTION_QUOTE names.

    Raises BeforeTheLaw for a day before the measures.
    """
    answer: Callable[[QuoteFacts, PolicyOn], Quote] = import_string(settings.CONTRIBUTION_QUOTE)
    return answer(facts, policy_on)
