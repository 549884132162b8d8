"""A step on a record: a page with one form that does one thing with it."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from liaoyang_medins.kernel.errors import Conflict

from .conflicts import attempt, conflict_page


def done(
    request: HttpRequest, found: Any, form: forms.Form, verb: Callable[[], Any], said: str, *, back_label: str
) -> HttpResponse | None:
    """Where the step leads: to the page of `found`, which says `said`; to who was first, with `back_label` for the way
    back; or None back to its form. `found` is a record that has a page, `verb` returns what it made.
    """
    try:
        made = attempt(form, verb)
    except Conflict as error:
        return conflict_page(request, found, error, back_url=found.get_absolute_url(), back_label=back_label)
    if made is None:
        return None
    messages.success(request, said)
    return redirect(found)


def step(
    request: HttpRequest,
    found: Any,
    form: forms.Form,
    verb: Callable[[], Any],
    words: Mapping[str, str],
    *,
    template: str,
    back_label: str,
    **context: Any,
) -> HttpResponse:
    """The page of the step, and what comes of it; `words`: its title, text, what is said then (`said`), tone."""
    if request.method == "POST" and form.is_valid():
        response = done(request, found, form, verb, words["said"], back_label=back_label)
        if response is not None:
            return response
    return render(request, template, {"form": form, **words, **context}, status=422 if form.errors else 200)
