"""What figures of one policy must have to do with each other, each being right in itself."""

from collections.abc import Iterator

from liaoyang_medins.kernel.policy.model import Policy
from liaoyang_medins.kernel.policy.terms import Sex


def contradictions(policy: Policy) -> Iterator[tuple[str, str]]:
    """Pairs of a figure's path and what is wrong with it beside the others."""
    ages = policy.eligibility
    for sex in Sex:
        last, first = ages.working_age_last_age[sex].value, ages.elderly_first_age[sex].value
        if first != last + 1:
            yield f"eligibility.elderly_first_age.{sex}", f"old age begins after working age ({last}), at {last + 1}."
        if last <= ages.minor_last_age.value:
            yield f"eligibility.working_age_last_age.{sex}", "working age ends before it begins."
    opens, closes = policy.window.opens.value, policy.window.closes.value
    if (opens.month, opens.day) > (closes.month, closes.day):
        yield "window.closes", f"the window closes before it opens on {opens}."
    first_year = policy.first_year
    if first_year.student_months.value > 12:
        yield "first_year.student_months", "a year has 12 months."
    for name in ("benefits_from", "student_benefits_from"):
        if getattr(first_year, name).value.year != first_year.year.value:
            yield f"first_year.{name}", f"benefits of the first year start in {first_year.year.value}."
    if first_year.year.value != policy.first_day.year:
        yield "first_year.year", f"the first version took effect in {policy.first_day.year}."
