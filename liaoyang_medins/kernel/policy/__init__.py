"""The parameters of the scheme: dated, versioned, each with the article behind it (Art. 35).

`on(area, day)` is the policy that holds on a day, `version(area, number)` the one that an old decision was made under.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from liaoyang_medins.kernel.policy.errors import BeforeTheLaw, PolicyError
from liaoyang_medins.kernel.policy.loader import AreaPolicies, load_area
from liaoyang_medins.kernel.policy.model import Amounts, Approval, DayOfYear, Figure, IcdRange, Policy
from liaoyang_medins.kernel.policy.steps import Step

__all__ = [
    "Amounts",
    "Approval",
    "AreaPolicies",
    "BeforeTheLaw",
    "DayOfYear",
    "Figure",
    "IcdRange",
    "Policy",
    "PolicyError",
    "PolicyOn",
    "Step",
    "area_policies",
    "data_in",
    "for_contribution_year",
    "load_area",
    "on",
    "version",
    "versions",
]

DATA = Path(__file__).parent / "data"
# Folders of areas, in the order in which they are searched.
_folders: tuple[Path, ...] = (DATA,)

# The policy of one area on a day; what a rule takes that needs more than one day.
PolicyOn = Callable[[date], Policy]


def area_policies(area: str) -> AreaPolicies:
    """All versions of a pooling area. Raises PolicyError where the area is unknown or its files are wrong."""
    return _found(area, _folders)


@cache
def _found(area: str, folders: tuple[Path, ...]) -> AreaPolicies:
    for folder in folders:
        if (folder / area).is_dir() and area not in ("", ".", ".."):
            return load_area(folder / area)
    raise PolicyError(f"There is no policy for the pooling area {area!r}.")


def on(area: str, day: date) -> Policy:
    """The policy of `area` that holds on `day`. Raises BeforeTheLaw for a day before the measures took effect."""
    return _on(area, _folders, day)


@lru_cache(maxsize=4096)
def _on(area: str, folders: tuple[Path, ...], day: date) -> Policy:
    return _found(area, folders).on(day)


def version(area: str, number: int) -> Policy:
    """Version `number` of the policy of `area`, to recompute what was decided under it. Raises PolicyError."""
    return area_policies(area).version(number)


def versions(area: str) -> tuple[Policy, ...]:
    """All versions of the policy of `area`, the oldest first."""
    return area_policies(area).versions


def for_contribution_year(area: str, year: int) -> Policy:
    """The policy of a contribution year: that of its 1 January; of the first year, that of the law's first day.

    Raises BeforeTheLaw for a year that ended before the law.
    """
    return _of_year(area, _folders, year)


@lru_cache(maxsize=256)
def _of_year(area: str, folders: tuple[Path, ...], year: int) -> Policy:
    policies = _found(area, folders)
    first_day = policies.first_day
    return policies.on(first_day if year == first_day.year else date(year, 1, 1))


@contextmanager
def data_in(folder: Path) -> Iterator[None]:
    """Within the block the areas in `folder` (a folder for each) are known too, before those that come with the
    portal.
    """
    global _folders
    before, _folders = _folders, (folder, *_folders)
    try:
        yield
    finally:
        _folders = before
