"""The household of a resident on pages of other apps."""

from typing import Any

from django import template
from django.template import Context

from enrollment.registration.models import Resident

from ..selectors import household_of, households_visible_to, seen_members

register = template.Library()


@register.inclusion_tag("households/_of_resident.html", takes_context=True)
def household_section(context: Context, resident: Resident) -> dict[str, Any]:
    """The panel of a resident's household, for who may see households; nothing for others."""
    actor = getattr(context.get("request"), "actor", None)
    if actor is None or not actor.may("households.see"):
        return {"shown": False}
    found = household_of(resident)
    here = found is not None and households_visible_to(actor).filter(pk=found.pk).exists()
    return {
        "shown": True,
        "resident": resident,
        "household": found,
        "here": here,
        "members": seen_members(found, actor) if found and here else [],
        "may_change": actor.may("households.change"),
    }
