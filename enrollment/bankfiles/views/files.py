"""Bank files: those that came, bringing one, and one with its sums and lines and what became of them."""

import io
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrollment.contributions.models import Receipt
from liaoyang_medins.kernel.audit import selectors as audit_selectors
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.runs import pages
from liaoyang_medins.kernel.runs import selectors as run_selectors
from liaoyang_medins.kernel.runs.kinds import Words
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error, page_of

from .. import exports, selectors, services
from ..forms import CloseReturnForm, UploadForm
from ..labels import RETURNS, RETURNS_ADVICE, TONES, WAYS, why
from ..models import BankFile, BankFileLine
from ..services.running import KIND

Result = BankFileLine.Result
WORDS: dict[str, Words] = {
    "checked": gettext_lazy("Checked: can be imported"),
    "running": gettext_lazy("Being imported"),
    "partly": gettext_lazy("Imported in part"),
    "done": gettext_lazy("Imported"),
}
TABS = (Result.OPEN, Result.UNMATCHED, Result.MATCHED, Result.ON_RECORD, Result.RETURNED, Result.CLOSED)


FILES = pages.Arrivals(
    kind=KIND.name,
    page="bank-file",
    visible=selectors.bank_files_visible_to,
    done_on="imported_on",
    words=WORDS,
)


@allowed("bankfiles.see")
@require_GET
def bank_files(request: ActorRequest) -> HttpResponse:
    """The bank files that came, the newest first, with their sums and how far each is; returns that wait on top."""
    page = page_of(request, selectors.bank_files_visible_to(request.actor))
    waiting = selectors.open_returns(request.actor)
    context = {
        "page": page,
        "rows": FILES.listed(page),
        "returns": [(line, why(line.problem)) for line in waiting[:20]],
        "returns_count": waiting.count(),
    }
    return render(request, "bankfiles/files.html", context)


@allowed("bankfiles.import")
@require_http_methods(["GET", "POST"])
def bank_file_new(request: ActorRequest) -> HttpResponse:
    """Bring a bank file; it is checked at once, and nothing is recorded by that."""
    sent = request.method == "POST"
    form = UploadForm(request.POST if sent else None, request.FILES if sent else None)
    first = ""
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = services.upload_file(file=file, file_name=file.name, by=request.actor)
        except services.SameFile as error:
            first = error.first
            add_domain_error(form, error)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return redirect("bank-file", number=found.number)
    context = {"form": form, "first": first}
    return render(request, "bankfiles/file_new.html", context, status=422 if form.errors else 200)


@allowed("bankfiles.see")
@require_GET
def bank_file(request: ActorRequest, number: str) -> HttpResponse:
    """A bank file: its progress while it is checked or imported, what it comes to, its lines by what became of
    them.
    """
    found = FILES.one(request.actor, number)
    run = FILES.run_of(found)
    context: dict[str, Any] = {"file": found, "done_label": _("Imported, in parts"), **pages.followed(run)}
    part = pages.live_part(request, context)
    if part is not None:
        return part
    brought = selectors.brought_by(found)
    counts = {result: each.count for result, each in brought.items()}
    shown, tabs = pages.tabs_of(TABS, counts, request.GET.get("lines", ""), name="lines")
    lines = page_of(request, found.rows.filter(result=shown).select_related("receipt").order_by("place"))
    steps = pages.steps_of(run, done=FILES.is_done(found), may=request.actor.may("bankfiles.import"))
    context |= {
        "state": FILES.stage(found, run),
        "sums": sums_of(found, brought) if found.rows.exists() else [],
        "foreseen": foreseen_by(run),
        "tabs": tabs,
        "page": lines,
        "lines": [(line, why(line.problem), TONES[line.result], WAYS.get(line.way, "")) for line in lines],
        "may_resolve": request.actor.may("receipts.resolve"),
        "entries": audit_selectors.timeline(audit.entries_of(BankFile._meta.label_lower, found.number)),
        **steps,
    }
    return render(request, "bankfiles/file.html", context)


def sums_of(found: BankFile, brought: dict[str, selectors.Brought]) -> list[SimpleNamespace]:
    """What the lines came to, payments and returns each beside what the trailer says of them."""
    on_record = found.rows.filter(returned=True, result=Result.ON_RECORD).order_by()
    again = selectors.brought_in(on_record)
    rows = [
        (_("Settled their notice"), brought[Result.MATCHED]),
        (_("On the unmatched list"), brought[Result.UNMATCHED]),
        (_("On record already"), brought[Result.ON_RECORD] - again),
    ]
    returned = [
        (_("Taken back"), brought[Result.RETURNED]),
        (_("Taken back before"), again),
        (_("Returns to be looked at"), brought[Result.OPEN]),
        (_("Returns looked at"), brought[Result.CLOSED]),
    ]
    return [
        table(_("Payments"), rows, found.payments, found.payments_sum),
        table(_("Returned payments"), returned, found.returns, found.returns_sum),
    ]


def table(title: str, rows: list[tuple[str, selectors.Brought]], said: int, said_sum: Decimal) -> SimpleNamespace:
    """Rows with their sum, and what the trailer says."""
    total = sum((row for _label, row in rows), selectors.Brought())
    agrees = (total.count, total.amount) == (said, said_sum)
    return SimpleNamespace(title=title, rows=rows, total=total, said=said, said_sum=said_sum, agrees=agrees)


def foreseen_by(run: Run | None) -> SimpleNamespace | None:
    """What the last dry run found, with its examples; nothing once an import began."""
    if run is None or not run.dry_run or run.status != Run.Status.FINISHED:
        return None
    counts = run_selectors.counts_of(run)
    figures = [figure for figure in KIND.figures if not figure.in_yuan]
    rows = [
        (figure.label, int(counts.get(figure.code, "0")), Decimal(counts.get(f"{figure.code}_sum", "0")))
        for figure in figures
    ]
    examples = [list(zip(KIND.headings, row, strict=True)) for row in KIND.shown(run_selectors.examples_of(run))]
    return SimpleNamespace(rows=[row for row in rows if row[1]], examples=examples, headings=KIND.headings)


bank_file_check = allowed("bankfiles.import")(FILES.act(services.check_file))
bank_file_import = allowed("bankfiles.import")(FILES.act(services.import_file))
bank_file_steer = allowed("bankfiles.import")(require_POST(FILES.steer))


@allowed("bankfiles.import")
@require_POST
def bank_file_discard(request: ActorRequest, number: str) -> HttpResponse:
    """Take a file away of which nothing was imported."""
    FILES.one(request.actor, number)
    services.discard_file(number=number, by=request.actor)
    messages.success(request, _("The bank file %(number)s was discarded.") % {"number": number})
    return redirect("bank-files")


@allowed("bankfiles.see")
@require_GET
def bank_file_lines(request: ActorRequest, number: str) -> FileResponse:
    """The lines with what became of them as a workbook."""
    found = FILES.one(request.actor, number)
    workbook = exports.lines_with_results(file=found, by=request.actor)
    return FileResponse(workbook, as_attachment=True, filename=f"{found.number}.xlsx")


@allowed("bankfiles.see")
@require_GET
def bank_file_original(request: ActorRequest, number: str) -> FileResponse:
    """The file as it came, byte for byte."""
    found = FILES.one(request.actor, number)
    ending = "csv" if found.layout == BankFile.Layout.CSV else "txt"
    content = io.BytesIO(exports.as_it_came(file=found, by=request.actor))
    return FileResponse(
        content, as_attachment=True, filename=f"{found.number}.{ending}", content_type="application/octet-stream"
    )


@allowed("receipts.resolve")
@require_http_methods(["GET", "POST"])
def bank_file_return(request: ActorRequest, number: str, place: int) -> HttpResponse:
    """See to a return that could not be taken back."""
    found = FILES.one(request.actor, number)
    line = get_object_or_404(found.rows.select_related("receipt"), place=place, returned=True)
    # What went back before is not to be taken back again.
    there = line.receipt is not None and line.receipt.status != Receipt.Status.RETURNED
    initial = {"version": line.version, "receipt_number": line.receipt.number if line.receipt and there else ""}
    form = CloseReturnForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.close_return(number=number, place=place, by=request.actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The return in line %(place)s was seen to.") % {"place": place})
            return redirect("bank-file", number=number)
    context = {
        "file": found,
        "line": line,
        "why": str(RETURNS[line.problem]) if line.problem else "",
        "advice": str(RETURNS_ADVICE[line.problem]) if line.problem else "",
        "form": form,
        "waits": line.result == Result.OPEN,
    }
    return render(request, "bankfiles/return.html", context, status=422 if form.errors else 200)
