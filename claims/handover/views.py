"""Lists that are handed over: all of them, one with its lines, a new draft, and the workbook."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from claims.services.records import AGENCY
from claims.views.common import attempt
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of

from . import exports, selectors, services
from .forms import DraftForm, ListFilter, VersionForm
from .models import HandoverLine, HandoverList

Status = HandoverList.Status
TONES = {"draft": "wait", "issued": "good", "discarded": "neutral"}
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@allowed("handover.see")
@require_GET
def lists(request: ActorRequest) -> HttpResponse:
    """All lists, the latest first, with their sums."""
    form = ListFilter(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = selectors.lists_visible_to(request.actor)
    for name in ("kind", "status"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    page = page_of(request, selectors.with_sums(rows).order_by("-drafted_on", "-number"))
    context = {"filter_form": form, "page": page, "rows": [(row, TONES[row.status]) for row in page]}
    return render(request, "handover/lists.html", context)


@allowed("handover.draft")
@require_http_methods(["GET", "POST"])
def list_new(request: ActorRequest) -> HttpResponse:
    """Draft a list."""
    form = DraftForm(request.POST or None, today=clock.today())
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: services.draft_list(
                kind=data["kind"],
                until=data["until"],
                district=data["district"].code if data["district"] else "",
                by=request.actor,
            ),
        )
        if made is not None:
            messages.success(request, _("Drafted. Somebody else issues it."))
            return redirect(made)
    return render(request, "handover/list_form.html", {"form": form}, status=422 if form.errors else 200)


def opened(request: ActorRequest, number: str) -> HandoverList:
    """The list, where the actor may see it. Http404 for others."""
    return get_object_or_404(selectors.lists_visible_to(request.actor), number=number)


@allowed("handover.see")
@require_GET
def one(request: ActorRequest, number: str) -> HttpResponse:
    """A list with its sums by district and its lines."""
    found, actor = opened(request, number), request.actor
    lines = found.lines.select_related("district", "settlement", "corrects__list").order_by("settled_on", "pk")
    page = page_of(request, lines)
    own = actor.role in AGENCY and found.made_by_id == actor.user_id
    draft = found.status == Status.DRAFT
    context = {
        "list": found,
        "tone": TONES[found.status],
        "sums": selectors.sums_of(found.lines.all()),
        "corrected": selectors.sums_of(found.lines.filter(corrects__isnull=False)),
        "districts": selectors.sums_by_district(found.lines.all()),
        "page": page,
        "rows": [(line, exports.status_of(line), exports.note_of(line), is_late(found, line)) for line in page],
        "may_issue": draft and actor.may("handover.issue") and not own,
        "own": draft and actor.may("handover.issue") and own,
        "may_discard": draft and actor.may("handover.discard"),
        "gone": selectors.reversed_since(found) if draft else [],
        "entries": timeline(audit.entries_of("handover.handoverlist", found.number)),
    }
    return render(request, "handover/list.html", context)


def is_late(found: HandoverList, line: HandoverLine) -> bool:
    """Whether the settlement became known after the list of its days was drafted."""
    return line.corrects_id is None and line.settled_on < found.period_from


@allowed("handover.issue")
@require_POST
def list_issue(request: ActorRequest, number: str) -> HttpResponse:
    """Issue a draft."""
    opened(request, number)
    form = VersionForm(request.POST)
    if form.is_valid():
        services.issue_list(number=number, version=form.cleaned_data["version"], by=request.actor)
        messages.success(request, _("Issued. Nothing of it changes any more."))
    return redirect("handover-list", number)


@allowed("handover.discard")
@require_POST
def list_discard(request: ActorRequest, number: str) -> HttpResponse:
    """Discard a draft."""
    opened(request, number)
    form = VersionForm(request.POST)
    if form.is_valid():
        services.discard_list(number=number, version=form.cleaned_data["version"], by=request.actor)
        messages.success(request, _("Discarded. Its settlements go into the next list."))
    return redirect("handover-list", number)


@allowed("handover.see")
@require_GET
def list_export(request: ActorRequest, number: str) -> FileResponse:
    """The workbook of a list."""
    found = opened(request, number)
    file = exports.export_list(found=found, by=request.actor)
    return FileResponse(file, as_attachment=True, filename=f"{found.number}.xlsx", content_type=WORKBOOK)
