"""Many papers in parts that one process can typeset: what a part takes in memory does not grow with the office."""

from collections.abc import Sequence
from dataclasses import dataclass

# A paper takes about a megabyte.
AT_A_TIME = 250


@dataclass(frozen=True, slots=True)
class Part:
    """A batch of papers to print: its place from 1, the keys of what they are about in their order."""

    place: int
    keys: tuple[int, ...]

    @property
    def count(self) -> int:
        return len(self.keys)


def in_parts(keys: Sequence[int], at_a_time: int = AT_A_TIME) -> list[Part]:
    """The keys, `at_a_time` in a part."""
    starts = range(0, len(keys), at_a_time)
    return [Part(place, tuple(keys[start : start + at_a_time])) for place, start in enumerate(starts, start=1)]
