"""The cases of misuse of a resident on pages of other apps."""

from typing import Any

from django import template
from django.template import Context

from enrollment.registration.models import Resident

from ..selectors import cases_visible_to

register = template.Library()


@register.inclusion_tag("misuse/_of_resident.html", takes_context=True)
def misuse_section(context: Context, resident: Resident) -> dict[str, Any]:
    """The panel of a resident's cases, for who may see them: where there is one, or one may be opened."""
    actor = getattr(context.get("request"), "actor", None)
    if actor is None or not actor.may("misuse.see"):
        return {"shown": False}
    cases = list(cases_visible_to(actor).filter(resident=resident).order_by("-opened_on", "-pk"))
    may_open = actor.may("misuse.open")
    return {"shown": bool(cases) or may_open, "cases": cases, "may_open": may_open, "resident": resident}
