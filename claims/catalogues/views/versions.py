"""Versions of the catalogue: the list, bringing one, one with its differences; checked, applied, discarded."""

import io
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import selectors as audit_selectors
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs import intake, pages
from liaoyang_medins.kernel.runs.kinds import Words
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.sheets.columns import Finding
from liaoyang_medins.kernel.web.conflicts import attempt
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of

from .. import exports, labels, selectors, services
from ..forms import RowFilter, UploadForm
from ..models import CatalogueRow, CatalogueVersion
from ..reading import layout
from ..rules import Entry, meanings
from ..selectors import RUN

State = CatalogueRow.State
WORDS: dict[str, Words] = {
    "checked": gettext_lazy("Checked: somebody else applies it"),
    "running": gettext_lazy("Being applied"),
    "partly": gettext_lazy("Applied in part"),
    "done": gettext_lazy("Applied"),
}
TONES = {"new": "good", "changed": "wait", "ended": "bad", "unchanged": "neutral", "refused": "bad", "waiting": "info"}
TABS = (State.CHANGED, State.NEW, State.ENDED, State.REFUSED, State.UNCHANGED, State.WAITING)


@allowed("catalogue.versions")
@require_GET
def versions(request: ActorRequest) -> HttpResponse:
    """All versions, the newest first, with how far each is."""
    page = page_of(request, selectors.versions_visible_to(request.actor))
    last = intake.last_runs(RUN, [row.number for row in page])
    context = {"page": page, "rows": [(row, state_of(row, last.get(row.number))) for row in page]}
    return render(request, "catalogues/versions.html", context)


def state_of(version: CatalogueVersion, run: Run | None) -> pages.Stage:
    """How far a version is."""
    return pages.stage_of(run, done=version.applied_on is not None, words=WORDS)


def last_run(version: CatalogueVersion) -> Run | None:
    return intake.runs_of(RUN, version.number).first()


@allowed("catalogue.upload")
@require_http_methods(["GET", "POST"])
def version_new(request: ActorRequest) -> HttpResponse:
    """Bring a catalogue; it is checked at once, and nothing is changed by that."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: services.upload_version(
                scope=data["scope"],
                starts=data["starts"],
                document=data["document"],
                file=data["file"],
                file_name=data["file"].name,
                by=request.actor,
            ),
        )
        if made is not None:
            return redirect("catalogue-version", number=made.number)
    context = {"form": form, "columns": layout(), "today": clock.today()}
    return render(request, "catalogues/version_new.html", context, status=422 if form.errors else 200)


def visible(actor: Actor, number: str) -> CatalogueVersion:
    return get_object_or_404(selectors.versions_visible_to(actor), number=number)


@allowed("catalogue.versions")
@require_GET
def version(request: ActorRequest, number: str) -> HttpResponse:
    """A version: its progress while it is checked or applied, then its differences by kind."""
    found = visible(request.actor, number)
    run = last_run(found)
    context: dict[str, Any] = {"version": found, "done_label": _("Applied, in parts"), **pages.followed(run)}
    if request.htmx:
        answer = render(request, "runs/_intake_live.html", context)
        if not context["live"]:
            # The rows, the buttons and the timeline changed with it.
            answer["HX-Refresh"] = "true"
        return answer
    actor = request.actor
    counts = selectors.counts_of(found)
    shown = shown_state(request.GET.get("rows", ""), counts)
    form = RowFilter(request.GET or None)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    rows = selectors.find_rows(selectors.in_order(found.rows.filter(state=shown)), text)
    page = page_of(request, rows)
    done = found.applied_on is not None
    own = actor.user_id is not None and actor.user_id == found.uploaded_by_id
    applies = pages.steps_of(run, done=done, may=actor.may("catalogue.apply"))
    brings = pages.steps_of(run, done=done, may=actor.may("catalogue.upload"))
    begun = intake.is_begun(RUN, found.number)
    context |= {
        "state": state_of(found, run),
        "counts": counts,
        "filter_form": form,
        "tabs": [tab(each, getattr(counts, each.value), shown) for each in TABS if getattr(counts, each.value)],
        "shown": shown,
        "page": page,
        "rows": [told(row) for row in page],
        "own": own,
        "begun": begun,
        "may_apply": applies["may_carry_out"] and not own and (counts.differing or begun),
        "may_check": applies["may_check"] or brings["may_check"],
        "may_discard": brings["may_discard"],
        "may_steer": applies["may_steer"] or brings["may_steer"],
        "past": found.starts <= clock.today(),
        "entries": audit_selectors.timeline(audit.entries_of(CatalogueVersion._meta.label_lower, found.number)),
    }
    return render(request, "catalogues/version.html", context)


def told(row: CatalogueRow) -> SimpleNamespace:
    """A row as the page tells it: the entry, which columns change from what to what, and what that means."""
    before = Entry.of(row.before) if row.before else None
    after = Entry.of(row.after) if row.after else None
    said = after or before
    differs = row.state in (State.NEW, State.CHANGED, State.ENDED)
    return SimpleNamespace(
        row=row,
        tone=TONES[row.state],
        name=said.name if said else row.stated.get("name", ""),
        entry=[labels.value_text(column, said) for column in ("catalogue_class", "personal_share")] if said else [],
        moves=list(labels.moves(before, after)) if before and after and differs else [],
        means=[labels.meaning_text(each) for each in meanings(before, after)] if differs else [],
        findings=[labels.finding_text(Finding.of(data)) for data in row.findings],
        cells=[str(cell) for cell in row.cells[:6]] if row.state == State.REFUSED else [],
    )


def tab(state: State, count: int, shown: str) -> SimpleNamespace:
    return SimpleNamespace(label=state.label, url=f"?rows={state.value}", active=state == shown, count=count)


def shown_state(asked: str, counts: selectors.Counts) -> str:
    """The state of the rows that are shown: what was asked for, else the first that there are rows of."""
    if asked in State.values:
        return asked
    return next((str(state) for state in TABS if getattr(counts, state.value)), str(State.WAITING))


@allowed("catalogue.upload", "catalogue.apply")
@require_POST
def version_check(request: ActorRequest, number: str) -> HttpResponse:
    """Compare a version with the catalogue anew."""
    visible(request.actor, number)
    services.check_version(number=number, by=request.actor)
    return redirect("catalogue-version", number=number)


@allowed("catalogue.apply")
@require_POST
def version_apply(request: ActorRequest, number: str) -> HttpResponse:
    """Have a version applied."""
    visible(request.actor, number)
    services.apply_version(number=number, by=request.actor)
    return redirect("catalogue-version", number=number)


@allowed("catalogue.upload", "catalogue.apply")
@require_POST
def version_steer(request: ActorRequest, number: str) -> HttpResponse:
    """Pause, resume or cancel what is at work on a version."""
    found = visible(request.actor, number)
    pages.steer(request, last_run(found))
    return redirect("catalogue-version", number=number)


@allowed("catalogue.upload")
@require_POST
def version_discard(request: ActorRequest, number: str) -> HttpResponse:
    """Take a version away of which nothing was applied."""
    visible(request.actor, number)
    services.discard_version(number=number, by=request.actor)
    messages.success(request, _("The version %(number)s was discarded.") % {"number": number})
    return redirect("catalogue-versions")


@allowed("catalogue.versions")
@require_GET
def version_refused(request: ActorRequest, number: str) -> FileResponse:
    """The refused rows as a workbook, the reasons beside each."""
    found = visible(request.actor, number)
    workbook = exports.refused_rows(version=found, by=request.actor)
    return FileResponse(workbook, as_attachment=True, filename=f"{found.number}-refused.xlsx")


@allowed("catalogue.versions")
@require_GET
def version_file(request: ActorRequest, number: str) -> FileResponse:
    """The file as it came."""
    found = visible(request.actor, number)
    content = services.file_of(number=number, by=request.actor)
    ending = "xlsx" if content.startswith(b"PK") else "csv"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=f"{found.number}.{ending}")
