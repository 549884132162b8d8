"""Inspections of institutions: the list, one from what was looked at to the decision."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.audit.services import entries_of
from liaoyang_medins.kernel.web import steps
from liaoyang_medins.kernel.web.conflicts import attempt
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of

from .. import selectors, services
from ..forms import DecisionForm, FindingForm, InspectionFilter, InspectionForm, RevocationForm, repayments
from ..models import Inspection

Status = Inspection.Status
TONES = {"open": "wait", "decided": "bad", "dismissed": "good", "revoked": "neutral"}


@allowed("inspections.see")
@require_GET
def inspections(request: ActorRequest) -> HttpResponse:
    """All inspections, with what is to be repaid and was deducted."""
    form = InspectionFilter(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = selectors.with_sums(selectors.inspections_visible_to(request.actor))
    if asked.get("status"):
        rows = rows.filter(status=asked["status"])
    text = (asked.get("q") or "").strip()
    if text:
        rows = rows.filter(
            Q(number=text.upper()) | Q(institution__code=text.upper()) | Q(institution__office__name__icontains=text)
        )
    page = page_of(request, rows.order_by("-inspected_on", "-number"))
    context = {"filter_form": form, "page": page, "rows": [(row, TONES[row.status]) for row in page]}
    return render(request, "inspections/inspections.html", context)


def opened(request: ActorRequest, number: str) -> Inspection:
    """The inspection, where the actor may see it. Http404 for others."""
    return get_object_or_404(selectors.inspections_visible_to(request.actor), number=number)


@allowed("inspections.see")
@require_GET
def inspection(request: ActorRequest, number: str) -> HttpResponse:
    """One inspection: what was looked at, the findings, the decision, what is repaid."""
    found = opened(request, number)
    actor = request.actor
    is_open = found.status == Status.OPEN
    decides = actor.may("inspections.decide") and not selectors.wrote(found, actor)
    findings = found.findings.prefetch_related("items__settlement__stay", "items__settlement__resident")
    context = {
        "inspection": found,
        "tone": TONES[found.status],
        "findings": findings,
        "repayment": selectors.repayment_of(found),
        "deductions": found.deductions.all(),
        "can_edit": actor.may("inspections.enter") and is_open,
        "can_decide": decides and is_open,
        "can_revoke": decides and found.status == Status.DECIDED,
        "entries": timeline(entries_of(found._meta.label_lower, found.number)),
    }
    return render(request, "inspections/inspection.html", context)


@allowed("inspections.enter")
@require_http_methods(["GET", "POST"])
def inspection_new(request: ActorRequest) -> HttpResponse:
    """Write down an inspection (?institution= and ?report= say of what)."""
    initial = {
        "institution": request.GET.get("institution", ""),
        "report": request.GET.get("report", ""),
        "inspected_on": clock.today(),
    }
    form = InspectionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = given(form)
        made = attempt(form, lambda: services.open_inspection(**data, by=request.actor))
        if made is not None:
            messages.success(request, _("The inspection is entered. Record what was found; somebody else decides."))
            return redirect("inspection", made.number)
    context = {"form": form, "back": reverse("inspections")}
    return render(request, "inspections/inspection_form.html", context, status=422 if form.errors else 200)


def given(form: InspectionForm) -> dict[str, Any]:
    """What the form says, for the service."""
    data = {name: value for name, value in form.cleaned_data.items() if name != "version"}
    return data | {"institution": data["institution"].code}


@allowed("inspections.enter")
@require_http_methods(["GET", "POST"])
def inspection_edit(request: ActorRequest, number: str) -> HttpResponse:
    """Put an open inspection right."""
    found = opened(request, number)
    initial = {
        "version": found.version,
        "institution": found.institution.code,
        "inspected_on": found.inspected_on,
        "inspectors": found.inspectors,
        "looked_at": found.looked_at,
        "report": found.report.number if found.report else "",
    }
    form = InspectionForm(request.POST or None, initial=initial)
    # What was inspected stays what it is.
    form.fields["institution"].disabled = True
    if request.method == "POST" and form.is_valid():
        data = {k: v for k, v in given(form).items() if k not in ("submission", "institution")}
        version = form.cleaned_data["version"] or 0
        response = done(
            request,
            found,
            form,
            lambda: services.change_inspection(number=number, version=version, by=request.actor, **data),
            _("Saved."),
        )
        if response is not None:
            return response
    context = {"form": form, "inspection": found, "back": found.get_absolute_url()}
    return render(request, "inspections/inspection_form.html", context, status=422 if form.errors else 200)


@allowed("inspections.enter")
@require_http_methods(["GET", "POST"])
def finding_new(request: ActorRequest, number: str) -> HttpResponse:
    """Record what was found, and the stays that are concerned."""
    found = opened(request, number)
    form = FindingForm(request.POST or None, initial={"version": found.version})
    rows = repayments(request.POST or None)
    if request.method == "POST" and all([form.is_valid(), rows.is_valid()]):
        data = form.cleaned_data
        response = done(
            request,
            found,
            form,
            lambda: services.add_finding(number=number, repay=rows.repay(), by=request.actor, **data),
            _("The finding is recorded."),
        )
        if response is not None:
            return response
    wrong = form.errors or rows.total_error_count()
    context = {"form": form, "formset": rows, "inspection": found}
    return render(request, "inspections/finding_form.html", context, status=422 if wrong else 200)


@allowed("inspections.enter")
@require_POST
def finding_remove(request: ActorRequest, number: str, position: int) -> HttpResponse:
    """Take a finding away. Http404 where there is none of this position."""
    found = opened(request, number)
    get_object_or_404(found.findings, position=position)
    services.remove_finding(number=number, version=found.version, position=position, by=request.actor)
    messages.success(request, _("The finding is taken away."))
    return redirect("inspection", number)


def done(
    request: ActorRequest, found: Inspection, form: forms.Form, verb: Callable[[], Any], said: str
) -> HttpResponse | None:
    """Where a step leads: to the inspection, to who was first, or None back to its form."""
    return steps.done(request, found, form, verb, said, back_label=_("Look at the inspection"))


def step(
    request: ActorRequest,
    number: str,
    form_class: type[forms.Form],
    verb: Callable[..., Any],
    words: dict[str, str],
) -> HttpResponse:
    """A page with one form that does something with the inspection; `words`: title, text, what is said then, tone."""
    found = opened(request, number)
    form = form_class(request.POST or None, initial={"version": found.version})
    return steps.step(
        request,
        found,
        form,
        lambda: verb(number=number, by=request.actor, **form.cleaned_data),
        words,
        template="inspections/step.html",
        back_label=_("Look at the inspection"),
        inspection=found,
        repayment=selectors.repayment_of(found),
    )


@allowed("inspections.decide")
@require_http_methods(["GET", "POST"])
def decide(request: ActorRequest, number: str) -> HttpResponse:
    """The findings stand."""
    words = {
        "title": _("Decide: the findings stand"),
        "text": _("What the fund paid for them is taken off the next payments to the institution (Art. 29)."),
        "said": _("The findings stand. What is to be repaid is deducted from the next payments."),
        "tone": "danger",
    }
    return step(request, number, DecisionForm, services.decide_inspection, words)


@allowed("inspections.decide")
@require_http_methods(["GET", "POST"])
def dismiss(request: ActorRequest, number: str) -> HttpResponse:
    """No violation."""
    words = {
        "title": _("Close without a violation"),
        "text": _("Nothing follows from it; the inspection is kept."),
        "said": _("The inspection is closed."),
        "tone": "",
    }
    return step(request, number, DecisionForm, services.dismiss_inspection, words)


@allowed("inspections.decide")
@require_http_methods(["GET", "POST"])
def revoke(request: ActorRequest, number: str) -> HttpResponse:
    """The decision fell."""
    words = {
        "title": _("Revoke the decision"),
        "text": _("After an objection or in court: nothing is to be repaid any more."),
        "said": _("The decision is revoked."),
        "tone": "danger",
    }
    return step(request, number, RevocationForm, services.revoke_decision, words)
