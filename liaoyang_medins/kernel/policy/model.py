"""What a policy consists of. The tree of classes is the schema of the files: a field is a key, and every field is
needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Generic, NewType, TypeVar

from liaoyang_medins.kernel.policy.terms import Category, Disease, Grade, Material, Sex, Tier, TransferLowering

T_co = TypeVar("T_co", covariant=True)

# Units for readers and the loader: yuan ≥ 0 with at most two decimals; a share from 0 to 1.
Yuan = NewType("Yuan", Decimal)
Share = NewType("Share", Decimal)
# A whole number ≥ 1 by which an amount is divided.
Divisor = NewType("Divisor", int)


@dataclass(frozen=True, slots=True)
class Figure(Generic[T_co]):
    """One parameter: its value, the article it comes from, and the day from which it has held unchanged."""

    value: T_co
    article: str
    holds_from: date


@dataclass(frozen=True, slots=True)
class DayOfYear:
    month: int
    day: int

    def in_year(self, year: int) -> date:
        return date(year, self.month, self.day)

    def __str__(self) -> str:
        return f"{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class IcdRange:
    """Codes of ICD-10 as the scheme writes them: one code with all below it (B16, B17.0), or a range of them
    (F00-F99).
    """

    first: str
    last: str

    def covers(self, code: str) -> bool:
        """`code` as hospitals write it: B18.1, b18.1, B181 or B18.100x003."""
        plain = code.strip().upper().replace(".", "")
        first, last = self.first.replace(".", ""), self.last.replace(".", "")
        return first <= plain[: len(first)] and plain[: len(last)] <= last

    def __str__(self) -> str:
        return self.first if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Amounts:
    """Yuan a year: what the person pays and what the government adds."""

    personal: Figure[Yuan]
    government: Figure[Yuan]


@dataclass(frozen=True, slots=True)
class MinorTiers:
    ordinary: Amounts
    low_income: Amounts
    low_income_edge: Amounts


@dataclass(frozen=True, slots=True)
class WorkingAgeTiers:
    low_income: Amounts
    low_income_edge: Amounts
    severely_disabled: Amounts


@dataclass(frozen=True, slots=True)
class ElderlyTiers:
    ordinary: Amounts
    low_income: Amounts
    low_income_edge: Amounts
    severely_disabled: Amounts


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Ages are completed years."""

    minor_last_age: Figure[int]
    working_age_last_age: Mapping[Sex, Figure[int]]
    elderly_first_age: Mapping[Sex, Figure[int]]
    severe_disability_last_grade: Figure[int]
    bar_years: Figure[int]


@dataclass(frozen=True, slots=True)
class Contributions:
    minor: MinorTiers
    working_age: WorkingAgeTiers
    elderly: ElderlyTiers
    city_share: Figure[Share]
    no_subsidy_moved_in_from: Figure[date]
    no_subsidy_years: Figure[int]

    def tiers(self, category: Category) -> Mapping[Tier, Amounts]:
        """The columns of the table that the category has, in the order in which they are named."""
        table, columns = _TIERS[category]
        row = getattr(self, table)
        return {tier: getattr(row, column) for tier, column in columns}


def _columns_of(row: type) -> tuple[tuple[Tier, str], ...]:
    names = {field.name for field in fields(row)}
    return tuple((tier, tier.value) for tier in Tier if tier.value in names)


# Category → the attribute of its row, and the columns that it has.
_TIERS = {
    Category.MINOR: ("minor", _columns_of(MinorTiers)),
    Category.WORKING_AGE: ("working_age", _columns_of(WorkingAgeTiers)),
    Category.ELDERLY: ("elderly", _columns_of(ElderlyTiers)),
}


@dataclass(frozen=True, slots=True)
class Registration:
    """Copies of each document, and the terms of the chain in days."""

    copies: Mapping[Material, Figure[int]]
    community_days: Figure[int]
    district_days: Figure[int]


@dataclass(frozen=True, slots=True)
class Window:
    """The yearly window lies in the year before the contribution year."""

    opens: Figure[DayOfYear]
    closes: Figure[DayOfYear]
    first_notice_days: Figure[int]
    certificate_days: Figure[int]


@dataclass(frozen=True, slots=True)
class Benefits:
    enroll_within_months: Figure[int]
    waiting_months: Figure[int]
    waits_if_moved_in_from: Figure[date]


@dataclass(frozen=True, slots=True)
class FirstYear:
    """Art. 36: the year in which the scheme began."""

    year: Figure[int]
    eligible_by: Figure[date]
    pays_by: Figure[date]
    students_pay_by: Figure[date]
    divisor: Figure[Divisor]
    student_months: Figure[int]
    benefits_from: Figure[date]
    student_benefits_from: Figure[date]
    student_cap_divisor: Figure[Divisor]
    deductible_divisor: Figure[Divisor]


@dataclass(frozen=True, slots=True)
class Cap:
    amount: Figure[Yuan]
    school_year_starts: Figure[DayOfYear]


@dataclass(frozen=True, slots=True)
class Deductible:
    stay: Mapping[Category, Mapping[Grade, Figure[Yuan]]]
    outside: Figure[Yuan]
    none_for: Mapping[Disease, Figure[tuple[IcdRange, ...]]]


@dataclass(frozen=True, slots=True)
class Ratio:
    fund: Mapping[Grade, Figure[Share]]
    transfer_lowers_by: Figure[Share]
    transfer_lowers_at: Figure[TransferLowering]


@dataclass(frozen=True, slots=True)
class Admission:
    emergency_card_hours: Figure[int]


@dataclass(frozen=True, slots=True)
class Outpatient:
    """Specified outpatient diseases (A5): set by a separate measure, so a policy may be without them."""

    deductible: Figure[Yuan]
    ratio: Figure[Share]


@dataclass(frozen=True, slots=True)
class Funds:
    subsidy_due_days: Figure[int]


@dataclass(frozen=True, slots=True)
class Approval:
    """W10: the decision that a version rests on."""

    number: str
    date: date


@dataclass(frozen=True, slots=True)
class Policy:
    """The parameters of one pooling area in one version.

    `first_day` is the day on which the area's first version took effect; `content_hash` changes with any figure.
    """

    area: str
    version: int
    holds_from: date
    holds_until: date | None
    first_day: date
    approval: Approval
    content_hash: str
    eligibility: Eligibility
    contributions: Contributions
    registration: Registration
    window: Window
    benefits: Benefits
    first_year: FirstYear
    cap: Cap
    deductible: Deductible
    ratio: Ratio
    admission: Admission
    funds: Funds
    outpatient: Outpatient | None = None
