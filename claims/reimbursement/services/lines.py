"""Fee lines of an application: typed, pasted, removed while nobody has examined it."""

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from claims import services as claims
from claims.data import LineData, LineOutcome, WrongLines
from claims.services.lines import LINES_A_CALL, PROBLEMS_TOLD, wrong_lines
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor

from ..models import Reimbursement
from .common import locked, record, reopened, save
from .entering import require_open


@transaction.atomic
def add_lines(*, number: str, lines: Sequence[LineData], by: Actor) -> list[LineOutcome]:
    """Add fee lines to the application's stay, all or none (A1). Raises as `claims.services.add_lines`; Conflict where
    the application is examined already.
    """
    by.require("reimbursements.enter")
    found = locked(number, by)
    require_open(found)
    return added(found, lines, by)


def added(application: Reimbursement, lines: Sequence[LineData], by: Actor) -> list[LineOutcome]:
    """The same under lock; as many lines as there are, by a thousand."""
    stay = application.stay
    taken = set(stay.lines.values_list("line_number", flat=True))
    faults = wrong_lines(stay, lines, taken, clock.today())
    if faults:
        raise WrongLines(faults, told=PROBLEMS_TOLD, numbered=len(lines) > 1)
    outcomes: list[LineOutcome] = []
    with reopened(application):
        for first in range(0, max(len(lines), 1), LINES_A_CALL):
            part = lines[first : first + LINES_A_CALL]
            outcomes += claims.add_lines(stay_number=stay.number, lines=part, by=by)
    total = sum((outcome.line.amount for outcome in outcomes), ZERO)
    changed(application, by, added=len(outcomes), amount=total)
    return outcomes


@transaction.atomic
def remove_lines(*, number: str, line_numbers: Sequence[str], by: Actor) -> int:
    """Remove fee lines by their numbers; returns how many. Raises as `claims.services.remove_lines`; Conflict where
    the application is examined already.
    """
    by.require("reimbursements.enter")
    found = locked(number, by)
    require_open(found)
    with reopened(found):
        count = claims.remove_lines(stay_number=found.stay.number, line_numbers=line_numbers, by=by)
    changed(found, by, removed=count)
    return count


def changed(application: Reimbursement, by: Actor, **changes: int | Decimal) -> None:
    save(application)
    record(application, "reimbursements.lines", by, "", **changes)
