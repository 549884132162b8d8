"""Reading changes in life, corrections, transfers and merges, always within the scope of who asks."""

from django.db.models import Q, QuerySet

from enrollment.registration import selectors as registration
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role

from .models import Merge, PersonCorrection, Transfer


def corrections_of(resident: Resident) -> QuerySet[PersonCorrection]:
    """What was put right of a resident, the latest first."""
    return resident.corrections.select_related("made_by").order_by("-corrected_on", "-pk")


def transfers_visible_to(actor: Actor) -> QuerySet[Transfer]:
    """The requests that the actor's community made, and those for its own residents; the agency sees all.

    Of an answered one the former community sees nothing: the person is another's from then on.
    """
    rows = Transfer.objects.select_related("resident", "from_community__parent", "to_community__parent", "asked_by")
    if not actor.may("transfers.see"):
        return rows.none()
    if registration.sees_everything(actor):
        return rows
    own = registration.residents_visible_to(actor).select_related(None).order_by().values("pk")
    return rows.filter(Q(to_community=actor.office) | Q(resident__in=own))


def transfers_to_answer(actor: Actor) -> QuerySet[Transfer]:
    """The requests that wait for the actor's answer, those asked longest ago first."""
    rows = transfers_visible_to(actor).filter(status=Transfer.Status.REQUESTED).exclude(asked_by=actor.user_id)
    if actor.role is Role.COMMUNITY:
        rows = rows.exclude(to_community=actor.office)
    return rows.order_by("asked_on", "pk")


def merges_visible_to(actor: Actor) -> QuerySet[Merge]:
    """The merges of two records, for the agency and the supervisor."""
    rows = Merge.objects.select_related("survivor__community", "duplicate__community", "proposed_by", "decided_by")
    return rows if actor.may("merges.see") else rows.none()


def merges_to_decide(actor: Actor) -> QuerySet[Merge]:
    """The proposals of others that wait for the actor's decision."""
    rows = merges_visible_to(actor).filter(status=Merge.Status.PROPOSED)
    return rows.exclude(proposed_by=actor.user_id).order_by("proposed_on", "pk")
