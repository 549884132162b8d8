"""The scans of an institution's agreements (Art. 27): they hang on the institution, at the agreement's number."""

import uuid
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import Institution
from liaoyang_medins.kernel.attachments import services as attachments
from liaoyang_medins.kernel.attachments.models import Attachment
from liaoyang_medins.kernel.errors import Invalid, NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor

from .institutions import locked

FILE = "file"


@transaction.atomic
def attach_agreement(*, code: str, designation_id: int, file: "UploadedFile[Any]", by: Actor) -> Attachment:
    """Hang a scan on an agreement; the same file again gives back the first. Invalid (field file) as in
    `kernel.attachments`, and for an unknown designation; NotAllowed.
    """
    by.require("institutions.manage")
    institution = locked(code)
    row = institution.designations.filter(pk=designation_id).first()
    if row is None:
        raise Invalid(_("There is no such entry."), code="unknown")
    try:
        return attachments.attach(to=institution, part=row.agreement_number, file=file, by=by)
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
