"""What the pages of reimbursement share."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.web.conflicts import attempt, conflict_page
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
    try:
        made = attempt(form, verb)
    except Conflict as error:
        return conflict_page(
            request, found, error, back_url=found.get_absolute_url(), back_label=_("Look at the application")
        )
    if made is None:
        return None
    messages.success(request, said)
    return redirect("reimbursement", found.number)


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
    if request.method == "POST" and form.is_valid():
        response = done(request, found, form, verb, words["said"])
        if response is not None:
            return response
    shown = {"form": form, "application": found, "resident": found.resident, **words, **context}
    return render(request, "reimbursement/step.html", shown, status=422 if form.errors else 200)
