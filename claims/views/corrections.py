"""Settlements that wait for a correction: the list, and leaving one as it is."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from claims import labels, selectors, services
from claims.models import SettlementToCorrect
from liaoyang_medins.kernel.policy.terms import Category
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of
from liaoyang_medins.kernel.web.forms import VersionField

from .common import attempt


class CorrectionFilter(forms.Form):
    """Which rows of the list are shown."""

    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=[("", gettext_lazy("All")), *SettlementToCorrect.Status.choices],
    )


class LeaveForm(forms.Form):
    """Why a settlement stays as it is."""

    version = VersionField()
    reason = forms.CharField(
        label=gettext_lazy("Why it stays as it is"), max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What differs in words, and what the settlement went by and what holds now."""

    label: str
    before: str
    now: str


def contradictions_of(row: SettlementToCorrect) -> list[Contradiction]:
    """What contradicts the settlement, in words."""
    words = {
        "cover": _("In-scope cost on covered days (yuan)"),
        "category": _("Category on the day of admission"),
        "cap_period": _("Cap period"),
    }
    return [
        Contradiction(words[code], said(code, before), said(code, now)) for code, (before, now) in row.reasons.items()
    ]


def said(code: str, value: str) -> str:
    if code == "cover":
        return f"{Decimal(value):,.2f}"
    return labels.label(Category(value)) if code == "category" else value


@allowed("corrections.see")
@require_GET
def corrections(request: ActorRequest) -> HttpResponse:
    """The settlements that wait for a correction, those known longest first; closed ones on request."""
    form = CorrectionFilter(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    status = asked.get("status", "") if "status" in request.GET else SettlementToCorrect.Status.WAITING
    rows = selectors.settlements_to_correct(request.actor)
    if status:
        rows = rows.filter(status=status)
    page = page_of(request, rows)
    for row in page:
        row.told = contradictions_of(row)  # type: ignore[attr-defined]
    if "status" not in request.GET:
        form = CorrectionFilter(initial={"status": status})
    context: dict[str, Any] = {"filter_form": form, "page": page}
    return render(request, "claims/corrections.html", context)


@allowed("corrections.close")
def correction_leave(request: ActorRequest, number: str) -> HttpResponse:
    """Leave a settlement as it is, with the reason."""
    waiting = selectors.settlements_to_correct(request.actor).filter(status=SettlementToCorrect.Status.WAITING)
    row = get_object_or_404(waiting, settlement__number=number)
    form = LeaveForm(request.POST or None, initial={"version": row.version})
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: services.leave_settlement(number=number, by=request.actor, **form.cleaned_data))
        if done is not None:
            messages.success(request, _("It stays as it is; the reason is on record."))
            return redirect("corrections")
    context = {"form": form, "row": row, "told": contradictions_of(row)}
    return render(request, "claims/correction_leave.html", context, status=422 if form.errors else 200)
