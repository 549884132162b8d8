"""Pages of receipts."""

from typing import Any

from django.db.models import Q, QuerySet, Subquery
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from enrollment.registration.labels import label
from liaoyang_medins.kernel import clock, numbers
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.audit.services import entries_of
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.papers.web import show
from liaoyang_medins.kernel.policy.terms import ReceiptProblem
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error, page_of, sum_of

from .. import explaining, selectors, services
from ..advice import ADVICE
from ..forms import NOT_LOOKED_AT, ON_HOLD, AssignForm, HoldForm, PaymentForm, ReceiptFilter, ReturnForm
from ..models import BenefitPeriod, ContributionNotice, Receipt
from ..papers import receipt_paper
from ..previews import preview_payment
from ..services.parts import total_of
from ..services.payments import plain_number

Status = Receipt.Status
SORTS = {
    "number": ("number",),
    "paid": ("paid_on", "number"),
    "amount": ("amount", "number"),
    "received": ("received_on", "number"),
}


@allowed("receipts.see")
@require_GET
def receipt_list(request: ActorRequest) -> HttpResponse:
    """Receipts, those that wait for a clerk on top."""
    form = ReceiptFilter(request.GET)
    rows = selectors.receipts_visible_to(request.actor)
    if form.is_valid():
        rows = filtered(rows, **form.cleaned_data)
    sort = request.GET.get("sort", "")
    fields = SORTS.get(sort.removeprefix("-"))
    if fields is None:
        rows = selectors.unmatched_first(rows)
    else:
        rows = rows.order_by(*[f"-{field}" for field in fields] if sort.startswith("-") else fields)
    page = page_of(request, rows)
    context = {
        "filter_form": form,
        "page": page,
        "rows": [(row, reason_of(row)) for row in page],
        "sum": sum_of(page, rows, "amount"),
        "unmatched": selectors.unmatched_count(),
    }
    return render(request, "contributions/receipts.html", context)


def filtered(rows: QuerySet[Receipt], q: str, status: str, problem: str, channel: str) -> QuerySet[Receipt]:
    """The receipts that the filters let through."""
    if q := q.strip():
        # A number or a name. Both at once would have the table read whole.
        if numbers.looks_like_one(q):
            either = {q, q.upper()}
            notice = ContributionNotice.objects.filter(number=q.upper()).values("pk")[:1]
            stated = Q(notice=Subquery(notice)) | Q(status=Receipt.Status.UNMATCHED, stated_notice__in=either)
            taken = Q(channel__in=Receipt.Channel.values, bank_reference__in=either)
            rows = rows.filter(Q(number=q.upper()) | taken | stated)
        else:
            rows = rows.filter(payer__startswith=q)
    if status in (NOT_LOOKED_AT, ON_HOLD):
        rows, status = rows.filter(on_hold_since__isnull=status == NOT_LOOKED_AT), Receipt.Status.UNMATCHED
    exact = {"status": status, "problem": problem, "channel": channel}
    return rows.filter(**{name: value for name, value in exact.items() if value})


def reason_of(receipt: Receipt) -> str:
    """Why the receipt settles nothing, in words; nothing where it does."""
    return label(ReceiptProblem(receipt.problem)) if receipt.problem else ""


@allowed("receipts.record")
@require_http_methods(["GET", "POST"])
def receipt_new(request: ActorRequest) -> HttpResponse:
    """Record a payment, then show what came of it."""
    stated = request.POST.get("stated_notice") or request.GET.get("notice", "")
    form = PaymentForm(request.POST or None, initial={"stated_notice": stated, "paid_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.record_payment(**form.cleaned_data, by=request.actor)
        except DomainError as error:
            first = sent_before(form.cleaned_data) if error.code == "reference_taken" else None
            if first is not None:
                return to_result(first)
            add_domain_error(form, error)
        else:
            return to_result(made)
    context = {"form": form, **stated_notice(request, stated)}
    return render(request, "contributions/receipt_new.html", context)


def to_result(receipt: Receipt) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('receipt', args=[receipt.number])}?recorded=1")


def sent_before(data: dict[str, Any]) -> Receipt | None:
    """The receipt that this very form made when it was sent the first time; None where it says something else."""
    return Receipt.objects.filter(
        channel=data["channel"],
        bank_reference=plain_number(data["bank_reference"]),
        stated_notice=plain_number(data["stated_notice"]),
        amount=data["amount"],
        paid_on=data["paid_on"],
    ).first()


def stated_notice(request: ActorRequest, stated: str) -> dict[str, Any]:
    """What is known of the notice whose number is stated: who is to pay how much until when, and what it would buy."""
    number = plain_number(stated)
    found = selectors.notices_visible_to(request.actor).filter(number=number).first() if number else None
    if found is None:
        return {"stated": number, "notice": None}
    main = selectors.main_of(found)
    payable = main.status == ContributionNotice.Status.OPEN
    held, due = selectors.held_for(main), selectors.due_of(main)
    return {
        "stated": number,
        "notice": main,
        "due": due,
        "held": held,
        "left": due - total_of(held),
        "preview": preview_payment(main, clock.today()) if payable else None,
    }


@allowed("receipts.record", "receipts.resolve")
@require_GET
def receipt_notice(request: ActorRequest) -> HttpResponse:
    """The live answer beside the notice number."""
    stated = request.GET.get("stated_notice") or request.GET.get("notice_number", "")
    context = stated_notice(request, stated)
    return render(request, "contributions/_stated_notice.html", context)


def found_receipt(request: ActorRequest, number: str) -> Receipt:
    return get_object_or_404(selectors.receipts_visible_to(request.actor), number=number)


@allowed("receipts.see")
@require_GET
def receipt(request: ActorRequest, number: str) -> HttpResponse:
    """One receipt: what came of it, and what to do where it settles nothing."""
    found = found_receipt(request, number)
    may_resolve, waits = request.actor.may("receipts.resolve"), found.status == Status.UNMATCHED
    context = {
        **facts_of(found),
        "recorded": "recorded" in request.GET,
        "reason": reason_of(found),
        "advice": ADVICE[ReceiptProblem(found.problem)] if found.problem else "",
        "others": selectors.with_same_reference(found) if waits else [],
        "may_assign": may_resolve and waits,
        "may_hold": may_resolve and waits,
        "may_return": may_resolve and found.status != Status.RETURNED,
        "may_record": request.actor.may("receipts.record"),
        "entries": timeline(entries_of(found._meta.label_lower, found.number)),
    }
    return render(request, "contributions/receipt.html", context)


def facts_of(found: Receipt) -> dict[str, Any]:
    """The receipt with its notices and the days that it bought."""
    matched = found.status == Status.MATCHED
    notices = [found.notice] if found.notice else []
    joint = selectors.joint_of(found.notice) if found.notice else None
    notices += [joint] if joint else []
    periods = BenefitPeriod.objects.filter(notice__in=notices).order_by("starts") if notices else []
    # A part is dated otherwise than its notice, which is paid on the day of the last one (C5).
    paid_on = found.notice.paid_on if found.notice else None
    due = selectors.due_of(found.notice) if found.notice else ZERO
    together = together_with(found)
    held = total_of(together)
    return {
        "receipt": found,
        "notices": notices,
        "periods": [row for row in periods if row.withdrawn_on is None] if matched else [],
        "certificate_due": explaining.certificate_due(paid_on) if matched and paid_on else None,
        "together": together,
        "held": held,
        "left": due - held,
        "due": due,
    }


def together_with(found: Receipt) -> list[Receipt]:
    """The receipts in the same state for the same notice, where there are several: an employer's parts (C5)."""
    if found.notice is None or found.status not in (Status.MATCHED, Status.HELD):
        return []
    rows = found.notice.receipts.filter(status=found.status).order_by("paid_on", "number")
    return list(rows) if found.status == Status.HELD or len(rows) > 1 else []


@allowed("receipts.see")
@require_GET
def receipt_print(request: ActorRequest, number: str) -> HttpResponse:
    """The receipt on paper: until the card is made it serves as the card (W7)."""
    found = found_receipt(request, number)
    known = facts_of(found)
    paper = receipt_paper(
        found,
        known["notices"],
        known["periods"],
        certificate_due=known["certificate_due"],
        together=known["together"],
    )
    return show(request, paper, back_url=reverse("receipt", args=[found.number]))


@allowed("receipts.resolve")
@require_http_methods(["GET", "POST"])
def assign(request: ActorRequest, number: str) -> HttpResponse:
    """Say which notice an unmatched receipt is for."""
    found = found_receipt(request, number)
    stated = request.POST.get("notice_number") or request.GET.get("notice", "")
    form = AssignForm(
        request.POST or None,
        initial={"version": found.version, "notice_number": stated},
        may_be_part=found.channel in (Receipt.Channel.BANK, Receipt.Channel.COUNTER),
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.assign_receipt(number=found.number, by=request.actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return to_result(found)
    context = {"receipt": found, "reason": reason_of(found), "form": form, **stated_notice(request, stated)}
    return render(request, "contributions/receipt_assign.html", context)


@allowed("receipts.resolve")
@require_http_methods(["GET", "POST"])
def hold(request: ActorRequest, number: str) -> HttpResponse:
    """Say what an unmatched receipt waits for."""
    found = found_receipt(request, number)
    if request.method == "GET" and found.status != Status.UNMATCHED:
        return redirect("receipt", found.number)
    form = HoldForm(request.POST or None, initial={"version": found.version, "note": found.on_hold_note})
    if request.method == "POST" and form.is_valid():
        try:
            services.hold_receipt(number=found.number, by=request.actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return redirect("receipt", found.number)
    context = {**facts_of(found), "reason": reason_of(found), "form": form}
    return render(request, "contributions/receipt_hold.html", context, status=422 if form.errors else 200)


@allowed("receipts.resolve")
@require_http_methods(["GET", "POST"])
def give_back(request: ActorRequest, number: str) -> HttpResponse:
    """The bank took the payment back, or unmatched money is paid back (C8)."""
    found = found_receipt(request, number)
    form = ReturnForm(request.POST or None, initial={"version": found.version, "returned_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            services.return_receipt(number=found.number, by=request.actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return redirect("receipt", found.number)
    context = {**facts_of(found), "reason": reason_of(found), "form": form}
    return render(request, "contributions/receipt_return.html", context)
