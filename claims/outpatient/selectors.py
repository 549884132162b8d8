"""Reading approvals and claims of outpatient diseases, within the scope of who asks."""

import datetime

from django.db.models import Q, QuerySet

from claims.models import Stay
from claims.selectors import sees_everything, stays_visible_to, with_sums
from enrollment.registration.selectors import number_led_to, policy_on
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy import PolicyError

from .models import OutpatientApproval

Status = OutpatientApproval.Status
# Of these the days hold, or may hold yet.
HOLDING = (Status.REQUESTED, Status.APPROVED, Status.ENDED)


def approvals_visible_to(actor: Actor) -> QuerySet[OutpatientApproval]:
    """The approvals that the actor may see: an institution those at it, agency and supervisor all, others none."""
    rows = OutpatientApproval.objects.select_related(
        "resident", "institution__office", "diagnosis", "made_by", "decided_by", "ended_by"
    )
    if sees_everything(actor):
        return rows
    if actor.role is Role.HOSPITAL:
        return rows.filter(institution__office=actor.office)
    return rows.none()


def find_approvals(rows: QuerySet[OutpatientApproval], text: str) -> QuerySet[OutpatientApproval]:
    """Those with this number, or of the person with this name or personal number."""
    text = text.strip()
    if not text:
        return rows
    number = text.upper()
    led_to = number_led_to(number) or number
    return rows.filter(Q(number=number) | Q(resident__number=led_to) | Q(resident__name__startswith=text))


def claims_on(approval: OutpatientApproval, actor: Actor) -> QuerySet[Stay]:
    """The claims on an approval that the actor may see, the latest first, with what they come to."""
    return with_sums(stays_visible_to(actor).filter(outpatient_claim__approval=approval))


def counted_claims(approval: OutpatientApproval) -> QuerySet[Stay]:
    """The claims on an approval that were not withdrawn."""
    return Stay.objects.filter(outpatient_claim__approval=approval).exclude(status=Stay.Status.CANCELLED)


def overlapping_approvals(
    resident: int, disease: str, starts: datetime.date, ends: datetime.date
) -> QuerySet[OutpatientApproval]:
    """The approvals of this person and disease, asked for or given, that share a day with this period."""
    return OutpatientApproval.objects.filter(
        resident=resident, disease=disease, status__in=HOLDING, starts__lte=ends, ends__gte=starts
    ).order_by("starts")


def figures_set(on: datetime.date) -> bool:
    """Whether the policy of `on` has ratio and deductible of outpatient diseases; else nothing is paid (A5)."""
    try:
        return policy_on(on).outpatient is not None
    except PolicyError:
        return False
