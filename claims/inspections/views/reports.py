"""Reports of suspected violations: the list, receiving one, one on its way to its result."""

from types import SimpleNamespace

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.audit.services import entries_of
from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.web.conflicts import attempt, conflict_page
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import counted, page_of

from .. import selectors, services
from ..forms import CloseForm, ReportFilter, ReportForm
from ..models import Report

Status = Report.Status
TONES = {"received": "wait", "in_hand": "info", "closed": "neutral"}


@allowed("reports.see")
@require_GET
def reports(request: ActorRequest) -> HttpResponse:
    """Reports by where they are: to be handled, overdue, all."""
    actor, today = request.actor, clock.today()
    everything = selectors.reports_visible_to(actor)
    queues = {
        "open": (_("Open"), everything.exclude(status=Status.CLOSED).order_by("due_on", "number")),
        "mine": (_("In my hand"), everything.filter(status=Status.IN_HAND, handler=actor.user_id).order_by("due_on")),
        "overdue": (_("Overdue"), selectors.overdue(everything, today).order_by("due_on", "number")),
        "closed": (_("Closed"), everything.filter(status=Status.CLOSED).order_by("-closed_on", "-number")),
    }
    chosen = request.GET.get("queue", "open")
    chosen = chosen if chosen in queues else "open"
    tabs = [
        SimpleNamespace(label=label, url=f"?queue={code}", active=code == chosen, count=counted(found))
        for code, (label, found) in queues.items()
    ]
    form = ReportFilter(request.GET or None)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    rows = queues[chosen][1]
    if text:
        rows = rows.filter(
            Q(number=text.upper()) | Q(institution__code=text.upper()) | Q(institution__office__name__icontains=text)
        )
    page = page_of(request, rows)
    context = {
        "tabs": tabs,
        "filter_form": form,
        "page": page,
        "rows": [(row, TONES[row.status], is_overdue(row)) for row in page],
    }
    return render(request, "inspections/reports.html", context)


def is_overdue(report: Report) -> bool:
    return report.status != Status.CLOSED and report.due_on < clock.today()


@allowed("reports.enter")
@require_http_methods(["GET", "POST"])
def report_new(request: ActorRequest) -> HttpResponse:
    """Write down what somebody reports (?institution= is about whom)."""
    form = ReportForm(request.POST or None, initial={"institution": request.GET.get("institution", "")})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        institution = data.pop("institution")
        made = attempt(
            form,
            lambda: services.receive_report(
                **data, institution=institution.code if institution else "", by=request.actor
            ),
        )
        if made is not None:
            messages.success(
                request, _("The report is received. It is to be closed by %(day)s.") % {"day": made.due_on}
            )
            return redirect("report", made.number)
    return render(request, "inspections/report_form.html", {"form": form}, status=422 if form.errors else 200)


def opened(request: ActorRequest, number: str) -> Report:
    """The report, where the actor may see it. Http404 for others."""
    return get_object_or_404(selectors.reports_visible_to(request.actor), number=number)


@allowed("reports.see")
@require_GET
def report(request: ActorRequest, number: str) -> HttpResponse:
    """One report: what is reported, who handles it, what came of it."""
    found = opened(request, number)
    actor = request.actor
    mine = found.handler_id is not None and found.handler_id == actor.user_id
    handles = actor.may("reports.handle") and found.status != Status.CLOSED
    context = {
        "report": found,
        "tone": TONES[found.status],
        "overdue": is_overdue(found),
        "reporter": selectors.reporter_of(found, actor),
        "inspections": selectors.inspections_visible_to(actor).filter(report=found),
        "can_take": handles and not mine,
        "can_close": handles and mine,
        "entries": timeline(entries_of(found._meta.label_lower, found.number)),
    }
    return render(request, "inspections/report.html", context)


@allowed("reports.handle")
@require_POST
def report_take(request: ActorRequest, number: str) -> HttpResponse:
    """Take a report in hand, or over."""
    found = opened(request, number)
    try:
        version = int(request.POST.get("version", ""))
    except ValueError:
        version = found.version
    services.take_report(number=number, version=version, by=request.actor)
    messages.success(request, _("The report is in your hand."))
    return redirect("report", number)


@allowed("reports.handle")
@require_http_methods(["GET", "POST"])
def report_close(request: ActorRequest, number: str) -> HttpResponse:
    """Close a report with its result."""
    found = opened(request, number)
    form = CloseForm(request.POST or None, initial={"version": found.version}, public=hasattr(found, "public"))
    if request.method == "POST" and form.is_valid():
        try:
            made = attempt(form, lambda: services.close_report(number=number, by=request.actor, **form.cleaned_data))
        except Conflict as error:
            return conflict_page(
                request, found, error, back_url=found.get_absolute_url(), back_label=_("Look at the report")
            )
        if made is not None:
            messages.success(request, _("The report is closed."))
            return redirect("report", number)
    context = {"form": form, "report": found}
    return render(request, "inspections/report_close.html", context, status=422 if form.errors else 200)
