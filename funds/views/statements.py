"""Subsidy statements: the list, preparing, the statement itself, its persons and papers, and what arrives on it."""

import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrollment.registration.labels import label
from funds import exports, selectors, services
from funds.forms import PrepareForm, SendBackForm, StatementFilter, VersionForm
from funds.models import StatementSum, SubsidyStatement
from funds.selectors.balances import summed
from funds.selectors.figures import sums_by_statement, total_of
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import selectors as audit_selectors
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, DomainError
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.papers import web as papers
from liaoyang_medins.kernel.policy.terms import Category, Tier
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error, page_of

Status = SubsidyStatement.Status


@allowed("statements.see")
@require_GET
def statements(request: ActorRequest) -> HttpResponse:
    """The statements that the actor sees, with what was claimed and what arrived."""
    actor = request.actor
    found = selectors.statements_visible_to(actor)
    years = sorted(set(found.order_by().values_list("period_from__year", flat=True)), reverse=True)
    drafts = found.exclude(status=Status.ISSUED).exists()
    form = StatementFilter(request.GET or None, years=years, drafts=drafts)
    if form.is_valid():
        found = filtered(found, form.cleaned_data)
    visible_sums = selectors.sums_visible_to(actor)
    page = page_of(request, found)
    sums = sums_by_statement(visible_sums, page)
    balances = selectors.balances_by_statement(page, clock.today(), actor)
    everything = list(found.select_related(None).only("pk", "due_on", "status"))
    issued = [row for row in everything if row.status == Status.ISSUED]
    context = {
        "filter_form": form,
        "page": page,
        "rows": [(row, sums.get(row.pk), summed(balances[row.pk])) for row in page],
        "sum": total_of(visible_sums.filter(statement__in=[row.pk for row in everything])),
        "sum_balance": summed(
            entry
            for entries in selectors.balances_by_statement(issued, clock.today(), actor).values()
            for entry in entries
        ),
    }
    return render(request, "funds/statements.html", context)


def filtered(found: QuerySet[SubsidyStatement], by: dict[str, Any]) -> QuerySet[SubsidyStatement]:
    """The statements of a year, a kind and a status, each where it is given."""
    wanted = {"period_from__year": by["year"], "kind": by["kind"], "status": by.get("status")}
    return found.filter(**{name: value for name, value in wanted.items() if value})


@allowed("statements.prepare")
@require_http_methods(["GET", "POST"])
def statement_new(request: ActorRequest) -> HttpResponse:
    """The periods that can be prepared, each with what its statement would hold; choosing one starts the run that
    draws the draft, or a dry run.
    """
    form = PrepareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        kind, _colon, first = form.cleaned_data["period"].partition(":")
        try:
            period_from = datetime.date.fromisoformat(first)
            run = services.start_preparing(
                kind=kind, period_from=period_from, by=request.actor, dry_run="dry_run" in request.POST
            )
        except ValueError:
            form.add_error("period", _("Choose the period."))
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return redirect("run", number=run.number)
    context = {
        "form": form,
        "candidates": selectors.candidates(clock.today()),
        "draft": SubsidyStatement.objects.exclude(status=Status.ISSUED).first(),
    }
    return render(request, "funds/statement_new.html", context, status=422 if form.errors else 200)


def visible(actor: Actor, number: str) -> SubsidyStatement:
    return get_object_or_404(selectors.statements_visible_to(actor), number=number)


def drawn(actor: Actor, number: str) -> SubsidyStatement:
    """A visible statement that has its figures: not one that is still being prepared."""
    return get_object_or_404(selectors.statements_visible_to(actor).exclude(status=Status.PREPARING), number=number)


def sums_of(actor: Actor, statement: SubsidyStatement) -> QuerySet[StatementSum]:
    return selectors.sums_visible_to(actor).filter(statement=statement)


@allowed("statements.see")
@require_GET
def statement(request: ActorRequest, number: str) -> HttpResponse:
    """A statement: its table, corrections, what arrived and what is outstanding, what happened."""
    actor = request.actor
    found = visible(actor, number)
    run = selectors.run_preparing(found)
    if run is not None:
        return redirect("run", number=run.number)
    sums = sums_of(actor, found)
    balances = selectors.balances_of(found, clock.today(), actor)
    entries = audit.entries_of(SubsidyStatement._meta.label_lower, number)
    if actor.role is Role.DISTRICT_FINANCE and actor.office:
        # The rest tells of the other districts' payments.
        own = Q(verb__in=["statements.book", "statements.remind"], changes__payer=actor.office.code)
        entries = entries.filter(Q(verb="statements.issue") | own)
    context = {
        "statement": found,
        "parts": selectors.parts_of(sums, settings.POOLING_AREA),
        "bars": [(entry, entry.share) for entry in balances],
        "all_balances": summed(balances),
        "any_set_off": any(entry.set_offs for entry in balances),
        "receipts": selectors.subsidy_receipts_visible_to(actor).filter(statement=found),
        "letters": selectors.reminders_visible_to(actor).filter(statement=found),
        "entries": audit_selectors.timeline(entries),
        "signed": actor.user_id in (found.made_by_id, found.checked_by_id),
        "version_form": VersionForm(initial={"version": found.version}),
        "may_pay": found.status == Status.ISSUED and any(entry.balance.payable > 0 for entry in balances),
    }
    return render(request, "funds/statement.html", context)


@allowed("statements.see")
@require_GET
def statement_persons(request: ActorRequest, number: str) -> HttpResponse:
    """The persons behind a figure of a statement: of a district, a category, a tier, or the corrections."""
    actor = request.actor
    found = drawn(actor, number)
    asked = request.GET
    wanted: dict[str, Any] = {}
    chosen: list[str] = []
    if district := Office.objects.filter(code=asked.get("district", "")).first():
        wanted["district"] = district
        chosen.append(district.label)
    if asked.get("category") in list(Category):
        wanted["category"] = asked["category"]
        chosen.append(label(Category(asked["category"])))
    if asked.get("tier") in list(Tier):
        wanted["tier"] = asked["tier"]
        chosen.append(label(Tier(asked["tier"])))
    sums = sums_of(actor, found).filter(**wanted)
    items = selectors.items_visible_to(actor).filter(statement=found, **wanted)
    if asked.get("corrections") in {"0", "1"}:
        corrections = asked["corrections"] == "1"
        sums, items = sums.filter(corrections=corrections), items.filter(persons=-1 if corrections else 1)
        if corrections:
            chosen.append(_("Corrections"))
    # As an index has them: nobody sorts a million to read fifty.
    items = items.select_related("notice__resident", "district").order_by("district_id", "notice_id", "-persons")
    page = page_of(request, items)
    context = {"statement": found, "page": page, "sum": total_of(sums), "chosen": chosen}
    return render(request, "funds/statement_persons.html", context)


@allowed("statements.see")
@require_GET
def statement_print(request: ActorRequest, number: str) -> HttpResponse:
    """The statement on paper, and as PDF."""
    found = drawn(request.actor, number)
    paper = exports.paper_of(exports.summary_of(found, request.actor))
    return papers.show(request, paper, back_url=found.get_absolute_url())


@allowed("statements.see")
@require_GET
def statement_export(request: ActorRequest, number: str) -> HttpResponseBase:
    """The statement as a workbook; with `as=csv` as CSV."""
    found = drawn(request.actor, number)
    summary = exports.summary_of(found, request.actor)
    if request.GET.get("as") == "csv":
        headers = {"Content-Disposition": f'attachment; filename="{found.number}.csv"'}
        return HttpResponse(exports.to_csv(summary), content_type="text/csv; charset=utf-8", headers=headers)
    return FileResponse(exports.to_workbook(summary), as_attachment=True, filename=f"{found.number}.xlsx")


def _posted_version(request: ActorRequest) -> int:
    form = VersionForm(request.POST)
    if not form.is_valid():
        raise Conflict(_("The page was out of date. Open the statement again."))
    return int(form.cleaned_data["version"])


@allowed("statements.prepare")
@require_POST
def statement_redraw(request: ActorRequest, number: str) -> HttpResponse:
    """Start the run that draws a draft anew."""
    visible(request.actor, number)
    run = services.start_redrawing(number=number, version=_posted_version(request), by=request.actor)
    return redirect("run", number=run.number)


@allowed("statements.prepare")
@require_POST
def statement_discard(request: ActorRequest, number: str) -> HttpResponse:
    """Take a draft away."""
    visible(request.actor, number)
    services.discard_statement(number=number, version=_posted_version(request), by=request.actor)
    messages.success(request, _("The draft %(number)s was discarded.") % {"number": number})
    return redirect("statements")


@allowed("statements.prepare")
@require_POST
def statement_sign(request: ActorRequest, number: str) -> HttpResponse:
    """Sign a draft that a job drew as its maker."""
    visible(request.actor, number)
    services.sign_statement(number=number, version=_posted_version(request), by=request.actor)
    messages.success(request, _("You signed %(number)s as its maker. Somebody else checks it.") % {"number": number})
    return redirect("statement", number=number)


@allowed("statements.check")
@require_POST
def statement_check(request: ActorRequest, number: str) -> HttpResponse:
    """Sign a draft as checked."""
    visible(request.actor, number)
    services.check_statement(number=number, version=_posted_version(request), by=request.actor)
    messages.success(request, _("You checked %(number)s. A third person approves it.") % {"number": number})
    return redirect("statement", number=number)


@allowed("statements.issue")
@require_http_methods(["GET", "POST"])
def statement_send_back(request: ActorRequest, number: str) -> HttpResponse:
    """Make a checked statement a draft again, with the reason."""
    found = visible(request.actor, number)
    if found.status != Status.CHECKED:
        return redirect("statement", number=number)
    form = SendBackForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        try:
            services.send_back_statement(number=number, by=request.actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("%(number)s is a draft again.") % {"number": number})
            return redirect("statement", number=number)
    context = {"form": form, "statement": found}
    return render(request, "funds/statement_send_back.html", context, status=422 if form.errors else 200)


@allowed("statements.issue")
@require_POST
def statement_issue(request: ActorRequest, number: str) -> HttpResponse:
    """Approve and so issue a checked statement."""
    visible(request.actor, number)
    issued = services.issue_statement(number=number, version=_posted_version(request), by=request.actor)
    messages.success(
        request,
        _("The statement %(number)s is issued. It is due on %(day)s.") % {"number": number, "day": issued.due_on},
    )
    return redirect("statement", number=number)
