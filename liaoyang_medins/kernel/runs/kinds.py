"""What a run can do: the kinds, each a frozen object that its app registers when it is ready.

A kind knows its business and nothing of workers; the engine knows transactions and nothing of the business.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

from liaoyang_medins.kernel.policy import Policy

from .models import Run

Words = str | Promise
# What stands in a JSON column: text, numbers, lists and objects of them; amounts and dates as text.
Parameters = dict[str, Any]
# Rows under the headings of a kind.
Examples = Sequence[Sequence[str]]
# How many examples of a dry run are shown.
EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that the chunks count: its code in `counts`, its words, and whether it is in yuan."""

    code: str
    label: Words
    in_yuan: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a column of the examples, and whether figures stand below it."""

    label: Words
    of_figures: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The parameters of each chunk, in order, and the policy under which all of them are worked."""

    chunks: Sequence[Parameters]
    policy: Policy


@dataclass(frozen=True, slots=True)
class Refused:
    """An object that a rule refused: its natural name, the reason as a code with its parameters."""

    name: str
    code: str
    parameters: Parameters = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a chunk.

    `counts` go by the codes of the kind's figures; `examples` are rows under the kind's headings, wanted in a dry run
    alone; `digest` is the SHA-256 over the business records that were changed, empty where none were. `results` are
    what a dry run hands to the kind's `note`.
    """

    counts: Mapping[str, int | Decimal]
    refusals: Sequence[Refused] = ()
    examples: Examples = ()
    digest: str = ""
    results: Sequence[Any] = ()


def no_reason(code: str, _parameters: Parameters) -> str:
    """For kinds that refuse nothing."""
    return code


def no_note(_run: Run, _parameters: Parameters, _outcome: Outcome) -> None:
    """For kinds whose dry runs leave nothing but their counts."""


def nothing_to_do(_run: Run) -> None:
    """For kinds whose chunks leave everything as it should be."""


def as_written(examples: Examples) -> Examples:
    """For kinds whose examples are shown as their chunks wrote them."""
    return examples


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of run: its words, who may start and steer it, `under` which page it belongs (the name of its address),
    and its steps.

    - `key(parameters)`: their natural key; `title(parameters)`: what the run is about, in words.
    - `plan(run)`: the chunks. It reads and locks, writes nothing, and raises the domain errors of a start. The run has
      its parameters, day and actor, and is not saved yet.
    - `begin(run)`: write what the chunks write into; gives back the number of what the run makes. Not in a dry run.
    - `work(run, parameters)`: do a chunk. In the engine's transaction; several at once in several processes.
    - `look(run, parameters)`: what `work` would do, with examples. It only reads: PostgreSQL refuses it to write.
    - `note(run, parameters, outcome)`: keep what `look` found, beside the business records.
    - `finish(run)`: close the work, once, after the last chunk. `take_back(run)`: undo it all, when it is cancelled.
      A kind whose chunks are right each by itself leaves both out: it `keeps` what is done.
    - `link(result)`: where what was made is shown, as words and address.
    - `reason(code, parameters)`: a refusal in words; without parameters, for all of its code.
    """

    name: str
    label: Words
    verb: str
    under: str
    figures: tuple[Figure, ...]
    headings: tuple[Heading, ...]
    key: Callable[[Parameters], str]
    title: Callable[[Parameters], str]
    plan: Callable[[Run], Plan]
    begin: Callable[[Run], str]
    work: Callable[[Run, Parameters], Outcome]
    look: Callable[[Run, Parameters], Outcome]
    link: Callable[[str], tuple[Words, str]]
    finish: Callable[[Run], None] = nothing_to_do
    take_back: Callable[[Run], None] = nothing_to_do
    reason: Callable[[str, Parameters], str] = no_reason
    shown: Callable[[Examples], Examples] = as_written
    note: Callable[[Run, Parameters, Outcome], None] = no_note

    @property
    def keeps(self) -> bool:
        """Whether what is done stays done when a run of the kind is cancelled."""
        return self.take_back is nothing_to_do


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known; called in an AppConfig's `ready`. ValueError where another has its name."""
    if _KINDS.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"There are two kinds of run named {kind.name}.")


def named(name: str) -> Kind:
    """The kind of that name. KeyError where no app registered it."""
    return _KINDS[name]


def known() -> tuple[Kind, ...]:
    """All kinds that an app registered."""
    return tuple(_KINDS.values())
