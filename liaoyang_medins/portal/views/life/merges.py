"""Two records of one person: proposing, looking at what moves and what stands against it, deciding."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enrollment.life import selectors, services
from enrollment.life.forms import DecisionForm, MergeForm
from enrollment.life.models import LifeChange, Merge
from enrollment.life.services.merging import conflicts_of, differences_of, rows_of
from liaoyang_medins.kernel.errors import DomainError, NotAllowed
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error, page_of
from liaoyang_medins.portal import life
from liaoyang_medins.portal.effects import grouped, mark_of

CHANGES = uuid.UUID("0b7c1de2-3a35-4a6e-8f61-5f0a5b7b9c4d")


@allowed("merges.see")
@require_GET
def merges(request: ActorRequest) -> HttpResponse:
    """The proposals, those that wait first."""
    rows = selectors.merges_visible_to(request.actor)
    waiting = rows.filter(status=Merge.Status.PROPOSED).order_by("proposed_on", "pk")
    shown = "all" if request.GET.get("view") == "all" else "open"
    page = page_of(request, rows if shown == "all" else waiting)
    tabs = [
        {"label": _("To be decided"), "url": "?view=open", "active": shown == "open", "count": waiting.count()},
        {"label": _("All"), "url": "?view=all", "active": shown == "all", "count": None},
    ]
    return render(request, "life/merges.html", {"page": page, "tabs": tabs})


@allowed("merges.propose")
def merge_new(request: ActorRequest) -> HttpResponse:
    """Propose that two records are one person's."""
    form = MergeForm(request.POST or None, initial={"survivor": request.GET.get("resident", "")[:20]})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.propose_merge(**form.cleaned_data, by=request.actor)
        except NotAllowed:
            raise
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Proposed. A reviewer decides."))
            return redirect("merge", made.pk)
    return render(request, "life/merge_new.html", {"form": form}, status=422 if form.errors else 200)


def merge_of(request: ActorRequest, pk: int) -> Merge:
    return get_object_or_404(selectors.merges_visible_to(request.actor), pk=pk)


@allowed("merges.see")
@require_GET
def merge(request: ActorRequest, pk: int) -> HttpResponse:
    """One proposal: what hangs on the record that goes, what stands against it, what it changes."""
    row = merge_of(request, pk)
    return merge_page(request, row, DecisionForm(initial={"version": row.version}))


def change_of(row: Merge, version: int, request: ActorRequest) -> life.Change:
    def approve() -> None:
        services.approve_merge(pk=row.pk, version=version, by=request.actor)

    return life.Change(row.survivor, LifeChange.What.MERGED, approve, None, row.reason)


def merge_page(request: ActorRequest, row: Merge, form: DecisionForm) -> HttpResponse:
    actor = request.actor
    context: dict[str, Any] = {"merge": row, "form": form}
    if row.status == Merge.Status.PROPOSED:
        own = row.proposed_by_id == actor.user_id
        context |= {
            "rows": [(model._meta.verbose_name, count) for model, count in rows_of(row.duplicate)],
            "conflicts": conflicts_of(row.survivor, row.duplicate),
            "differences": differences_of(row.survivor, row.duplicate),
            "own": own,
            "may_decide": actor.may("merges.decide") and not own,
            "may_reject": actor.may("merges.decide") or own,
        }
        if context["may_decide"] and not context["conflicts"]:
            try:
                effects = life.look_ahead(change_of(row, row.version, request), actor)
            except DomainError as error:
                context["conflicts"] = [str(reason) for reason in error.reasons or (error.message,)]
            else:
                context |= {"groups": grouped(effects), "seen": mark_of(effects)}
    else:
        context["counts"] = [(model, len(keys)) for model, keys in row.moved.items()]
    return render(request, "life/merge.html", context, status=422 if form.errors else 200)


@allowed("merges.decide")
@require_POST
def merge_approve(request: ActorRequest, pk: int) -> HttpResponse:
    """Make the two records one, as it was shown."""
    row = merge_of(request, pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            change = change_of(row, form.cleaned_data["version"], request)
            mark = uuid.uuid5(CHANGES, str(row.pk))
            life.make(change, submission=mark, seen=request.POST.get("seen", ""), by=request.actor)
        except NotAllowed:
            raise
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The two records are one. The old number leads here."))
            return redirect("resident", row.survivor.number)
    return merge_page(request, merge_of(request, pk), form)


@allowed("merges.decide", "merges.propose")
@require_POST
def merge_reject(request: ActorRequest, pk: int) -> HttpResponse:
    """Leave the two records as they are, with the reason."""
    row = merge_of(request, pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            services.reject_merge(pk=row.pk, by=request.actor, **form.cleaned_data)
        except NotAllowed:
            raise
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The two records stay as they are."))
            return redirect("merges")
    return merge_page(request, merge_of(request, pk), form)
