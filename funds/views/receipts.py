"""What arrives on a statement: booked, and taken back where it was booked wrongly."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from funds import selectors, services
from funds.forms import SubsidyReceiptForm, TakeBackForm
from funds.models import SubsidyStatement
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error

from .statements import visible


@allowed("statements.book")
@require_http_methods(["GET", "POST"])
def subsidy_receipt_new(request: ActorRequest, number: str) -> HttpResponse:
    """Book what the city or a district paid."""
    found = visible(request.actor, number)
    owing = [each for each in selectors.balances_of(found, clock.today()) if each.balance.payable > 0]
    if found.status != SubsidyStatement.Status.ISSUED or not owing:
        messages.info(request, _("Nothing is outstanding on the statement %(number)s.") % {"number": number})
        return redirect("statement", number=number)
    form = SubsidyReceiptForm(request.POST or None, payers=owing, initial={"paid_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            receipt = services.record_subsidy(number=number, by=request.actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Booked as %(number)s.") % {"number": receipt.number})
            return redirect("statement", number=number)
    context = {"form": form, "statement": found}
    return render(request, "funds/subsidy_receipt_new.html", context, status=422 if form.errors else 200)


@allowed("statements.unbook")
@require_http_methods(["GET", "POST"])
def subsidy_receipt_take_back(request: ActorRequest, number: str) -> HttpResponse:
    """Take back a payment that was booked wrongly, with the reason."""
    receipt = get_object_or_404(selectors.subsidy_receipts_visible_to(request.actor), number=number)
    if not receipt.live:
        messages.info(request, _("The payment %(number)s was taken back already.") % {"number": number})
        return redirect("statement", number=receipt.statement.number)
    form = TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            correction = services.take_back_subsidy(number=number, by=request.actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(
                request,
                _("%(number)s is taken back by %(correction)s.") % {"number": number, "correction": correction.number},
            )
            return redirect("statement", number=receipt.statement.number)
    context = {"form": form, "receipt": receipt}
    return render(request, "funds/subsidy_receipt_take_back.html", context, status=422 if form.errors else 200)
