"""Asking another community for the record of somebody who lives here now, and answering it (W9, C3; Art. 13)."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from enrollment.registration import locks
from enrollment.registration import services as registration
from enrollment.registration.data import PersonData
from enrollment.registration.models import Resident
from enrollment.registration.services.common import locked_resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor, ActorKind
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import Sex
from liaoyang_medins.kernel.states import require_transition, require_version

from ..models import Transfer

Status = Transfer.Status


@transaction.atomic
def ask_transfer(*, resident_id: int, moved_on: datetime.date, address: str = "", reason: str, by: Actor) -> Transfer:
    """The actor's community asks for the record of a resident who is registered in another one.

    `resident_id` is the key behind the ID number that the person showed. Asked again it gives the request that is
    open. Refused for who lives here already or asks twice over; Invalid for a day in the future or without a reason.
    """
    by.require("transfers.ask")
    if by.office is None or by.office.kind != Office.Kind.COMMUNITY:
        raise NotAllowed(_("Only a community asks for a transfer."), code="no_community")
    resident = locks.resident_with_key(resident_id)
    if resident.community_id == by.office.pk:
        raise Refused(_("This person is registered here already."), code="here_already")
    if not reason.strip():
        raise Invalid(_("Say what the person showed."), field="reason")
    today = clock.today()
    if moved_on > today:
        raise Invalid(_("The day of the move lies in the future. Enter it once they have moved."), field="moved_on")
    if moved_on < resident.birth_date:
        raise Invalid(_("This day lies before the birth."), field="moved_on")
    waiting = Transfer.objects.filter(resident=resident, status=Status.REQUESTED).first()
    if waiting is not None:
        if waiting.to_community_id == by.office.pk:
            return waiting
        raise Conflict(_("Another community has asked for this record already."), code="asked_already")
    transfer = Transfer.objects.create(
        resident=resident,
        from_community=resident.community,
        to_community=by.office,
        moved_on=moved_on,
        address=address.strip(),
        reason=reason.strip(),
        asked_on=today,
        asked_by_id=by.user_id,
    )
    _record(transfer, "transfers.ask", by, reason.strip())
    return transfer


@transaction.atomic
def answer_transfer(*, pk: int, version: int, agree: bool, answer: str = "", by: Actor) -> Transfer:
    """The community where the resident is registered, or the agency, answers. Agreed: the record moves, from the day
    that was stated on, and everything of it is the new community's from now on.

    Invalid without a reason for a no; Refused for who asked; Conflict where it was answered, or the person moved,
    meanwhile; NotAllowed for other offices.
    """
    by.require("transfers.answer")
    seen = Transfer.objects.select_related("resident").filter(pk=pk).first()
    if seen is None:
        raise NotAllowed(_("There is no such request at your office."), code="not_found")
    # Who sees the person answers: the present community, or the agency.
    resident = locked_resident(seen.resident.number, by)
    transfer = _locked(pk)
    if by.user_id is not None and by.user_id == transfer.asked_by_id:
        raise Refused(_("You asked for it yourself: somebody else has to answer."), code="own_entry")
    require_version(transfer.version, version, told=lambda: last_change(transfer))
    if not agree and not answer.strip():
        raise Invalid(_("Say why not."), field="answer")
    _move_on(transfer, Status.APPROVED if agree else Status.DENIED, answer, by)
    # Before the move: afterwards it is not this office's any more.
    _record(transfer, "transfers.approve" if agree else "transfers.deny", by, answer.strip())
    if agree:
        if resident.community_id != transfer.from_community_id:
            raise Conflict(_("The person has moved elsewhere meanwhile. Decline the request."), code="moved")
        hand_on(transfer, resident, by)
    return transfer


def hand_on(transfer: Transfer, resident: Resident, by: Actor) -> None:
    """The move within the city that a transfer is."""
    person = PersonData(
        name=resident.name,
        birth_date=resident.birth_date,
        sex=Sex(resident.sex),
        community=transfer.to_community,
        id_number=resident.id_number,
        address=transfer.address or resident.address,
        phone=resident.phone,
    )
    registration.people.move_resident(resident, person, moved_on=transfer.moved_on, reason=transfer.reason, by=by)


@transaction.atomic
def withdraw_transfer(*, pk: int, version: int, by: Actor) -> Transfer:
    """The community that asked takes its request back. NotAllowed for others, Conflict where it was answered."""
    by.require("transfers.ask")
    seen = Transfer.objects.filter(pk=pk).first()
    if seen is None or (by.kind is not ActorKind.JOB and seen.to_community_id != getattr(by.office, "pk", None)):
        raise NotAllowed(_("There is no such request at your office."), code="not_found")
    locks.resident_with_key(seen.resident_id)
    transfer = _locked(pk)
    require_version(transfer.version, version, told=lambda: last_change(transfer))
    _move_on(transfer, Status.WITHDRAWN, "", by)
    _record(transfer, "transfers.withdraw", by)
    return transfer


def _locked(pk: int) -> Transfer:
    rows = Transfer.objects.select_for_update(of=("self",))
    return rows.select_related("resident", "from_community", "to_community").get(pk=pk)


def _move_on(transfer: Transfer, then: str, answer: str, by: Actor) -> None:
    require_transition(Transfer.TRANSITIONS, transfer.status, then, label=transfer.get_status_display)
    transfer.status = then
    transfer.answer = answer.strip()
    transfer.answered_on, transfer.answered_by_id = clock.today(), by.user_id
    transfer.version += 1
    transfer.save(update_fields=["status", "answer", "answered_on", "answered_by", "version"])


def _record(transfer: Transfer, verb: str, by: Actor, note: str = "") -> None:
    audit.record(
        by=by,
        verb=verb,
        obj=transfer,
        resident=transfer.resident.number,
        changes={
            "from_community": transfer.from_community.code,
            "community": transfer.to_community.code,
            "moved_on": transfer.moved_on,
        },
        note=note,
    )
