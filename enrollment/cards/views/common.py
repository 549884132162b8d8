"""What the pages of cards share."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.web.conflicts import conflict_page
from liaoyang_medins.kernel.web.decorators import ActorRequest

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


def changed_meanwhile(request: ActorRequest, card: InsuranceCard, error: Conflict) -> HttpResponse:
    """Somebody else was first: who did what, and the way back to the card."""
    back = reverse("card", args=[card.number])
    return conflict_page(request, card, error, back_url=back, back_label=_("Look at the card"))
