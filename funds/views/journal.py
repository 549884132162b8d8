"""The journal, its entries and the trial balance."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from claims.misuse.models import RecoveryPayment
from claims.models import Reversal
from claims.reimbursement.models import ResidentPayment
from funds import selectors, services
from funds.account_forms import TimeForm
from funds.forms import JournalFilter
from funds.models import Account, JournalEntry, SubsidyReceipt
from funds.paying.models import InstitutionPayment
from funds.selectors.journal import balance_of, balances_after, counter_accounts, ledger_of, legs_summed, sides_of
from liaoyang_medins.kernel import clock, policy
from liaoyang_medins.kernel.days import day_before
from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of

from .tabs import account_tabs

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
    return render(
        request,
        "funds/journal.html",
        {"filter_form": form, "page": page, "rows": rows, "account_tabs": account_tabs("journal")},
    )


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
        case DocumentType.INSTITUTION_PAYMENT | DocumentType.RETURNED_INSTITUTION:
            verb, name = "declarations.see", "declaration"
            number = InstitutionPayment.objects.values_list("declaration__number", flat=True).get(number=number)
        case DocumentType.ENTERED:
            verb, name = "journal.see", "entered-document"
        case DocumentType.RECOVERY_CLAIM | DocumentType.RECOVERY_END:
            verb, name = "misuse.see", "misuse-case"
            number = number.partition(".")[0]
        case DocumentType.RECOVERY_PAYMENT:
            verb, name = "misuse.see", "misuse-case"
            number = RecoveryPayment.objects.values_list("case__number", flat=True).get(number=number)
        case DocumentType.REPAYMENT_CLAIM | DocumentType.REPAYMENT_END | DocumentType.DEDUCTION:
            verb, name = "inspections.see", "inspection"
            number = number.partition(".")[0]
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
    """Of every account what it stood at before some days, its debits and credits in them, what it stands at after."""
    form = TimeForm(request.GET or None)
    days = form.cleaned_data if form.is_valid() else {"since": None, "until": None}
    context = {
        "filter_form": form,
        **days,
        "balance": selectors.trial_balance(request.actor, days["until"], days["since"]),
        "account_tabs": account_tabs("trial-balance"),
    }
    return render(request, "funds/trial_balance.html", context)


@allowed("journal.see")
@require_GET
def ledger(request: ActorRequest, code: str) -> HttpResponse:
    """The ledger of an account: each entry of some days with the balance after it; by default all of its days."""
    account = get_object_or_404(Account, code=code)
    form = TimeForm(request.GET or None)
    days = form.cleaned_data if form.is_valid() else {"since": None, "until": None}
    since = days["since"] or policy.area_policies(settings.POOLING_AREA).first_day
    until = days["until"] or clock.today()
    opening = balance_of(account, day_before(since))
    sums = legs_summed(request.actor, account, since, until)
    page = page_of(request, ledger_of(request.actor, account, since, until))
    legs = list(page)
    rows = [
        (leg, counter_accounts(leg), balance) for leg, balance in zip(legs, balances_after(account, legs), strict=True)
    ]
    context = {
        "account": account,
        "filter_form": form,
        "since": since,
        "until": until,
        "page": page,
        "rows": rows,
        "opening": opening,
        "debits": sums[0],
        "credits": sums[1],
        "closing": opening + sums[0] - sums[1],
    }
    return render(request, "funds/ledger.html", context)
