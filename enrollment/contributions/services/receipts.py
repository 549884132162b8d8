"""What becomes of receipts: assigned to their notice by a clerk, or on hold until then, taken back by the bank (C6,
C8).
"""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from enrollment.registration import following, labels
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import ReceiptProblem
from liaoyang_medins.kernel.statements import update
from liaoyang_medins.kernel.states import require_transition, require_version

from ..models import BenefitPeriod, ContributionNotice, Receipt
from .parts import ON_HOLD, let_go_with, move_receipt
from .payments import judged, plain_number, reference_taken, status_of
from .writing import Status, lock_pair, lock_resident, move


def locked_receipt(number: str, version: int | None, notice: ContributionNotice | None) -> Receipt:
    """The receipt, locked after the residents concerned. Raises Invalid, or Conflict where it changed since it was
    shown in this `version`, or came to another resident before the locks were there.
    """
    seen = Receipt.objects.filter(number=number).select_related("notice").first()
    if seen is None:
        raise Invalid(_("There is no receipt with this number."), code="unknown_receipt")
    residents = {row.resident_id for row in (seen.notice, notice) if row is not None}
    for pk in sorted(residents):
        lock_resident(pk)
    # Without its notice: after a wait PostgreSQL looks at the locked row anew, but not at what it had joined to it.
    receipt = Receipt.objects.select_for_update().get(pk=seen.pk)
    if version is not None:
        require_version(receipt.version, version, told=lambda: last_change(receipt))
    if receipt.notice is not None and receipt.notice.resident_id not in residents:
        raise Conflict(_("Somebody changed this receipt at the same moment. Try it again."), code="changed_meanwhile")
    return receipt


@transaction.atomic
def assign_receipt(*, number: str, version: int, notice_number: str, employer: str = "", by: Actor) -> Receipt:
    """A clerk says which notice an unmatched receipt is for. It must fit it like any payment (C6); an employer's part
    is held for it (C5). With the name of an `employer` the receipt is declared a part that the employer paid, at the
    bank or the counter.

    Raises Conflict where it changed since it was shown or another part has its bank reference, Invalid for an unknown
    notice and for a school's receipt as a part, Refused with the problem where it does not fit.
    """
    by.require("receipts.resolve")
    notice = ContributionNotice.objects.filter(number=plain_number(notice_number)).first()
    if notice is None:
        raise Invalid(_("There is no notice with this number."), field="notice_number")
    receipt = locked_receipt(number, version, notice)
    require_transition(Receipt.TRANSITIONS, receipt.status, Receipt.Status.MATCHED, label=receipt.get_status_display)
    declared = _declared_part(receipt, employer.strip()) if employer.strip() else {}
    # It is none of the parts that it is judged together with.
    receipt.notice = None
    update(receipt, "notice")
    resident = lock_resident(notice.resident_id)
    part = receipt.channel == Receipt.Channel.EMPLOYER
    verdict = judged(notice, resident, receipt.amount, receipt.paid_on, clock.today(), by, part=part)
    problem = verdict.problem if verdict else ReceiptProblem.UNKNOWN_NOTICE
    if verdict is None or problem is not None:
        raise Refused(
            _("The receipt does not settle this notice."),
            code=problem.value if problem else "refused",
            field="notice_number",
            reasons=[labels.label(problem)] if problem else (),
        )
    move_receipt(receipt, status_of(verdict))
    was, receipt.problem = receipt.problem, ""
    receipt.notice = verdict.notice
    update(receipt)
    audit.record(
        by=by,
        verb="receipts.assign",
        obj=receipt,
        resident=verdict.notice.resident.number,
        changes={"notice": verdict.notice.number, "was": was, **declared},
    )
    return receipt


def _declared_part(receipt: Receipt, employer: str) -> dict[str, object]:
    """The receipt becomes a part that the employer paid; what changes. Raises Invalid, Conflict."""
    part = Receipt.Channel.EMPLOYER
    if receipt.channel == Receipt.Channel.SCHOOL:
        raise Invalid(_("What a school collected is no part that an employer paid."), field="employer")
    taken = Receipt.objects.filter(channel=part, bank_reference=receipt.bank_reference).exclude(pk=receipt.pk)
    if taken.exists():
        raise reference_taken(part, receipt.bank_reference)
    changes: dict[str, object] = {"channel": [receipt.channel, part.value], "payer": [receipt.payer, employer[:60]]}
    receipt.channel, receipt.payer = part.value, employer[:60]
    return changes


@transaction.atomic
def hold_receipt(*, number: str, version: int, note: str, by: Actor) -> Receipt:
    """A clerk looked at an unmatched receipt and waits for an answer; `note` says for what. It stays unmatched until
    it is assigned or returned; another note takes the place of the first.

    Raises Invalid without a note, Conflict where it changed since it was shown or is not unmatched, NotAllowed.
    """
    by.require("receipts.resolve")
    note = note.strip()
    if not note:
        raise Invalid(_("Say what it waits for."), field="note")
    receipt = locked_receipt(number, version, None)
    if receipt.status != Receipt.Status.UNMATCHED:
        raise Conflict(
            _("Only an unmatched receipt is put on hold; this one is “%(state)s”.")
            % {"state": receipt.get_status_display()},
            code="not_unmatched",
        )
    receipt.on_hold_note, receipt.on_hold_since, receipt.on_hold_by_id = note[:200], clock.today(), by.user_id
    receipt.version += 1
    update(receipt, *ON_HOLD, "version")
    resident = receipt.notice.resident.number if receipt.notice else ""
    audit.record(by=by, verb="receipts.hold", obj=receipt, resident=resident, note=note)
    return receipt


@transaction.atomic
def return_receipt(*, number: str, version: int, returned_on: date, note: str, by: Actor) -> Receipt:
    """The bank took the payment back, or an unmatched or held one is paid back, on `returned_on` (C8).

    A matched one, a part too, makes its notice unpaid from the start and withdraws its benefit period; stays already
    settled stay settled and are listed for a correction; other parts wait for a clerk. Raises Invalid for a day before
    the payment or in the future and where no reason is given, Conflict where it changed since.
    """
    by.require("receipts.resolve")
    if not note.strip():
        raise Invalid(_("Give the reason."), field="note")
    return _returned(number, version, returned_on, note.strip(), by)


@transaction.atomic
def take_back_payment(*, number: str, returned_on: date, note: str, by: Actor) -> Receipt:
    """A bank file says that the bank took a payment back on `returned_on` (C8); as `return_receipt`, without anybody
    to decide it. Raises Invalid for a day before the payment or in the future, Conflict where it went back before.
    """
    by.require("receipts.record")
    return _returned(number, None, returned_on, note, by)


def _returned(number: str, version: int | None, returned_on: date, note: str, by: Actor) -> Receipt:
    receipt = locked_receipt(number, version, None)
    if not receipt.paid_on <= returned_on <= clock.today():
        raise Invalid(
            _("Enter a day from the payment on %(day)s until today.") % {"day": receipt.paid_on}, field="returned_on"
        )
    matched = receipt.status == Receipt.Status.MATCHED
    if receipt.status == Receipt.Status.HELD:
        receipt.problem = ReceiptProblem.INCOMPLETE.value
    move_receipt(receipt, Receipt.Status.RETURNED)
    receipt.returned_on, receipt.note = returned_on, note
    update(receipt)
    notices = lock_pair(receipt.notice) if matched and receipt.notice else []
    for notice in notices:
        move(notice, Status.RETURNED)
        update(notice, "status")
    if matched:
        let_go_with(receipt, by)
    BenefitPeriod.objects.filter(notice__in=notices, withdrawn_on=None).update(withdrawn_on=returned_on)
    audit.record(
        by=by,
        verb="receipts.return",
        obj=receipt,
        resident=receipt.notice.resident.number if receipt.notice else "",
        changes={"returned_on": returned_on, "notices": [notice.number for notice in notices]},
        note=note,
    )
    if notices and receipt.notice:
        following.follow(receipt.notice.resident, by=by)
    return receipt
