"""The cards of a resident on pages of other apps."""

from typing import Any

from django import template
from django.template import Context

from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock

from ..selectors import cards_of, due_of, present_card
from ..views.common import state_of

register = template.Library()


@register.inclusion_tag("cards/_of_resident.html", takes_context=True)
def card_section(context: Context, resident: Resident) -> dict[str, Any]:
    """The panel of a resident's cards, for who may see them; nothing for others."""
    actor = getattr(context.get("request"), "actor", None)
    if actor is None or not actor.may("cards.see"):
        return {"shown": False}
    today = clock.today()
    return {
        "shown": True,
        "request": context.get("request"),
        "resident": resident,
        "cards": [(card, *state_of(card, today)) for card in cards_of(resident)],
        "due": due_of(resident, today),
        "may_make": actor.may("cards.make"),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("cards/_at_admission.html")
def card_at_admission(resident: Resident) -> dict[str, Any]:
    """What is to be known of the card where somebody is admitted: that it is lost, suspended or not there yet (W7)."""
    card = present_card(resident)
    words = state_of(card, clock.today()) if card else ("", "")
    return {"card": card, "state": words[0], "tone": words[1]}
