"""What each app does when two records of a person are made one. Life knows nothing of notices or settlements: they ask
here to be told, when Django is ready.
"""

from collections.abc import Callable
from dataclasses import dataclass

from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.actors import Actor

# Survivor, duplicate.
Looks = Callable[[Resident, Resident], list[str]]
Settles = Callable[[Resident, Resident, Actor], None]
Finishes = Callable[[Resident, Actor], None]


def _nothing_against(survivor: Resident, duplicate: Resident) -> list[str]:
    return []


def _nothing_to_settle(survivor: Resident, duplicate: Resident, by: Actor) -> None:
    return None


def _nothing_to_finish(survivor: Resident, by: Actor) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Part:
    """What an app has to say about a merging.

    `conflicts` names what stands against it and what to do first; it reads only. `settle` brings, by rules that are
    written down there, the rows of both records to where they can be one person's; then every row that points at the
    duplicate is moved. `finish` sees to what follows from all of them together, and raises Refused where that is
    nothing that the rules allow.
    """

    conflicts: Looks = _nothing_against
    settle: Settles = _nothing_to_settle
    finish: Finishes = _nothing_to_finish


# By name, in the order in which the apps are ready: from the bottom up.
PARTS: dict[str, Part] = {}
