"""The queue of stays, and a stay from admission to discharge."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from claims import labels, selectors, services
from claims.facts import local
from claims.forms.lines import LineForm, PasteForm
from claims.forms.stays import AdmissionForm, DischargeForm, ReasonForm, StayFilter
from claims.models import Diagnosis, Stay
from enrollment.registration import idnumber
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.policy.terms import Category, Cause
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import counted, goes_on, page_of

from .claim import ShownSheet, cap_context, fee_context, provisional_sheet, sheet_of
from .common import attempt, sorted_by
from .desk import review_panel
from .settlements import why_not_here

OPEN = (Stay.Status.ADMITTED, Stay.Status.DISCHARGED)
SORTS = ("number", "resident__pinyin", "admitted_on", "discharged_on", "institution__code", "total", "fund")


@allowed("stays.see")
@require_GET
def stays(request: ActorRequest) -> HttpResponse:
    """The stays that the actor may see, what is open first of all; filters and order stand in the address."""
    form = StayFilter(request.GET or None, by=request.actor)
    asked = form.cleaned_data if form.is_valid() else {}
    found = selectors.find_stays(selectors.stays_visible_to(request.actor), asked.get("q", ""))
    if asked.get("institution"):
        found = found.filter(institution=asked["institution"])
    state = asked.get("status") or "open"
    rows = selectors.with_sums(of_state(found, state))
    rows = sorted_by(request, rows, SORTS)
    page = page_of(request, rows)
    context = {
        "filter_form": form,
        "tabs": tabs(request, state, found),
        "page": page,
        "sums": None if goes_on(page) else selectors.sums_of(of_state(found, state)),
        "everywhere": selectors.sees_everything(request.actor),
    }
    return render(request, "claims/stays.html", context)


def of_state(found: QuerySet[Stay], state: str) -> QuerySet[Stay]:
    if state == "open":
        return found.filter(status__in=OPEN)
    if state == "held":
        return found.filter(status=Stay.Status.DISCHARGED).exclude(held="")
    return found.filter(status=state) if state in Stay.Status.values else found


def tabs(request: ActorRequest, state: str, found: QuerySet[Stay]) -> list[dict[str, Any]]:
    """The queues, with how many stays are in each under the filters that are set."""
    queues = [
        ("open", _("Open stays")),
        ("admitted", _("In hospital")),
        ("discharged", _("To be settled")),
        ("held", _("Held for a clerk")),
        ("settled", _("Settled")),
        ("all", _("All")),
    ]
    parameters = request.GET.copy()
    parameters.pop("page", None)
    made = []
    for code, label in queues:
        parameters["status"] = code
        url = "?" + parameters.urlencode()
        count = counted(of_state(found, code))
        made.append({"label": label, "url": url, "active": code == state, "count": count})
    return made


@allowed("stays.enter")
def stay_new(request: ActorRequest) -> HttpResponse:
    """Admit somebody; who they are and what they are entitled to is answered beside the field."""
    # From the person's page; an ID number is never taken out of an address.
    number = request.GET.get("resident", "")
    initial = {} if idnumber.looks_like(number) else {"resident": number}
    form = AdmissionForm(request.POST or None, by=request.actor, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: services.admit(
                admission=form.admission(selectors.find_resident(data["resident"], today=clock.today()).number),
                submission=data["submission"],
                by=request.actor,
            ),
        )
        if made is not None:
            messages.success(request, _("Admitted under the number %(number)s.") % {"number": made.number})
            return redirect("stay", made.number)
    return render(request, "claims/stay_form.html", {"form": form})


@allowed("stays.enter")
def stay_edit(request: ActorRequest, number: str) -> HttpResponse:
    """Correct an admission while nothing is settled."""
    found = get_object_or_404(selectors.stays_visible_to(request.actor), number=number)
    form = AdmissionForm(request.POST or None, by=request.actor, stay=found)
    if request.method == "POST" and form.is_valid():
        saved = attempt(
            form,
            lambda: services.change_admission(
                stay_number=number,
                admission=form.admission(found.resident.number),
                version=form.cleaned_data["version"],
                by=request.actor,
            ),
        )
        if saved is not None:
            messages.success(request, _("Saved."))
            return redirect("stay", number)
    return render(request, "claims/stay_form.html", {"form": form, "stay": found})


@allowed("stays.see")
@require_GET
def stay(request: ActorRequest, number: str) -> HttpResponse:
    """A stay: its facts, its fee lines with what counts of them, and what can be done next."""
    found = get_object_or_404(
        selectors.stays_visible_to(request.actor).select_related("referral", "made_by"), number=number
    )
    return stay_page(request, found)


def stay_page(
    request: ActorRequest, found: Stay, *, line_form: LineForm | None = None, paste_form: PasteForm | None = None
) -> HttpResponse:
    """The page of a stay; with a form that was refused, to be put right there."""
    # Claims of outpatient treatment, and stays that residents paid, have pages of their own to be changed on.
    may_enter = request.actor.may("stays.enter") and not (found.outpatient or found.self_paid)
    adding = may_enter and found.status == Stay.Status.ADMITTED
    settlement = found.settlements.filter(live=True).select_related("made_by").first()
    shown = sheet_of(settlement) if settlement else provisional_sheet(found) if found.status in OPEN else None
    lines = fee_context(request, found, settlement)
    judged = shown.facts if shown else None
    context = {
        "stay": found,
        "admitted_at": local(found.admitted_at),
        "days": ((found.discharged_on or clock.today()) - found.admitted_on).days or 1,
        "category_label": labels.label(Category(found.category)),
        "cause_label": labels.label(Cause(found.cause)),
        "grade_label": labels.label(judged.grade) if judged else "",
        "designated": judged is not None and judged.designated,
        "other_diagnoses": Diagnosis.objects.filter(code__in=found.other_diagnoses) if found.other_diagnoses else (),
        "adding": adding,
        "may_change": may_enter and found.status in OPEN,
        "line_form": line_form
        or (LineForm(initial={"on": lines["totals"].last_on or found.admitted_on, "quantity": 1}) if adding else None),
        "paste_form": paste_form or (PasteForm() if adding else None),
        "form": line_form or paste_form,
        "settlement": settlement,
        "shown": shown,
        "next_step": next_step(request, found, shown),
        "review": review_panel(request, found),
        "reversed_settlements": found.settlements.filter(live=False).select_related("reversal"),
        "entries": timeline(audit.entries_of("claims.stay", found.number)),
    }
    return render(request, "claims/stay.html", context | lines | cap_context(request, found, shown))


def next_step(request: ActorRequest, found: Stay, shown: ShownSheet | None) -> str:
    """What comes next of an open stay, for who looks at it; empty where its state says it all."""
    actor = request.actor
    if found.self_paid:
        # The page leads to the application.
        return ""
    if found.status == Stay.Status.ADMITTED:
        if actor.may("stays.enter"):
            return _("Enter the fee lines, then the discharge. The calculation follows what is entered.")
        return _("The person is in hospital. The institution enters fee lines and the discharge.")
    if found.status != Stay.Status.DISCHARGED or shown is None:
        return ""
    count = shown.found.gathered.line_count if shown.found else 0
    if found.held:
        # The review says it.
        return ""
    blocked = why_not_here(request, found, count)
    if blocked:
        return blocked
    if actor.may("stays.settle"):
        return _("Look at the calculation, then settle the stay.")
    return _("The stay is complete and waits to be settled.")


@allowed("stays.enter")
def stay_cancel(request: ActorRequest, number: str) -> HttpResponse:
    """Cancel an admission that never was, with the reason."""
    found = get_object_or_404(selectors.stays_visible_to(request.actor), number=number)
    form = ReasonForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            lambda: services.cancel_admission(
                stay_number=number, reason=data["reason"], version=data["version"], by=request.actor
            ),
        )
        if done is not None:
            messages.success(request, _("The admission is cancelled."))
            return redirect("stay", number)
    return render(request, "claims/stay_cancel.html", {"form": form, "stay": found})


@allowed("stays.enter")
def stay_discharge(request: ActorRequest, number: str) -> HttpResponse:
    """Discharge on a day."""
    found = get_object_or_404(selectors.stays_visible_to(request.actor), number=number)
    initial = {"version": found.version, "discharged_on": clock.today()}
    form = DischargeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            lambda: services.discharge(
                stay_number=number, discharged_on=data["discharged_on"], version=data["version"], by=request.actor
            ),
        )
        if done is not None:
            messages.success(request, _("Discharged. Look at the calculation and settle the stay."))
            return redirect("stay-calculation", number)
    return render(request, "claims/stay_discharge.html", {"form": form, "stay": found})


@allowed("stays.enter")
@require_POST
def stay_undischarge(request: ActorRequest, number: str) -> HttpResponse:
    """Take the discharge back."""
    get_object_or_404(selectors.stays_visible_to(request.actor), number=number)
    services.cancel_discharge(stay_number=number, by=request.actor)
    messages.success(request, _("The discharge is taken back: fee lines can be added and removed again."))
    return redirect("stay", number)
