"""Attaching scans, looking at them, removing them. Who may, the app of the record checks before it calls these."""

import hashlib
import unicodedata
import uuid
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.services import object_number, object_type
from liaoyang_medins.kernel.errors import Invalid, NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor

from . import storage
from .content import kind_of
from .models import Attachment
from .uploads import FILE_AT_MOST, FORM_AT_MOST, MEGABYTE, LeftOut

SIZE_AT_MOST = FILE_AT_MOST
FILES_AT_MOST = 30


def of_object(of: models.Model) -> models.QuerySet[Attachment]:
    """What hangs on an object and was not removed, in the order in which it came."""
    rows = Attachment.objects.filter(object_type=object_type(of), object_number=object_number(of), removed_on=None)
    return rows.select_related("attached_by").order_by("id")


@transaction.atomic
def attach(*, to: models.Model, part: str, file: "UploadedFile[Any]", resident: str = "", by: Actor) -> Attachment:
    """Hang a scan on `to`, at its document `part`; the same file again gives back the first.

    Raises Invalid (with `part` as its field) for a file that is empty, too large, alone or with the others of its
    form, or none of JPEG, PNG and PDF, and where FILES_AT_MOST hang there already. `resident` is the number of whom it
    concerns, for the audit record.
    """
    data = _read(file, part)
    try:
        kind = kind_of(data)
    except Invalid as error:
        raise Invalid(error.message, code=error.code, field=part) from error
    there = of_object(to)
    checksum = hashlib.sha256(data).hexdigest()
    first = there.filter(part=part, sha256=checksum).first()
    if first is not None:
        return first
    if there.count() >= FILES_AT_MOST:
        raise Invalid(_("At most %(count)s scans can be attached.") % {"count": FILES_AT_MOST}, field=part)
    attachment = Attachment(
        key=uuid.uuid4(),
        object_type=object_type(to),
        object_number=object_number(to),
        part=part,
        name=plain_name(file.name or ""),
        kind=kind,
        size=len(data),
        sha256=checksum,
        attached_on=clock.today(),
        attached_by_id=_user(by),
    )
    storage.write(attachment.key, data)
    try:
        with transaction.atomic():
            attachment.save(force_insert=True)
            audit.record(by=by, verb="attachments.attach", obj=to, resident=resident, changes=_told(attachment))
    except BaseException:
        storage.erase(attachment.key)
        raise
    return attachment


@transaction.atomic
def look(*, attachment: Attachment, resident: str = "", by: Actor) -> bytes:
    """The bytes of a scan; the look is on record, at the scan and at the `resident`, since it changes nothing of what
    the scan hangs on. Raises NotAllowed for one that was removed.
    """
    if attachment.removed_on is not None:
        raise NotAllowed(_("This scan was removed."), code="removed")
    at = {"of": attachment.object_number, **_told(attachment)}
    audit.record(by=by, verb="attachments.look", obj=attachment, resident=resident, changes=at)
    return storage.read(attachment.key)


@transaction.atomic
def remove(*, key: uuid.UUID, of: models.Model, reason: str, resident: str = "", by: Actor) -> Attachment:
    """Take a scan off `of`; the file stays, seen by nobody. Raises Invalid without a reason, NotAllowed where there is
    none of this key.
    """
    if not reason.strip():
        raise Invalid(_("Say why."), code="no_reason", field="reason")
    attachment = of_object(of).select_for_update(of=("self",)).filter(key=key).first()
    if attachment is None:
        raise NotAllowed(_("There is no such scan here."), code="not_found")
    attachment.removed_on = clock.today()
    attachment.removed_by_id = _user(by)
    attachment.removed_because = reason.strip()[:200]
    attachment.save(update_fields=["removed_on", "removed_by", "removed_because"])
    audit.record(
        by=by,
        verb="attachments.remove",
        obj=of,
        resident=resident,
        changes=_told(attachment),
        note=attachment.removed_because,
    )
    return attachment


def hand_on(*, of: models.Model, to: models.Model) -> int:
    """What hangs on one object hangs on another from now on: a draft became a record. Returns how many scans."""
    return of_object(of).update(object_type=object_type(to), object_number=object_number(to))


def discard(*, of: models.Model) -> None:
    """Delete what hangs on something that never became a record, its files once this is committed."""
    rows = Attachment.objects.filter(object_type=object_type(of), object_number=object_number(of))
    keys = list(rows.values_list("key", flat=True))
    rows.delete()

    def erase() -> None:
        for key in keys:
            storage.erase(key)

    transaction.on_commit(erase)


def plain_name(name: str) -> str:
    """The name of a file without folders and without characters that cannot be seen, at most 100 long."""
    seen = "".join(char for char in name.replace("\\", "/").rpartition("/")[2] if unicodedata.category(char)[0] != "C")
    return seen.strip()[:100] or "scan"


def _read(file: "UploadedFile[Any]", part: str) -> bytes:
    size = file.size or 0
    if isinstance(file, LeftOut):
        together = FORM_AT_MOST // MEGABYTE
        message = _("The files are larger than %(together)s MB together. Attach this one afterwards.")
        raise Invalid(message % {"together": together}, code="too_much", field=part)
    if size > SIZE_AT_MOST:
        largest = SIZE_AT_MOST // MEGABYTE
        message = _("The file is larger than %(largest)s MB. Scan it with a lower resolution.") % {"largest": largest}
        raise Invalid(message, code="too_large", field=part)
    data = file.read()
    if not data:
        raise Invalid(_("The file is empty."), code="empty", field=part)
    return bytes(data)


def _user(by: Actor) -> int:
    if by.user_id is None:
        raise NotAllowed(_("Only a user attaches scans."), code="no_user")
    return by.user_id


def _told(attachment: Attachment) -> dict[str, str]:
    return {"key": str(attachment.key), "part": attachment.part, "sha256": attachment.sha256}
