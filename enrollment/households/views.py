"""The page of a household, and what changes of it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrollment.registration.selectors import residents_visible_to
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.audit.services import entries_of
from liaoyang_medins.kernel.errors import Conflict, DomainError, NotAllowed
from liaoyang_medins.kernel.web.conflicts import conflict_page
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error

from . import selectors, services
from .forms import ContactForm, FormHousehold, MemberForm, RemoveForm
from .models import Household


def opened(request: ActorRequest, number: str) -> Household:
    """The household, within the actor's scope. Http404 for others."""
    return get_object_or_404(selectors.households_visible_to(request.actor), number=number)


@allowed("households.see")
@require_GET
def household(request: ActorRequest, number: str) -> HttpResponse:
    """Who belongs to it, where it lives, and what held before."""
    found = opened(request, number)
    context = {
        "household": found,
        "members": selectors.seen_members(found, request.actor),
        "former": found.former_contacts.select_related("changed_by").order_by("-until", "-pk"),
        "may_change": request.actor.may("households.change"),
        "entries": timeline(entries_of(found._meta.label_lower, found.number)),
    }
    return render(request, "households/household.html", context)


@allowed("households.change")
@require_http_methods(["GET", "POST"])
def household_new(request: ActorRequest, number: str) -> HttpResponse:
    """Put the household of a resident on record."""
    head = get_object_or_404(residents_visible_to(request.actor), number=number)
    form = FormHousehold(request.POST or None, others=selectors.at_this_address(head, request.actor))
    context = {"resident": head, "form": form}
    if request.method == "POST" and form.is_valid():
        others = form.relations()
        made = attempt(
            form, lambda: services.form_household(resident_number=head.number, others=others, by=request.actor)
        )
        if made is not None:
            messages.success(request, _("The household is on record."))
            return redirect("household", made.number)
    return render(request, "households/household_new.html", context, status=422 if form.errors else 200)


@allowed("households.change")
@require_http_methods(["GET", "POST"])
def household_edit(request: ActorRequest, number: str) -> HttpResponse:
    """Another address or telephone."""
    found = opened(request, number)
    initial = {"address": found.address, "phone": found.phone, "version": found.version}
    form = ContactForm(request.POST or None, initial=initial)
    return step(request, found, form, services.change_household, _("Address and telephone"), _("Saved."))


@allowed("households.change")
@require_http_methods(["GET", "POST"])
def member_new(request: ActorRequest, number: str) -> HttpResponse:
    """Somebody belongs to it too."""
    found = opened(request, number)
    form = MemberForm(request.POST or None, initial={"version": found.version})
    return step(request, found, form, services.add_member, _("Add a person"), _("The person belongs to it now."))


@allowed("households.change")
@require_POST
def member_remove(request: ActorRequest, number: str) -> HttpResponse:
    """Somebody belongs to it no more."""
    found = opened(request, number)
    form = RemoveForm(request.POST)
    asked = form.cleaned_data if form.is_valid() else {"version": 0, "member": 0}
    try:
        services.remove_member(
            number=found.number, version=asked["version"], member_id=asked["member"], by=request.actor
        )
    except Conflict as error:
        return changed_meanwhile(request, found, error)
    messages.success(request, _("The person belongs to it no more."))
    return redirect("household", number)


def step(
    request: ActorRequest, found: Household, form: forms.Form, verb: Callable[..., Any], title: str, said: str
) -> HttpResponse:
    """A page with one form that changes the household."""
    if request.method == "POST" and form.is_valid():
        try:
            made = attempt(form, lambda: verb(number=found.number, by=request.actor, **form.cleaned_data))
        except Conflict as error:
            return changed_meanwhile(request, found, error)
        if made is not None:
            messages.success(request, said)
            return redirect("household", found.number)
    context = {"household": found, "form": form, "title": title}
    return render(request, "households/step.html", context, status=422 if form.errors else 200)


def attempt(form: forms.Form, verb: Callable[[], Any]) -> Any:
    """What the service gives, or None with its refusal on the form. A conflict stays one; so does what is not allowed,
    but for a person whom the form names: nothing is told of them.
    """
    try:
        return verb()
    except NotAllowed as error:
        if "resident_number" not in form.fields:
            raise
        form.add_error("resident_number", str(error))
    except Conflict:
        raise
    except DomainError as error:
        error.field = "resident_number" if error.field == "resident" else error.field
        add_domain_error(form, error)
    return None


def changed_meanwhile(request: ActorRequest, found: Household, error: Conflict) -> HttpResponse:
    """Somebody else was first: who did what, and the way back to the household."""
    back = found.get_absolute_url()
    return conflict_page(request, found, error, back_url=back, back_label=_("Look at the household"))
