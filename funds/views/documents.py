"""Entered documents: the list, entering one, its page, and what becomes of it."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from funds import selectors
from funds.account_forms import CorrectionForm, DocumentFilter, DocumentForm, ReasonForm, SlipForm
from funds.forms import VersionForm
from funds.models import EnteredDocument, JournalEntry
from funds.selectors import account as reads
from funds.services import documents
from liaoyang_medins.kernel.attachments.services import plain_name
from liaoyang_medins.kernel.attachments.web import as_file
from liaoyang_medins.kernel.audit import selectors as audit_selectors
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, DomainError, NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error, page_of, sum_of

from .tabs import account_tabs

Status = EnteredDocument.Status


@allowed("journal.see")
@require_GET
def entered_documents(request: ActorRequest) -> HttpResponse:
    """What was entered, the newest first."""
    form = DocumentFilter(request.GET or None)
    rows = reads.documents_visible_to(request.actor)
    if form.is_valid():
        rows = reads.documents_filtered(rows, **form.cleaned_data)
    page = page_of(request, rows)
    context = {
        "filter_form": form,
        "page": page,
        "sum": sum_of(page, rows, "amount"),
        "account_tabs": account_tabs("entered-documents"),
    }
    return render(request, "funds/documents.html", context)


@allowed("documents.enter")
@require_http_methods(["GET", "POST"])
def entered_document_new(request: ActorRequest) -> HttpResponse:
    """Enter interest, a late fee or other income, with the scan of the bank's slip."""
    sent = request.method == "POST"
    form = DocumentForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        values = dict(form.cleaned_data)
        slip = values.pop("slip")
        try:
            found = documents.enter_document(by=request.actor, **values)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            if slip:
                try:
                    documents.attach_slip(number=found.number, file=slip, by=request.actor)
                except DomainError as error:
                    # The document is there; the scan can follow.
                    messages.warning(request, f"{plain_name(slip.name or '')}: {error}")
            messages.success(request, _("Entered as %(number)s. Somebody else checks it.") % {"number": found.number})
            return redirect(found)
    return render(request, "funds/document_new.html", {"form": form}, status=422 if form.errors else 200)


def visible(actor: Actor, number: str) -> EnteredDocument:
    return get_object_or_404(reads.documents_visible_to(actor), number=number)


@allowed("journal.see")
@require_GET
def entered_document(request: ActorRequest, number: str) -> HttpResponse:
    """A document: what it says, its scans, its entry in the journal, what happened."""
    found = visible(request.actor, number)
    actor = request.actor
    own = found.made_by_id is not None and found.made_by_id == actor.user_id
    entered = found.status == Status.ENTERED
    is_correction = found.kind == EnteredDocument.Kind.CORRECTION
    correction = found.corrections.exclude(status__in=[Status.REFUSED, Status.WITHDRAWN]).first()
    entry = selectors.entries_visible_to(actor).filter(
        document_type=JournalEntry.DocumentType.ENTERED, document_number=number
    )
    context = {
        "document": found,
        "correction": correction,
        "entry": entry.first(),
        "slips": list(documents.slips_of(found)),
        "slip_form": SlipForm(),
        "version_form": VersionForm(initial={"version": found.version}),
        "own": own,
        "can_check": entered and not own and actor.may("documents.check"),
        "can_enter": entered and actor.may("documents.enter"),
        "can_correct": found.status == Status.CHECKED
        and not is_correction
        and correction is None
        and actor.may("documents.enter"),
        "entries": audit_selectors.timeline(audit.entries_of(EnteredDocument._meta.label_lower, number)),
    }
    return render(request, "funds/document.html", context)


@allowed("documents.check")
@require_POST
def entered_document_check(request: ActorRequest, number: str) -> HttpResponse:
    """It is right: the journal books it."""
    visible(request.actor, number)
    form = VersionForm(request.POST)
    if not form.is_valid():
        raise Conflict(_("The page was out of date. Open the document again."))
    documents.check_document(number=number, version=form.cleaned_data["version"], by=request.actor)
    messages.success(request, _("Checked. It is booked within a minute."))
    return redirect("entered-document", number=number)


def _step(
    request: ActorRequest, number: str, verb: Callable[..., EnteredDocument], title: str, words: str, button: str
) -> HttpResponse:
    found = visible(request.actor, number)
    if found.status != Status.ENTERED:
        messages.info(request, _("This document waits for nothing any more."))
        return redirect(found)
    form = ReasonForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        try:
            verb(
                number=number,
                version=form.cleaned_data["version"] or found.version,
                reason=form.cleaned_data["reason"],
                by=request.actor,
            )
        except Conflict:
            raise
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return redirect(found)
    context = {"document": found, "form": form, "title": title, "words": words, "button": button, "tone": "danger"}
    return render(request, "funds/document_step.html", context, status=422 if form.errors else 200)


@allowed("documents.check")
@require_http_methods(["GET", "POST"])
def entered_document_refuse(request: ActorRequest, number: str) -> HttpResponse:
    """It is wrong: it is never booked."""
    words = _("It is never booked. The clerk enters what is right as a new document.")
    return _step(request, number, documents.refuse_document, _("Refuse the document"), words, _("Refuse the document"))


@allowed("documents.enter")
@require_http_methods(["GET", "POST"])
def entered_document_withdraw(request: ActorRequest, number: str) -> HttpResponse:
    """Take it away before it is checked."""
    words = _("Nobody checks it any more, and it is never booked.")
    return _step(
        request, number, documents.withdraw_document, _("Withdraw the document"), words, _("Withdraw the document")
    )


@allowed("documents.enter")
@require_http_methods(["GET", "POST"])
def entered_document_correct(request: ActorRequest, number: str) -> HttpResponse:
    """Ask to take a booked document back."""
    found = visible(request.actor, number)
    if found.status != Status.CHECKED or found.kind == EnteredDocument.Kind.CORRECTION:
        messages.info(request, _("Only a checked document is corrected; a correction stays."))
        return redirect(found)
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            correction = documents.correct_document(number=number, by=request.actor, **form.cleaned_data)
        except Conflict:
            raise
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(
                request, _("Entered as %(number)s. Somebody else checks it.") % {"number": correction.number}
            )
            return redirect(correction)
    words = _(
        "The document and its entry stay as they are. A reversing entry takes them back once somebody else has "
        "checked this correction; what is right is then entered as a new document."
    )
    context = {"document": found, "form": form, "title": _("Correct the document"), "words": words}
    context |= {"button": _("Ask for the reversing entry"), "tone": ""}
    return render(request, "funds/document_step.html", context, status=422 if form.errors else 200)


@allowed("documents.enter")
@require_POST
def entered_document_slip(request: ActorRequest, number: str) -> HttpResponse:
    """Attach a scan that follows."""
    found = visible(request.actor, number)
    form = SlipForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            documents.attach_slip(number=number, file=form.cleaned_data["slip"], by=request.actor)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The scan is attached."))
    else:
        messages.error(request, _("Choose the file."))
    return redirect(found)


@allowed("journal.see")
@require_GET
def entered_document_scan(request: ActorRequest, number: str, key: uuid.UUID) -> FileResponse:
    """A scan; each look is on record."""
    try:
        attachment, data = documents.look_at_slip(number=number, key=key, by=request.actor)
    except NotAllowed as error:
        raise Http404 from error
    return as_file(attachment, data, f"{number}-{documents.SLIP}")
