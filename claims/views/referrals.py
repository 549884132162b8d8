"""Referrals: the list, a new one, approval and denial."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from claims import selectors, services
from claims.forms.institutions import DenialForm, ReferralFilter, ReferralForm
from claims.models import Referral
from claims.services.records import AGENCY
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of

from .common import attempt, sorted_by


@allowed("referrals.see")
@require_GET
def referrals(request: ActorRequest) -> HttpResponse:
    """The referrals that the actor may see, those that wait first of all."""
    form = ReferralFilter(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    found = selectors.referrals_visible_to(request.actor)
    text = asked.get("q", "").strip()
    if text:
        found = found.filter(Q(number__iexact=text) | Q(resident__number=text) | Q(resident__name__startswith=text))
    counts = {row["status"]: row["count"] for row in found.order_by().values("status").annotate(count=Count("pk"))}
    state = asked.get("status") or "requested"
    rows = found.filter(status=state) if state in Referral.Status.values else found
    rows = sorted_by(request, rows, ("number", "issued_on", "approved_on", "valid_until", "resident__pinyin"))
    context = {"filter_form": form, "page": page_of(request, rows), "tabs": tabs(request, state, counts)}
    return render(request, "claims/referrals.html", context)


def tabs(request: ActorRequest, state: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    labels = [("requested", _("To be decided")), ("approved", _("Approved")), ("denied", _("Denied"))]
    parameters = request.GET.copy()
    parameters.pop("page", None)
    made = []
    for code, label in [*labels, ("all", _("All"))]:
        parameters["status"] = code
        count = sum(counts.values()) if code == "all" else counts.get(code, 0)
        made.append({"label": label, "url": "?" + parameters.urlencode(), "active": code == state, "count": count})
    return made


@allowed("referrals.enter")
def referral_new(request: ActorRequest) -> HttpResponse:
    """Ask for a referral."""
    today = clock.today()
    form = ReferralForm(request.POST or None, by=request.actor, today=today)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        sender = selectors.institution_of(request.actor) or data.get("from_institution")
        made = attempt(
            form,
            lambda: services.request_referral(
                resident_number=selectors.find_resident(data["resident"], today=today).number,
                from_institution=sender.code if sender else "",
                to_institution=data["to_institution"].code,
                diagnosis=data["diagnosis"].split(" ")[0],
                reason=data["reason"],
                issued_on=data["issued_on"],
                valid_until=data["valid_until"],
                by=request.actor,
            ),
        )
        if made is not None:
            messages.success(
                request,
                _("Entered under the number %(number)s. It counts once the agency has approved it.")
                % {"number": made.number},
            )
            return redirect("referral", made.number)
    return render(request, "claims/referral_form.html", {"form": form})


@allowed("referrals.see")
@require_GET
def referral(request: ActorRequest, number: str) -> HttpResponse:
    """A referral, and for the reviewer what to decide on it."""
    found = get_object_or_404(selectors.referrals_visible_to(request.actor).select_related("made_by"), number=number)
    return referral_page(request, found)


def referral_page(request: ActorRequest, found: Referral, form: DenialForm | None = None) -> HttpResponse:
    waits = found.status == Referral.Status.REQUESTED and request.actor.may("referrals.approve")
    own = request.actor.role in AGENCY and found.made_by_id == request.actor.user_id
    context = {
        "referral": found,
        "may_decide": waits and not own,
        "own": waits and own,
        "form": form or DenialForm(),
        "entries": timeline(audit.entries_of("claims.referral", found.number)),
    }
    return render(request, "claims/referral.html", context)


@allowed("referrals.approve")
@require_POST
def referral_approve(request: ActorRequest, number: str) -> HttpResponse:
    """Approve a referral from today on."""
    get_object_or_404(selectors.referrals_visible_to(request.actor), number=number)
    services.approve_referral(number=number, by=request.actor)
    messages.success(request, _("Approved. It counts for admissions from today on."))
    return redirect("referral", number)


@allowed("referrals.approve")
def referral_deny(request: ActorRequest, number: str) -> HttpResponse:
    """Deny a referral, with the reason."""
    found = get_object_or_404(selectors.referrals_visible_to(request.actor).select_related("made_by"), number=number)
    if request.method != "POST":
        return redirect("referral", number)
    form = DenialForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        done = attempt(form, lambda: services.deny_referral(number=number, reason=reason, by=request.actor))
        if done is not None:
            messages.success(request, _("Denied."))
            return redirect("referral", number)
    return referral_page(request, found, form)
