"""What the pages of reimbursement share."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from liaoyang_medins.kernel.web import steps
from liaoyang_medins.kernel.web.decorators import ActorRequest

from .. import selectors
from ..models import Reimbursement


def opened(request: ActorRequest, number: str) -> Reimbursement:
    """The application, where the actor may see it. Http404 for others."""
    return get_object_or_404(selectors.visible_to(request.actor).prefetch_related("accounts"), number=number)


def done(
    request: ActorRequest, found: Reimbursement, form: forms.Form, verb: Callable[[], Any], said: str
) -> HttpResponse | None:
    """Where a step leads: to the application, to who was first, or None back to its form."""
    return steps.done(request, found, form, verb, said, back_label=_("Look at the application"))


def step(
    request: ActorRequest,
    found: Reimbursement,
    form: forms.Form,
    verb: Callable[[], Any],
    words: dict[str, str],
    **context: Any,
) -> HttpResponse:
    """A page with one form that does something with the application; `words` are title, text, what is said then, and
    tone.
    """
    return steps.step(
        request,
        found,
        form,
        verb,
        words,
        template="reimbursement/step.html",
        back_label=_("Look at the application"),
        application=found,
        resident=found.resident,
        **context,
    )
