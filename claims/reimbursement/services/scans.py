"""Scans of the documents of an application: attached at the agency's counter, seen by who may see the application."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from liaoyang_medins.kernel.attachments import services as attachments
from liaoyang_medins.kernel.attachments.models import Attachment
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor

from .. import selectors
from ..models import Reimbursement
from ..rules import Paper
from .common import locked


@transaction.atomic
def attach_scan(*, number: str, paper: str, file: "UploadedFile[Any]", by: Actor) -> Attachment:
    """Attach a scan of a document (rules.Paper) while the application is not decided.

    Conflict once it is; Invalid as in `kernel.attachments`, and for a document that is none; NotAllowed.
    """
    found = _undecided(number, by)
    if paper not in {each.value for each in Paper}:
        raise Invalid(_("Tick the documents of the list."), code="paper_unknown")
    return attachments.attach(to=found, part=paper, file=file, resident=found.resident.number, by=by)


@transaction.atomic
def remove_scan(*, number: str, key: uuid.UUID, reason: str, by: Actor) -> Attachment:
    """Take a scan off an application that is not decided. Raises as `attach_scan`, and Invalid without a reason."""
    found = _undecided(number, by)
    return attachments.remove(key=key, of=found, reason=reason, resident=found.resident.number, by=by)


def look_at_scan(*, number: str, key: uuid.UUID, by: Actor) -> tuple[Attachment, bytes]:
    """The scan and its bytes; the look is on record. NotAllowed where there is none for the actor."""
    by.require("reimbursements.see")
    found = selectors.visible_to(by).filter(number=number).first()
    attachment = attachments.of_object(found).filter(key=key).first() if found else None
    if found is None or attachment is None:
        raise NotAllowed(_("There is no such scan here."), code="not_found")
    return attachment, attachments.look(attachment=attachment, resident=found.resident.number, by=by)


def scans_of(application: Reimbursement) -> Mapping[str, Sequence[Attachment]]:
    """The scans that hang on an application, by the document."""
    found: dict[str, list[Attachment]] = {}
    for attachment in attachments.of_object(application):
        found.setdefault(attachment.part, []).append(attachment)
    return found


def _undecided(number: str, by: Actor) -> Reimbursement:
    by.require("reimbursements.enter")
    found = locked(number, by)
    if found.status not in Reimbursement.UNANSWERED:
        raise Conflict(_("The application is decided: its documents stay as they are."), code="decided")
    return found
