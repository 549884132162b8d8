"""What the apps above do when something on record of a resident changed, in the transaction of the change.

Registration knows nothing of notices or settlements: they ask here to be told, when Django is ready. Each is called
with the resident locked and everything of the change written; done twice it changes nothing.
"""

from collections.abc import Callable

from liaoyang_medins.kernel.offices.actors import Actor

from .models import Circumstance, Resident

Follower = Callable[[Resident, Actor], None]
# By a name of its own, so that asking twice is asking once.
FOLLOWERS: dict[str, Follower] = {}
# What an app above keeps from being ended or voided by hand: it raises the refusal.
Keeper = Callable[[Circumstance], None]
KEEPERS: dict[str, Keeper] = {}


def follow(resident: Resident, *, by: Actor) -> None:
    """Tell everybody who follows that the record of the locked `resident` changed."""
    for follower in FOLLOWERS.values():
        follower(resident, by)


def require_free(circumstance: Circumstance) -> None:
    """Refused where something that an app above decided stands on this circumstance."""
    for keeper in KEEPERS.values():
        keeper(circumstance)
