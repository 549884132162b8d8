"""The pages of long runs: the list, and one run with its progress while it goes on."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import selectors as audit_selectors
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of

from . import selectors, services
from .kinds import Kind
from .models import Run
from .pages import followed

# After so many minutes without a part done the page says that no worker is there; beat calls workers every minute.
IDLE = 3


def figures_of(kind: Kind, counts: dict[str, str]) -> list[dict[str, Any]]:
    """The figures of a kind with their values, yuan with two decimals."""
    found = []
    for figure in kind.figures:
        value = Decimal(counts.get(figure.code, "0"))
        found.append({"label": figure.label, "value": f"{value:,.2f}" if figure.in_yuan else f"{value:,.0f}"})
    return found


@allowed("runs.see")
@require_GET
def runs(request: ActorRequest) -> HttpResponse:
    """The runs, the newest first."""
    page = page_of(request, selectors.runs_visible_to(request.actor))
    rows = [(found, selectors.kind_of(found)) for found in page]
    context = {"page": page, "rows": [(found, kind, kind.title(found.parameters)) for found, kind in rows]}
    return render(request, "runs/runs.html", context)


@allowed("runs.see")
@require_GET
def run(request: ActorRequest, number: str) -> HttpResponse:
    """A run: how far it is, what it counted and refused, what happened. HTMX asks for the live part alone."""
    found = get_object_or_404(selectors.runs_visible_to(request.actor), number=number)
    kind = selectors.kind_of(found)
    context = followed(found)
    live = context["live"]
    idle = selectors.idle_minutes(found, clock.now()) if live else 0
    context |= {
        "idle": idle if idle >= IDLE else 0,
        "figures": figures_of(kind, selectors.counts_of(found)),
        "reasons": [(kind.reason(code, {}), times) for code, times in selectors.reasons_of(found)],
    }
    if request.htmx:
        answer = render(request, "runs/live.html", context)
        if not live:
            # The buttons, the result and the timeline changed with it.
            answer["HX-Refresh"] = "true"
        return answer
    request.lies_under = reverse(kind.under)
    refusals = page_of(request, selectors.refusals_of(found))
    context |= {
        "kind": kind,
        "about": kind.title(found.parameters),
        "result": kind.link(found.result) if found.result else None,
        "refusals": [(each, kind.reason(each.code, each.parameters)) for each in refusals],
        "page": refusals,
        "examples": [list(zip(kind.headings, row, strict=True)) for row in kind.shown(selectors.examples_of(found))],
        "may_steer": request.actor.may("runs.steer") and request.actor.may(kind.verb),
        "entries": audit_selectors.timeline(audit.entries_of(Run._meta.label_lower, number).exclude(verb="runs.work")),
    }
    return render(request, "runs/run.html", context)


def _steer(request: ActorRequest, number: str, verb: Callable[..., Run]) -> HttpResponse:
    get_object_or_404(selectors.runs_visible_to(request.actor), number=number)
    verb(number=number, by=request.actor)
    return redirect("run", number=number)


@allowed("runs.steer")
@require_POST
def run_pause(request: ActorRequest, number: str) -> HttpResponse:
    """Let no further chunk be taken."""
    return _steer(request, number, services.pause_run)


@allowed("runs.steer")
@require_POST
def run_resume(request: ActorRequest, number: str) -> HttpResponse:
    """Go on with a paused or failed run."""
    return _steer(request, number, services.resume_run)


@allowed("runs.steer")
@require_POST
def run_cancel(request: ActorRequest, number: str) -> HttpResponse:
    """End a run and take back what it wrote."""
    return _steer(request, number, services.cancel_run)
