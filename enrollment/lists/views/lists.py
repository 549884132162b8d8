"""Lists: those that came, bringing one, and one with its rows and what becomes of them."""

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrollment.registration.selectors import sees_everything
from liaoyang_medins.kernel.audit import selectors as audit_selectors
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs import pages
from liaoyang_medins.kernel.runs.kinds import Words
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error, page_of

from .. import exports, selectors, services
from ..forms import UploadForm
from ..labels import finding_text
from ..layouts import Source, layout
from ..models import ListRow, UploadedList
from ..services.uploading import sources_of
from ..showing import shown_cells
from ..stated import Finding

State = ListRow.State
RUN = selectors.RUN
WORDS: dict[str, Words] = {
    "checked": gettext_lazy("Checked: can be applied"),
    "running": gettext_lazy("Being applied"),
    "partly": gettext_lazy("Applied in part"),
    "done": gettext_lazy("Applied"),
}


LISTS = pages.Arrivals(kind=RUN, page="list", visible=selectors.lists_visible_to, done_on="applied_on", words=WORDS)


@allowed("lists.see")
@require_GET
def lists(request: ActorRequest) -> HttpResponse:
    """The lists that came, the newest first, with how far each is."""
    page = page_of(request, selectors.lists_visible_to(request.actor))
    return render(request, "lists/lists.html", {"page": page, "rows": LISTS.listed(page)})


@allowed("lists.upload")
@require_http_methods(["GET", "POST"])
def list_new(request: ActorRequest) -> HttpResponse:
    """Bring a list; it is checked at once, and nothing is changed by that."""
    sources = sources_of(request.actor)
    form = UploadForm(request.POST or None, request.FILES or None, sources=sources)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        source = Source(form.cleaned_data["source"])
        try:
            uploaded = services.upload_list(source=source, file=file, file_name=file.name, by=request.actor)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return redirect("list", number=uploaded.number)
    templates = [(source, UploadedList.Source(source.value).label, layout(source)) for source in sources]
    context = {"form": form, "templates": templates}
    return render(request, "lists/list_new.html", context, status=422 if form.errors else 200)


@allowed("lists.upload")
@require_GET
def list_template(request: ActorRequest, source: str) -> FileResponse:
    """The empty workbook of a list."""
    if source not in set(Source):
        raise Http404
    return FileResponse(exports.template_of(Source(source)), as_attachment=True, filename=f"{source}.xlsx")


TONES = {"would": "wait", "done": "good", "nothing": "neutral", "refused": "bad", "waiting": "info"}
TABS = (State.WOULD, State.DONE, State.REFUSED, State.NOTHING, State.WAITING)


@allowed("lists.see")
@require_GET
def list_page(request: ActorRequest, number: str) -> HttpResponse:
    """A list: its progress while it is checked or applied, then its rows by what became of them."""
    found = LISTS.one(request.actor, number)
    run = LISTS.run_of(found)
    context: dict[str, Any] = {"list": found, "done_label": _("Applied, in parts"), **pages.followed(run)}
    part = pages.live_part(request, context)
    if part is not None:
        return part
    counts = selectors.counts_of(found)
    shown, tabs = pages.tabs_of(TABS, asdict(counts), request.GET.get("rows", ""), name="rows")
    rows = page_of(request, found.rows.filter(state=shown).select_related("resident").order_by("place"))
    may_bring = request.actor.may("lists.upload")
    steps = pages.steps_of(run, done=LISTS.is_done(found), may=may_bring)
    context |= {
        "state": LISTS.stage(found, run),
        "counts": counts,
        "tabs": tabs,
        "shown": shown,
        "page": rows,
        "rows": [(row, shown_cells(row, found), finding_texts(row), TONES[row.state]) for row in rows],
        "may_bring": may_bring,
        "sees_people": sees_everything(request.actor),
        "to_record": to_record(request.actor, found),
        "entries": audit_selectors.timeline(audit.entries_of(UploadedList._meta.label_lower, found.number)),
        **steps,
        "may_apply": steps["may_carry_out"] and counts.would,
    }
    return render(request, "lists/list.html", context)


def to_record(actor: Actor, found: UploadedList) -> int:
    """How many registrations of a school's list wait for the actor to take them into the records."""
    if found.source != UploadedList.Source.SCHOOL or not actor.may("registrations.record"):
        return 0
    return selectors.at_agency(found).count()


def finding_texts(row: ListRow) -> list[str]:
    return [finding_text(Finding.of(data)) for data in row.findings]


list_check = allowed("lists.upload")(LISTS.act(services.check_list))
list_apply = allowed("lists.upload")(LISTS.act(services.apply_list))
list_steer = allowed("lists.upload")(require_POST(LISTS.steer))


@allowed("lists.upload")
@require_POST
def list_discard(request: ActorRequest, number: str) -> HttpResponse:
    """Take a list away of which nothing was applied."""
    LISTS.one(request.actor, number)
    services.discard_list(number=number, by=request.actor)
    messages.success(request, _("The list %(number)s was discarded.") % {"number": number})
    return redirect("lists")


@allowed("registrations.record")
@require_POST
def list_record(request: ActorRequest, number: str) -> HttpResponse:
    """Take the pupils of a school's list into the records."""
    LISTS.one(request.actor, number)
    run = services.record_list(number=number, by=request.actor)
    return redirect("run", number=run.number)


@allowed("lists.upload")
@require_GET
def list_refused(request: ActorRequest, number: str) -> FileResponse:
    """The refused rows as a workbook, the reasons beside each."""
    found = LISTS.one(request.actor, number)
    workbook = exports.refused_rows(uploaded=found, by=request.actor)
    return FileResponse(workbook, as_attachment=True, filename=f"{found.number}-refused.xlsx")
