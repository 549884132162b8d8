"""Makes the steps of one person in the window: asking for the notice, paying, being paid back."""

import random
from typing import Any

from ..cast import Member
from ..steps import Step, mark
from .frame import DAY, Frame

# Where people pay who do not go to school, one as often as another.
CHANNELS = ("bank",) * 9 + ("counter",)


class Payer:
    """Makes the steps of one person in the window."""

    def __init__(self, frame: Frame, member: Member, event: str, *, troubled: bool = True) -> None:
        self.frame, self.member, self.event = frame, member, event
        self.r: random.Random = frame.rng("window", member.id_number)
        # Time enough after the notice for all that goes wrong inside the window.
        room = 12 if troubled else 1
        self.asked = frame.draw(self.r, frame.opens, frame.closes - room * DAY)
        self.paid = min(self.asked + self.r.randrange(1, 9) * DAY, frame.closes)

    def step(self, act: str, day: Any, *, told: bool = False, **args: Any) -> Step:
        """A step; `told` is the one that the totals count the event by."""
        return Step(day, self.member.id_number, act, args, self.event if told else "")

    def renew(self) -> Step:
        at_agency = self.r.random() < 0.2
        return self.step("renew", self.asked, year=self.frame.year, at_agency=at_agency)

    def pay(self, day: Any, label: str, *, told: bool = False, **args: Any) -> Step:
        channel = "school" if self.member.school else self.r.choice(CHANNELS)
        return self.step(
            "pay",
            day,
            told=told,
            year=self.frame.year,
            reference=self.reference(label),
            channel=channel,
            **args,
        )

    def reference(self, label: str) -> str:
        return mark("renewal", self.frame.year, self.member.id_number, label)

    def give_back(self, day: Any, label: str, note: str, *, only: str = "unmatched", told: bool = False) -> Step:
        return self.step("give_back", day, told=told, reference=self.reference(label), note=note, only=only)
