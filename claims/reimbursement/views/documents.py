"""Documents and their scans, and the papers that the agency gives out."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from liaoyang_medins.kernel.attachments import services as attachments
from liaoyang_medins.kernel.attachments.web import as_file
from liaoyang_medins.kernel.errors import Invalid, NotAllowed
from liaoyang_medins.kernel.papers.services import of_object
from liaoyang_medins.kernel.papers.web import show
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .. import papers, services
from ..forms import PapersForm, RemovalForm, scan_name
from ..labels import paper_text
from ..models import Reimbursement
from ..rules import Paper
from ..services.scans import scans_of
from .common import done, opened, step


@allowed("reimbursements.enter")
@require_http_methods(["GET", "POST"])
def reimbursement_papers(request: ActorRequest, number: str) -> HttpResponse:
    """Which documents are there, and scans of them."""
    found = opened(request, number)
    if found.status not in Reimbursement.UNANSWERED:
        raise Http404
    open_ = found.status in Reimbursement.OPEN
    form = PapersForm(
        request.POST or None,
        scans=scans_of(found),
        open_=open_,
        initial={"version": found.version, "papers": found.papers},
    )
    if request.method == "POST" and form.is_valid():
        # First, so that what was chosen is kept also where something else has to be put right.
        taken = take_files(request, form, found)
        if not form.errors:
            if not open_:
                messages.success(request, _("Scans attached: %(count)s.") % {"count": taken})
                return redirect("reimbursement", number)
            response = done(request, found, form, lambda: check(request, form, number), _("The documents are noted."))
            if response is not None:
                return response
        form.scans = scans_of(found)
    context = {"application": found, "resident": found.resident, "form": form}
    return render(request, "reimbursement/papers.html", context, status=422 if form.errors else 200)


def check(request: ActorRequest, form: PapersForm, number: str) -> Any:
    data = form.cleaned_data
    return services.check_papers(number=number, version=data["version"], there=data["papers"], by=request.actor)


def take_files(request: ActorRequest, form: PapersForm, found: Reimbursement) -> int:
    """Attach what was sent; what is wrong with a file stands at its document. Returns how many were attached."""
    taken = 0
    for paper in Paper:
        for file in request.FILES.getlist(scan_name(paper)):
            try:
                services.attach_scan(number=found.number, paper=paper.value, file=file, by=request.actor)
            except Invalid as error:
                form.add_error(scan_name(paper), f"{attachments.plain_name(file.name or '')}: {error}")
            else:
                taken += 1
    return taken


@allowed("reimbursements.see")
@require_GET
def reimbursement_scan(request: ActorRequest, number: str, key: uuid.UUID) -> FileResponse:
    """A scan; each look is on record. Http404 for who may not see the application."""
    try:
        found, data = services.look_at_scan(number=number, key=key, by=request.actor)
    except NotAllowed as error:
        raise Http404 from error
    return as_file(found, data, f"{number}-{found.part}".replace("_", "-"))


@allowed("reimbursements.enter")
@require_http_methods(["GET", "POST"])
def reimbursement_scan_remove(request: ActorRequest, number: str, key: uuid.UUID) -> HttpResponse:
    """Take a scan off, with the reason."""
    found = opened(request, number)
    scan = attachments.of_object(found).filter(key=key).first()
    if scan is None or found.status not in Reimbursement.UNANSWERED:
        raise Http404
    form = RemovalForm(request.POST or None)
    words = {
        "title": _("Remove a scan"),
        "text": f"{paper_text(scan.part)}: {scan.name}",
        "said": _("The scan is removed."),
        "tone": "danger",
    }
    return step(
        request,
        found,
        form,
        lambda: services.remove_scan(number=number, key=key, reason=form.cleaned_data["reason"], by=request.actor),
        words,
    )


def printed(request: ActorRequest, number: str, kind: str) -> HttpResponse:
    found = opened(request, number)
    kept = of_object(found, kind).last()
    if kept is None:
        raise Http404
    return show(request, kept.paper(), back_url=found.get_absolute_url())


@allowed("reimbursements.see")
@require_GET
def reimbursement_receipt(request: ActorRequest, number: str) -> HttpResponse:
    """What confirms that the documents came, as it was said last."""
    return printed(request, number, papers.ACKNOWLEDGEMENT)


@allowed("reimbursements.see")
@require_GET
def reimbursement_decision(request: ActorRequest, number: str) -> HttpResponse:
    """The decision as it was said last. Http404 where there is none."""
    return printed(request, number, papers.DECISION)


@allowed("reimbursements.see")
@require_GET
def reimbursement_refusal(request: ActorRequest, number: str) -> HttpResponse:
    """The refusal as it was said. Http404 where there is none."""
    return printed(request, number, papers.REFUSAL)
