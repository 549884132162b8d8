"""What the pages of claims share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from django import forms
from django.db.models import Model, QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext as _

from claims import labels
from liaoyang_medins.kernel.errors import DomainError, NotAllowed
from liaoyang_medins.kernel.policy import Step
from liaoyang_medins.kernel.web.decorators import ActorRequest
from liaoyang_medins.kernel.web.domain import add_domain_error

T = TypeVar("T")
M = TypeVar("M", bound=Model)

# Steps that close a part of the sum.
KINDS = {"in_scope": "subtotal", "without_cap": "subtotal", "fund": "total", "resident": "total"}


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a calculation (templates/components/calculation.html); `article` is `rule` with the date that it
    holds from.
    """

    label: str
    how: str
    rule: str
    article: str
    amount: Decimal | None
    kind: str


def attempt(form: forms.Form, verb: Callable[[], T]) -> T | None:
    """What the service gives, or None with its refusal on the form. That somebody may not do it stays an error."""
    try:
        return verb()
    except NotAllowed:
        raise
    except DomainError as error:
        add_domain_error(form, error)
        return None


def sheet(steps: Sequence[Step]) -> list[SheetRow]:
    """The steps of an explanation in words."""
    rows = []
    for step in steps:
        text = labels.step_text(step)
        rule = f"{text.rule} · {labels.article_text(text.article)}"
        since = _("since %(day)s") % {"day": text.holds_from} if text.holds_from else ""
        article = format_html('{}<span class="fact-note">{}</span>', rule, since)
        rows.append(SheetRow(text.label, text.detail, rule, article, text.amount, KINDS.get(step.code, "")))
    return rows


def sorted_by(request: ActorRequest, rows: QuerySet[M], allowed: Sequence[str]) -> QuerySet[M]:
    """The rows in the order of ?sort=, where it is one of `allowed`."""
    field = request.GET.get("sort", "")
    if field.removeprefix("-") not in allowed:
        return rows
    return rows.order_by(field, "-pk")
