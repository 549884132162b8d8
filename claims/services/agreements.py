"""The scans of an institution's agreements (Art. 27): they hang on the institution, at the agreement's number."""

import datetime
import uuid
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import Designation, Institution
from liaoyang_medins.kernel.attachments import services as attachments
from liaoyang_medins.kernel.attachments.models import Attachment
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Invalid, NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor

from .institutions import locked, require_signed_by

FILE = "file"


@transaction.atomic
def change_agreement(
    *,
    code: str,
    designation_id: int,
    agreement_number: str,
    signed_on: datetime.date | None,
    file: "UploadedFile[Any] | None" = None,
    by: Actor,
) -> Designation:
    """Put right which agreement a designation rests on and when it was signed, and hang a scan on it where one is
    given; its scans go with its number.

    Invalid without a number, for a day in the future, an unknown designation, and (field file) as in
    `kernel.attachments`; NotAllowed.
    """
    by.require("institutions.manage")
    institution = locked(code)
    row = institution.designations.filter(pk=designation_id).first()
    if row is None:
        raise Invalid(_("There is no such entry."), code="unknown")
    number = agreement_number.strip()
    if not number:
        raise Invalid(_("Enter the number of the agreement."), field="agreement_number")
    require_signed_by(signed_on)
    changes: dict[str, object] = {}
    if row.agreement_number != number:
        changes["agreement"] = [row.agreement_number, number]
        attachments.of_object(institution).filter(part=row.agreement_number).update(part=number)
    if row.signed_on != signed_on:
        changes["signed_on"] = [row.signed_on, signed_on]
    if changes:
        row.agreement_number, row.signed_on = number, signed_on
        row.save(update_fields=["agreement_number", "signed_on"])
        audit.record(by=by, verb="institutions.change_agreement", obj=institution, changes=changes)
    if file is not None:
        attach(institution, number, file, by)
    return row


def attach(institution: Institution, number: str, file: "UploadedFile[Any]", by: Actor) -> Attachment:
    """Hang a scan on an agreement; the same file again gives back the first. Raises Invalid (field file)."""
    try:
        return attachments.attach(to=institution, part=number, file=file, by=by)
    except Invalid as error:
        raise Invalid(error.message, code=error.code, field=FILE) from error


@transaction.atomic
def remove_agreement(*, code: str, key: uuid.UUID, reason: str, by: Actor) -> Attachment:
    """Take a scan off its agreement; the file stays, seen by nobody. Invalid without a reason; NotAllowed."""
    by.require("institutions.manage")
    return attachments.remove(key=key, of=locked(code), reason=reason, by=by)


def scans_of(institution: Institution) -> dict[str, list[Attachment]]:
    """The scans of an institution's agreements, by their numbers."""
    found: dict[str, list[Attachment]] = {}
    for attachment in attachments.of_object(institution):
        found.setdefault(attachment.part, []).append(attachment)
    return found


@transaction.atomic
def look_at_agreement(*, institution: Institution, key: uuid.UUID, by: Actor) -> tuple[Attachment, bytes]:
    """A scan and its bytes; the look is on record. NotAllowed for who does not look after agreements, and where there
    is none of this key.
    """
    by.require("institutions.agreements")
    attachment = attachments.of_object(institution).filter(key=key).first()
    if attachment is None:
        raise NotAllowed(_("There is no such scan here."), code="not_found")
    return attachment, attachments.look(attachment=attachment, by=by)
