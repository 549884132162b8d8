"""What was found at an institution, on pages of other apps."""

from typing import Any

from django import template
from django.template import Context

from claims.models import Institution

from ..models import Report
from ..selectors import inspections_visible_to, reports_visible_to, to_deduct, with_sums

register = template.Library()
NEWEST = 10


@register.inclusion_tag("inspections/_of_institution.html", takes_context=True)
def inspections_section(context: Context, institution: Institution) -> dict[str, Any]:
    """The panel of an institution's inspections and open reports, for who may see them."""
    actor = getattr(context.get("request"), "actor", None)
    if actor is None or not actor.may("inspections.see"):
        return {"shown": False}
    inspections = with_sums(inspections_visible_to(actor).filter(institution=institution))
    reports = reports_visible_to(actor).filter(institution=institution).exclude(status=Report.Status.CLOSED)
    return {
        "shown": True,
        "institution": institution,
        "inspections": list(inspections.order_by("-inspected_on", "-number")[:NEWEST]),
        "reports": list(reports.order_by("due_on", "number")[:NEWEST]),
        "outstanding": to_deduct(institution),
        "may_inspect": actor.may("inspections.enter"),
        "may_report": actor.may("reports.enter"),
    }
