"""The journal, its entries and the trial balance."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from claims.models import Reversal
from claims.reimbursement.models import ResidentPayment
from funds import selectors, services
from funds.forms import JournalFilter, TrialBalanceForm
from funds.models import JournalEntry, SubsidyReceipt
from funds.selectors.journal import sides_of
from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of

DocumentType = JournalEntry.DocumentType


@allowed("journal.see")
@require_GET
def journal(request: ActorRequest) -> HttpResponse:
    """The entries, the newest first, filtered by document, account and day."""
    form = JournalFilter(request.GET or None)
    entries = selectors.entries_visible_to(request.actor)
    if form.is_valid():
        entries = selectors.entries_filtered(entries, **form.cleaned_data)
    page = page_of(request, entries)
    rows = [(entry, sides_of(entry)) for entry in page]
    return render(request, "funds/journal.html", {"filter_form": form, "page": page, "rows": rows})


@allowed("journal.see")
@require_GET
def journal_entry(request: ActorRequest, document_type: str, document_number: str) -> HttpResponse:
    """One entry with its two sides, and the way to the document behind it."""
    entry = get_object_or_404(
        selectors.entries_visible_to(request.actor), document_type=document_type, document_number=document_number
    )
    others = selectors.entries_visible_to(request.actor).filter(document_number=document_number).exclude(pk=entry.pk)
    context = {
        "entry": entry,
        "sides": sides_of(entry),
        "others": others,
        "document_url": document_url(entry, request.actor),
    }
    return render(request, "funds/journal_entry.html", context)


def document_url(entry: JournalEntry, actor: Actor) -> str:
    """The page of the document behind an entry; empty where the actor may not open it."""
    number = entry.document_number
    match entry.document_type:
        case (
            DocumentType.RECEIPT
            | DocumentType.ASSIGNED_RECEIPT
            | DocumentType.RELEASED_RECEIPT
            | DocumentType.RETURNED_RECEIPT
        ):
            verb, name = "receipts.see", "receipt"
            number = number.partition(".")[0]
        case DocumentType.SETTLEMENT:
            verb, name = "stays.see", "settlement"
        case DocumentType.REVERSAL:
            verb, name = "stays.see", "settlement"
            number = Reversal.objects.values_list("settlement__number", flat=True).get(number=number)
        case DocumentType.RESIDENT_PAYMENT | DocumentType.RETURNED_PAYMENT:
            verb, name = "reimbursements.see", "payment-list"
            number = ResidentPayment.objects.values_list("list__number", flat=True).get(number=number)
        case DocumentType.SUBSIDY_RECEIPT:
            verb, name = "statements.see", "statement"
            number = SubsidyReceipt.objects.values_list("statement__number", flat=True).get(number=number)
        case _:
            verb, name = "statements.see", "statement"
    return reverse(name, args=[number]) if actor.may(verb) else ""


@allowed("journal.post")
@require_POST
def journal_post(request: ActorRequest) -> HttpResponse:
    """Post now what the sweep of the minute would post."""
    try:
        posted = services.post_documents(by=request.actor)
    except Conflict as error:
        messages.info(request, str(error.message))
    else:
        if posted:
            parts = [f"{DocumentType(kind).label} {count}" for kind, count in posted.items()]
            messages.success(request, _("Posted: %(parts)s.") % {"parts": ", ".join(parts)})
        else:
            messages.info(request, _("Everything was posted already."))
    return redirect("journal")


@allowed("journal.see")
@require_GET
def trial_balance(request: ActorRequest) -> HttpResponse:
    """Debits, credits and balances of every account until a day."""
    form = TrialBalanceForm(request.GET or None)
    until = form.cleaned_data["until"] if form.is_valid() else None
    context = {"filter_form": form, "until": until, "balance": selectors.trial_balance(request.actor, until)}
    return render(request, "funds/trial_balance.html", context)
