"""Payment batches: what is to be paid, a batch for the bank, what the bank says of it."""

import uuid

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from claims.transfers.forms import ListForm, PaidForm, ResultForm, ReturnForm
from claims.transfers.labels import state_of, with_states
from claims.transfers.orders import ENCODING
from claims.transfers.services import ON_A_LIST_AT_MOST
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.web.conflicts import attempt, conflict_page
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of

from .. import exports, selectors, services
from ..models import Declaration, InstitutionPayment, PaymentBatch

PaymentStatus = InstitutionPayment.Status
Status = Declaration.Status
TONES = {"listed": "info", "paid": "good", "returned": "bad"}


@allowed("batches.see")
@require_GET
def batches(request: ActorRequest) -> HttpResponse:
    """What is to be paid, to be ticked for a new batch, and the batches that were made."""
    actor = request.actor
    due = list(selectors.to_pay(actor)[:ON_A_LIST_AT_MOST])
    accounts = selectors.accounts_on(clock.today(), [row.institution_id for row in due])
    page = page_of(request, selectors.batches_visible_to(actor).order_by("-made_on", "-number"))
    # Who recorded that a payment came back does not have it paid again (U14).
    returned_by = selectors.returned_by(row.pk for row in due if row.status == Status.RETURNED)
    own = {key for key, user in returned_by.items() if user is not None and user == actor.user_id}
    context = {
        "due": [(row, accounts.get(row.institution_id), row.pk in own) for row in due],
        "due_sum": sum((row.payable for row in due), ZERO),
        "list_form": ListForm(),
        "may_pay": actor.may("batches.pay"),
        "page": page,
        "rows": with_states(page),
    }
    return render(request, "paying/batches.html", context)


@allowed("batches.pay")
@require_POST
def batch_new(request: ActorRequest) -> HttpResponse:
    """Put the ticked declarations on a new batch."""
    chosen = request.POST.getlist("row")
    try:
        submission = uuid.UUID(request.POST.get("submission", ""))
    except ValueError as error:
        raise Http404 from error
    if not chosen:
        messages.error(request, _("Tick what is to be paid."))
        return redirect("payment-batches")
    made = services.make_batch(submission=submission, declarations=chosen, by=request.actor)
    messages.success(
        request, _("The batch %(number)s is made. Fetch the file for the bank.") % {"number": made.number}
    )
    return redirect(made)


def opened(request: ActorRequest, number: str) -> PaymentBatch:
    """The batch, where the actor may see it. Http404 for others."""
    return get_object_or_404(selectors.batches_visible_to(request.actor), number=number)


@allowed("batches.see")
@require_GET
def batch(request: ActorRequest, number: str) -> HttpResponse:
    """A batch with its payments."""
    found = opened(request, number)
    rows = list(found.payments.select_related("declaration__institution__office", "account").order_by("number"))
    context = {
        "batch": found,
        "state": state_of(found, count=len(rows), returned=sum(row.status == PaymentStatus.RETURNED for row in rows)),
        "rows": [(row, TONES[row.status]) for row in rows],
        "sum": sum((row.amount for row in rows), ZERO),
        "may_pay": request.actor.may("batches.pay"),
        "open": any(row.status == PaymentStatus.LISTED for row in rows),
        "entries": timeline(audit.entries_of(audit.object_type(found), found.number)),
    }
    return render(request, "paying/batch.html", context)


@allowed("batches.pay")
@require_GET
def batch_file(request: ActorRequest, number: str) -> HttpResponse:
    """The batch as the file that the bank's system reads, with full account numbers; the download is on record."""
    opened(request, number)
    headers = {"Content-Disposition": f'attachment; filename="{number}.csv"', "Cache-Control": "no-store"}
    content = exports.bank_file(number=number, by=request.actor)
    return HttpResponse(content, content_type=f"text/csv; charset={ENCODING}", headers=headers)


def step(request: ActorRequest, found: PaymentBatch, form: forms.Form, title: str, text: str) -> HttpResponse:
    context = {"batch": found, "form": form, "title": title, "text": text}
    return render(request, "paying/batch_step.html", context, status=422 if form.errors else 200)


def left_over(request: ActorRequest, found: PaymentBatch, error: Conflict) -> HttpResponse:
    """Somebody else was first."""
    return conflict_page(request, found, error, back_url=found.get_absolute_url(), back_label=_("Look at the batch"))


@allowed("batches.pay")
@require_http_methods(["GET", "POST"])
def batch_paid(request: ActorRequest, number: str) -> HttpResponse:
    """The bank carried the batch out."""
    found = opened(request, number)
    form = PaidForm(request.POST or None, initial={"version": found.version, "paid_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            made = attempt(form, lambda: services.record_paid(number=number, by=request.actor, **form.cleaned_data))
        except Conflict as error:
            return left_over(request, found, error)
        if made is not None:
            messages.success(request, _("The payments are recorded."))
            return redirect(made)
    text = _("Every payment of the batch that did not come back is paid with the bank's value date.")
    return step(request, found, form, _("The bank carried the batch out"), text)


@allowed("batches.pay")
@require_http_methods(["GET", "POST"])
def batch_result(request: ActorRequest, number: str) -> HttpResponse:
    """The bank's file with what became of each payment."""
    found = opened(request, number)
    form = ResultForm(request.POST or None, request.FILES or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        content, version = form.cleaned_data["file"].read(), form.cleaned_data["version"]
        try:
            made = attempt(
                form,
                lambda: services.take_result(number=number, version=version, content=content, by=request.actor),
            )
        except Conflict as error:
            return left_over(request, found, error)
        if made is not None:
            messages.success(request, _("The bank's result is recorded."))
            return redirect(made)
    text = _("What the file says of each payment is recorded: paid with the value date, or come back with the reason.")
    return step(request, found, form, _("Result of the bank"), text)


@allowed("batches.pay")
@require_http_methods(["GET", "POST"])
def institution_payment_returned(request: ActorRequest, number: str) -> HttpResponse:
    """A payment came back."""
    payment = get_object_or_404(selectors.payments_visible_to(request.actor), number=number)
    found = opened(request, payment.list.number)
    form = ReturnForm(request.POST or None, initial={"returned_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            made = attempt(
                form, lambda: services.record_returned(number=number, by=request.actor, **form.cleaned_data)
            )
        except Conflict as error:
            return left_over(request, found, error)
        if made is not None:
            messages.success(request, _("Recorded. A colleague puts it on a further batch once the account is right."))
            return redirect(found)
    text = f"{payment.number} · {payment.declaration.institution.label} · {payment.amount:,.2f}"
    return step(request, found, form, _("A payment came back"), text)
