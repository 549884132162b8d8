"""How a notice's amounts and cover came about, as lines for the calculation on a page: derived, never stored."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import gettext as _

from enrollment.registration.explanation import explain_eligibility
from enrollment.registration.labels import StepText, article_text, step_text
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.policy import Policy, PolicyError, Step

from . import rules
from .assessment import Assessment, benefit_facts_of, contribution_facts_of
from .explanation import explain_benefit_start, explain_contribution, explain_first_year
from .models import ContributionNotice
from .selectors import due_of, joint_of


@dataclass(frozen=True, slots=True)
class Line:
    """One line of templates/components/calculation.html; `amount` in yuan."""

    label: str
    how: str = ""
    article: str = ""
    amount: Decimal | None = None
    kind: str = ""
    article_url: str = ""


def line_of(text: StepText) -> Line:
    rule = " · ".join(part for part in (text.rule, article_text(text.article)) if part)
    if text.holds_from:
        since = _("since %(day)s") % {"day": text.holds_from}
        rule = format_html('{}<span class="fact-note">{}</span>', rule, since)
    return Line(text.label, text.detail, rule, text.amount)


def lines(steps: tuple[Step, ...]) -> list[Line]:
    return [line_of(step_text(step)) for step in steps]


def contribution_steps(facts: rules.ContributionFacts, year: int, student: bool, law: Policy) -> tuple[Step, ...]:
    """Eligibility, column, amounts, C4 and shares, and the step to the first year's months (E, C, B5)."""
    steps = explain_eligibility(facts.person, facts.on, law) + explain_contribution(facts, law)
    if year != law.first_year.year.value:
        return steps
    whole = rules.assess_contribution(
        facts.person, facts.on, law, moved_in=facts.moved_in, contribution_year_no=facts.contribution_year_no
    )
    return steps + explain_first_year(whole, student, law)


def notice_lines(notice: ContributionNotice) -> list[Line]:
    """The amounts of a stored notice step by step, under the policy version that it was made under."""
    law = policy.version(settings.POOLING_AREA, notice.policy_version)
    facts = contribution_facts_of(notice)
    return lines(contribution_steps(facts, notice.contribution_year, notice.student, law)) + sums(notice)


def sums(notice: ContributionNotice) -> list[Line]:
    """The closing lines: what the person pays, also with the notice that is paid together with this one."""
    joint = joint_of(notice)
    due = _("Amount due for %(year)s") % {"year": notice.contribution_year}
    if joint is None:
        return [Line(due, amount=notice.personal, kind="total")]
    second = _("Amount due for %(year)s") % {"year": joint.contribution_year}
    together = _("notice %(number)s, paid together with this one") % {"number": joint.number}
    return [
        Line(due, amount=notice.personal, kind="subtotal"),
        Line(second, together, "B5", joint.personal, "subtotal"),
        Line(_("Amount due together"), amount=due_of(notice), kind="total"),
    ]


def cover_lines(notice: ContributionNotice) -> list[Line]:
    """From when to when the payment covers, step by step, of a paid notice; nothing where the facts are not on
    record.
    """
    try:
        return lines(explain_benefit_start(benefit_facts_of(notice), policy_on))
    except PolicyError:
        return []


def assessment_lines(assessment: Assessment) -> list[Line]:
    """The amounts of a notice that is not made yet."""
    found: list[Line] = []
    for part in assessment.parts:
        steps = contribution_steps(part.facts, part.year, assessment.benefit_facts.student, part.policy)
        found += lines(steps)
        due = _("Amount due for %(year)s") % {"year": part.year}
        kind = "total" if len(assessment.parts) == 1 else "subtotal"
        found.append(Line(due, amount=part.personal, kind=kind))
    if len(assessment.parts) > 1:
        found.append(Line(_("Amount due together"), amount=assessment.due, kind="total"))
    return found


def assessment_cover(assessment: Assessment) -> list[Line]:
    """The cover that a payment would buy, step by step (W6)."""
    return lines(explain_benefit_start(assessment.benefit_facts, policy_on))


def certificate_due(paid_on: date) -> date:
    """W7: until when certificate and card are made for a payment of this day."""
    return rules.certificate_due(paid_on, policy_on(paid_on))
