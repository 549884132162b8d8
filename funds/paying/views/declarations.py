"""Declarations: all that the actor may see, one with its lines, its steps, its paper and workbook."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet, Sum
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.papers.web import show
from liaoyang_medins.kernel.web.conflicts import attempt, conflict_page
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of

from .. import exports, papers, selectors, services
from ..forms import DeclarationFilter, DrawForm, ReasonForm, StepForm
from ..labels import TONES, line_of, signatures_of, sums_of
from ..models import Declaration
from ..services.common import Status

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Verb = Callable[..., Declaration]
# Who does one of these has a queue of their own.
WORKING = ("declarations.confirm", *selectors.STEPS.values())


@allowed("declarations.see")
@require_GET
def declarations(request: ActorRequest) -> HttpResponse:
    """Declarations, the latest month first."""
    form = DeclarationFilter(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    rows, mine = selectors.declarations_visible_to(request.actor), selectors.waiting_for(request.actor)
    only_mine = request.GET.get("queue") == "mine"
    if only_mine:
        rows = mine
    if asked.get("month"):
        rows = rows.filter(month=asked["month"])
    if asked.get("status"):
        rows = rows.filter(status=asked["status"])
    if text := (asked.get("q") or "").strip():
        rows = rows.filter(
            Q(number=text.upper()) | Q(institution__code=text.upper()) | Q(institution__office__name__contains=text)
        )
    page = page_of(request, selectors.newest_first(rows))
    context = {
        "filter_form": form,
        "page": page,
        "rows": [(row, TONES[row.status]) for row in page],
        "sum": rows.order_by().aggregate(sum=Sum("payable"))["sum"],
        "own": request.actor.role is Role.HOSPITAL,
        "tabs": tabs_of(mine, only_mine=only_mine) if any(request.actor.may(verb) for verb in WORKING) else [],
    }
    return render(request, "paying/declarations.html", context)


def tabs_of(mine: QuerySet[Declaration], *, only_mine: bool) -> list[SimpleNamespace]:
    """Everything, or what waits for the actor."""
    url = reverse("declarations")
    return [
        SimpleNamespace(label=_("All"), url=url, active=not only_mine, count=None),
        SimpleNamespace(label=_("Waiting for me"), url=f"{url}?queue=mine", active=only_mine, count=mine.count()),
    ]


@allowed("declarations.draw")
@require_http_methods(["GET", "POST"])
def declaration_new(request: ActorRequest) -> HttpResponse:
    """Draw the declaration of one institution, or by a run those of all."""
    form = DrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        month, institution, actor = form.cleaned_data["month"], form.cleaned_data["institution"], request.actor
        if institution is None:
            run = attempt(form, lambda: services.start_drawing(month=month, by=actor))
            if run is not None:
                return redirect("run", run.number)
        else:
            code = institution.code
            made = attempt(form, lambda: services.draw_declaration(institution=code, month=month, by=actor))
            if made is not None:
                messages.success(request, _("Drawn. The institution confirms its totals."))
                return redirect(made)
    return render(request, "paying/declaration_new.html", {"form": form}, status=422 if form.errors else 200)


def opened(request: ActorRequest, number: str) -> Declaration:
    """The declaration, where the actor may see it. Http404 for others."""
    return get_object_or_404(selectors.declarations_visible_to(request.actor), number=number)


@allowed("declarations.see")
@require_GET
def declaration(request: ActorRequest, number: str) -> HttpResponse:
    """A declaration: its sum, its lines, its review, its payments."""
    found, actor = opened(request, number), request.actor
    items = found.items.select_related("settlement__stay", "settlement__resident", "settlement__reversal")
    page = page_of(request, items.order_by("-sign", "settlement__decided_on", "settlement__number"))
    draft = found.status == Status.DRAFT
    frozen = found.status in (Status.SUBMITTED, Status.EXAMINED, Status.CHECKED, Status.APPROVED)
    wrong, sees_stays = selectors.wrong_in(found) if frozen else [], actor.may("stays.see")
    context = {
        "declaration": found,
        "tone": TONES[found.status],
        "sums": sums_of(found),
        "page": page,
        "lines": [line_of(item, named=sees_stays) for item in page],
        "signatures": signatures_of(found),
        "payments": found.payments.select_related("list", "account").order_by("number"),
        "step": next_step(found, request) if not wrong else None,
        "stale": draft and not selectors.is_fresh(found),
        "wrong": [number for _kind, number in wrong],
        "signed": signed_before(found, request),
        "may_redraw": draft and actor.may("declarations.confirm"),
        "may_discard": draft and actor.may("declarations.draw"),
        "may_send_back": frozen and actor.may("declarations.send_back"),
        "may_pay": found.status in (Status.APPROVED, Status.RETURNED) and actor.may("batches.pay"),
        "sees_stays": sees_stays,
        "sees_batches": actor.may("batches.see"),
        "entries": timeline(audit.entries_of(audit.object_type(found), found.number)),
    }
    return render(request, "paying/declaration.html", context)


def signed_before(found: Declaration, request: ActorRequest) -> bool:
    """Whether the actor took a step of it, so that the next one is a colleague's."""
    return request.actor.user_id in (found.submitted_by_id, found.examined_by_id, found.checked_by_id)


def next_step(found: Declaration, request: ActorRequest) -> tuple[str, str] | None:
    """The step that the actor may take: its address and its words."""
    actor = request.actor
    steps = {
        Status.SUBMITTED: ("declarations.examine", "declaration-examine", _("Examined, in order")),
        Status.EXAMINED: ("declarations.check", "declaration-check", _("Checked, in order")),
        Status.CHECKED: ("declarations.approve", "declaration-approve", _("Approve")),
    }
    if found.status == Status.DRAFT:
        for_it = actor.role is not Role.HOSPITAL
        may = actor.may("declarations.confirm")
        if may and not (for_it and selectors.users_of(found.institution.office_id).exists()):
            return reverse("declaration-confirm", args=[found.number]), _("Confirm the totals")
    elif found.status in steps:
        verb, url_name, words = steps[Status(found.status)]
        if actor.may(verb) and not signed_before(found, request):
            return reverse(url_name, args=[found.number]), words
    return None


def step(request: ActorRequest, number: str, verb: Verb, said: str) -> HttpResponse:
    """Take a step that needs no words, and say so on the declaration's page."""
    found = opened(request, number)
    form = StepForm(request.POST)
    if not form.is_valid():
        return redirect(found)
    try:
        verb(number=number, version=form.cleaned_data["version"], by=request.actor)
    except Conflict as error:
        return left_over(request, found, error)
    messages.success(request, said)
    return redirect(found)


def left_over(request: ActorRequest, found: Declaration, error: Conflict) -> HttpResponse:
    """Somebody else was first."""
    return conflict_page(
        request, found, error, back_url=found.get_absolute_url(), back_label=_("Look at the declaration")
    )


@allowed("declarations.confirm")
@require_POST
def declaration_confirm(request: ActorRequest, number: str) -> HttpResponse:
    """The institution confirms its totals."""
    return step(request, number, services.confirm_declaration, _("Confirmed. The agency examines it."))


@allowed("declarations.confirm")
@require_POST
def declaration_redraw(request: ActorRequest, number: str) -> HttpResponse:
    """Draw a draft anew."""
    return step(request, number, services.redraw_declaration, _("Drawn anew."))


@allowed("declarations.draw")
@require_POST
def declaration_discard(request: ActorRequest, number: str) -> HttpResponse:
    """Take a draft away."""
    found = opened(request, number)
    form = StepForm(request.POST)
    if not form.is_valid():
        return redirect(found)
    try:
        services.discard_declaration(number=number, version=form.cleaned_data["version"], by=request.actor)
    except Conflict as error:
        return left_over(request, found, error)
    messages.success(request, _("Discarded. What it held is declared again."))
    return redirect("declarations")


@allowed("declarations.examine")
@require_POST
def declaration_examine(request: ActorRequest, number: str) -> HttpResponse:
    """A clerk examined it."""
    return step(request, number, services.examine_declaration, _("Examined. A colleague checks it."))


@allowed("declarations.check")
@require_POST
def declaration_check(request: ActorRequest, number: str) -> HttpResponse:
    """A second person checked it."""
    return step(request, number, services.check_declaration, _("Checked. A colleague approves it."))


@allowed("declarations.approve")
@require_POST
def declaration_approve(request: ActorRequest, number: str) -> HttpResponse:
    """A third person approved it."""
    return step(request, number, services.approve_declaration, _("Approved."))


@allowed("declarations.send_back")
@require_http_methods(["GET", "POST"])
def declaration_send_back(request: ActorRequest, number: str) -> HttpResponse:
    """Send it back, with the reason."""
    found = opened(request, number)
    form = ReasonForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        try:
            made = attempt(form, lambda: services.send_back_declaration(number=number, by=request.actor, **data))
        except Conflict as error:
            return left_over(request, found, error)
        if made is not None:
            messages.success(request, _("Sent back. It is drawn anew and confirmed again."))
            return redirect(found)
    context = {"declaration": found, "form": form}
    return render(request, "paying/send_back.html", context, status=422 if form.errors else 200)


@allowed("declarations.see")
@require_GET
def declaration_print(request: ActorRequest, number: str) -> HttpResponse:
    """The declaration on paper."""
    found = opened(request, number)
    payment = found.payments.select_related("account").order_by("-number").first()
    day = found.closed_on or clock.today()
    account = (
        payment.account if payment else selectors.accounts_on(day, [found.institution_id]).get(found.institution_id)
    )
    paper = papers.declaration_paper(found, account, named=request.actor.may("stays.see"))
    return show(request, paper, back_url=found.get_absolute_url())


@allowed("declarations.see")
@require_GET
def declaration_export(request: ActorRequest, number: str) -> FileResponse:
    """The declaration as a workbook."""
    found = opened(request, number)
    file = exports.declaration_workbook(declaration=found, by=request.actor)
    return FileResponse(file, as_attachment=True, filename=f"{found.number}.xlsx", content_type=WORKBOOK)
