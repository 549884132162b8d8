"""Domain errors on forms and paging of lists: what every app's views share."""

from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet, Sum
from django.http import HttpRequest

from liaoyang_medins.kernel.errors import DomainError

PER_PAGE = 50
# How far a list is counted, summed and paged through: beyond, nobody reads, and the database would read for seconds.
COUNT_AT_MOST = 10_000

M = TypeVar("M", bound=Model)


def add_domain_error(form: forms.Form, error: DomainError) -> None:
    """Show a domain error at its field, or on top where the form has no such field."""
    field = error.field if error.field in form.fields else None
    form.add_error(field, forms.ValidationError([str(part) for part in (error.message, *error.reasons)]))


def page_of(request: HttpRequest, rows: "QuerySet[M, Any]", per_page: int = PER_PAGE) -> Page[M]:
    """The page of `rows` that the address asks for with ?page=; the last where that is too far."""
    return ListPaginator(rows, per_page).get_page(request.GET.get("page"))


class ListPaginator(Paginator):  # type: ignore[type-arg]  # no generic class at work
    """Pages of the first COUNT_AT_MOST rows; `more` tells that there are others behind them."""

    @cached_property
    def found(self) -> int:
        rows = self.object_list
        return count_at_most(rows) if isinstance(rows, QuerySet) else len(rows)

    @cached_property
    def count(self) -> int:
        return min(self.found, COUNT_AT_MOST)

    @property
    def more(self) -> bool:
        return self.found > COUNT_AT_MOST


def goes_on(page: Page[M]) -> bool:
    """Whether the list has more rows than are counted."""
    return isinstance(page.paginator, ListPaginator) and page.paginator.more


def sum_of(page: Page[M], rows: "QuerySet[M, Any]", field: str) -> Decimal | None:
    """The sum of a field over all `rows` of the list that `page` is of; None where they are too many."""
    if goes_on(page):
        return None
    return Decimal(rows.order_by().aggregate(sum=Sum(field, default=Decimal(0)))["sum"])


def count_at_most(rows: "QuerySet[M, Any]") -> int:
    """How many `rows` are; COUNT_AT_MOST + 1 for all that is more."""
    return rows.order_by().values("pk")[: COUNT_AT_MOST + 1].count()


def counted(rows: "QuerySet[M, Any]") -> str:
    """How many `rows` are, for people: "10000+" for all that is more."""
    count = count_at_most(rows)
    return str(count) if count <= COUNT_AT_MOST else f"{COUNT_AT_MOST}+"
