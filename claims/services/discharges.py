"""Discharge, and its cancellation."""

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from claims.facts import local
from claims.models import Stay
from claims.services.admission import diagnoses_of
from claims.services.holding import refresh_reviews
from claims.services.lines import require_lines_until
from claims.services.records import (
    lock_resident_of,
    lock_stay,
    move,
    require_inpatient,
    require_status,
    save,
)
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.offices.actors import Actor


@transaction.atomic
def discharge(
    *,
    stay_number: str,
    discharged_on: datetime.date,
    discharged_at: datetime.datetime | None = None,
    way: str = "",
    diagnoses: Sequence[str] = (),
    version: int | None = None,
    by: Actor,
) -> Stay:
    """End a stay on a day, its last (included). From then on it can be settled.

    `diagnoses` (codes) are those at the end, the principal one first; they take the place of what was stated before.
    `discharged_at` is the moment of that day, `way` one of Stay.DischargeWay, where they are known. Invalid for a day
    before the admission or in the future, Refused where a fee line is dated later.
    """
    by.require("stays.enter")
    resident = lock_resident_of(stay_number)
    stay = lock_stay(stay_number, by, version)
    # A settled stay becomes discharged too, but by the reversal of its settlement only.
    require_status(stay, Stay.Status.ADMITTED)
    move(stay, Stay.Status.DISCHARGED)
    today = clock.today()
    if discharged_on < stay.admitted_on:
        raise Invalid(
            _("The discharge lies before the admission on %(day)s.") % {"day": stay.admitted_on}, field="discharged_on"
        )
    if discharged_on > today:
        raise Invalid(_("The discharge lies in the future."), field="discharged_on")
    if discharged_at is not None and (
        local(discharged_at).date() != discharged_on or discharged_at < stay.admitted_at
    ):
        raise Invalid(_("The discharge lies before the admission."), field="discharged_at")
    require_lines_until(stay, discharged_on)
    changes: dict[str, object] = {"discharged_on": discharged_on}
    stay.discharged_on, stay.discharged_at, stay.discharge_way = discharged_on, discharged_at, way
    if diagnoses:
        principal, *others = diagnoses_of(diagnoses)
        codes = [other.code for other in others]
        if (principal.code, codes) != (stay.diagnosis_id, stay.other_diagnoses):
            changes["diagnoses"] = [[stay.diagnosis_id, *stay.other_diagnoses], [principal.code, *codes]]
        stay.diagnosis, stay.other_diagnoses = principal, codes
    save(stay, "status", "discharged_on", "discharged_at", "discharge_way", "diagnosis_id", "other_diagnoses")
    audit.record(
        by=by,
        verb="stays.discharge",
        obj=stay,
        resident=resident.number,
        changes=changes,
    )
    refresh_reviews(resident, today, by)
    return stay


@transaction.atomic
def cancel_discharge(*, stay_number: str, reason: str = "", version: int | None = None, by: Actor) -> Stay:
    """Take a discharge back, so that fee lines can be added or removed again. Conflict once the stay is settled."""
    by.require("stays.enter")
    resident = lock_resident_of(stay_number)
    stay = lock_stay(stay_number, by, version)
    require_inpatient(stay)
    move(stay, Stay.Status.ADMITTED)
    before, stay.discharged_on = stay.discharged_on, None
    stay.discharged_at, stay.discharge_way = None, ""
    save(stay, "status", "discharged_on", "discharged_at", "discharge_way")
    audit.record(
        by=by,
        verb="stays.cancel_discharge",
        obj=stay,
        resident=resident.number,
        changes={"discharged_on": [before, None]},
        note=reason.strip(),
    )
    refresh_reviews(resident, clock.today(), by)
    return stay
