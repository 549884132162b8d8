"""Claims of outpatient treatment: entered whole on an approval, withdrawn while they are not settled."""

from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.models import Stay
from claims.selectors import stays_visible_to
from claims.views.common import attempt
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .. import selectors, services
from ..forms import ClaimForm, PastedForm, Rows, RowSet, WithdrawForm, lines_of
from ..services.claiming import ClaimData
from .approvals import disease_of, opened


@allowed("stays.enter")
@require_http_methods(["GET", "POST"])
def claim_new(request: ActorRequest, number: str) -> HttpResponse:
    """Enter treatment with its fee lines; the page of the claim shows the calculation and settles it."""
    approval = opened(request, number)
    form, pasted = ClaimForm(request.POST or None), PastedForm(request.POST or None)
    rows = cast(Rows, RowSet(request.POST or None, prefix="row"))
    if request.method == "POST" and all([form.is_valid(), pasted.is_valid(), rows.is_valid()]):
        lines = list(lines_of(rows, pasted, form))
        data = form.cleaned_data
        made = (
            attempt(
                form,
                lambda: services.enter_claim(
                    claim=ClaimData(number, data["invoice"], data["first_day"], data["last_day"], lines),
                    submission=data["submission"],
                    by=request.actor,
                ),
            )
            if lines
            else None
        )
        if made is not None:
            messages.success(
                request,
                _("Entered under the number %(number)s. Look at the calculation, then settle it.")
                % {"number": made.number},
            )
            return redirect("stay", made.number)
    context = {
        "approval": approval,
        "disease": disease_of(approval),
        "form": form,
        "pasted": pasted,
        "rows": rows,
        "figures_set": selectors.figures_set(clock.today()),
    }
    wrong = request.method == "POST"
    return render(request, "outpatient/claim_form.html", context, status=422 if wrong else 200)


@allowed("stays.enter")
@require_http_methods(["GET", "POST"])
def claim_withdraw(request: ActorRequest, number: str) -> HttpResponse:
    """Withdraw a claim that is not settled, with the reason."""
    stays = stays_visible_to(request.actor).filter(outpatient=True).select_related("outpatient_claim__approval")
    stay: Stay = get_object_or_404(stays, number=number)
    form = WithdrawForm(request.POST or None, initial={"version": stay.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            lambda: services.withdraw_claim(
                stay_number=number, reason=data["reason"], version=data["version"], by=request.actor
            ),
        )
        if done is not None:
            messages.success(request, _("Withdrawn."))
            return redirect("stay", number)
    context = {"form": form, "stay": stay}
    return render(request, "outpatient/claim_withdraw.html", context, status=422 if form.errors else 200)
