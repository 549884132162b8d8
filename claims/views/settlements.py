"""The calculation before a settlement, the settlement, its paper and its reversal."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from claims import fees, papers, selectors, services
from claims.cap import CapUse, other_stays
from claims.facts import benefit_days
from claims.forms.stays import ReasonForm, SettleForm
from claims.models import Reversal, Settlement, Stay
from claims.services.records import AGENCY, entered_by
from claims.services.settlement import differences, later_settlements
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.papers.web import show
from liaoyang_medins.kernel.policy import PolicyError
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .claim import cap_context, provisional_sheet, sheet_of
from .common import attempt
from .corrections import contradictions_of
from .desk import review_notice


@allowed("stays.see")
@require_GET
def stay_calculation(request: ActorRequest, number: str) -> HttpResponse:
    """What a settlement would be now, step by step; nothing is stored."""
    return calculation_page(request, stay_of(request, number))


def stay_of(request: ActorRequest, number: str) -> Stay:
    stays = selectors.stays_visible_to(request.actor).select_related("referral__from_institution")
    return get_object_or_404(stays, number=number)


def calculation_page(request: ActorRequest, stay: Stay, form: SettleForm | None = None) -> HttpResponse:
    """The calculation, with the form to settle it or why it cannot be settled here and now."""
    shown = provisional_sheet(stay)
    context: dict[str, Any] = {
        "stay": stay,
        "live": stay.settlements.filter(live=True).first(),
        "shown": shown,
        "totals": fees.totals(fees.of_stay(stay, benefit_days(stay.resident))),
        **cap_context(request, stay, shown),
    }
    if shown.found is None:
        return render(request, "claims/calculation.html", context)
    found = shown.found
    held = review_notice(stay, request.actor)
    blocked = why_not_here(request, stay, found.gathered.line_count)
    if not (blocked or held) and form is None and stay.status == Stay.Status.DISCHARGED:
        form = SettleForm(initial={"version": stay.version, "stated_total": found.result.total})
    context |= {"form": None if blocked or held else form, "blocked": blocked, "held": held}
    return render(request, "claims/calculation.html", context)


def why_not_here(request: ActorRequest, stay: Stay, line_count: int) -> str:
    """Why the stay cannot be settled by who looks at it; empty where it can. The service checks it all again."""
    actor = request.actor
    if stay.status == Stay.Status.ADMITTED:
        return _("The person is still in hospital: this is what it would be if the stay ended today.")
    if stay.self_paid:
        return _("The resident paid this stay: it is entered and decided with the application for reimbursement.")
    if stay.status != Stay.Status.DISCHARGED or not actor.may("stays.settle"):
        return ""
    if not line_count:
        return _("The stay has no fee lines.")
    if entered_by(stay, actor):
        return _("You entered this yourself: a colleague has to decide on it.")
    return ""


@allowed("stays.settle")
def stay_settle(request: ActorRequest, number: str) -> HttpResponse:
    """Settle what the calculation showed. Opened without a form it is the calculation."""
    stay = stay_of(request, number)
    if request.method != "POST":
        return redirect("stay-calculation", number)
    form = SettleForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: services.settle_stay(
                stay_number=number,
                stated_total=data["stated_total"],
                version=data["version"],
                by=request.actor,
            ),
        )
        if made is not None:
            messages.success(request, _("Settled under the number %(number)s.") % {"number": made.number})
            return redirect("settlement", made.number)
    return calculation_page(request, stay_of(request, stay.number), form)


def settlement_of(request: ActorRequest, number: str) -> Settlement:
    settlements = selectors.settlements_visible_to(request.actor).select_related("reversal", "made_by")
    return get_object_or_404(settlements, number=number)


@allowed("stays.see")
@require_GET
def settlement(request: ActorRequest, number: str) -> HttpResponse:
    """A settlement with its explanation, recomputed from its own facts and policy version."""
    return settlement_page(request, settlement_of(request, number))


def settlement_page(request: ActorRequest, found: Settlement, form: ReasonForm | None = None) -> HttpResponse:
    later = later_settlements(found) if found.live else []
    paid_out = found.paid_out_on is not None and request.actor.role not in AGENCY
    may_reverse = found.live and request.actor.may("stays.reverse") and not later and not paid_out
    correction = selectors.settlements_to_correct(request.actor).filter(settlement=found, status="waiting").first()
    cap = CapUse.of(found)
    context = {
        "settlement": found,
        "stay": found.stay,
        "parts": papers.parts(found),
        "shown": sheet_of(found),
        "differs": differs(found),
        "cap": cap,
        "cap_provisional": False,
        "others": other_stays(found.stay, (cap.starts, cap.ends), request.actor),
        "later": later,
        "paid_out": paid_out,
        "form": form or (ReasonForm() if may_reverse else None),
        "correction": correction,
        "told": contradictions_of(correction) if correction else [],
        "entries": timeline(audit.entries_of("claims.stay", found.stay.number)),
    }
    return render(request, "claims/settlement.html", context)


def differs(found: Settlement) -> bool:
    """Whether the settlement cannot be recomputed to the same fen: then somebody has to look at it."""
    try:
        return bool(differences(found))
    except (PolicyError, ValueError, TypeError):
        return True


@allowed("stays.see")
@require_GET
def settlement_print(request: ActorRequest, number: str) -> HttpResponse:
    """The settlement slip for the person, the institution and the agency: to print, or as PDF."""
    found = settlement_of(request, number)
    back = reverse("settlement", args=[found.number])
    return show(request, papers.slips([found])[0], back_url=back, template="claims/settlement_print.html")


@allowed("stays.reverse")
def settlement_reverse(request: ActorRequest, number: str) -> HttpResponse:
    """Reverse a settlement, with the reason."""
    found = settlement_of(request, number)
    if request.method != "POST":
        return redirect("settlement", number)
    form = ReasonForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        done = attempt(form, lambda: reversed_or_asked(number, reason, request.actor))
        if isinstance(done, Refused):
            messages.success(request, _("The reversal is in the desk's queue: one examines it, another releases it."))
            return redirect("stay", found.stay.number)
        if done is not None:
            messages.success(
                request,
                _("Reversed under the number %(number)s. The stay can be corrected and settled again.")
                % {"number": done.number},
            )
            return redirect("stay", found.stay.number)
    return settlement_page(request, settlement_of(request, number), form)


def reversed_or_asked(number: str, reason: str, by: Actor) -> Reversal | Refused:
    """The reversal, or what the agency is told whose desk was asked for it. Raises as the service otherwise."""
    try:
        return services.reverse_settlement(number=number, reason=reason, by=by)
    except Refused as error:
        if error.code != "paid_out" or by.role not in AGENCY:
            raise
        return error
