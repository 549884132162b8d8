"""Payment lists: what is to be paid, a list for the bank, what the bank says of it."""

import uuid

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
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
from ..models import PaymentList, ResidentPayment

PaymentStatus = ResidentPayment.Status
TONES = {"listed": "info", "paid": "good", "returned": "bad"}


@allowed("reimbursements.see")
@require_GET
def payment_lists(request: ActorRequest) -> HttpResponse:
    """What is to be paid, to be ticked for a new list, and the lists that were made."""
    actor = request.actor
    due = list(selectors.to_pay(actor)[:ON_A_LIST_AT_MOST])
    page = page_of(request, selectors.lists_visible_to(actor).order_by("-made_on", "-number"))
    context = {
        "due": due,
        "due_sum": sum((row.fund for row in due), ZERO),  # type: ignore[attr-defined]
        "list_form": ListForm(),
        "may_pay": actor.may("reimbursements.pay"),
        "page": page,
        "rows": with_states(page),
    }
    return render(request, "reimbursement/lists.html", context)


@allowed("reimbursements.pay")
@require_POST
def payment_list_new(request: ActorRequest) -> HttpResponse:
    """Put the ticked applications on a new list."""
    chosen = request.POST.getlist("row")
    try:
        submission = uuid.UUID(request.POST.get("submission", ""))
    except ValueError as error:
        raise Http404 from error
    if not chosen:
        messages.error(request, _("Tick what is to be paid."))
        return redirect("payment-lists")
    made = services.make_list(submission=submission, applications=chosen, by=request.actor)
    messages.success(request, _("The list %(number)s is made. Fetch the file for the bank.") % {"number": made.number})
    return redirect("payment-list", made.number)


def opened_list(request: ActorRequest, number: str) -> PaymentList:
    return get_object_or_404(selectors.lists_visible_to(request.actor), number=number)


@allowed("reimbursements.see")
@require_GET
def payment_list(request: ActorRequest, number: str) -> HttpResponse:
    """A list with its payments."""
    found = opened_list(request, number)
    rows = list(found.payments.select_related("application__stay__resident", "account").order_by("number"))
    context = {
        "list": found,
        "state": state_of(found, count=len(rows), returned=sum(row.status == PaymentStatus.RETURNED for row in rows)),
        "rows": [(row, TONES[row.status]) for row in rows],
        "sum": sum((row.amount for row in rows), ZERO),
        "may_pay": request.actor.may("reimbursements.pay"),
        "open": any(row.status == PaymentStatus.LISTED for row in rows),
        "entries": timeline(audit.entries_of(audit.object_type(found), found.number)),
    }
    return render(request, "reimbursement/list.html", context)


@allowed("reimbursements.pay")
@require_GET
def payment_list_file(request: ActorRequest, number: str) -> FileResponse:
    """The list as a workbook for the bank, with full account numbers; the download is on record."""
    opened_list(request, number)
    workbook = exports.payment_list(number=number, by=request.actor)
    response = FileResponse(workbook, as_attachment=True, filename=f"{number}.xlsx")
    response["Cache-Control"] = "no-store"
    return response


@allowed("reimbursements.pay")
@require_GET
def payment_list_bank_file(request: ActorRequest, number: str) -> HttpResponse:
    """The list as the file that the bank's system reads; the download is on record."""
    opened_list(request, number)
    headers = {"Content-Disposition": f'attachment; filename="{number}.csv"', "Cache-Control": "no-store"}
    content = exports.bank_file(number=number, by=request.actor)
    return HttpResponse(content, content_type=f"text/csv; charset={ENCODING}", headers=headers)


@allowed("reimbursements.pay")
@require_http_methods(["GET", "POST"])
def payment_list_result(request: ActorRequest, number: str) -> HttpResponse:
    """The bank's file with what became of each payment."""
    found = opened_list(request, number)
    form = ResultForm(request.POST or None, request.FILES or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        content, version = form.cleaned_data["file"].read(), form.cleaned_data["version"]
        try:
            made = attempt(
                form,
                lambda: services.take_result(number=number, version=version, content=content, by=request.actor),
            )
        except Conflict as error:
            return conflict_page(
                request, found, error, back_url=found.get_absolute_url(), back_label=_("Look at the list")
            )
        if made is not None:
            messages.success(request, _("The bank's result is recorded."))
            return redirect("payment-list", number)
    text = _("What the file says of each payment is recorded: paid with the value date, or come back with the reason.")
    return list_step(request, found, form, _("Result of the bank"), text)


def list_step(request: ActorRequest, found: PaymentList, form: forms.Form, title: str, text: str) -> HttpResponse:
    context = {"list": found, "form": form, "title": title, "text": text}
    return render(request, "reimbursement/list_step.html", context, status=422 if form.errors else 200)


@allowed("reimbursements.pay")
@require_http_methods(["GET", "POST"])
def payment_list_paid(request: ActorRequest, number: str) -> HttpResponse:
    """The bank carried the list out."""
    found = opened_list(request, number)
    form = PaidForm(request.POST or None, initial={"version": found.version, "paid_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            made = attempt(form, lambda: services.record_paid(number=number, by=request.actor, **form.cleaned_data))
        except Conflict as error:
            return conflict_page(
                request, found, error, back_url=found.get_absolute_url(), back_label=_("Look at the list")
            )
        if made is not None:
            messages.success(request, _("The payments are recorded."))
            return redirect("payment-list", number)
    text = _("Every payment of the list that did not come back is paid with the bank's value date.")
    return list_step(request, found, form, _("The bank carried the list out"), text)


@allowed("reimbursements.pay")
@require_http_methods(["GET", "POST"])
def payment_returned(request: ActorRequest, number: str) -> HttpResponse:
    """A payment came back."""
    payment = get_object_or_404(selectors.payments_visible_to(request.actor), number=number)
    found = opened_list(request, payment.list.number)
    form = ReturnForm(request.POST or None, initial={"returned_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            made = attempt(
                form, lambda: services.record_returned(number=number, by=request.actor, **form.cleaned_data)
            )
        except Conflict as error:
            return conflict_page(
                request, found, error, back_url=found.get_absolute_url(), back_label=_("Look at the list")
            )
        if made is not None:
            messages.success(request, _("Recorded. The resident states another account."))
            return redirect("payment-list", found.number)
    text = f"{payment.number} · {payment.application.resident.name} · {payment.amount:,.2f}"
    return list_step(request, found, form, _("A payment came back"), text)
