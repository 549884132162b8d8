"""Versions of the catalogue: the list, bringing one, one with its differences; checked, applied, discarded."""

import io
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import selectors as audit_selectors
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.runs import intake, pages
from liaoyang_medins.kernel.runs.kinds import Words
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
VERSIONS = pages.Arrivals(
    kind=RUN,
    page="catalogue-version",
    visible=selectors.versions_visible_to,
    done_on="applied_on",
    words=WORDS,
)


@allowed("catalogue.versions")
@require_GET
def versions(request: ActorRequest) -> HttpResponse:
    """All versions, the newest first, with how far each is."""
    page = page_of(request, selectors.versions_visible_to(request.actor))
    return render(request, "catalogues/versions.html", {"page": page, "rows": VERSIONS.listed(page)})


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


@allowed("catalogue.versions")
@require_GET
def version(request: ActorRequest, number: str) -> HttpResponse:
    """A version: its progress while it is checked or applied, then its differences by kind."""
    found = VERSIONS.one(request.actor, number)
    run = VERSIONS.run_of(found)
    context: dict[str, Any] = {"version": found, "done_label": _("Applied, in parts"), **pages.followed(run)}
    part = pages.live_part(request, context)
    if part is not None:
        return part
    actor = request.actor
    counts = selectors.counts_of(found)
    shown, tabs = pages.tabs_of(TABS, asdict(counts), request.GET.get("rows", ""), name="rows")
    form = RowFilter(request.GET or None)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    rows = selectors.find_rows(selectors.in_order(found.rows.filter(state=shown)), text)
    page = page_of(request, rows)
    done = VERSIONS.is_done(found)
    own = actor.user_id is not None and actor.user_id == found.uploaded_by_id
    applies = pages.steps_of(run, done=done, may=actor.may("catalogue.apply"))
    brings = pages.steps_of(run, done=done, may=actor.may("catalogue.upload"))
    begun = intake.is_begun(RUN, found.number)
    context |= {
        "state": VERSIONS.stage(found, run),
        "counts": counts,
        "filter_form": form,
        "tabs": tabs,
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


version_check = allowed("catalogue.upload", "catalogue.apply")(VERSIONS.act(services.check_version))
version_apply = allowed("catalogue.apply")(VERSIONS.act(services.apply_version))
version_steer = allowed("catalogue.upload", "catalogue.apply")(require_POST(VERSIONS.steer))


@allowed("catalogue.upload")
@require_POST
def version_discard(request: ActorRequest, number: str) -> HttpResponse:
    """Take a version away of which nothing was applied."""
    VERSIONS.one(request.actor, number)
    services.discard_version(number=number, by=request.actor)
    messages.success(request, _("The version %(number)s was discarded.") % {"number": number})
    return redirect("catalogue-versions")


@allowed("catalogue.versions")
@require_GET
def version_refused(request: ActorRequest, number: str) -> FileResponse:
    """The refused rows as a workbook, the reasons beside each."""
    found = VERSIONS.one(request.actor, number)
    workbook = exports.refused_rows(version=found, by=request.actor)
    return FileResponse(workbook, as_attachment=True, filename=f"{found.number}-refused.xlsx")


@allowed("catalogue.versions")
@require_GET
def version_file(request: ActorRequest, number: str) -> FileResponse:
    """The file as it came."""
    found = VERSIONS.one(request.actor, number)
    content = services.file_of(number=number, by=request.actor)
    ending = "xlsx" if content.startswith(b"PK") else "csv"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=f"{found.number}.{ending}")
