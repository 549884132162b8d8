"""What a view does with a refusal: back to the form, or to who was first."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.audit.services import entries_of, object_number, object_type
from liaoyang_medins.kernel.errors import Conflict, DomainError, NotAllowed

from .domain import add_domain_error

T = TypeVar("T")


def attempt(form: forms.Form, verb: Callable[[], T]) -> T | None:
    """What the service gives, or None with its refusal on the form. A conflict and what is not allowed stay errors."""
    try:
        return verb()
    except (NotAllowed, Conflict):
        raise
    except DomainError as error:
        add_domain_error(form, error)
        return None


def conflict_page(
    request: HttpRequest, found: Model, error: Conflict, *, back_url: str, back_label: str
) -> HttpResponse:
    """Somebody else was first: who did what to the record `found`, and the way back."""
    context = {
        "status": 409,
        "error_title": _("Somebody else was first"),
        "error": error,
        "back_url": back_url,
        "back_label": back_label,
        "changes": timeline(entries_of(object_type(found), object_number(found)))[:3],
    }
    return render(request, "web/error.html", context, status=409)
