"""Entered documents: interest, late fees, other lawful income; checked by a second person, corrected by a reversing
document (F1).
"""

import datetime
import uuid
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from funds.models import EnteredDocument
from liaoyang_medins.kernel import clock, policy
from liaoyang_medins.kernel.attachments import services as attachments
from liaoyang_medins.kernel.attachments.models import Attachment
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.money import ZERO, fen
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.states import require_transition, require_version
from liaoyang_medins.kernel.submissions import one_at_a_time

Kind = EnteredDocument.Kind
Status = EnteredDocument.Status
# What hangs on a document: the bank's slip.
SLIP = "slip"
INCOME = (Kind.INTEREST, Kind.LATE_FEE, Kind.OTHER_INCOME)


@transaction.atomic
def enter_document(
    *,
    submission: uuid.UUID,
    kind: str,
    amount: Decimal,
    day: datetime.date,
    bank_reference: str,
    words: str,
    payer: str = "",
    by: Actor,
) -> EnteredDocument:
    """Write down `amount` yuan of interest, a late fee or other lawful income that the bank credited on `day`.

    Somebody else checks it, then the journal books it (F1).

    The same `submission` again gives back the first. Invalid for a kind, amount or day that cannot be, or nothing
    said; Conflict where the bank's reference was entered already; NotAllowed.
    """
    by.require("documents.enter")
    one_at_a_time(submission)
    first = EnteredDocument.objects.filter(submission=submission).first()
    if first is not None:
        return first
    if kind not in INCOME:
        raise Invalid(_("Choose one."), field="kind")
    if amount <= ZERO or amount != fen(amount):
        raise Invalid(_("Enter an amount above zero with at most two decimals."), field="amount")
    today = clock.today()
    first_day = policy.area_policies(settings.POOLING_AREA).first_day
    if not first_day <= day <= today:
        raise Invalid(
            _("The value date lies from %(first)s to today, %(today)s.") % {"first": first_day, "today": today},
            field="day",
        )
    document = EnteredDocument(
        number=next_number("entered_document", today),
        submission=submission,
        kind=kind,
        day=day,
        amount=amount,
        bank_reference=_said(bank_reference, "bank_reference", _("Enter the bank's reference."), 40),
        payer=payer.strip()[:60],
        words=_said(words, "words", _("Say what it is for."), 200),
        entered_on=today,
        made_by_id=by.user_id,
    )
    _create(document)
    _record(document, "documents.enter", by, kind=kind, amount=amount, day=day, reference=document.bank_reference)
    return document


@transaction.atomic
def correct_document(*, number: str, reason: str, submission: uuid.UUID, by: Actor) -> EnteredDocument:
    """Ask to take a booked document back: a document of its own, which somebody else checks and the journal books as a
    reversing entry.

    The same `submission` again gives back the first. Invalid without a reason; Conflict where it is not booked or is
    taken back already; NotAllowed.
    """
    by.require("documents.enter")
    original = _locked(number)
    first = EnteredDocument.objects.filter(submission=submission).first()
    if first is not None:
        return first
    if original.status != Status.CHECKED or original.kind == Kind.CORRECTION:
        raise Conflict(_("Only a checked document is corrected; a correction stays."), code="not_checked")
    today = clock.today()
    document = EnteredDocument(
        number=next_number("entered_document", today),
        submission=submission,
        kind=Kind.CORRECTION,
        day=today,
        amount=original.amount,
        payer=original.payer,
        words=_said(reason, "reason", _("Say why."), 200),
        corrects=original,
        entered_on=today,
        made_by_id=by.user_id,
    )
    _create(document)
    _record(document, "documents.enter", by, corrects=number, amount=document.amount, note=document.words)
    _record(original, "documents.correct", by, by_document=document.number, note=document.words)
    return document


@transaction.atomic
def check_document(*, number: str, version: int, by: Actor) -> EnteredDocument:
    """The document is right: from now on the journal books it. What a correction takes back is not live any more, and
    its bank reference is free for what is right.

    Refused for who entered it, and for an income without a scan of the bank's slip; Conflict where it was checked,
    refused or changed meanwhile; NotAllowed.
    """
    by.require("documents.check")
    # What it corrects first, as `correct_document` does.
    rows = EnteredDocument.objects.select_for_update(of=("self",))
    original = rows.filter(corrections__number=number).first()
    document = _locked(number, version)
    _require(document, Status.CHECKED)
    _require_other(document, by)
    if document.kind != Kind.CORRECTION and not slips_of(document).exists():
        raise Refused(_("The scan of the bank's slip is missing: the clerk attaches it first."), code="no_slip")
    document.status = Status.CHECKED
    document.checked_on, document.checked_by_id = clock.today(), by.user_id
    _save(document)
    if original is not None:
        original.live = False
        original.save(update_fields=["live"])
    _record(document, "documents.check", by, amount=document.amount)
    return document


@transaction.atomic
def refuse_document(*, number: str, version: int, reason: str, by: Actor) -> EnteredDocument:
    """The document is wrong; it is never booked. Invalid without a reason; Refused for who entered it; Conflict;
    NotAllowed.
    """
    by.require("documents.check")
    document = _locked(number, version)
    _require(document, Status.REFUSED)
    _require_other(document, by)
    document.checked_on, document.checked_by_id = clock.today(), by.user_id
    return _dropped(document, Status.REFUSED, reason, "documents.refuse", by)


@transaction.atomic
def withdraw_document(*, number: str, version: int, reason: str, by: Actor) -> EnteredDocument:
    """A clerk takes a document away before it is checked. Invalid without a reason; Conflict; NotAllowed."""
    by.require("documents.enter")
    document = _locked(number, version)
    _require(document, Status.WITHDRAWN)
    return _dropped(document, Status.WITHDRAWN, reason, "documents.withdraw", by)


# --- scans of the bank's slips ---------------------------------------------------------------------------------------


def slips_of(document: EnteredDocument) -> Any:
    """The scans of a document."""
    return attachments.of_object(document)


@transaction.atomic
def attach_slip(*, number: str, file: "UploadedFile[Any]", by: Actor) -> Attachment:
    """Hang a scan of the bank's slip on a document. Raises Invalid (field slip) for no image or PDF; Conflict where
    the document was checked or dropped; NotAllowed.
    """
    by.require("documents.enter")
    document = _locked(number)
    if document.status != Status.ENTERED:
        raise Conflict(_("This document was checked already."), code="wrong_state")
    return attachments.attach(to=document, part=SLIP, file=file, by=by)


@transaction.atomic
def look_at_slip(*, number: str, key: uuid.UUID, by: Actor) -> tuple[Attachment, bytes]:
    """A scan and its bytes; the look is on record. NotAllowed where there is none for the actor."""
    by.require("journal.see")
    document = EnteredDocument.objects.filter(number=number).first()
    found = slips_of(document).filter(key=key).first() if document else None
    if found is None:
        raise NotAllowed(_("There is no such scan here."), code="not_found")
    return found, attachments.look(attachment=found, by=by)


# --- what they share -------------------------------------------------------------------------------------------------


def _locked(number: str, version: int | None = None) -> EnteredDocument:
    document = EnteredDocument.objects.select_for_update(of=("self",)).filter(number=number).first()
    if document is None:
        raise NotAllowed(_("There is no such document."), code="not_found")
    if version is not None:
        require_version(document.version, version, told=lambda: last_change(document))
    return document


def _require(document: EnteredDocument, then: str) -> None:
    require_transition(EnteredDocument.TRANSITIONS, document.status, then, label=document.get_status_display)


def _require_other(document: EnteredDocument, by: Actor) -> None:
    """U14: nobody checks their own."""
    if document.made_by_id is not None and document.made_by_id == by.user_id:
        raise Refused(_("You entered this document yourself: somebody else checks it."), code="own_entry")


def _said(text: str, field: str, missing: str, longest: int) -> str:
    text = " ".join(text.split())
    if not text:
        raise Invalid(missing, field=field)
    if len(text) > longest:
        raise Invalid(_("At most %(longest)s characters.") % {"longest": longest}, field=field)
    return text


def _create(document: EnteredDocument) -> None:
    try:
        with transaction.atomic():
            document.save(force_insert=True)
    except IntegrityError as error:
        if "entered_corrected_once" in str(error):
            raise Conflict(_("This document is taken back already."), code="corrected") from error
        if "entered_reference_once" in str(error):
            raise Conflict(
                _("This bank reference was entered already."), code="reference_taken", field="bank_reference"
            ) from error
        raise


def _dropped(document: EnteredDocument, then: str, reason: str, verb: str, by: Actor) -> EnteredDocument:
    document.reason = _said(reason, "reason", _("Say why."), 200)
    document.status = then
    _save(document)
    _record(document, verb, by, note=document.reason)
    return document


def _save(document: EnteredDocument) -> None:
    document.version += 1
    document.save()


def _record(document: EnteredDocument, verb: str, by: Actor, note: str = "", **changes: object) -> None:
    audit.record(by=by, verb=verb, obj=document, changes={"status": str(document.status), **changes}, note=note)
