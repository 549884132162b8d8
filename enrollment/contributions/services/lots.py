"""A long run's people, or other rows, cut into lots by their keys."""

from collections.abc import Iterable, Iterator

from liaoyang_medins.kernel.runs.kinds import Parameters


def lots_of(keys: Iterable[int], size: int) -> Iterator[Parameters]:
    """The parameters of chunks over `keys`, which rise: `size` of them each, after one key until another."""
    after, count, last = 0, 0, 0
    for last in keys:
        count += 1
        if count == size:
            yield {"after": after, "until": last}
            after, count = last, 0
    if count:
        yield {"after": after, "until": last}
