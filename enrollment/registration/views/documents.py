"""The documents of a registration: how they were found at a further visit (W2), and their scans."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.attachments import services as attachments
from liaoyang_medins.kernel.attachments.models import Attachment
from liaoyang_medins.kernel.attachments.web import as_file
from liaoyang_medins.kernel.errors import Conflict, DomainError, Invalid, NotAllowed
from liaoyang_medins.kernel.policy.terms import Material
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error

from .. import drafts, services
from ..labels import label
from ..models import MaterialCheck, Registration, RegistrationDraft
from ..rules import RequiredMaterial
from ..services import scans
from ..services.common import assess_again, require_holder
from ..services.materials import needed_materials
from ..step_forms import MaterialsForm, RemovalForm, ScansForm, StepForm, scan_name
from .case import changed_meanwhile, opened


def needed_now(row: Registration) -> tuple[RequiredMaterial, ...]:
    """W1: what has to be brought, by what is on record today."""
    return needed_materials(row, assess_again(row, clock.today()))


@allowed("registrations.register")
def materials(request: ActorRequest, number: str) -> HttpResponse:
    """The documents at a further visit (W2)."""
    row = opened(request, number)
    require_holder(row, request.actor)
    needed = needed_now(row)
    before = {item.material: item for item in row.materials.all()}
    initial: dict[str, Any] = {"version": row.version}
    for item in needed:
        found = before.get(item.material.value)
        initial[item.material.value] = found.state if found else MaterialCheck.State.NOT_LOOKED_AT
        initial[f"{item.material.value}_remark"] = found.remark if found else ""
    form = MaterialsForm(
        request.POST or None, needed=needed, late_reason=True, initial=initial, scans=scans.scans_of(row)
    )
    form.fields["version"] = StepForm.base_fields["version"]
    if request.method == "POST" and form.is_valid():
        # First, so that what was chosen is kept also where something else has to be put right.
        if take_files(request, form, row):
            form.scans = scans.scans_of(row)
        if form.errors:
            return render(request, "registration/materials.html", {"row": row, "form": form}, status=422)
        try:
            services.check_materials(
                number=number,
                version=form.cleaned_data["version"],
                materials=form.states,
                remarks=form.remarks,
                reason=form.cleaned_data["reason"],
                by=request.actor,
            )
        except Conflict as error:
            return changed_meanwhile(request, row, error)
        except NotAllowed:
            raise
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The documents are written down."))
            return redirect("registration", number)
    context = {"row": row, "form": form}
    return render(request, "registration/materials.html", context, status=422 if form.errors else 200)


# --- scans -----------------------------------------------------------------------------------------------------------


def take_files(request: ActorRequest, form: ScansForm, record: Registration | RegistrationDraft) -> int:
    """Attach what was sent with the form to the draft or registration; what is wrong with a file stands at its
    document. Returns how many scans were attached.
    """
    taken = 0
    for item in form.needed:
        for file in request.FILES.getlist(scan_name(item.material)):
            try:
                if isinstance(record, RegistrationDraft):
                    scans.attach_to_draft(draft=record, material=item.material, file=file, by=request.actor)
                else:
                    scans.attach_scan(number=record.number, material=item.material, file=file, by=request.actor)
            except Invalid as error:
                form.add_error(scan_name(item.material), f"{attachments.plain_name(file.name or '')}: {error}")
            else:
                taken += 1
    return taken


def draft_of(request: ActorRequest, draft_id: uuid.UUID) -> RegistrationDraft:
    row = drafts.draft_of(draft_id, request.actor)
    if row is None:
        raise Http404
    return row


def name_of(attachment: Attachment, number: str) -> str:
    """What the file is called where it is kept: the registration and the document, no name and no ID number."""
    return f"{number}-{attachment.part}".replace("_", "-")


@allowed("registrations.register")
@require_GET
def draft_scan(request: ActorRequest, draft_id: uuid.UUID, key: uuid.UUID) -> FileResponse:
    """A scan of the actor's own draft."""
    row = draft_of(request, draft_id)
    found = attachments.of_object(row).filter(key=key).first()
    if found is None:
        raise Http404
    return as_file(found, attachments.look(attachment=found, by=request.actor), name_of(found, "draft"))


@allowed("registrations.see")
@require_GET
def scan(request: ActorRequest, number: str, key: uuid.UUID) -> FileResponse:
    """A scan of a registration; each look is on record. Http404 for who may not see the person."""
    try:
        found, data = scans.look_at_scan(number=number, key=key, by=request.actor)
    except NotAllowed as error:
        raise Http404 from error
    return as_file(found, data, name_of(found, number))


@allowed("registrations.register")
@require_http_methods(["GET", "POST"])
def registration_scans(request: ActorRequest, number: str) -> HttpResponse:
    """The scans of a registration, and the form that attaches more."""
    row = opened(request, number)
    if not scans.may_attach(row, request.actor):
        raise Http404
    needed = needed_now(row)
    form = ScansForm({} if request.method == "POST" else None, needed=needed, scans=scans.scans_of(row))
    if request.method == "POST" and form.is_valid():
        taken = take_files(request, form, row)
        if taken:
            messages.success(request, _("Scans attached: %(count)s.") % {"count": taken})
        if not form.errors:
            if not taken:
                messages.error(request, _("Choose the files first."))
            return redirect("registration-scans", number)
        form.scans = scans.scans_of(row)
    context = {"row": row, "resident": row.resident, "form": form}
    return render(request, "registration/scans.html", context, status=422 if form.errors else 200)


@allowed("registrations.register")
@require_http_methods(["GET", "POST"])
def scan_remove(request: ActorRequest, number: str, key: uuid.UUID) -> HttpResponse:
    """Take a scan off, with the reason."""
    row = opened(request, number)
    found = attachments.of_object(row).filter(key=key).first()
    if found is None or not scans.may_attach(row, request.actor):
        raise Http404
    form = RemovalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            scans.remove_scan(number=number, key=key, reason=form.cleaned_data["reason"], by=request.actor)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The scan is removed."))
            return redirect("registration-scans", number)
    context = {"row": row, "resident": row.resident, "form": form, "scan": found}
    context["document"] = label(Material(found.part))
    return render(request, "registration/scan_remove.html", context, status=422 if form.errors else 200)
