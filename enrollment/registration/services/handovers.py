"""Many registrations at once: each is forwarded or approved by itself, and those that went go on one sheet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from django.db import transaction
from django.db.models import Max

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor

from ..models import Handover, Registration
from .chain import approve, forward


class Step(Protocol):
    def __call__(self, *, number: str, version: int, by: Actor) -> Registration: ...


@dataclass(slots=True)
class Done:
    """The numbers of the registrations that went on, what was said of those that did not, and the numbers of the
    transmittal sheets, one for each office that takes over.
    """

    numbers: list[str] = field(default_factory=list)
    refused: list[tuple[str, DomainError]] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)


def forward_all(*, rows: Sequence[tuple[str, int]], by: Actor) -> Done:
    """Forward the registrations of these numbers and versions, each by itself (`chain.forward`)."""
    by.require("registrations.forward")
    return _all(forward, rows, by)


def approve_all(*, rows: Sequence[tuple[str, int]], by: Actor) -> Done:
    """Approve the registrations of these numbers and versions, each by itself (`chain.approve`)."""
    by.require("registrations.review")
    return _all(approve, rows, by)


def _all(step: Step | Callable[..., Registration], rows: Sequence[tuple[str, int]], by: Actor) -> Done:
    done, moved = Done(), []
    for number, version in rows:
        try:
            moved.append(step(number=number, version=version, by=by).pk)
        except DomainError as error:
            done.refused.append((number, error))
        else:
            done.numbers.append(number)
    done.sheets = _put_on_sheets(moved)
    return done


@transaction.atomic
def _put_on_sheets(registrations: Sequence[int]) -> list[str]:
    """Number the last handover of each of these registrations, one sheet for each office that takes over."""
    today = clock.today()
    last = Handover.objects.filter(registration__in=registrations, handed_on=today, sheet="")
    keys = last.order_by().values("registration").annotate(last=Max("pk")).values("last")
    sheets: dict[int | None, list[int]] = {}
    for handover in Handover.objects.filter(pk__in=keys).order_by("taker_id", "pk"):
        sheets.setdefault(handover.taker_id, []).append(handover.pk)
    numbers = []
    for of_taker in sheets.values():
        numbers.append(next_number("transmittal", today))
        Handover.objects.filter(pk__in=of_taker).update(sheet=numbers[-1])
    return numbers
