"""Changes of what is known of a resident: shown with all that follows, then done once, and only as shown (W9)."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from enrollment.contributions.services.life import follow_life
from enrollment.life.models import LifeChange
from enrollment.life.services import once
from enrollment.registration import locks
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.offices.actors import Actor

from .effects import Effect, effects_of, mark_of, preview


@dataclass(frozen=True, slots=True)
class Change:
    """A change of what is known of `resident`; `apply` is the verb that makes it."""

    resident: Resident
    what: LifeChange.What
    apply: Callable[[], object]
    happened_on: datetime.date | None = None
    reason: str = ""


def run(change: Change, by: Actor) -> None:
    """The verb, and what follows for notices."""
    change.apply()
    follow_life(resident=change.resident, by=by)


def look_ahead(change: Change, by: Actor) -> tuple[Effect, ...]:
    """What the change would change, by making it and taking it back. Raises what making it raises."""
    with transaction.atomic():
        locks.resident_with_key(change.resident.pk)
        return preview(lambda: run(change, by), change.resident.pk, by, clock.today())


@transaction.atomic
def make(change: Change, *, submission: UUID, seen: str, by: Actor) -> bool:
    """Make the change where it still does what was shown, which `seen` is the mark of; False where the form with this
    mark made it already.

    Raises what the verb raises, and Conflict (code `effects_changed`) where it would do something else by now.
    """
    resident = locks.resident_with_key(change.resident.pk)
    first = once(
        submission=submission,
        resident=resident,
        what=change.what,
        happened_on=change.happened_on,
        reason=change.reason,
        by=by,
    )
    if not first:
        return False
    found = effects_of(lambda: run(change, by), resident.pk, by, clock.today())
    if mark_of(found) != seen:
        raise Conflict(
            _("Something else is on record by now, and the change does not do any more what you were shown."),
            code="effects_changed",
        )
    return True
