"""What the frame of every page shows."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string

from liaoyang_medins.kernel import clock, policy
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One entry of the left navigation; `count` is how much work waits there, None where nothing is counted."""

    label: str
    url: str
    icon: str
    count: int | None = None
    active: bool = False


def letterhead(actor: Actor | None) -> str:
    """Whose paper a printed page is: the agency's where one works for it, else the office's."""
    if actor is None or actor.office is None:
        return ""
    return settings.AGENCY_NAME if actor.office.kind == Office.Kind.AREA else actor.office.label


def frame(request: HttpRequest) -> dict[str, Any]:
    """The actor, the navigation with its counts, the policy in force and the business date."""
    actor = getattr(request, "actor", None)

    def navigation() -> list[NavigationEntry]:
        return import_string(settings.NAVIGATION)(request) if actor else []

    def policy_in_force() -> Any:
        try:
            return policy.on(settings.POOLING_AREA, clock.today())
        except policy.PolicyError:
            return None

    return {
        "actor": actor,
        "postings": [p for p in getattr(request, "postings", []) if not actor or p.pk != actor.posting_id],
        "navigation": SimpleLazyObject(navigation),
        "policy_in_force": SimpleLazyObject(policy_in_force),
        "agency": letterhead(actor),
        "business_date": clock.today(),
        "demo": settings.DEMO,
        "home_url": reverse("home"),
    }
