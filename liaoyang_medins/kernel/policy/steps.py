"""An explanation: the steps by which an answer came about, as codes and figures. Words are given by the apps'
`labels.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from liaoyang_medins.kernel.policy.model import DayOfYear, Figure

StepFigure = Decimal | int | date | StrEnum | str | bool | None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a calculation.

    `figures` are named for the words of the label (yuan, shares, dates, codes); `rule` is an id such as D1, `article`
    one of the measures such as 20(1), `holds_from` the day from which the parameter behind the step has held.
    """

    code: str
    figures: Mapping[str, StepFigure] = field(default_factory=dict)
    rule: str = ""
    article: str = ""
    holds_from: date | None = None


def step(code: str, rule: str, figure: Figure[object], **figures: StepFigure | DayOfYear) -> Step:
    """A step whose article and date are those of the parameter behind it."""
    shown = {name: str(value) if isinstance(value, DayOfYear) else value for name, value in figures.items()}
    return Step(code, shown, rule, figure.article, figure.holds_from)
