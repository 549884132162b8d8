"""Putting people on record, once each, and changing what is written of them."""

import datetime
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.statements import insert_numbered, update
from liaoyang_medins.kernel.states import require_version

from .. import following, idnumber, locks, selectors
from ..data import PersonData
from ..models import Resident
from ..names import sort_key
from .common import locked_resident
from .moves import hand_over, write_move

NAME_LENGTH = 60


def cleaned_person(person: PersonData, today: datetime.date) -> PersonData:
    """The person with trimmed texts and the ID number in its one form.

    Invalid (with the field) for a missing name, a birth in the future, an ID number that is wrong or another person's
    by its birth date or sex, and for a community that is none.
    """
    name = " ".join(person.name.split())
    if not name or len(name) > NAME_LENGTH:
        raise Invalid(_("Enter the name, in at most 60 characters."), field="name")
    if person.birth_date > today:
        raise Invalid(_("The date of birth lies in the future."), field="birth_date")
    if person.community.kind != Office.Kind.COMMUNITY or person.community.closed_on is not None:
        raise Invalid(_("Choose the community in which the person lives."), field="community")
    number = None
    if person.id_number:
        parsed = idnumber.parse(person.id_number, today=today)
        if (parsed.birth_date, parsed.sex) != (person.birth_date, person.sex):
            raise Invalid(_("Date of birth or sex do not fit the ID number."), field="id_number")
        number = parsed.number
    return replace(person, name=name, id_number=number, address=person.address.strip(), phone=person.phone.strip())


def put_on_record(person: PersonData, *, on: datetime.date, by: Actor) -> tuple[Resident, bool]:
    """The resident with the person's ID number, locked and with the details as stated; a new one where there is none.
    The second is whether it is new.

    Call it inside a transaction. Two clerks who enter one ID number at once get one resident: the second waits for the
    first. Refused at a community where the person is registered in another one: that has to be asked for the transfer.
    A school says nothing about where its pupils live once they are on record.
    """
    found = _locked(person)
    if found is None:
        created = _create(person, on=on, by=by)
        if created is not None:
            return created, True
        found = _locked(person)
        if found is None:
            raise AssertionError("Who has the ID number is on record.")
    changes = _changes(found, person)
    require_here(found, by)
    if by.role is Role.SCHOOL:
        changes.pop("community", None)
    if person.id_number and found.id_number is None:
        changes["id_number"] = person.id_number
    moved = _moved(found, changes, on, today=on, by=by) if "community" in changes else {}
    _write(found, changes, moved, by=by)
    return found, False


def require_here(resident: Resident, by: Actor) -> None:
    """Refused at a community for who is registered in another one; more than where that is it is not told."""
    if by.role is Role.COMMUNITY and by.office is not None and resident.community_id != by.office.pk:
        raise Refused(
            _("This person is registered in %(community)s: ask for the transfer.")
            % {"community": resident.community.label},
            code="elsewhere",
            field="id_number",
        )


def _locked(person: PersonData) -> Resident | None:
    found = selectors.resident_like(
        id_number=person.id_number,
        name=person.name,
        birth_date=person.birth_date,
        sex=person.sex.value,
        community=person.community,
    )
    if found is None:
        return None
    return locks.resident_with_key(found.pk)


def _create(person: PersonData, *, on: datetime.date, by: Actor) -> Resident | None:
    """The new resident; None where another one got the ID number in the meantime."""
    resident = Resident(
        id_number=person.id_number,
        name=person.name,
        pinyin=sort_key(person.name),
        sex=person.sex.value,
        birth_date=person.birth_date,
        community=person.community,
        address=person.address,
        phone=person.phone,
    )
    if not insert_numbered(resident, "resident", on, unless_taken=("id_number",)):
        return None
    changes = {"community": person.community.code}
    audit.record(by=by, verb="residents.create", obj=resident, resident=resident.number, changes=changes)
    return resident


def overwritten(resident: Resident, person: PersonData) -> dict[str, tuple[Any, Any]]:
    """What of the resident on record a registration of the person changes: field → before and after."""
    changes = _changes(resident, person)
    if person.id_number and resident.id_number is None:
        changes["id_number"] = person.id_number
    return {field: (getattr(resident, field), value) for field, value in changes.items()}


def _changes(resident: Resident, person: PersonData) -> dict[str, Any]:
    """What is stated otherwise than on record; an address or telephone left empty changes nothing."""
    stated: dict[str, Any] = {
        "name": person.name,
        "community": person.community,
        "address": person.address or resident.address,
        "phone": person.phone or resident.phone,
    }
    return {field: value for field, value in stated.items() if getattr(resident, field) != value}


def _moved(
    resident: Resident, changes: dict[str, Any], moved_on: datetime.date, *, today: datetime.date, by: Actor
) -> dict[str, Any]:
    """Move the resident to the community in `changes`, which leaves them; what the record of acts says of it."""
    before = resident.community
    write_move(resident, changes.pop("community", before), moved_on, today=today)
    hand_over(resident, by=by)
    return {"community": [before.code, resident.community.code], "moved_on": moved_on}


def _write(resident: Resident, changes: dict[str, Any], moved: dict[str, Any], *, by: Actor, note: str = "") -> None:
    if not changes and not moved:
        return
    # The record of acts says which details changed; of the personal ones it keeps no copy.
    told = {"fields": sorted([*changes, *(["community"] if moved else [])]), **moved}
    for field, value in changes.items():
        setattr(resident, field, value)
    resident.pinyin = sort_key(resident.name)
    resident.version += 1
    update(resident, *changes, "community", "moved_on", "pinyin", "version")
    audit.record(by=by, verb="residents.change", obj=resident, resident=resident.number, changes=told, note=note)


@transaction.atomic
def change_resident(
    *,
    number: str,
    version: int,
    person: PersonData,
    moved_on: datetime.date | None = None,
    reason: str = "",
    by: Actor,
) -> Resident:
    """Change name, community, address, telephone of a resident, or give the ID number to who had none (a newborn's).

    Another community is lived in from `moved_on` on, from today where it is not said; with the same community the day
    of the last move is corrected. An ID number on record is never changed. Invalid for wrong input; Conflict where
    somebody changed the person meanwhile or where the ID number is another resident's.
    """
    by.require("residents.change")
    today = clock.today()
    resident = locked_resident(number, by)
    require_version(resident.version, version, told=lambda: last_change(resident))
    stated = cleaned_person(person, today)
    changes = _changes(resident, stated) | {
        field: getattr(stated, field)
        for field in ("address", "phone")
        if getattr(stated, field) != getattr(resident, field)
    }
    if stated.id_number and resident.id_number is None:
        if Resident.objects.filter(id_number=stated.id_number).exists():
            raise Conflict(_("Another resident has this ID number."), code="id_number_taken", field="id_number")
        changes["id_number"] = stated.id_number
    elif stated.id_number and stated.id_number != resident.id_number:
        raise Invalid(_("The ID number on record cannot be changed here."), field="id_number")
    moved: dict[str, Any] = {}
    if "community" in changes or moved_on:
        moved = _moved(resident, changes, moved_on or today, today=today, by=by)
    _write(resident, changes, moved, by=by, note=reason.strip())
    if moved:
        following.follow(resident, by=by)
    return resident


def move_resident(
    resident: Resident, person: PersonData, *, moved_on: datetime.date, reason: str = "", by: Actor
) -> None:
    """The locked resident lives in the person's community from `moved_on` on, at the person's address: the move that a
    transfer to it is. Who may, has been asked by then. Invalid as `write_move`.
    """
    changes = _changes(resident, person)
    moved = _moved(resident, changes, moved_on, today=clock.today(), by=by)
    _write(resident, changes, moved, by=by, note=reason.strip())
    following.follow(resident, by=by)
