"""Fee lines of an application: typed, pasted, out of a file, removed."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from claims import labels
from claims.forms.lines import LineForm, PasteForm
from claims.views.common import attempt
from liaoyang_medins.kernel.errors import DomainError, NotAllowed
from liaoyang_medins.kernel.policy.terms import LineProblem
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error

from .. import exports, services
from ..forms import FileForm
from ..models import LineImport, Reimbursement
from .applications import application_page
from .common import opened


def at_lines(number: str) -> str:
    return reverse("reimbursement", args=[number]) + "#lines"


@allowed("reimbursements.enter")
@require_POST
def reimbursement_lines(request: ActorRequest, number: str) -> HttpResponse:
    """Add what was typed or pasted; what is wrong comes back on the page, with what was typed."""
    found = opened(request, number)
    pasted = "lines_text" in request.POST
    form: LineForm | PasteForm = PasteForm(request.POST) if pasted else LineForm(request.POST)
    if form.is_valid():
        outcomes = attempt(form, lambda: services.add_lines(number=number, lines=form.lines(), by=request.actor))
        if outcomes is not None:
            messages.success(request, _("Lines added: %(count)s.") % {"count": len(outcomes)})
            return redirect(at_lines(number))
    if isinstance(form, PasteForm):
        return application_page(request, found, paste_form=form)
    return application_page(request, found, line_form=form)


@allowed("reimbursements.enter")
@require_POST
def reimbursement_line_delete(request: ActorRequest, number: str) -> HttpResponse:
    """Remove the ticked lines."""
    opened(request, number)
    chosen = request.POST.getlist("row")
    if not chosen:
        messages.error(request, _("Tick the lines that you want to remove."))
        return redirect(at_lines(number))
    count = services.remove_lines(number=number, line_numbers=chosen, by=request.actor)
    messages.success(request, _("Lines removed: %(count)s.") % {"count": count})
    return redirect(at_lines(number))


@allowed("reimbursements.enter")
@require_GET
def reimbursement_template(request: ActorRequest) -> FileResponse:
    """The empty workbook for fee lines."""
    return FileResponse(exports.template(), as_attachment=True, filename="fee-lines.xlsx")


@allowed("reimbursements.enter")
@require_http_methods(["GET", "POST"])
def reimbursement_import(request: ActorRequest, number: str) -> HttpResponse:
    """Look at a file of fee lines, row by row; nothing is added by that."""
    found = opened(request, number)
    sent = request.method == "POST"
    form = FileForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            services.read_lines(number=number, file=file, file_name=file.name or "", by=request.actor)
        except NotAllowed:
            raise
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return redirect("reimbursement-import", number)
    return import_page(request, found, form)


def import_page(request: ActorRequest, found: Reimbursement, form: FileForm) -> HttpResponse:
    waiting = LineImport.objects.filter(application=found).first()
    rows = [shown(row) for row in waiting.rows] if waiting else []
    context = {
        "application": found,
        "resident": found.resident,
        "form": form,
        "waiting": waiting,
        "good": [row for row in rows if row["line"]],
        "refused": [row for row in rows if not row["line"]],
        "open": found.status in Reimbursement.OPEN,
    }
    return render(request, "reimbursement/import.html", context, status=422 if form.errors else 200)


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row with the reasons of its line in words."""
    line = row["line"]
    reasons = [labels.label(LineProblem(code)) for code in line["reasons"]] if line else []
    return row | {"reasons": reasons, "given": " · ".join(cell for cell in row["cells"] if cell)}


def key_in(request: ActorRequest) -> uuid.UUID:
    """The key of the file that the page showed. Http404 where it is none."""
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError as error:
        raise Http404 from error


@allowed("reimbursements.enter")
@require_POST
def reimbursement_import_take(request: ActorRequest, number: str) -> HttpResponse:
    """Add the good rows of the file that was looked at."""
    found = opened(request, number)
    form = FileForm()
    form.cleaned_data = {}
    key = key_in(request)
    count = attempt(form, lambda: services.take_lines(number=number, key=key, by=request.actor))
    if count is None:
        return import_page(request, found, form)
    messages.success(request, _("Lines added: %(count)s.") % {"count": count})
    if LineImport.objects.filter(application=found).exists():
        return redirect("reimbursement-import", number)
    return redirect(at_lines(number))


@allowed("reimbursements.enter")
@require_POST
def reimbursement_import_drop(request: ActorRequest, number: str) -> HttpResponse:
    """Forget the file that was looked at."""
    opened(request, number)
    services.drop_import(number=number, key=key_in(request), by=request.actor)
    return redirect("reimbursement-import", number)


@allowed("reimbursements.enter")
@require_GET
def reimbursement_import_refused(request: ActorRequest, number: str) -> FileResponse:
    """The refused rows as a workbook. Http404 where there are none."""
    found = opened(request, number)
    waiting = LineImport.objects.filter(application=found).first()
    if waiting is None or all(row["line"] for row in waiting.rows):
        raise Http404
    workbook = exports.refused_rows(waiting)
    return FileResponse(workbook, as_attachment=True, filename=f"{found.number}-refused.xlsx")
