"""Approvals of outpatient diseases: the list, one of them, a new one, the decision on it and its end."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from claims import labels
from claims.selectors import find_resident, institution_of
from claims.services.records import AGENCY
from claims.views.common import attempt, sorted_by
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.papers.services import of_object
from liaoyang_medins.kernel.papers.web import show
from liaoyang_medins.kernel.policy.terms import OutpatientDisease
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of

from .. import selectors, services
from ..forms import ApprovalFilter, ApprovalForm, DecisionForm, DenialForm, EndForm
from ..models import OutpatientApproval
from ..services.approvals import ApprovalData

Status = OutpatientApproval.Status
TONES = {"requested": "wait", "approved": "good", "denied": "bad", "ended": "neutral"}


def disease_of(found: OutpatientApproval) -> str:
    return labels.label(OutpatientDisease(found.disease))


def opened(request: ActorRequest, number: str) -> OutpatientApproval:
    """The approval, where the actor may see it. Http404 for others."""
    return get_object_or_404(selectors.approvals_visible_to(request.actor), number=number)


@allowed("outpatient.see")
@require_GET
def approvals(request: ActorRequest) -> HttpResponse:
    """The approvals that the actor may see, those that wait first of all."""
    form = ApprovalFilter(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    found = selectors.find_approvals(selectors.approvals_visible_to(request.actor), asked.get("q", ""))
    if asked.get("disease"):
        found = found.filter(disease=asked["disease"])
    counts = {row["status"]: row["count"] for row in found.order_by().values("status").annotate(count=Count("pk"))}
    state = asked.get("status") or "requested"
    rows = found.filter(status=state) if state in Status.values else found
    page = page_of(request, sorted_by(request, rows, ("number", "starts", "ends", "resident__pinyin")))
    context = {
        "filter_form": form,
        "page": page,
        "rows": [(row, disease_of(row), TONES[row.status]) for row in page],
        "tabs": tabs(request, state, counts),
        "figures_set": selectors.figures_set(clock.today()),
    }
    return render(request, "outpatient/approvals.html", context)


def tabs(request: ActorRequest, state: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    words = [
        ("requested", _("To be decided")),
        ("approved", _("Approved")),
        ("ended", _("Ended early")),
        ("denied", _("Denied")),
        ("all", _("All")),
    ]
    parameters = request.GET.copy()
    parameters.pop("page", None)
    made = []
    for code, word in words:
        parameters["status"] = code
        count = sum(counts.values()) if code == "all" else counts.get(code, 0)
        made.append({"label": word, "url": "?" + parameters.urlencode(), "active": code == state, "count": count})
    return made


@allowed("outpatient.ask")
@require_http_methods(["GET", "POST"])
def approval_new(request: ActorRequest) -> HttpResponse:
    """Ask for an approval."""
    form = ApprovalForm(request.POST or None, by=request.actor)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        institution = institution_of(request.actor) or data.get("institution")
        made = attempt(
            form,
            lambda: services.ask(
                approval=ApprovalData(
                    resident_number=find_resident(data["resident"], today=clock.today()).number,
                    disease=OutpatientDisease(data["disease"]),
                    diagnosis=data["diagnosis"].split(" ")[0],
                    evidence=data["evidence"],
                    starts=data["starts"],
                    until=data["until"],
                    institution=institution.code if institution else "",
                ),
                submission=data["submission"],
                by=request.actor,
            ),
        )
        if made is not None:
            messages.success(
                request,
                _("Asked for under the number %(number)s. Claims can be entered once the agency has approved it.")
                % {"number": made.number},
            )
            return redirect(made)
    return render(request, "outpatient/approval_form.html", {"form": form}, status=422 if form.errors else 200)


@allowed("outpatient.see")
@require_GET
def approval(request: ActorRequest, number: str) -> HttpResponse:
    """An approval with its claims, and for the reviewer what to decide on it."""
    return approval_page(request, opened(request, number))


def approval_page(
    request: ActorRequest,
    found: OutpatientApproval,
    denial: forms.Form | None = None,
    ending: forms.Form | None = None,
) -> HttpResponse:
    actor = request.actor
    own = actor.role in AGENCY and found.made_by_id == actor.user_id
    decides = actor.may("outpatient.decide")
    version = {"version": found.version}
    context = {
        "approval": found,
        "disease": disease_of(found),
        "tone": TONES[found.status],
        "own": own and decides and found.status == Status.REQUESTED,
        "approving": DecisionForm(initial=version),
        "denial": denial or DenialForm(initial=version),
        "ending": ending or EndForm(initial=version, auto_id="id_end_%s"),
        "form": denial or ending,
        "may_decide": decides and not own and found.status == Status.REQUESTED,
        "may_end": decides and found.status == Status.APPROVED and found.starts < found.ends,
        "may_claim": actor.may("stays.enter") and found.status in (Status.APPROVED, Status.ENDED),
        "claims": selectors.claims_on(found, actor),
        "figures_set": selectors.figures_set(clock.today()),
        "entries": timeline(audit.entries_of("outpatient.outpatientapproval", found.number)),
    }
    return render(request, "outpatient/approval.html", context, status=422 if denial or ending else 200)


@allowed("outpatient.decide")
@require_POST
def approval_approve(request: ActorRequest, number: str) -> HttpResponse:
    """Approve what was asked for."""
    opened(request, number)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return redirect("outpatient-approval", number)
    services.approve(number=number, version=form.cleaned_data["version"], by=request.actor)
    messages.success(request, _("Approved. Claims can be entered."))
    return redirect("outpatient-approval", number)


@allowed("outpatient.decide")
def approval_deny(request: ActorRequest, number: str) -> HttpResponse:
    """Deny it, with the reason."""
    found = opened(request, number)
    if request.method != "POST":
        return redirect("outpatient-approval", number)
    form = DenialForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            lambda: services.deny(number=number, reason=data["reason"], version=data["version"], by=request.actor),
        )
        if done is not None:
            messages.success(request, _("Denied."))
            return redirect("outpatient-approval", number)
    return approval_page(request, found, denial=form)


@allowed("outpatient.decide")
def approval_end(request: ActorRequest, number: str) -> HttpResponse:
    """Let it hold until an earlier day, with the reason."""
    found = opened(request, number)
    if request.method != "POST":
        return redirect("outpatient-approval", number)
    form = EndForm(request.POST, auto_id="id_end_%s")
    if form.is_valid():
        done = attempt(form, lambda: services.end_early(number=number, **form.cleaned_data, by=request.actor))
        if done is not None:
            messages.success(request, _("Ended early."))
            return redirect("outpatient-approval", number)
    return approval_page(request, found, ending=form)


@allowed("outpatient.see")
@require_GET
def approval_decision(request: ActorRequest, number: str) -> HttpResponse:
    """The decision in writing, as it was said."""
    found = opened(request, number)
    kept = of_object(found).first()
    if kept is None:
        raise Http404
    return show(request, kept.paper(), back_url=found.get_absolute_url())
