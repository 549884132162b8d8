"""The bank's statements: those that came, bringing one, and one with its lines and what they match."""

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

from funds.views.tabs import account_tabs
from liaoyang_medins.kernel.audit import selectors as audit_selectors
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs import intake, pages
from liaoyang_medins.kernel.runs import selectors as run_selectors
from liaoyang_medins.kernel.runs.kinds import Words
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error, page_of

from .. import selectors, services
from ..forms import UploadForm
from ..models import BankStatement
from ..services.running import KIND

WORDS: dict[str, Words] = {
    "checked": gettext_lazy("Checked: can be imported"),
    "running": gettext_lazy("Being imported"),
    "partly": gettext_lazy("Imported in part"),
    "done": gettext_lazy("Imported"),
}


@allowed("journal.see")
@require_GET
def bank_statements(request: ActorRequest) -> HttpResponse:
    """The bank's statements, the newest first, with their balances and how far each is."""
    page = page_of(request, selectors.statements_visible_to(request.actor))
    last = intake.last_runs(KIND.name, [row.number for row in page])
    context = {
        "page": page,
        "rows": [(row, state_of(row, last.get(row.number))) for row in page],
        "account_tabs": account_tabs("bank-statements"),
    }
    return render(request, "bank/statements.html", context)


def state_of(found: BankStatement, run: Run | None) -> pages.Stage:
    """How far a statement is."""
    return pages.stage_of(run, done=found.imported_on is not None, words=WORDS)


def last_run(found: BankStatement) -> Run | None:
    return intake.runs_of(KIND.name, found.number).first()


def visible(actor: Actor, number: str) -> BankStatement:
    return get_object_or_404(selectors.statements_visible_to(actor), number=number)


@allowed("bankbook.import")
@require_http_methods(["GET", "POST"])
def bank_statement_new(request: ActorRequest) -> HttpResponse:
    """Bring a statement; it is checked at once, and nothing is recorded by that."""
    sent = request.method == "POST"
    form = UploadForm(request.POST if sent else None, request.FILES if sent else None)
    first = ""
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = services.upload_statement(file=file, file_name=file.name, by=request.actor)
        except services.SameFile as error:
            first = error.first
            add_domain_error(form, error)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return redirect(found)
    context = {"form": form, "first": first}
    return render(request, "bank/statement_new.html", context, status=422 if form.errors else 200)


@allowed("journal.see")
@require_GET
def bank_statement(request: ActorRequest, number: str) -> HttpResponse:
    """A statement: its progress while it is checked or imported, its balances, its lines and their entries."""
    found = visible(request.actor, number)
    run = last_run(found)
    context: dict[str, Any] = {"file": found, "done_label": _("Imported, in parts"), **pages.followed(run)}
    if request.htmx:
        answer = render(request, "runs/_intake_live.html", context)
        if not context["live"]:
            # The sums, the buttons and the timeline changed with it.
            answer["HX-Refresh"] = "true"
        return answer
    named = selectors.may_see_names(request.actor)
    lines = selectors.lines_visible_to(request.actor).filter(statement=found).order_by("place")
    shown = request.GET.get("lines", "")
    if shown in ("open", "matched"):
        lines = lines.filter(matched__isnull=shown == "open")
    context |= {
        "state": state_of(found, run),
        "foreseen": foreseen_by(run, named=named),
        "named": named,
        "open_count": found.lines.filter(matched=None).count(),
        "tabs": [tab(code, label, shown) for code, label in (("", _("All lines")), ("open", _("Open lines")))],
        "page": page_of(request, lines),
        "entries": audit_selectors.timeline(audit.entries_of(BankStatement._meta.label_lower, found.number)),
        **pages.steps_of(run, done=found.imported_on is not None, may=request.actor.may("bankbook.import")),
    }
    return render(request, "bank/statement.html", context)


def tab(code: str, label: str, shown: str) -> SimpleNamespace:
    return SimpleNamespace(label=label, url=f"?lines={code}", active=code == shown, count=None)


def foreseen_by(run: Run | None, *, named: bool) -> SimpleNamespace | None:
    """What the last dry run found, `named` with its examples, which name people; nothing once an import began."""
    if run is None or not run.dry_run or run.status != Run.Status.FINISHED:
        return None
    counts = run_selectors.counts_of(run)
    figures = [figure for figure in KIND.figures if not figure.in_yuan]
    rows = [
        (figure.label, int(counts.get(figure.code, "0")), Decimal(counts.get(f"{figure.code}_sum", "0")))
        for figure in figures
    ]
    shown = KIND.shown(run_selectors.examples_of(run)) if named else []
    examples = [list(zip(KIND.headings, row, strict=True)) for row in shown]
    return SimpleNamespace(rows=rows, examples=examples, headings=KIND.headings)


@allowed("bankbook.import")
@require_POST
def bank_statement_check(request: ActorRequest, number: str) -> HttpResponse:
    """Check it anew."""
    visible(request.actor, number)
    services.check_statement(number=number, by=request.actor)
    return redirect("bank-statement", number=number)


@allowed("bankbook.import")
@require_POST
def bank_statement_import(request: ActorRequest, number: str) -> HttpResponse:
    """Bring its lines in and match them."""
    visible(request.actor, number)
    services.import_statement(number=number, by=request.actor)
    return redirect("bank-statement", number=number)


@allowed("bankbook.import")
@require_POST
def bank_statement_steer(request: ActorRequest, number: str) -> HttpResponse:
    """Pause, resume or cancel what is at work on it."""
    found = visible(request.actor, number)
    pages.steer(request, last_run(found))
    return redirect("bank-statement", number=number)


@allowed("bankbook.import")
@require_POST
def bank_statement_discard(request: ActorRequest, number: str) -> HttpResponse:
    """Take a statement away of which nothing was imported."""
    visible(request.actor, number)
    services.discard_statement(number=number, by=request.actor)
    messages.success(request, _("The bank statement %(number)s was discarded.") % {"number": number})
    return redirect("bank-statements")


@allowed("reimbursements.see")
@require_GET
def bank_statement_file(request: ActorRequest, number: str) -> FileResponse:
    """The file as it came, byte for byte; the audit record says who took it. It names whom the bank paid, so who may
    not see that is refused.
    """
    found = visible(request.actor, number)
    audit.record(by=request.actor, verb="bankbook.original", obj=found, changes={"sha256": found.sha256})
    return FileResponse(
        io.BytesIO(bytes(found.content)),
        as_attachment=True,
        filename=f"{found.number}.csv",
        content_type="application/octet-stream",
    )
