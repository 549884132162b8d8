"""Agreements of institutions: which one a designation rests on, and its scans."""

import uuid

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from claims import services
from claims.forms.institutions import AgreementForm, ScanRemovalForm
from claims.services.agreements import scans_of
from liaoyang_medins.kernel.attachments import services as attachments
from liaoyang_medins.kernel.attachments.web import as_file
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .common import attempt
from .institutions import find


@allowed("institutions.manage")
@require_http_methods(["GET", "POST"])
def institution_agreement(request: ActorRequest, code: str, pk: int) -> HttpResponse:
    """Put the agreement of a designation right, and hang scans on it."""
    found = find(code)
    row = get_object_or_404(found.designations, pk=pk)
    initial = {"agreement_number": row.agreement_number, "signed_on": row.signed_on}
    form = AgreementForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def save() -> object:
            return services.change_agreement(
                code=code, designation_id=pk, by=request.actor, **{**data, "file": data["file"] or None}
            )

        if attempt(form, save) is not None:
            messages.success(request, _("Saved."))
            return redirect("institution", code)
    context = {"form": form, "institution": found, "row": row, "scans": scans_of(found).get(row.agreement_number, [])}
    return render(request, "claims/institution_agreement.html", context, status=422 if form.errors else 200)


@allowed("institutions.agreements")
@require_GET
def institution_scan(request: ActorRequest, code: str, key: uuid.UUID) -> FileResponse:
    """A scan of an agreement; each look is on record. Http404 where there is none of this key."""
    found = find(code)
    if not attachments.of_object(found).filter(key=key).exists():
        raise Http404
    scan, data = services.look_at_agreement(institution=found, key=key, by=request.actor)
    return as_file(scan, data, f"{found.code}-agreement")


@allowed("institutions.manage")
@require_http_methods(["GET", "POST"])
def institution_scan_remove(request: ActorRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """Take a scan off its agreement, with a reason."""
    found = find(code)
    scan = attachments.of_object(found).filter(key=key).first()
    if scan is None:
        raise Http404
    form = ScanRemovalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(form, lambda: services.remove_agreement(code=code, key=key, reason=reason, by=request.actor)):
            messages.success(request, _("The scan is taken off."))
            return redirect("institution", code)
    context = {"form": form, "institution": found, "title": _("Take the scan off"), "what": scan.name}
    return render(request, "claims/institution_end.html", context, status=422 if form.errors else 200)
