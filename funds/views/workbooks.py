"""The workbook of a statement's persons: asked for, followed while it is made, fetched."""

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from funds import selectors, services
from funds.models import PersonsWorkbook, SubsidyStatement
from funds.services.workbooks import KEPT_FOR
from liaoyang_medins.kernel.runs import pages
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed


def issued(request: ActorRequest, number: str) -> SubsidyStatement:
    statements = selectors.statements_visible_to(request.actor).filter(status=SubsidyStatement.Status.ISSUED)
    return get_object_or_404(statements, number=number)


def run_of(workbook: PersonsWorkbook | None) -> Run | None:
    return Run.objects.filter(number=workbook.run).first() if workbook else None


@allowed("statements.export")
@require_http_methods(["GET", "POST"])
def statement_workbook(request: ActorRequest, number: str) -> HttpResponse:
    """The actor's workbook of a statement: how far it is, or what it would hold; posted, it is asked for."""
    statement = issued(request, number)
    if request.method == "POST":
        services.ask_for_workbook(number=number, by=request.actor)
        return redirect("statement-workbook", number=number)
    workbook = selectors.workbook_of(statement, request.actor)
    run = run_of(workbook) if workbook and not workbook.ready_on else None
    context: dict[str, Any] = {"found": workbook, "done_label": _("Written, in parts"), **pages.followed(run)}
    if request.htmx:
        answer = render(request, "runs/_intake_live.html", context)
        if not context["live"]:
            answer["HX-Refresh"] = "true"
        return answer
    context |= {
        "statement": statement,
        "district": selectors.own_district(request.actor),
        "total": selectors.total_of(selectors.sums_visible_to(request.actor).filter(statement=statement)),
        "kept_for": KEPT_FOR,
        "may_steer": run is not None and run.ended_at is None,
    }
    return render(request, "funds/statement_workbook.html", context)


@allowed("statements.export")
@require_GET
def statement_workbook_file(request: ActorRequest, number: str) -> HttpResponseBase:
    """The file of the actor's workbook, sent piece by piece."""
    issued(request, number)
    workbook, content = services.fetch_workbook(number=number, by=request.actor)
    return StreamingHttpResponse(
        content,
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={
            "Content-Disposition": f'attachment; filename="{number}-persons.xlsx"',
            "Content-Length": str(workbook.size),
            "Cache-Control": "private, no-store",
        },
    )


@allowed("statements.export")
@require_POST
def statement_workbook_steer(request: ActorRequest, number: str) -> HttpResponse:
    """Pause, resume or cancel the run that makes the actor's workbook."""
    workbook = selectors.workbook_of(issued(request, number), request.actor)
    pages.steer(request, run_of(workbook))
    return redirect("statement-workbook", number=number)
