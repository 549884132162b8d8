"""Findings of supervision: the queue, a finding on its way, looking for patterns now, the workbook."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.audit.services import entries_of
from liaoyang_medins.kernel.web import steps
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import counted, page_of

from . import exports, selectors, services, words
from .forms import AnswerForm, AssignForm, CloseForm, FindingFilter
from .models import Finding
from .services.handling import usual_term

Status = Finding.Status
TONES = {
    "open": "wait",
    "in_hand": "info",
    "answered": "wait",
    "confirmed": "bad",
    "not_proven": "neutral",
    "unfounded": "good",
}


def queues_of(request: ActorRequest) -> dict[str, tuple[str, QuerySet[Finding]]]:
    """The queues by their codes, with their words; the one with which the actor begins comes first."""
    actor = request.actor
    everything = selectors.findings_visible_to(actor)
    mine = {"mine": (_("Waiting for me"), selectors.findings_waiting(actor))}
    return mine | {
        "live": (_("Not closed"), everything.filter(status__in=Finding.LIVE).order_by("-found_on", "-number")),
        "overdue": (_("Overdue"), selectors.overdue(everything, clock.today()).order_by("due_on", "number")),
        "closed": (_("Closed"), everything.filter(status__in=Finding.CLOSED).order_by("-closed_on", "-number")),
        "all": (_("All"), everything.order_by("-found_on", "-number")),
    }


def chosen_of(request: ActorRequest) -> tuple[FindingFilter, str, QuerySet[Finding]]:
    """The filters, the queue, and the findings that both leave."""
    queues = queues_of(request)
    code = request.GET.get("queue", "mine")
    code = code if code in queues else "mine"
    form = FindingFilter(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = queues[code][1]
    for name in ("kind", "status"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    if asked.get("since"):
        rows = rows.filter(found_on__gte=asked["since"])
    text = (asked.get("q") or "").strip()
    return form, code, selectors.with_text(rows, text) if text else rows


@allowed("watch.see")
@require_GET
def findings(request: ActorRequest) -> HttpResponse:
    """The findings by where they are."""
    form, chosen, rows = chosen_of(request)
    tabs = [
        SimpleNamespace(label=label, url=f"?queue={code}", active=code == chosen, count=counted(found))
        for code, (label, found) in queues_of(request).items()
    ]
    page = page_of(request, rows)
    context = {
        "tabs": tabs,
        "filter_form": form,
        "page": page,
        "rows": [(row, TONES[row.status], is_overdue(row)) for row in page],
        "last_look": selectors.last_look(),
    }
    return render(request, "watch/findings.html", context)


def is_overdue(finding: Finding) -> bool:
    return finding.status == Status.IN_HAND and finding.due_on is not None and finding.due_on < clock.today()


@allowed("watch.see")
@require_GET
def export(request: ActorRequest) -> FileResponse:
    """The findings that the filters leave, as a workbook."""
    _form, _chosen, rows = chosen_of(request)
    workbook = exports.export_findings(findings=rows, by=request.actor)
    return FileResponse(workbook, as_attachment=True, filename=f"findings-{clock.today()}.xlsx")


@allowed("watch.look")
@require_POST
def look(request: ActorRequest) -> HttpResponse:
    """Look for the patterns now; the page of the run follows it."""
    return redirect("run", services.start_look(by=request.actor).number)


def opened(request: ActorRequest, number: str) -> Finding:
    """The finding, where the actor may see it. Http404 for others."""
    return get_object_or_404(selectors.findings_visible_to(request.actor), number=number)


@allowed("watch.see")
@require_GET
def finding(request: ActorRequest, number: str) -> HttpResponse:
    """One finding: the evidence as it stood, who sees to it, what came of it."""
    found = opened(request, number)
    actor = request.actor
    evidence = selectors.evidence_of(found)
    mine = found.owner_id is not None and found.owner_id == actor.user_id
    context = {
        "finding": found,
        "tone": TONES[found.status],
        "overdue": is_overdue(found),
        "meaning": words.MEANINGS[found.kind],
        "evidence": [(row, list(words.told(row, found.kind))) for row in evidence],
        "of_institution": found.kind in selectors.OF_INSTITUTIONS,
        "can_assign": actor.may("watch.assign") and found.status in Finding.LIVE,
        "can_answer": actor.may("watch.answer") and mine and found.status == Status.IN_HAND,
        "can_close": actor.may("watch.close")
        and found.status in (Status.OPEN, Status.ANSWERED)
        and (found.answered_by_id is None or found.answered_by_id != actor.user_id),
        "institutions": selectors.institutions_of(found).select_related("office").order_by("code"),
        "entries": timeline(entries_of(found._meta.label_lower, found.number)),
    }
    return render(request, "watch/finding.html", context)


def step(
    request: ActorRequest, found: Finding, form: forms.Form, verb: Callable[..., Any], told: dict[str, str]
) -> HttpResponse:
    """A page with one form that does something with the finding; `told`: title, text, what is said then."""
    return steps.step(
        request,
        found,
        form,
        lambda: verb(number=found.number, by=request.actor, **form.cleaned_data),
        told,
        template="watch/step.html",
        back_label=_("Look at the finding"),
        finding=found,
    )


@allowed("watch.assign")
@require_http_methods(["GET", "POST"])
def assign(request: ActorRequest, number: str) -> HttpResponse:
    """Give a finding to somebody of the agency, or back to them."""
    found = opened(request, number)
    today = clock.today()
    initial = {
        "version": found.version,
        "owner": found.owner.username if found.owner else "",
        "due_on": usual_term(today),
    }
    form = AssignForm(request.POST or None, initial=initial, on=today)
    back = found.status == Status.ANSWERED
    told = {
        "title": _("Give it back") if back else _("Give it to somebody"),
        "text": _("Say what is missing in the answer.") if back else _("The agency answers by the day that you name."),
        "said": _("The finding is in their hand."),
    }
    return step(request, found, form, services.assign, told)


@allowed("watch.answer")
@require_http_methods(["GET", "POST"])
def answer(request: ActorRequest, number: str) -> HttpResponse:
    """Answer for the agency."""
    found = opened(request, number)
    form = AnswerForm(request.POST or None, initial={"version": found.version})
    told = {
        "title": _("Answer"),
        "text": _("A supervisor reads the answer and closes the finding, or gives it back."),
        "said": _("The answer is with the supervisor."),
    }
    return step(request, found, form, services.answer, told)


@allowed("watch.close")
@require_http_methods(["GET", "POST"])
def close(request: ActorRequest, number: str) -> HttpResponse:
    """Close a finding with its result."""
    found = opened(request, number)
    form = CloseForm(request.POST or None, initial={"version": found.version}, finding=found)
    told = {
        "title": _("Close the finding"),
        "text": _("The same evidence does not come up again; new evidence makes a new finding."),
        "said": _("The finding is closed."),
    }
    return step(request, found, form, services.close, told)
