"""What the fund pays for a stay: B4, B5, D1–D7, A1–A3, A5, A7, A8 (Art. 8, 18–26, 36).

Pure: facts and policy in, codes and figures out. One function for an article. The discrete decision (`decide`) stands
apart from the arithmetic (`share_cost`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from liaoyang_medins.kernel.days import add_years, day_before
from liaoyang_medins.kernel.money import ZERO, fen, share
from liaoyang_medins.kernel.policy import Policy
from liaoyang_medins.kernel.policy.terms import (
    CatalogueClass,
    Category,
    Cause,
    Disease,
    Grade,
    LineProblem,
    NotPayable,
    TransferLowering,
)

EXCLUDED_CAUSES = frozenset(
    {Cause.FIGHT, Cause.SELF_HARM, Cause.SUICIDE, Cause.DRUGS, Cause.UNLAWFUL_ACT, Cause.DRUNKENNESS}
)
THIRD_PARTY_CAUSES = frozenset({Cause.TRAFFIC_ACCIDENT, Cause.MEDICAL_ACCIDENT})


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A fee line, amounts in yuan. `covered`: the catalogue has the item on the line's day; class, share and limit are
    its own.

    `in_benefit`: the line's day lies inside a benefit period of the resident. `denied`: what the agency denied of the
    amount.
    """

    amount: Decimal
    on: date
    cls: CatalogueClass | None = None
    personal_share: Decimal = Decimal(0)
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None
    price_limit: Decimal | None = None
    covered: bool = True
    in_benefit: bool = True
    denied: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class LineResult:
    """`in_scope` and `out_of_scope` add up to the line's amount; `reasons` say why something is out of scope."""

    in_scope: Decimal
    out_of_scope: Decimal
    reasons: tuple[LineProblem, ...]


@dataclass(frozen=True, slots=True)
class StayFacts:
    """Everything that a settlement is computed from: stored with it.

    Category, grade and `designated` as of the day of admission; `halve` is B5's rule of the first year; `total` and
    `in_scope` are the sums of the fee lines, `cap` and `used` the cap of the period of the discharge date and what
    counts against it already, all in yuan. `referral_approved` is a transfer that counts (D7), `transfer_stated` one
    that the institution states. `specialist_for` are the diseases that the institution is designated for (D3).
    `transferred_out`: an approved transfer ended the stay. `outpatient`: treatment of a specified outpatient disease
    (A5). `denied` is what the agency denied of the fee lines, which `in_scope` leaves out.
    """

    category: Category
    grade: Grade
    total: Decimal
    in_scope: Decimal
    cap: Decimal
    used: Decimal = ZERO
    designated: bool = True
    out_of_city: bool = False
    emergency: bool = False
    transfer_stated: bool = False
    referral_approved: bool = False
    card_ok: bool = True
    abroad: bool = False
    cause: Cause = Cause.ILLNESS
    icd10: str = ""
    specialist_for: frozenset[Disease] = frozenset()
    any_line_in_benefit: bool = True
    halve: bool = False
    transferred_out: bool = False
    outpatient: bool = False
    denied: Decimal = ZERO

    def __post_init__(self) -> None:
        if not ZERO <= self.in_scope <= self.total:
            raise ValueError("The in-scope cost lies between 0 and the total.")
        if self.cap < 0 or self.used < 0:
            raise ValueError("The cap and what is used of it are not negative.")


@dataclass(frozen=True, slots=True)
class Decision:
    """The discrete part of an adjudication: deductible in yuan and fund ratio (a share), or every reason why nothing
    is payable.
    """

    payable: bool
    reasons: tuple[NotPayable, ...]
    deductible: Decimal | None
    ratio: Decimal | None


@dataclass(frozen=True, slots=True)
class Adjudication:
    """Yuan. `fund` + `resident` = `total`; the four parts out_of_scope, deductible, copayment and over_cap add up to
    `resident`.

    `deductible_standard` is the deductible of Art. 20, `deductible` what the resident bears under it. `left` is what
    is left of the cap after this settlement. Where nothing is payable the standard, the ratio and the four parts are
    None.
    """

    payable: bool
    reasons: tuple[NotPayable, ...]
    deductible_standard: Decimal | None
    ratio: Decimal | None
    total: Decimal
    in_scope: Decimal
    out_of_scope: Decimal | None
    deductible: Decimal | None
    copayment: Decimal | None
    over_cap: Decimal | None
    fund: Decimal
    resident: Decimal
    cap: Decimal
    used: Decimal
    left: Decimal


def cap_period(on: date, student: bool, policy: Policy) -> tuple[date, date]:
    """B4, Art. 8: first and last day of the period whose payments count against one cap: calendar or school year of
    `on`.
    """
    if not student:
        return date(on.year, 1, 1), date(on.year, 12, 31)
    starts = policy.cap.school_year_starts.value.in_year(on.year)
    first = starts if on >= starts else add_years(starts, -1)
    return first, day_before(add_years(first, 1))


def cap(on: date, student: bool, policy: Policy) -> Decimal:
    """B4, B5, Art. 8, 36: the cap in yuan for a settlement on `on`; of a student's at most a third is for the first
    year.
    """
    amount = policy.cap.amount.value
    if student and on.year == policy.first_year.year.value:
        return fen(amount / policy.first_year.student_cap_divisor.value)
    return fen(amount)


def halves_deductible(admitted_on: date, policy: Policy) -> bool:
    """B5, Art. 36: the deductible of every stay admitted in the scheme's first year is halved."""
    return admitted_on.year == policy.first_year.year.value


def personal_share(line: LineFacts) -> Decimal:
    """A1, Art. 18: class A is covered whole, class B but for its personal share, class C and items outside not
    at all.
    """
    if not line.covered or line.cls is None or line.cls is CatalogueClass.C:
        return Decimal(1)
    return Decimal(0) if line.cls is CatalogueClass.A else line.personal_share


def assess_line(line: LineFacts) -> LineResult:
    """A1, Art. 18: what of a fee line is in scope, rounded to the fen, with every reason for what is not.

    What the agency denied is taken off what lies within the price limit, before the personal share.
    """
    own = personal_share(line)
    within_limit = line.amount
    if line.price_limit is not None:
        within_limit = min(line.amount, line.price_limit * line.quantity)
    out_of_catalogue = not line.covered or line.cls is None
    applies = {
        LineProblem.OUTSIDE_BENEFIT: not line.in_benefit,
        LineProblem.NOT_IN_CATALOGUE: out_of_catalogue,
        LineProblem.CLASS_C: not out_of_catalogue and line.cls is CatalogueClass.C,
        LineProblem.PERSONAL_SHARE: line.covered and line.cls is CatalogueClass.B and own > 0,
        LineProblem.OVER_PRICE_LIMIT: within_limit < line.amount,
        LineProblem.DENIED: line.denied > 0,
    }
    counted = max(ZERO, within_limit - line.denied)
    in_scope = share(counted, 1 - own) if line.in_benefit else ZERO
    reasons = tuple(problem for problem, holds in applies.items() if holds)
    return LineResult(in_scope, line.amount - in_scope, reasons)


def in_scope_of(lines: Iterable[LineFacts]) -> Decimal:
    """A1: the in-scope cost of a stay is the sum of its lines', so their order does not matter."""
    return sum((assess_line(line).in_scope for line in lines), ZERO)


def line_in_stay(on: date, admitted_on: date, discharged_on: date) -> bool:
    """A1: a line dated outside the stay is refused."""
    return admitted_on <= on <= discharged_on


def disease_of(icd10: str, policy: Policy) -> Disease | None:
    """D3, Art. 21: the disease without a deductible that a principal diagnosis belongs to."""
    for disease, figure in policy.deductible.none_for.items():
        if any(codes.covers(icd10) for codes in figure.value):
            return disease
    return None


def is_designated(facts: StayFacts) -> bool:
    """Art. 27: designated by the city's authority on the day of admission; an institution out of the city never is."""
    return facts.designated and not facts.out_of_city


def is_emergency_outside(facts: StayFacts) -> bool:
    """D2, D6, Art. 20(3): emergency care outside the designated institutions; it is no transfer, also where both are
    stated.
    """
    return facts.emergency and not is_designated(facts)


def is_transfer_out_of_city(facts: StayFacts) -> bool:
    """D2, D6, Art. 20(3), 23: an approved transfer to an institution out of the city."""
    return facts.referral_approved and facts.out_of_city and not is_emergency_outside(facts)


def in_specialist_institution(facts: StayFacts, policy: Policy) -> bool:
    """D3, Art. 21: the principal diagnosis is one that the institution is designated for as a specialist."""
    return disease_of(facts.icd10, policy) in facts.specialist_for


def deductible(facts: StayFacts, policy: Policy) -> Decimal:
    """D1–D4, B5, Art. 20, 21, 36: the deductible of this stay in yuan, whatever stays came before it in the year."""
    figures = policy.deductible
    if facts.outpatient and policy.outpatient is not None:
        return fen(policy.outpatient.deductible.value)
    if in_specialist_institution(facts, policy):
        return ZERO
    outside = is_emergency_outside(facts) or is_transfer_out_of_city(facts)
    amount = figures.outside.value if outside else figures.stay[facts.category][facts.grade].value
    return fen(amount / policy.first_year.deductible_divisor.value) if facts.halve else fen(amount)


def transfer_lowers(facts: StayFacts, policy: Policy) -> bool:
    """D6, Art. 23: whether an approved transfer lowers the ratio of this stay; where it does is a reading, so a
    parameter.
    """
    at = policy.ratio.transfer_lowers_at.value
    if at is TransferLowering.SENDING:
        return facts.transferred_out
    if at is TransferLowering.RECEIVING:
        return facts.referral_approved and not is_emergency_outside(facts)
    return is_transfer_out_of_city(facts)


def fund_ratio(facts: StayFacts, policy: Policy) -> Decimal:
    """D5, D6, Art. 22, 23: the fund's share of what lies between deductible and cap."""
    if facts.outpatient and policy.outpatient is not None:
        return policy.outpatient.ratio.value
    ratio = policy.ratio.fund[facts.grade].value
    if transfer_lowers(facts, policy):
        return max(ratio - policy.ratio.transfer_lowers_by.value, Decimal(0))
    return ratio


def transfer_counts(
    *,
    issued_by_named_institution: bool,
    approved_on: date | None,
    admitted_on: date,
    out_of_city: bool,
    designated: bool,
) -> bool:
    """D7, Art. 23: issued by an institution named for it, approved by the day of admission, in the city only to a
    designated one.
    """
    in_time = approved_on is not None and approved_on <= admitted_on
    return issued_by_named_institution and in_time and (out_of_city or designated)


def card_in_order(
    *, emergency: bool, admitted_at: datetime, presented_at: datetime | None, form_signed: bool, policy: Policy
) -> bool:
    """A3, Art. 19: card presented at admission, for an emergency within 24 hours of it, and the admission form signed.

    Presented at admission means by the end of that day's registration: no later than the admission's own date.
    """
    if presented_at is None or not form_signed:
        return False
    if emergency:
        return presented_at <= admitted_at + timedelta(hours=policy.admission.emergency_card_hours.value)
    return presented_at.date() <= admitted_at.date()


def not_designated(facts: StayFacts) -> bool:
    """A3, Art. 24: not a designated institution, and neither an emergency nor an approved transfer out of the city."""
    return not (is_designated(facts) or is_emergency_outside(facts) or is_transfer_out_of_city(facts))


def transfer_not_approved(facts: StayFacts) -> bool:
    """A3, Art. 24: a transfer is stated and not approved; an emergency outside the designated institutions is none."""
    return facts.transfer_stated and not facts.referral_approved and not is_emergency_outside(facts)


def reasons_not_payable(facts: StayFacts, policy: Policy) -> tuple[NotPayable, ...]:
    """A3, A5, Art. 19, 24–26: every reason for which the fund pays nothing, by name."""
    applies = {
        NotPayable.CARD_NOT_PRESENTED: not facts.card_ok,
        NotPayable.EXCLUDED_CAUSE: facts.cause in EXCLUDED_CAUSES,
        NotPayable.NO_BENEFIT: not facts.any_line_in_benefit,
        NotPayable.NOT_DESIGNATED: not_designated(facts),
        NotPayable.OUTPATIENT_POLICY_MISSING: facts.outpatient and policy.outpatient is None,
        NotPayable.THIRD_PARTY_ACCIDENT: facts.cause in THIRD_PARTY_CAUSES,
        NotPayable.TRANSFER_NOT_APPROVED: transfer_not_approved(facts),
        NotPayable.TREATED_ABROAD: facts.abroad,
    }
    return tuple(reason for reason, holds in applies.items() if holds)


def decide(facts: StayFacts, policy: Policy) -> Decision:
    """A3, D1–D6: the discrete part: payable or every reason why not, deductible and ratio."""
    reasons = reasons_not_payable(facts, policy)
    if reasons:
        return Decision(False, reasons, None, None)
    return Decision(True, (), deductible(facts, policy), fund_ratio(facts, policy))


def share_cost(decision: Decision, facts: StayFacts) -> Adjudication:
    """A2, A7, Art. 22: who bears what of the stay's cost, rounded once."""
    left_before = max(ZERO, facts.cap - facts.used)
    if decision.deductible is None or decision.ratio is None:
        return Adjudication(
            payable=False,
            reasons=decision.reasons,
            deductible_standard=None,
            ratio=None,
            total=facts.total,
            in_scope=facts.in_scope,
            out_of_scope=None,
            deductible=None,
            copayment=None,
            over_cap=None,
            fund=ZERO,
            resident=facts.total,
            cap=facts.cap,
            used=facts.used,
            left=left_before,
        )
    without_cap = share(max(ZERO, facts.in_scope - decision.deductible), decision.ratio)
    fund = min(without_cap, left_before)
    resident = facts.total - fund
    out_of_scope = facts.total - facts.in_scope
    borne = min(decision.deductible, facts.in_scope)
    over_cap = without_cap - fund
    return Adjudication(
        payable=True,
        reasons=(),
        deductible_standard=decision.deductible,
        ratio=decision.ratio,
        total=facts.total,
        in_scope=facts.in_scope,
        out_of_scope=out_of_scope,
        deductible=borne,
        copayment=resident - out_of_scope - borne - over_cap,
        over_cap=over_cap,
        fund=fund,
        resident=resident,
        cap=facts.cap,
        used=facts.used,
        left=left_before - fund,
    )


def adjudicate(facts: StayFacts, policy: Policy) -> Adjudication:
    """A2, A3: the whole of it. `policy` is the version that holds on the day of discharge."""
    return share_cost(decide(facts, policy), facts)


def share_too_many_days(first: tuple[date, date], second: tuple[date, date]) -> bool:
    """A8: whether two stays (first day, last day) share more than one day, so that the later is held for a clerk."""
    shared = min(first[1], second[1]) - max(first[0], second[0])
    return shared >= timedelta(days=1)
