"""Scans of the documents of a registration (W1): attached at the counter, seen by who may see the person."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from liaoyang_medins.kernel.attachments import services as attachments
from liaoyang_medins.kernel.attachments.models import Attachment
from liaoyang_medins.kernel.errors import Conflict, NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import Material

from ..models import Registration, RegistrationDraft
from ..selectors import registrations_visible_to, residents_visible_to
from .common import locked_registration


@transaction.atomic
def attach_to_draft(
    *, draft: RegistrationDraft, material: Material, file: "UploadedFile[Any]", by: Actor
) -> Attachment:
    """Attach a scan before the registration is submitted. NotAllowed for anybody but the draft's owner; Invalid as in
    `kernel.attachments`.
    """
    _require_own(draft, by)
    return attachments.attach(to=draft, part=material.value, file=file, by=by)


@transaction.atomic
def remove_from_draft(*, draft: RegistrationDraft, key: UUID, by: Actor) -> None:
    """Take a scan off again, which nobody else has seen. NotAllowed for anybody but the draft's owner."""
    _require_own(draft, by)
    reason = _("Taken off before the registration was submitted")
    attachments.remove(key=key, of=draft, reason=reason, by=by)


@transaction.atomic
def attach_scan(*, number: str, material: Material, file: "UploadedFile[Any]", by: Actor) -> Attachment:
    """Attach a scan to a registration that is under way, at the office that received it.

    NotAllowed at another office, Conflict once it is decided; Invalid as in `kernel.attachments`.
    """
    registration = _opened(number, by)
    return attachments.attach(
        to=registration, part=material.value, file=file, resident=registration.resident.number, by=by
    )


@transaction.atomic
def remove_scan(*, number: str, key: UUID, reason: str, by: Actor) -> Attachment:
    """Take a scan off a registration that is under way. Raises as `attach_scan`, and Invalid without a reason."""
    registration = _opened(number, by)
    return attachments.remove(key=key, of=registration, reason=reason, resident=registration.resident.number, by=by)


def look_at_scan(*, number: str, key: UUID, by: Actor) -> tuple[Attachment, bytes]:
    """The scan and its bytes; the look is on record. NotAllowed for who may not see the person."""
    by.require("registrations.see")
    registration = registrations_visible_to(by).filter(number=number).first()
    seen = registration is not None and residents_visible_to(by).filter(pk=registration.resident_id).exists()
    attachment = attachments.of_object(registration).filter(key=key).first() if registration and seen else None
    if registration is None or attachment is None:
        raise NotAllowed(_("There is no such scan here."), code="not_found")
    data = attachments.look(attachment=attachment, resident=registration.resident.number, by=by)
    return attachment, data


def scans_of(record: Registration | RegistrationDraft) -> Mapping[str, Sequence[Attachment]]:
    """The scans that hang on a registration or a draft, by the document."""
    found: dict[str, list[Attachment]] = {}
    for attachment in attachments.of_object(record):
        found.setdefault(attachment.part, []).append(attachment)
    return found


def may_attach(registration: Registration, by: Actor) -> bool:
    """Whether the actor may attach and remove scans now."""
    here = by.office is not None and by.office == registration.office
    return here and by.may("registrations.register") and registration.status in Registration.OPEN


def _opened(number: str, by: Actor) -> Registration:
    by.require("registrations.register")
    registration = locked_registration(number, by)
    if by.office != registration.office:
        raise NotAllowed(_("The office that received the registration attaches its documents."), code="elsewhere")
    if registration.status not in Registration.OPEN:
        raise Conflict(_("The registration is decided: its documents stay as they are."), code="decided")
    return registration


def _require_own(draft: RegistrationDraft, by: Actor) -> None:
    by.require("registrations.register")
    if by.user_id != draft.user_id:
        raise NotAllowed(_("This draft is somebody else's."), code="not_found")
