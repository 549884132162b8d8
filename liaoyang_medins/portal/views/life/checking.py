"""The check page of every change: what was typed, what it changes, and the button that does just that, once."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from enrollment.registration.models import Resident
from enrollment.registration.selectors import number_led_to, residents_visible_to
from liaoyang_medins.kernel.errors import DomainError, NotAllowed
from liaoyang_medins.kernel.web.decorators import ActorRequest
from liaoyang_medins.kernel.web.domain import add_domain_error
from liaoyang_medins.kernel.web.templatetags.medins import masked
from liaoyang_medins.portal import life
from liaoyang_medins.portal.effects import grouped, mark_of

# What the check page adds to what was typed.
OWN_INPUTS = ("csrfmiddlewaretoken", "confirmed", "seen", "back")


def resident_of(request: ActorRequest, number: str) -> Resident:
    """The resident, within the actor's scope; the number of a merged record leads to the other. Http404 for others."""
    return get_object_or_404(residents_visible_to(request.actor), number=number_led_to(number) or number)


def checked(
    request: ActorRequest,
    resident: Resident,
    form: forms.Form,
    change_of: Callable[[], life.Change],
    *,
    template: str,
    title: str,
    done: str,
    tone: str = "",
    **context: Any,
) -> HttpResponse:
    """The form, then its check page, then the change: what a POST with `confirmed` makes, once, as it was shown.

    `change_of` makes the change of the valid form; `done` is said afterwards.
    """
    context |= {"form": form, "resident": resident, "title": title}
    if request.method != "POST" or "back" in request.POST or not form.is_valid():
        status = 422 if request.method == "POST" and form.errors else 200
        return render(request, template, context, status=status)
    changed = ""
    try:
        change = change_of()
        if "confirmed" in request.POST:
            try:
                life.make(
                    change,
                    submission=form.cleaned_data["submission"],
                    seen=request.POST.get("seen", ""),
                    by=request.actor,
                )
            except DomainError as error:
                if error.code != "effects_changed":
                    raise
                changed = str(error.message)
            else:
                messages.success(request, done)
                return after(request, resident)
        effects = life.look_ahead(change, request.actor)
    except NotAllowed:
        raise
    except DomainError as error:
        at_its_field(form, error)
        return render(request, template, context, status=422)
    context |= {
        "answers": answers_of(form),
        "groups": grouped(effects),
        "ended": any(effect.ends for effect in effects),
        "to_correct": any(effect.group == "settlements" for effect in effects),
        "seen": mark_of(effects),
        "typed": [
            (name, value) for name, values in request.POST.lists() if name not in OWN_INPUTS for value in values
        ],
        "changed": changed,
        "tone": tone,
    }
    return render(request, "life/check.html", context, status=409 if changed else 200)


def at_its_field(form: forms.Form, error: DomainError) -> None:
    """A domain error at the field of the form that asks for it: the verbs of registration know other names."""
    names = {"starts": "on", "ends": "on", "moved_on": "on", "value": "holds"}
    if error.field not in form.fields and names.get(error.field or "") in form.fields:
        error.field = names[error.field or ""]
    add_domain_error(form, error)


def after(request: ActorRequest, resident: Resident) -> HttpResponse:
    """The resident's page, where the person is still this office's."""
    if residents_visible_to(request.actor).filter(pk=resident.pk).exists():
        return redirect("resident", resident.number)
    return redirect("home")


def answers_of(form: forms.Form) -> list[SimpleNamespace]:
    """What was typed, as rows of a check page."""
    rows = [
        SimpleNamespace(label=field.label, value=said(form, field), change_url="") for field in form.visible_fields()
    ]
    return [row for row in rows if row.value]


def said(form: forms.Form, field: BoundField) -> str:
    value = form.cleaned_data.get(field.name)
    if value in (None, ""):
        return ""
    if field.name == "id_number":
        return masked(str(value))
    if isinstance(field.field, forms.ModelChoiceField):
        return field.field.label_from_instance(value)
    if isinstance(field.field, forms.ChoiceField):
        words: dict[str, str] = {}
        choices: Any = field.field.choices
        for code, word in choices:
            nested = word if isinstance(word, list | tuple) else [(code, word)]
            words |= {str(one): str(text) for one, text in nested}
        return words.get(str(value), str(value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value)
