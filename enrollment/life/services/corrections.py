"""Wrong data put right, with a reason; the value before is kept (PersonCorrection)."""

import datetime
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from enrollment.registration import following
from enrollment.registration import services as registration
from enrollment.registration.data import CircumstanceData, PersonData
from enrollment.registration.models import Circumstance, Resident
from enrollment.registration.names import sort_key
from enrollment.registration.services.common import locked_resident
from enrollment.registration.services.people import cleaned_person
from enrollment.registration.services.relationships import settle_ends
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import Sex
from liaoyang_medins.kernel.statements import update
from liaoyang_medins.kernel.states import require_version

from ..models import PersonCorrection

Field = PersonCorrection.Field
Kind = Circumstance.Kind


@dataclass(frozen=True, slots=True)
class Right:
    """A person's details as they should read; the community is where they live and is not corrected here."""

    name: str
    birth_date: datetime.date
    sex: Sex
    id_number: str | None


@transaction.atomic
def correct_person(*, number: str, version: int, right: Right, reason: str, by: Actor) -> Resident:
    """Put name, birth date, sex or ID number right, also give a newborn its number; what held before is kept.

    What began on the wrong day of birth begins on the right one. Invalid (with its field) without a reason, for
    details that do not fit each other, where nothing differs, or where something on record would begin before the
    birth; Conflict where somebody changed the person meanwhile or the number is another resident's; Refused where an
    ID number would be taken away.
    """
    by.require("residents.correct")
    reason = required(reason)
    resident = locked_resident(number, by)
    require_version(resident.version, version, told=lambda: last_change(resident))
    if resident.id_number and not right.id_number:
        raise Refused(_("An ID number is put right, not taken away."), code="number_stays", field="id_number")
    stated = cleaned_person(
        PersonData(right.name, right.birth_date, right.sex, resident.community, right.id_number), clock.today()
    )
    if stated.id_number and stated.id_number != resident.id_number:
        require_free_number(stated.id_number)
    changes = differences(resident, stated)
    if not changes:
        raise Invalid(_("Nothing differs from what is on record."), code="unchanged")
    if "birth_date" in changes:
        move_birth(resident, stated.birth_date, by)
    for field, (_before, after) in changes.items():
        setattr(resident, field, after)
    resident.pinyin = sort_key(resident.name)
    resident.version += 1
    update(resident, *changes, "pinyin", "version")
    for field, (before, after) in changes.items():
        keep(resident, Field(field), str(before or ""), str(after), reason, by)
    # The record of acts says which details changed; of the personal ones it keeps no copy.
    told = {"fields": sorted(changes)}
    audit.record(by=by, verb="residents.correct", obj=resident, resident=resident.number, changes=told, note=reason)
    following.follow(resident, by=by)
    return resident


def required(reason: str) -> str:
    if not reason.strip():
        raise Invalid(_("Say why it is wrong and what shows it."), code="no_reason", field="reason")
    return reason.strip()


def require_free_number(id_number: str) -> None:
    other = Resident.objects.filter(id_number=id_number).first()
    if other is not None:
        raise Conflict(
            _("Another resident has this ID number. Where both are one person, the agency merges the records."),
            code="id_number_taken",
            field="id_number",
        )


def differences(resident: Resident, stated: PersonData) -> dict[str, tuple[Any, Any]]:
    """Field → the value on record and the right one, where they differ."""
    values: dict[str, Any] = {
        "name": stated.name,
        "birth_date": stated.birth_date,
        "sex": stated.sex.value,
        "id_number": stated.id_number,
    }
    return {
        field: (getattr(resident, field), value)
        for field, value in values.items()
        if getattr(resident, field) != value
    }


def move_birth(resident: Resident, birth: datetime.date, by: Actor) -> None:
    """What holds since birth holds since the right day of it. Invalid where something else would begin before it."""
    rows = list(resident.circumstances.filter(voided=False).order_by("starts"))
    since_birth = [row for row in rows if row.starts == resident.birth_date]
    early = [row for row in rows if row.starts < birth and row not in since_birth]
    early += [row for row in since_birth if row.ends is not None and row.ends < birth]
    if early:
        raise Invalid(
            _("“%(kind)s” is on record from %(day)s, before the birth. End or void that first.")
            % {"kind": early[0].get_kind_display(), "day": early[0].starts.isoformat()},
            code="before_birth",
            field="birth_date",
        )
    for row in since_birth:
        before, row.starts = row.starts, birth
        row.save(update_fields=["starts"])
        audit.record(
            by=by,
            verb="circumstances.correct",
            obj=resident,
            resident=resident.number,
            changes={"kind": row.kind, "value": row.value, "starts": [before, birth]},
        )


def keep(resident: Resident, field: Field, before: str, after: str, reason: str, by: Actor) -> None:
    PersonCorrection.objects.create(
        resident=resident,
        field=field,
        before=before,
        after=after,
        reason=reason,
        corrected_on=clock.today(),
        made_by_id=by.user_id,
    )


@transaction.atomic
def correct_hukou_day(*, number: str, starts: datetime.date, reason: str, by: Actor) -> Resident:
    """The hukou here began on another day than was written down (C4, B2): the wrong entry is voided and kept.

    Invalid without a reason, where no hukou is on record or the day is right already, and for a day before the birth.
    """
    by.require("residents.correct")
    reason = required(reason)
    resident = locked_resident(number, by)
    row = resident.circumstances.filter(kind=Kind.HUKOU, voided=False).order_by("-starts").first()
    if row is None:
        raise Invalid(_("No hukou is on record here."), code="no_hukou", field="hukou_since")
    if row.starts == starts:
        raise Invalid(_("Nothing differs from what is on record."), code="unchanged", field="hukou_since")
    right = replace(CircumstanceData.of(row), starts=starts)
    registration.void_circumstance(circumstance_id=row.pk, reason=reason, by=by)
    try:
        registration.add_circumstance(resident_number=number, circumstance=right, note=reason, by=by)
    except Invalid as error:
        error.field = "hukou_since"
        raise
    keep(resident, Field.HUKOU, row.starts.isoformat(), starts.isoformat(), reason, by)
    return resident


@transaction.atomic
def take_back_end(*, circumstance_id: int, reason: str, by: Actor) -> Circumstance:
    """The last day that somebody put down was wrong: the circumstance has not ended. What ended by it (W9) goes on.

    Invalid without a reason, and where something else of the kind has begun since; Conflict where it has no last day
    by now or was voided; Refused where a decision stands on it; NotAllowed outside the actor's office.
    """
    by.require("residents.change")
    reason = required(reason)
    number = Circumstance.objects.values_list("resident__number", flat=True).filter(pk=circumstance_id).first()
    if number is None:
        raise NotAllowed(_("There is no such person at your office."), code="not_found")
    resident = locked_resident(number, by)
    row = Circumstance.objects.select_for_update(of=("self",)).get(pk=circumstance_id)
    if row.voided or row.ends is None:
        raise Conflict(_("Somebody else has changed this meanwhile."), code="changed")
    following.require_free(row)
    if row.kind == Kind.BAR:
        raise Refused(_("A bar has its last day by the decision."), code="bar")
    if resident.circumstances.filter(kind=row.kind, voided=False, starts__gt=row.starts).exists():
        raise Invalid(_("Something else of this kind is on record since. Void that first."), code="overlap")
    before, row.ends = row.ends, None
    row.save(update_fields=["ends"])
    audit.record(
        by=by,
        verb="circumstances.go_on",
        obj=resident,
        resident=resident.number,
        changes={"kind": row.kind, "value": row.value, "starts": row.starts, "ends": [before, None]},
        note=reason,
    )
    settle_ends(resident, by=by)
    following.follow(resident, by=by)
    return row
