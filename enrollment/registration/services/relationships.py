"""The ends of insured relationships: what is on record decides them, each time it changes (W8, W9, Art. 13, 17)."""

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.statements import Statement, update

from ..endings import Ending, ending
from ..locks import resident_with_key
from ..models import Enrollment, Resident
from ..selectors import on_file, read_files_ahead


@Statement
def _locked_of(resident: int) -> QuerySet[Enrollment]:
    return Enrollment.objects.select_for_update(of=("self",)).filter(resident=resident).order_by("starts", "pk")


@Statement
def _locked(pk: int) -> QuerySet[Enrollment]:
    return Enrollment.objects.select_for_update(of=("self",)).filter(pk=pk).order_by()


def settle_ends(resident: Resident, *, by: Actor) -> None:
    """Bring the ends of the resident's relationships in line with what is on record; call it with the resident locked.

    One that is followed by another stays ended, whatever was taken back since; so does one that went on in another.
    """
    circumstances = on_file(resident).circumstances
    rows = [row for row in _locked_of(resident.pk) if row.end_reason != Enrollment.EndReason.MERGED]
    for row in rows:
        found = ending(row.starts, circumstances, row.lapsed_on)
        if found is not None or row is rows[-1]:
            _write(row, found, resident, by)


def _write(row: Enrollment, found: Ending | None, resident: Resident, by: Actor) -> None:
    ends, reason = (found.last_day, found.reason.value) if found else (None, "")
    before = row.ends, row.end_reason
    if before == (ends, reason):
        return
    row.ends, row.end_reason = ends, reason
    update(row, "ends", "end_reason", "lapsed_on")
    # Days that were over count again: the record says so, since settlements may have been decided without them.
    if before[0] is not None and (ends is None or ends > before[0]):
        _record(row, "enrollments.reopen", {"ends": [before[0], None], "reason": before[1]}, resident, by)
        before = None, ""
    if ends is not None:
        _record(row, "enrollments.end", {"ends": [before[0], ends], "reason": reason}, resident, by)


def _record(row: Enrollment, verb: str, changes: dict[str, object], resident: Resident, by: Actor) -> None:
    audit.record(by=by, verb=verb, obj=row, resident=resident.number, changes=changes)


@transaction.atomic
def lapse(*, enrollment: Enrollment, on: datetime.date, by: Actor) -> Enrollment:
    """The relationship was not renewed: its last day is `on`, the last of the last paid year (W8, Art. 17).

    Raises Conflict where it has ended already.
    """
    by.require("residents.change")
    return lapse_of(resident_with_key(enrollment.resident_id), enrollment.pk, on, by)


def lapse_of(resident: Resident, enrollment_pk: int, on: datetime.date, by: Actor) -> Enrollment:
    """The same for who has the resident locked and may end the relationship."""
    enrollment = _locked(enrollment_pk)[0]
    if enrollment.ends is not None:
        raise Conflict(
            _("This enrollment ended on %(day)s already.") % {"day": enrollment.ends.isoformat()}, code="ended"
        )
    _set_lapse(enrollment, on, resident, by)
    return enrollment


def read_lapses_ahead(enrollments: Sequence[Enrollment]) -> None:
    """Read for many, inside a batch, what `lapse_of` asks of these relationships, whose residents the caller has
    locked.
    """
    for row in enrollments:
        _locked.known(row.pk, rows=[row])
    read_files_ahead(row.resident_id for row in enrollments)


def undo_lapse(*, enrollment: Enrollment, resident: Resident, by: Actor) -> None:
    """It was renewed after all (C6): what else ends it is all that holds. Call it with the resident locked."""
    _set_lapse(enrollment, None, resident, by)
    enrollment.refresh_from_db()


def _set_lapse(enrollment: Enrollment, on: datetime.date | None, resident: Resident, by: Actor) -> None:
    """Written together with the end, which a constraint compares with it."""
    enrollment.lapsed_on = on
    _write(enrollment, ending(enrollment.starts, on_file(resident).circumstances, on), resident, by)
