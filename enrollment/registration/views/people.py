"""What is written of a resident, and the circumstances: new, ended, voided."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from liaoyang_medins.kernel.errors import DomainError, NotAllowed
from liaoyang_medins.kernel.policy.terms import Sex
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error

from .. import services
from ..data import PersonData
from ..models import Circumstance, Resident
from ..selectors import residents_visible_to
from ..step_forms import CircumstanceForm, EndForm, ResidentForm, VoidForm


def resident_of(request: ActorRequest, number: str) -> Resident:
    """The resident, within the actor's scope. Http404 for others."""
    return get_object_or_404(residents_visible_to(request.actor), number=number)


def circumstance_of(request: ActorRequest, number: str, pk: int) -> Circumstance:
    """A circumstance of the resident that still stands."""
    resident = resident_of(request, number)
    return get_object_or_404(resident.circumstances.select_related("school"), pk=pk, voided=False)


def done(form: forms.Form, service: Callable[..., Any], /, **values: Any) -> bool:
    """Whether the service did it; what it refused stands at the form."""
    try:
        service(**values)
    except NotAllowed:
        raise
    except DomainError as error:
        if error.field == "value" and "holds" in form.fields:
            error.field = "holds"
        add_domain_error(form, error)
        return False
    return True


def shown(request: ActorRequest, template: str, form: forms.Form, **context: Any) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)


@allowed("residents.change")
def circumstance_new(request: ActorRequest, number: str) -> HttpResponse:
    """Something holds of the resident from a day on."""
    resident = resident_of(request, number)
    form = CircumstanceForm(request.POST or None, actor=request.actor)
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            services.add_circumstance,
            resident_number=number,
            circumstance=form.circumstance(),
            note=form.cleaned_data["note"],
            by=request.actor,
        )
    ):
        messages.success(request, _("It is on record."))
        return redirect("resident", number)
    return shown(request, "registration/circumstance_new.html", form, resident=resident)


@allowed("residents.change")
def circumstance_end(request: ActorRequest, number: str, pk: int) -> HttpResponse:
    """Until when it holds."""
    row = circumstance_of(request, number, pk)
    form = EndForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and done(form, services.end_circumstance, circumstance_id=pk, by=request.actor, **form.cleaned_data)
    ):
        messages.success(request, _("Its end is on record."))
        return redirect("resident", number)
    return shown(request, "registration/circumstance_end.html", form, resident=row.resident, circumstance=row)


@allowed("residents.change")
def circumstance_void(request: ActorRequest, number: str, pk: int) -> HttpResponse:
    """It was never true."""
    row = circumstance_of(request, number, pk)
    form = VoidForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and done(form, services.void_circumstance, circumstance_id=pk, by=request.actor, **form.cleaned_data)
    ):
        messages.success(request, _("It is voided."))
        return redirect("resident", number)
    return shown(request, "registration/circumstance_void.html", form, resident=row.resident, circumstance=row)


@allowed("residents.change")
def resident_edit(request: ActorRequest, number: str) -> HttpResponse:
    """Name, community, address, telephone."""
    resident = resident_of(request, number)
    initial = {
        "version": resident.version,
        "name": resident.name,
        "community": resident.community_id,
        "address": resident.address,
        "phone": resident.phone,
    }
    form = ResidentForm(request.POST or None, has_number=resident.id_number is not None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        person = PersonData(
            name=given["name"],
            birth_date=resident.birth_date,
            sex=Sex(resident.sex),
            community=given["community"],
            id_number=given.get("id_number") or None,
            address=given["address"],
            phone=given["phone"],
        )
        if done(
            form,
            services.change_resident,
            number=number,
            version=given["version"],
            person=person,
            moved_on=given["moved_on"],
            reason=given["reason"],
            by=request.actor,
        ):
            messages.success(request, _("The details are changed."))
            return redirect("resident", number) if resident_still_here(request, number) else redirect("home")
    return shown(request, "registration/resident_edit.html", form, resident=resident)


def resident_still_here(request: ActorRequest, number: str) -> bool:
    """A resident who moved to another community is that community's from now on."""
    return residents_visible_to(request.actor).filter(number=number).exists()
