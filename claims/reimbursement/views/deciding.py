"""Examining, releasing, refusing an application, and taking a release back."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.services import presettle
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.policy import PolicyError
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .. import selectors, services
from ..forms import ReasonForm, ReleaseForm, StepForm
from .common import opened, step


@allowed("reimbursements.enter")
@require_http_methods(["GET", "POST"])
def reimbursement_examine(request: ActorRequest, number: str) -> HttpResponse:
    """Documents and fee lines fit."""
    found = opened(request, number)
    form = StepForm(request.POST or None, initial={"version": found.version})
    words = {
        "title": _("The application is examined"),
        "text": _("Documents and fee lines are compared and fit. Nothing is changed afterwards; a reviewer decides."),
        "said": _("Examined. A reviewer releases it."),
        "tone": "",
    }
    return step(
        request,
        found,
        form,
        lambda: services.examine(number=number, version=form.cleaned_data["version"], by=request.actor),
        words,
        total=selectors.lines_total(found),
    )


@allowed("reimbursements.release")
@require_http_methods(["GET", "POST"])
def reimbursement_release(request: ActorRequest, number: str) -> HttpResponse:
    """Settle the stay and release what the fund pays."""
    found = opened(request, number)
    try:
        calculation = presettle(found.stay)
    except (DomainError, PolicyError):
        calculation = None
    others = services.to_look_at(found.stay)
    form = ReleaseForm(request.POST or None, initial={"version": found.version}, held=bool(others))
    words = {
        "title": _("Release the reimbursement"),
        "text": _("The stay is settled; what the fund pays goes to the account of the resident with the next list."),
        "said": _("Released. Print the decision."),
        "tone": "",
    }
    return step(
        request,
        found,
        form,
        lambda: services.release(
            number=number,
            version=form.cleaned_data["version"],
            note=form.cleaned_data.get("note", ""),
            by=request.actor,
        ),
        words,
        total=selectors.lines_total(found),
        result=calculation.result if calculation else None,
        overlaps=others,
    )


@allowed("reimbursements.release")
@require_http_methods(["GET", "POST"])
def reimbursement_send_back(request: ActorRequest, number: str) -> HttpResponse:
    """Back to the clerk."""
    found = opened(request, number)
    form = ReasonForm(request.POST or None, initial={"version": found.version})
    words = {
        "title": _("Send the application back"),
        "text": _("A clerk puts right what you say and examines it again."),
        "said": _("Sent back."),
        "tone": "",
    }
    return step(
        request, found, form, lambda: services.send_back(number=number, by=request.actor, **form.cleaned_data), words
    )


@allowed("reimbursements.release")
@require_http_methods(["GET", "POST"])
def reimbursement_refuse(request: ActorRequest, number: str) -> HttpResponse:
    """Refuse, in writing."""
    found = opened(request, number)
    form = ReasonForm(request.POST or None, initial={"version": found.version})
    words = {
        "title": _("Refuse the application"),
        "text": _("The reason stands in the written refusal. The stay counts for nothing afterwards."),
        "said": _("Refused. Print the refusal."),
        "tone": "danger",
    }
    return step(
        request, found, form, lambda: services.refuse(number=number, by=request.actor, **form.cleaned_data), words
    )


@allowed("reimbursements.release")
@require_http_methods(["GET", "POST"])
def reimbursement_take_back(request: ActorRequest, number: str) -> HttpResponse:
    """A release was wrong."""
    found = opened(request, number)
    form = ReasonForm(request.POST or None, initial={"version": found.version})
    words = {
        "title": _("Take the release back"),
        "text": _("The settlement is reversed and gives back what it used of the cap; a clerk examines it again."),
        "said": _("The release is taken back."),
        "tone": "danger",
    }
    return step(
        request, found, form, lambda: services.take_back(number=number, by=request.actor, **form.cleaned_data), words
    )
