"""Domain errors on forms and paging of lists: what every app's views share."""

from typing import Any, TypeVar

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from liaoyang_medins.kernel.errors import DomainError

PER_PAGE = 50

M = TypeVar("M", bound=Model)


def add_domain_error(form: forms.Form, error: DomainError) -> None:
    """Show a domain error at its field, or on top where the form has no such field."""
    field = error.field if error.field in form.fields else None
    form.add_error(field, forms.ValidationError([str(part) for part in (error.message, *error.reasons)]))


def page_of(request: HttpRequest, rows: "QuerySet[M, Any]", per_page: int = PER_PAGE) -> Page[M]:
    """The page of `rows` that the address asks for with ?page=; the last where that is too far."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))
