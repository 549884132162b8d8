"""What holds of a resident from a day to a day; the insured relationship ends by it (W9, W10, Art. 13)."""

import datetime
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.days import day_before
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.statements import insert_all, update

from .. import facts, following, selectors
from ..data import CircumstanceData, PersonData
from ..endings import ENDING
from ..models import CIRCUMSTANCE_VALUES, Circumstance, Resident
from .common import locked_resident
from .relationships import settle_ends

Kind = Circumstance.Kind


@transaction.atomic
def add_circumstance(
    *, resident_number: str, circumstance: CircumstanceData, note: str = "", by: Actor
) -> Circumstance:
    """Put on record what holds of a resident from a day on; what held of that kind until then ends the day before.

    Death, another scheme or a bar ends the insured relationship (W9, S1): its last covered day is that of death, or
    the day before the scheme or the bar begins. Invalid where the days overlap with what is on record or the value is
    of another kind; NotAllowed outside the actor's office, and for a bar, which only the agency imposes.
    """
    by.require("residents.change")
    resident = locked_resident(resident_number, by)
    require_may_state(circumstance, by)
    rows = write_circumstances(resident, [circumstance], by=by, note=note)
    if not rows:
        raise Conflict(_("This is on record already."), code="already_on_record")
    return rows[0]


def require_may_state(circumstance: CircumstanceData, by: Actor) -> None:
    """NotAllowed where the actor's role may not put this kind on record: a bar is the agency's."""
    if circumstance.kind == Kind.BAR and by.role in {Role.COMMUNITY, Role.SCHOOL}:
        raise NotAllowed(_("Only the agency bars a person."), code="bar_is_agencys")
    if by.role is Role.SCHOOL and circumstance.school not in (None, by.office):
        raise NotAllowed(_("A school states its own students only."), code="other_school")


def write_circumstances(
    resident: Resident, stated: Sequence[CircumstanceData], *, is_new: bool = False, by: Actor, note: str = ""
) -> list[Circumstance]:
    """All of `stated`, one after the other, the resident being locked; returns what was not on record already.

    Of a resident who `is_new` nothing is on record yet.
    """
    known = [] if is_new else selectors.circumstance_rows(resident)
    written = []
    for circumstance in sorted(stated, key=lambda row: row.starts):
        row = _fitted(resident, circumstance, known)
        if row is not None:
            known.append(row)
            written.append(row)
    insert_all(written)
    audit.record_all(
        audit.entry(
            by=by,
            verb="circumstances.add",
            obj=resident,
            resident=resident.number,
            changes={"kind": row.kind, "value": row.value, "starts": row.starts, "ends": row.ends},
            note=note.strip(),
        )
        for row in written
    )
    if written and not is_new:
        _settle_ends(resident, written, by=by)
        following.follow(resident, by=by)
    return written


def _settle_ends(resident: Resident, changed: Iterable[Circumstance], *, by: Actor) -> None:
    """W9: where a circumstance of a kind that ends relationships was changed, the ends follow."""
    if any(row.kind in ENDING for row in changed):
        settle_ends(resident, by=by)


def _fitted(resident: Resident, circumstance: CircumstanceData, known: Iterable[Circumstance]) -> Circumstance | None:
    """The unsaved row of a circumstance beside what is `known`; what gives way to it has ended. None where it is
    known.
    """
    require_sound(resident, circumstance)
    same = [row for row in known if row.kind == circumstance.kind]
    if any(facts.repeats(CircumstanceData.of(row), circumstance) for row in same):
        return None
    for row in same:
        if facts.gives_way(CircumstanceData.of(row), circumstance):
            row.ends = day_before(circumstance.starts)
            if row.pk is not None:
                update(row, "ends")
        elif overlap(row, circumstance):
            raise Invalid(
                _("From %(starts)s something else of this kind is on record. End or void that first.")
                % {"starts": row.starts.isoformat()},
                code="overlap",
                field="starts",
            )
    return Circumstance(
        resident=resident,
        kind=circumstance.kind,
        value=circumstance.value,
        starts=circumstance.starts,
        ends=circumstance.ends,
        school=circumstance.school,
        document_number=circumstance.document_number.strip(),
    )


def require_sound(resident: Resident | PersonData, circumstance: CircumstanceData) -> None:
    """Invalid for a value of another kind, days in the wrong order or before the birth, a death in the future."""
    if circumstance.value not in CIRCUMSTANCE_VALUES.get(circumstance.kind, ()):
        raise Invalid(_("Choose what holds."), code="unknown_value", field="value")
    if circumstance.ends is not None and circumstance.ends < circumstance.starts:
        raise Invalid(_("The last day lies before the first."), code="days", field="ends")
    if circumstance.starts < resident.birth_date:
        raise Invalid(_("This day lies before the birth."), code="before_birth", field="starts")
    if circumstance.kind == Kind.DEATH and circumstance.starts > clock.today():
        raise Invalid(_("The day of death lies in the future."), code="future", field="starts")
    if circumstance.school is not None and circumstance.school.kind != Office.Kind.SCHOOL:
        raise Invalid(_("Choose a school."), code="no_school", field="school")


def overlap(row: Circumstance, new: CircumstanceData) -> bool:
    last = datetime.date.max
    return row.starts <= (new.ends or last) and new.starts <= (row.ends or last)


@transaction.atomic
def end_circumstance(*, circumstance_id: int, ends: datetime.date, reason: str = "", by: Actor) -> Circumstance:
    """Say until which day (included) a circumstance holds. A hukou that ends has moved away: so does the relationship
    (W9).

    Invalid for a day before the first; Conflict where it was voided meanwhile.
    """
    by.require("residents.change")
    row, resident = _locked(circumstance_id, by)
    if row.kind == Kind.DEATH:
        raise Invalid(_("A death does not end. Void it where it is wrong."), code="death_ends")
    if ends < row.starts:
        raise Invalid(_("The last day lies before the first."), code="days", field="ends")
    others = resident.circumstances.filter(kind=row.kind, voided=False, starts__gt=row.starts, starts__lte=ends)
    if others.exclude(pk=row.pk).exists():
        raise Invalid(_("By then something else of this kind is on record."), code="overlap", field="ends")
    before, row.ends = row.ends, ends
    row.save(update_fields=["ends"])
    audit.record(
        by=by,
        verb="circumstances.end",
        obj=resident,
        resident=resident.number,
        changes={"kind": row.kind, "value": row.value, "starts": row.starts, "ends": [before, ends]},
        note=reason.strip(),
    )
    _settle_ends(resident, [row], by=by)
    following.follow(resident, by=by)
    return row


@transaction.atomic
def void_circumstance(*, circumstance_id: int, reason: str, by: Actor) -> Circumstance:
    """Take back a circumstance that was never true; it is kept. An end of the relationship that came from it is
    undone.

    Invalid without a reason; Conflict where it was voided already.
    """
    by.require("residents.change")
    row, resident = _locked(circumstance_id, by)
    if not reason.strip():
        raise Invalid(_("Say why it was wrong."), code="no_reason", field="reason")
    row.voided = True
    row.save(update_fields=["voided"])
    audit.record(
        by=by,
        verb="circumstances.void",
        obj=resident,
        resident=resident.number,
        changes={"kind": row.kind, "value": row.value, "starts": row.starts, "ends": row.ends},
        note=reason.strip(),
    )
    _settle_ends(resident, [row], by=by)
    following.follow(resident, by=by)
    return row


def _locked(circumstance_id: int, by: Actor) -> tuple[Circumstance, Resident]:
    number = Circumstance.objects.values_list("resident__number", flat=True).filter(pk=circumstance_id).first()
    if number is None:
        raise NotAllowed(_("There is no such person at your office."), code="not_found")
    resident = locked_resident(number, by)
    row = Circumstance.objects.select_for_update(of=("self",)).get(pk=circumstance_id)
    if row.voided:
        raise Conflict(_("This was voided already."), code="voided")
    if row.kind == Kind.BAR and by.role in {Role.COMMUNITY, Role.SCHOOL}:
        raise NotAllowed(_("Only the agency bars a person."), code="bar_is_agencys")
    following.require_free(row)
    return row, resident
