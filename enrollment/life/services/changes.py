"""What happened, put on record by the verbs of registration (W9, W10, E1, Art. 13); and each form only once."""

import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from enrollment.registration import services as registration
from enrollment.registration.data import CircumstanceData, PersonData
from enrollment.registration.models import Circumstance, Resident
from enrollment.registration.services.common import locked_resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict, Invalid
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import Sex
from liaoyang_medins.kernel.statements import insert

from ..happenings import BEGINS, ENDS, Happening
from ..models import LifeChange

What = LifeChange.What


def once(
    *,
    submission: UUID,
    resident: Resident,
    what: What,
    happened_on: datetime.date | None = None,
    reason: str = "",
    by: Actor,
) -> bool:
    """Whether the form with this mark is sent for the first time; it is on record then. Call it in the transaction of
    the change, with the resident locked: whoever sends it twice at once waits there.
    """
    change = LifeChange(
        submission=submission,
        resident=resident,
        what=what,
        happened_on=happened_on,
        made_on=clock.today(),
        reason=reason.strip(),
        made_by_id=by.user_id,
    )
    return insert(change, unless_taken=("submission",))


@transaction.atomic
def apply_happening(*, resident_number: str, happening: Happening, reason: str = "", by: Actor) -> Resident:
    """Put on record what happened; the end of the relationship and of benefits follows by itself (W9).

    Raises what the verb of registration raises (Invalid with its field, Conflict where it is on record already,
    NotAllowed outside the actor's office); Invalid (field `on`) where nothing of the kind holds that could end.
    """
    by.require("residents.change")
    resident = locked_resident(resident_number, by)
    if happening.what in BEGINS:
        registration.add_circumstance(
            resident_number=resident_number, circumstance=begins(happening), note=reason, by=by
        )
    elif happening.what in ENDS:
        row = running(resident, ENDS[happening.what], happening.on)
        if row.ends == happening.on:
            raise Conflict(_("This is on record already."), code="already_on_record", field="on")
        registration.end_circumstance(circumstance_id=row.pk, ends=happening.on, reason=reason, by=by)
    elif happening.what == What.MOVED:
        move(resident, happening, reason, by)
    else:
        raise ValueError(f"{happening.what} is nothing that happens by itself.")
    return resident


def begins(happening: Happening) -> CircumstanceData:
    kind, value = BEGINS[happening.what]
    return CircumstanceData(
        kind,
        value or happening.value,
        happening.on,
        happening.ends,
        happening.school,
        happening.document_number,
    )


def running(resident: Resident, kind: str, on: datetime.date) -> Circumstance:
    """What holds of this kind on the day `on`: that can end then. Invalid where nothing does."""
    rows = resident.circumstances.filter(kind=kind, voided=False, starts__lte=on).order_by("-starts")
    row = rows.first()
    if row is None:
        raise Invalid(
            _("On this day nothing of the kind is on record. Look at the circumstances first."),
            code="nothing_holds",
            field="on",
        )
    return row


def move(resident: Resident, happening: Happening, reason: str, by: Actor) -> None:
    if happening.community is None:
        raise Invalid(_("Choose the community to which they moved."), field="community")
    person = PersonData(
        name=resident.name,
        birth_date=resident.birth_date,
        sex=Sex(resident.sex),
        community=happening.community,
        id_number=resident.id_number,
        address=happening.address or resident.address,
        phone=resident.phone,
    )
    registration.change_resident(
        number=resident.number,
        version=resident.version,
        person=person,
        moved_on=happening.on,
        reason=reason,
        by=by,
    )
