"""What the pages of cards share."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.audit.services import entries_of
from liaoyang_medins.kernel.errors import Conflict, DomainError, NotAllowed
from liaoyang_medins.kernel.web.decorators import ActorRequest
from liaoyang_medins.kernel.web.domain import add_domain_error

from ..models import InsuranceCard
from ..selectors import cards_visible_to, has_ended

TONES = {
    "made": "info",
    "with_community": "wait",
    "handed_out": "good",
    "lost": "bad",
    "suspended": "bad",
}


def opened(request: ActorRequest, number: str) -> InsuranceCard:
    """The card, within the actor's scope. Http404 for others."""
    found = cards_visible_to(request.actor).select_related("replaces", "replaced_by", "made_by").filter(number=number)
    card = found.first()
    if card is None:
        raise Http404
    return card


def state_of(card: InsuranceCard, today: Any) -> tuple[str, str]:
    """The state in words, and its tone: where the relationship has ended that is what counts, but for a suspension,
    which ended it.
    """
    if card.is_live and card.status != InsuranceCard.Status.SUSPENDED and has_ended(card, today):
        return _("Enrollment has ended"), "neutral"
    return card.get_status_display(), TONES.get(card.status, "neutral")


def attempt(request: ActorRequest, form: forms.Form, verb: Callable[[], Any]) -> Any:
    """What the service gives, or None with its refusal on the form. A conflict and what is not allowed stay errors."""
    try:
        return verb()
    except (NotAllowed, Conflict):
        raise
    except DomainError as error:
        add_domain_error(form, error)
        return None


def conflict_page(request: ActorRequest, card: InsuranceCard, error: Conflict) -> HttpResponse:
    """Somebody else was first: who did what, and the way back to the card."""
    context = {
        "status": 409,
        "error_title": _("Somebody else was first"),
        "error": error,
        "back_url": reverse("card", args=[card.number]),
        "back_label": _("Look at the card"),
        "changes": timeline(entries_of(card._meta.label_lower, card.number))[:3],
    }
    return render(request, "web/error.html", context, status=409)
