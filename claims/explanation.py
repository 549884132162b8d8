"""How a settlement came about, step by step: derived from the stored facts and the policy of its version, never
stored.
"""

from claims.rules import (
    Adjudication,
    StayFacts,
    adjudicate,
    disease_of,
    in_specialist_institution,
    is_emergency_outside,
    is_transfer_out_of_city,
    transfer_lowers,
)
from liaoyang_medins.kernel.money import ZERO, fen
from liaoyang_medins.kernel.policy import Figure, Policy, Step
from liaoyang_medins.kernel.policy.steps import step
from liaoyang_medins.kernel.policy.terms import NotPayable

# Reason → rule and article.
BASIS = {
    NotPayable.CARD_NOT_PRESENTED: ("A3", "19"),
    NotPayable.EXCLUDED_CAUSE: ("A3", "26(2)"),
    NotPayable.NO_BENEFIT: ("A3", "16"),
    NotPayable.NOT_DESIGNATED: ("A3", "24"),
    NotPayable.OUTPATIENT_POLICY_MISSING: ("A5", "25"),
    NotPayable.THIRD_PARTY_ACCIDENT: ("A3", "26(3)"),
    NotPayable.TRANSFER_NOT_APPROVED: ("A3", "24"),
    NotPayable.TREATED_ABROAD: ("A3", "26(1)"),
}


def explain_adjudication(facts: StayFacts, policy: Policy) -> tuple[Step, ...]:
    """The steps of `adjudicate` in the order of the calculation, amounts in yuan: every part of the answer is among
    them.
    """
    found = adjudicate(facts, policy)
    since = policy.first_day
    steps = [Step("total", {"amount": found.total}, "A1", "18", since)]
    if not found.payable:
        for reason in found.reasons:
            rule, article = BASIS[reason]
            steps.append(Step("not_payable", {"reason": reason}, rule, article, since))
        steps.append(Step("fund", {"amount": found.fund}, "A3", "24", since))
        steps.append(Step("resident", {"amount": found.resident}, "A3", "24", since))
        return tuple(steps)
    steps.append(Step("out_of_scope", {"amount": found.out_of_scope}, "A1", "18", since))
    if facts.denied:
        steps.append(Step("denied", {"amount": facts.denied}, "A1", "18", since))
    steps.append(Step("in_scope", {"amount": found.in_scope}, "A1", "18", since))
    steps.extend(deductible_steps(facts, found, policy))
    steps.extend(ratio_steps(facts, found, policy))
    steps.extend(payment_steps(found, policy))
    return tuple(steps)


def deductible_steps(facts: StayFacts, found: Adjudication, policy: Policy) -> list[Step]:
    """D1–D4 and B5: which deductible holds, whether it is halved, and what of it the resident bears."""
    figures = policy.deductible
    disease = disease_of(facts.icd10, policy)
    halvable = True
    figure: Figure[object]
    if facts.outpatient and policy.outpatient is not None:
        figure = policy.outpatient.deductible
        steps = [step("deductible_outpatient", "A5", figure, amount=policy.outpatient.deductible.value)]
        halvable = False
    elif disease is not None and in_specialist_institution(facts, policy):
        steps = [step("deductible_none", "D3", figures.none_for[disease], disease=disease, amount=ZERO)]
        halvable = False
    elif is_emergency_outside(facts):
        steps = [step("deductible_emergency", "D2", figures.outside, amount=figures.outside.value)]
    elif is_transfer_out_of_city(facts):
        steps = [step("deductible_transfer", "D2", figures.outside, amount=figures.outside.value)]
    else:
        row = figures.stay[facts.category][facts.grade]
        steps = [step("deductible_stay", "D1", row, category=facts.category, grade=facts.grade, amount=row.value)]
    if facts.halve and halvable:
        by = policy.first_year.deductible_divisor
        steps.append(step("deductible_halved", "B5", by, divisor=by.value, amount=found.deductible_standard))
    basis = steps[-1]
    steps.append(Step("deductible", {"amount": found.deductible}, "D4", "20", basis.holds_from))
    return steps


def ratio_steps(facts: StayFacts, found: Adjudication, policy: Policy) -> list[Step]:
    """D5 and D6: the ratio of the institution's grade, and what a transfer takes from it."""
    if facts.outpatient and policy.outpatient is not None:
        return [step("ratio_outpatient", "A5", policy.outpatient.ratio, ratio=found.ratio)]
    figure = policy.ratio.fund[facts.grade]
    steps = [step("ratio", "D5", figure, grade=facts.grade, ratio=figure.value)]
    if transfer_lowers(facts, policy):
        by = policy.ratio.transfer_lowers_by
        steps.append(step("ratio_lowered", "D6", by, points=by.value * 100, ratio=found.ratio))
    return steps


def payment_steps(found: Adjudication, policy: Policy) -> list[Step]:
    """A2 and B4: the fund's payment without and with the cap, and the resident's part in its four parts."""
    above = max(ZERO, found.in_scope - (found.deductible_standard or ZERO))
    without_cap = found.fund + (found.over_cap or ZERO)
    rule, cap = cap_behind(found, policy)
    since = policy.first_day
    before = max(ZERO, found.cap - found.used)
    return [
        Step("without_cap", {"above": above, "ratio": found.ratio, "amount": without_cap}, "A2", "22", since),
        step("cap_left", rule, cap, cap=found.cap, used=found.used, amount=before),
        Step("fund", {"amount": found.fund}, "A2", "22", since),
        Step("copayment", {"amount": found.copayment}, "A2", "22", since),
        step("over_cap", "A2", cap, amount=found.over_cap),
        Step("resident", {"amount": found.resident}, "A2", "22", since),
        step("cap_left_after", rule, cap, amount=found.left),
    ]


def cap_behind(found: Adjudication, policy: Policy) -> tuple[str, Figure[object]]:
    """B4, or B5 where the cap is a student's of the first year: the rule and the figure that made it less."""
    whole: Figure[object] = policy.cap.amount
    divisor: Figure[object] = policy.first_year.student_cap_divisor
    return ("B4", whole) if found.cap >= fen(policy.cap.amount.value) else ("B5", divisor)
