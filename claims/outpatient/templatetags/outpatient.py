"""What the page of a stay asks of outpatient diseases."""

from typing import NamedTuple

from django import template

from claims.labels import label
from claims.models import Stay
from liaoyang_medins.kernel.policy.terms import OutpatientDisease

from ..models import OutpatientApproval, OutpatientClaim

register = template.Library()


class Shown(NamedTuple):
    approval: OutpatientApproval
    disease: str


@register.simple_tag
def outpatient_claim_of(stay: Stay) -> Shown | None:
    """The approval that a claim rests on and its disease in words; None for a stay in hospital."""
    if not stay.outpatient:
        return None
    claim = OutpatientClaim.objects.select_related("approval").filter(stay=stay).first()
    return Shown(claim.approval, label(OutpatientDisease(claim.approval.disease))) if claim else None
