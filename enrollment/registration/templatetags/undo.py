"""The button that takes back one's own last act of today."""

from typing import Any

from django import template
from django.template import Context

from enrollment.registration.models import Registration
from enrollment.registration.services.undo import can_undo

register = template.Library()


@register.inclusion_tag("registration/_undo.html", takes_context=True)
def undo_button(context: Context, registration: Registration) -> dict[str, Any]:
    """The button, where there is something of one's own to take back; nothing elsewhere."""
    actor = getattr(context.get("request"), "actor", None)
    able = actor is not None and actor.may("registrations.undo") and can_undo(registration, actor)
    return {"able": able, "row": registration, "csrf_token": context.get("csrf_token")}
