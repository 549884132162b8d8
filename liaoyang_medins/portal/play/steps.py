"""A step of a played year: one call of one service, and what became of it."""

import datetime
import hashlib
import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from liaoyang_medins.kernel.errors import DomainError

# The steps of the agency as a whole: they come before those of the residents.
CITY = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What is done on `day` for `who`, with the act of that name and its arguments.

    `who` is a natural key: an ID number, or for who had none the submission of the registration; CITY for the agency's
    own. `event` is what the totals count it as, empty for what is only on the way to it. A step that `refused` names
    codes for has to be refused with one of them.
    """

    day: datetime.date
    who: str
    act: str
    args: Mapping[str, Any] = field(default_factory=dict)
    event: str = ""
    refused: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.day} {self.act} {self.event}".strip()


class Outcome(StrEnum):
    """What became of a step."""

    DONE = "done"
    # It had been done already: nothing was changed.
    AGAIN = "again"
    # What happened to the person since left it without an object: who was refused is not forwarded.
    MOOT = "moot"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a step, and the code of a refusal."""

    outcome: Outcome
    code: str = ""


class Again(Exception):
    """The step was done before."""


class Moot(Exception):
    """There is nothing left to do the step to."""


class PlayError(Exception):
    """Something that the play did not expect; names the step."""


@dataclass(frozen=True, slots=True)
class Act:
    """A kind of step: `do`, the codes of refusals that may come of what else befell the person, and the codes that say
    that it was done before.
    """

    do: Callable[[Step], None]
    may: frozenset[str]
    again: frozenset[str]


ACTS: dict[str, Act] = {}
# Somebody was first: so a step that is done twice is answered, wherever a service has nothing better to say.
FIRST = frozenset({"wrong_state", "changed_meanwhile", "conflict"})


def act(
    *, may: tuple[str, ...] = (), again: tuple[str, ...] = ()
) -> Callable[[Callable[[Step], None]], Callable[[Step], None]]:
    """Make a function an act, under its own name. Raises ValueError where another has that name."""

    def make(do: Callable[[Step], None]) -> Callable[[Step], None]:
        if do.__name__ in ACTS:
            raise ValueError(f"There are two acts called {do.__name__}.")
        ACTS[do.__name__] = Act(do, frozenset(may), frozenset(again) | FIRST)
        return do

    return make


def perform(step: Step, *, doubled: bool = False) -> Result:
    """Do a step. Raises PlayError for a refusal that nobody expects.

    `doubled`: the same message comes a second time, perhaps while the first is under way or long after it: then every
    refusal is right.
    """
    known = ACTS[step.act]
    try:
        known.do(step)
    except Again:
        return Result(Outcome.AGAIN)
    except Moot:
        return Result(Outcome.MOOT)
    except DomainError as error:
        if step.refused and error.code in step.refused:
            return Result(Outcome.REFUSED, error.code)
        if error.code in known.again:
            return Result(Outcome.AGAIN)
        if error.code in known.may or doubled:
            return Result(Outcome.REFUSED, error.code)
        raise PlayError(f"{step}: refused, {error.code}: {error}") from error
    if step.refused and not doubled:
        raise PlayError(f"{step}: not refused, although one of {', '.join(step.refused)} was to be expected.")
    return Result(Outcome.DONE)


def rng(*parts: object) -> random.Random:
    """A generator of its own for what the parts name, the same on every run."""
    return random.Random("|".join(map(str, parts)))  # noqa: S311  a repeatable play, no secret


def mark(*parts: object) -> str:
    """A short reference made from natural keys, for banks and hospitals."""
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:16].upper()


def submission(*parts: object) -> uuid.UUID:
    """The key of a form, made from natural keys, so that the same form sent twice is known."""
    return uuid.UUID(bytes=hashlib.sha256("|".join(map(str, parts)).encode()).digest()[:16], version=4)


def days(first: datetime.date, last: datetime.date) -> Iterator[datetime.date]:
    """Every day from `first` to `last`, both included."""
    for number in range((last - first).days + 1):
        yield first + datetime.timedelta(days=number)
