"""The calculation before a settlement, the settlement, its paper and its reversal."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from claims import labels, selectors, services
from claims.forms.stays import ReasonForm, SettleForm
from claims.models import Settlement, Stay
from claims.services.records import AGENCY, entered_by
from claims.services.settlement import differences, explain, later_settlements
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.policy import PolicyError
from liaoyang_medins.kernel.policy.terms import Category, Grade, NotPayable
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .common import attempt, sheet
from .corrections import contradictions_of


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
    context: dict[str, Any] = {"stay": stay, "live": stay.settlements.filter(live=True).first()}
    try:
        found = services.presettle(stay)
    except (DomainError, PolicyError) as error:
        return render(request, "claims/calculation.html", context | {"problem": error})
    held = bool(found.overlaps)
    blocked = why_not_here(request, stay, found.gathered.line_count, held)
    if not blocked and form is None and stay.status == Stay.Status.DISCHARGED:
        initial = {"version": stay.version, "stated_total": found.result.total}
        form = SettleForm(initial=initial, held=held)
    context |= {
        "found": found,
        "result": found.result,
        "steps": sheet(found.steps),
        "reasons": [labels.label(reason) for reason in found.result.reasons],
        "form": form if not blocked else None,
        "blocked": blocked,
        "cap_used_after": found.result.used + found.result.fund,
        "held": held,
        "overlaps": found.overlaps if selectors.sees_everything(request.actor) else (),
    }
    return render(request, "claims/calculation.html", context)


def why_not_here(request: ActorRequest, stay: Stay, line_count: int, held: bool) -> str:
    """Why the stay cannot be settled by who looks at it; empty where it can. The service checks it all again."""
    actor = request.actor
    if stay.status == Stay.Status.ADMITTED:
        return _("The person is still in hospital: this is what it would be if the stay ended today.")
    if stay.status != Stay.Status.DISCHARGED or not actor.may("stays.settle"):
        return ""
    if not line_count:
        return _("The stay has no fee lines.")
    if entered_by(stay, actor):
        return _("You entered this yourself: a colleague has to decide on it.")
    if held and actor.role not in AGENCY:
        return _("The agency looks at it and settles it. You need do nothing.")
    return ""


@allowed("stays.settle")
def stay_settle(request: ActorRequest, number: str) -> HttpResponse:
    """Settle what the calculation showed. Opened without a form it is the calculation."""
    stay = stay_of(request, number)
    if request.method != "POST":
        return redirect("stay-calculation", number)
    form = SettleForm(request.POST, held="note" in request.POST)
    if form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: services.settle_stay(
                stay_number=number,
                stated_total=data["stated_total"],
                version=data["version"],
                note=data.get("note", ""),
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
    context = {
        "settlement": found,
        "stay": found.stay,
        "parts": parts(found),
        "steps": steps_of(found),
        "reasons": [labels.label(NotPayable(reason)) for reason in found.reasons],
        "differs": differs(found),
        "cap_used_after": found.cap_used + found.fund,
        "later": later,
        "paid_out": paid_out,
        "form": form or (ReasonForm() if may_reverse else None),
        "to_date": selectors.year_to_date(found),
        "correction": correction,
        "told": contradictions_of(correction) if correction else [],
        "entries": timeline(audit.entries_of("claims.stay", found.stay.number)),
    }
    return render(request, "claims/settlement.html", context)


def parts(found: Settlement) -> list[tuple[str, object]]:
    """The resident's four parts (A2); none where nothing is payable."""
    if not found.payable:
        return []
    return [
        (_("Out of scope"), found.out_of_scope),
        (_("Deductible"), found.deductible),
        (_("Co-payment"), found.copayment),
        (_("Over the cap"), found.over_cap),
    ]


def steps_of(found: Settlement) -> list[Any]:
    try:
        return list(sheet(explain(found)))
    except (PolicyError, ValueError, TypeError):
        return []


def differs(found: Settlement) -> bool:
    """Whether the settlement cannot be recomputed to the same fen: then somebody has to look at it."""
    try:
        return bool(differences(found))
    except (PolicyError, ValueError, TypeError):
        return True


@allowed("stays.see")
@require_GET
def settlement_print(request: ActorRequest, number: str) -> HttpResponse:
    """The settlement slip for the person, the institution and the agency."""
    found = settlement_of(request, number)
    context = {
        "settlement": found,
        "stay": found.stay,
        "number": found.number,
        "date": found.decided_on,
        "agency": found.stay.institution.label,
        "back_url": reverse("settlement", args=[found.number]),
        "parts": parts(found),
        "steps": steps_of(found),
        "reasons": [labels.label(NotPayable(reason)) for reason in found.reasons],
        "to_date": selectors.year_to_date(found),
        "category_label": labels.label(Category(found.facts["category"])),
        "grade_label": labels.label(Grade(found.facts["grade"])),
    }
    return render(request, "claims/settlement_print.html", context)


@allowed("stays.reverse")
def settlement_reverse(request: ActorRequest, number: str) -> HttpResponse:
    """Reverse a settlement, with the reason."""
    found = settlement_of(request, number)
    if request.method != "POST":
        return redirect("settlement", number)
    form = ReasonForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        done = attempt(form, lambda: services.reverse_settlement(number=number, reason=reason, by=request.actor))
        if done is not None:
            messages.success(
                request,
                _("Reversed under the number %(number)s. The stay can be corrected and settled again.")
                % {"number": done.number},
            )
            return redirect("stay", found.stay.number)
    return settlement_page(request, settlement_of(request, number), form)
