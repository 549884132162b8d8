"""The words for the codes of registration, and how every app puts codes and steps into words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.policy import Step
from liaoyang_medins.kernel.policy.steps import StepFigure
from liaoyang_medins.kernel.policy.terms import (
    Category,
    Ineligible,
    LowIncome,
    Material,
    MovedFrom,
    OtherScheme,
    Pension,
    Sex,
    StudentKind,
    Tier,
)

Words = str | Promise

# A class of codes → the words for each code. The labels of the apps above add theirs.
WORDS: dict[type[StrEnum], Mapping[StrEnum, Words]] = {
    Sex: {Sex.M: _("Male"), Sex.F: _("Female")},
    Category: {
        Category.MINOR: _("Minor or student"),
        Category.WORKING_AGE: _("Working age"),
        Category.ELDERLY: _("Elderly"),
    },
    Tier: {
        Tier.ORDINARY: _("Ordinary"),
        Tier.LOW_INCOME: _("Low-income"),
        Tier.LOW_INCOME_EDGE: _("Low-income-edge"),
        Tier.SEVERELY_DISABLED: _("Severely disabled"),
    },
    StudentKind: {
        StudentKind.NONE: _("Not a student"),
        StudentKind.SCHOOL: _("School student"),
        StudentKind.UNIVERSITY: _("University student"),
    },
    LowIncome: {
        LowIncome.NONE: _("No low-income status"),
        LowIncome.LOW_INCOME: _("Low-income"),
        LowIncome.LOW_INCOME_EDGE: _("Low-income-edge"),
    },
    Pension: {
        Pension.NONE: _("No pension"),
        Pension.HERE: _("Pension received here"),
        Pension.ELSEWHERE: _("Pension received elsewhere"),
    },
    OtherScheme: {
        OtherScheme.NONE: _("No other scheme"),
        OtherScheme.EMPLOYEE: _("Employee basic medical insurance"),
        OtherScheme.RURAL: _("New rural cooperative scheme"),
    },
    MovedFrom: {
        MovedFrom.NONE: _("Born or long registered here"),
        MovedFrom.COUNTY: _("Moved in from a county of Liaoyang"),
        MovedFrom.OUTSIDE: _("Moved in from outside Liaoyang"),
    },
    Ineligible: {
        Ineligible.BARRED: _("Barred from taking part for misuse."),
        Ineligible.NO_LOCAL_HUKOU: _("No urban household registration in the city-pooled area."),
        Ineligible.OTHER_SCHEME: _("Covered by employee insurance or the rural cooperative scheme; no double cover."),
        Ineligible.PENSION: _("Receives a pension that excludes from these measures."),
        Ineligible.UNIVERSITY_STUDENT: _("University students are outside these measures."),
        Ineligible.WORKING_AGE_WITHOUT_STATUS: _(
            "Of working age, and neither low-income nor low-income-edge nor severely disabled without work."
        ),
    },
    Material: {
        Material.HUKOU_BOOKLET: _("Copy of the household registration booklet"),
        Material.ID_CARD: _("Copy of the ID card"),
        Material.PHOTOS: _("Recent one-inch photo without headwear"),
        Material.LOW_INCOME_CERTIFICATE: _("Low-income certificate"),
        Material.LOW_INCOME_EDGE_CERTIFICATE: _("Low-income-edge certificate"),
        Material.DISABILITY_CERTIFICATE: _("Disability certificate"),
        Material.AGENT_IDENTITY: _("Identity of the guardian or agent and the relation"),
    },
}

# Code of a step → its label and the sentence that says how the figure came about, with the step's figures by name.
STEP_WORDS: dict[str, tuple[Words, Words]] = {
    "age": (_("Age"), _("%(age)s years completed on %(on)s")),
    "category": (_("Category"), "%(category)s"),
    "eligible": (_("May take part"), _("in the category: %(category)s")),
    "ineligible": (_("May not take part"), "%(reason)s"),
}

# Figures that are shares: shown in percent.
SHARES = frozenset({"ratio", "share"})


@dataclass(frozen=True, slots=True)
class StepText:
    """A step in words: `amount` is its figure in yuan where it has one, `basis` rule, article and date together."""

    code: str
    label: str
    detail: str
    amount: Decimal | None
    rule: str
    article: str
    holds_from: date | None
    basis: str


def label(code: StrEnum) -> str:
    """The word for a code in the active language. Raises KeyError for a code without one."""
    return str(WORDS[type(code)][code])


def choices(codes: type[StrEnum], only: Callable[[StrEnum], bool] = lambda code: True) -> list[tuple[str, Words]]:
    """Value and word of each code that `only` lets through, for a form field."""
    return [(code.value, word) for code, word in WORDS[codes].items() if only(code)]


def article_text(article: str) -> str:
    """An article of the measures such as 20(1) in words: "Art. 20(1)"."""
    number, _bracket, item = article.partition("(")
    if item:
        return gettext("Art. %(number)s(%(item)s)") % {"number": number, "item": item.rstrip(")")}
    return gettext("Art. %(number)s") % {"number": number}


def figure_text(name: str, value: StepFigure) -> str:
    """A figure of a step as a person reads it: money with separators, shares in percent, codes in words."""
    if isinstance(value, StrEnum):
        return label(value)
    if isinstance(value, Decimal):
        if name in SHARES:
            return f"{value * 100:f}".rstrip("0").rstrip(".") + "%"
        return f"{value.normalize():f}" if name == "points" else f"{value:,.2f}"
    return "" if value is None else str(value)


def step_text(step: Step) -> StepText:
    """A step in the active language. Raises KeyError for a step without words."""
    title, sentence = STEP_WORDS[step.code]
    figures = {name: figure_text(name, value) for name, value in step.figures.items()}
    amount = step.figures.get("amount")
    return StepText(
        code=step.code,
        label=str(title) % figures,
        detail=str(sentence) % figures,
        amount=amount if isinstance(amount, Decimal) else None,
        rule=step.rule,
        article=step.article,
        holds_from=step.holds_from,
        basis=gettext("%(rule)s · %(article)s, since %(date)s")
        % {"rule": step.rule, "article": article_text(step.article), "date": step.holds_from},
    )
