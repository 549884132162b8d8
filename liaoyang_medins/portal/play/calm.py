"""The steps of a day in one process, in order."""

from collections.abc import Iterable

from liaoyang_medins.kernel import clock

from .steps import Outcome, PlayError, Step, perform
from .tally import Tally


class Calm:
    """Does the steps one after the other, in this process."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally

    def __enter__(self) -> "Calm":
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to tidy."""

    def work(self, steps: Iterable[Step]) -> None:
        """Do the steps of one day. Raises PlayError where one is refused unexpectedly, or was done before."""
        for step in steps:
            with clock.on_day(step.day):
                result = perform(step)
            if result.outcome is Outcome.AGAIN:
                raise PlayError(f"{step}: was done before, although every step is done once.")
            self.tally.note(step, result)
