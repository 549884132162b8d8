"""The queue of stays, and a stay from admission to discharge."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from claims import labels, selectors, services
from claims.facts import benefit_days, line_result, local
from claims.forms.lines import LineForm, PasteForm
from claims.forms.stays import AdmissionForm, DischargeForm, ReasonForm, StayFilter
from claims.models import CatalogueItem, FeeLine, Stay
from enrollment.registration import idnumber
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.policy.terms import CatalogueClass, Category, Cause
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import counted, goes_on, page_of

from .common import attempt, sorted_by

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
    may_enter = request.actor.may("stays.enter")
    adding = may_enter and found.status == Stay.Status.ADMITTED
    lines = shown_lines(found)
    last = lines[-1].line.on if lines else found.admitted_on
    context = {
        "stay": found,
        "admitted_at": local(found.admitted_at),
        "category_label": labels.label(Category(found.category)),
        "cause_label": labels.label(Cause(found.cause)),
        "lines": lines,
        "sums": sums_of(lines),
        "adding": adding,
        "may_change": may_enter and found.status in OPEN,
        "line_form": line_form or (LineForm(initial={"on": last, "quantity": 1}) if adding else None),
        "paste_form": paste_form or (PasteForm() if adding else None),
        "form": line_form or paste_form,
        "settlement": found.settlements.filter(live=True).first(),
        "reversed_settlements": found.settlements.filter(live=False).select_related("reversal"),
        "entries": timeline(audit.entries_of("claims.stay", found.number)),
    }
    return render(request, "claims/stay.html", context)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A fee line with its item, class, what is in scope on its day, and why not the rest (A1)."""

    line: FeeLine
    item: str
    class_label: str
    in_scope: Decimal
    out_of_scope: Decimal
    reasons: list[str]


def shown_lines(found: Stay) -> list[ShownLine]:
    benefit = benefit_days(found.resident)
    names = english_names(found)
    rows = []
    for line in found.lines.all():
        result = line_result(line, in_benefit=benefit.cover(line.on))
        kind = labels.label(CatalogueClass(line.catalogue_class)) if line.catalogue_class else ""
        reasons = [labels.label(reason) for reason in result.reasons]
        item = names.get(line.item_code) or line.item_name
        rows.append(ShownLine(line, item, kind, result.in_scope, result.out_of_scope, reasons))
    return rows


def english_names(found: Stay) -> dict[str, str]:
    """The items of a stay by their code, where the page is in English and the catalogue has such a name."""
    if not (get_language() or "").startswith("en"):
        return {}
    items = CatalogueItem.objects.filter(code__in=found.lines.values("item_code"))
    return dict(items.order_by("starts").values_list("code", "name_en"))


def sums_of(rows: list[ShownLine]) -> dict[str, Decimal]:
    return {
        "amount": sum((row.line.amount for row in rows), ZERO),
        "in_scope": sum((row.in_scope for row in rows), ZERO),
        "out_of_scope": sum((row.out_of_scope for row in rows), ZERO),
    }


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
