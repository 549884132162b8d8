"""What happens in a contribution year, to whom and when: all of it drawn from the seed before the year begins.

Nothing here reads or writes what the services write; a step finds its object when it is done. Steps of one person that
undo each other never lie on one day, so that a message that comes late, after its successor, changes nothing.
"""

from collections.abc import Sequence

from ..cast import Member, Newcomers
from ..steps import Step
from . import care, city, counter, lives, window
from .frame import Frame

__all__ = ["EVENTS", "Frame", "year_of"]

# Everything that happens in a year, however few people there are.
EVENTS: tuple[str, ...] = (*window.EVENTS, *counter.EVENTS, *lives.EVENTS, *care.EVENTS, *city.EVENTS)


def year_of(frame: Frame, people: Sequence[Member], newcomers: Newcomers) -> list[Step]:
    """The steps of the year, day by day; of a day in the order in which they are to be done."""
    aside: set[str] = set()
    steps = [
        *city.story(frame),
        *window.story(frame, people, [home.code for home in newcomers.communities], aside),
        *counter.story(frame, people, newcomers),
        *care.story(frame, people, aside),
        *lives.story(frame, [member for member in people if member.id_number not in aside], newcomers),
    ]
    # Sorting is stable: what belongs together stays in its order.
    steps.sort(key=lambda step: step.day)
    return [step for step in steps if frame.first <= step.day <= frame.last]
