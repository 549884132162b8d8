"""Why somebody may or may not take part, in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.facts import from_json

from .explanation import explain_eligibility
from .labels import StepText, article_text, step_text
from .models import Registration
from .rules import PersonFacts


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason against taking part, with its article."""

    text: str
    article: str


def reasons_of(steps: Iterable[StepText]) -> list[Reason]:
    """E8: every reason among the steps of an explanation, each with its article."""
    return [Reason(step.detail, article_text(step.article)) for step in steps if step.code == "ineligible"]


def eligibility_steps(row: Registration) -> list[StepText]:
    """How the answer came about, from the facts and the policy that it was made from."""
    facts = from_json(PersonFacts, row.facts)
    of_then = policy.version(settings.POOLING_AREA, row.policy_version)
    return [step_text(step) for step in explain_eligibility(facts, row.reference_date, of_then)]
