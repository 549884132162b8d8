"""The verbs of collections: a school hands one in or withdraws it, the agency records its payment or takes it back
(W4, C6, C8).
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from enrollment.bankfiles.models import BankFileLine
from enrollment.bankfiles.services import close_return
from enrollment.contributions.models import ContributionNotice, Receipt
from enrollment.contributions.selectors import notices_visible_to
from enrollment.contributions.services import Payment, record_payments, return_receipt
from enrollment.contributions.services.payments import check_payment, plain_number
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused, Text
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.states import require_transition, require_version
from liaoyang_medins.kernel.web.templatetags.medins import money

from .models import Collection, CollectionLine
from .selectors import Due, collections_visible_to, dues_of, lines_of, open_returns_of, schools_of, sum_of_dues

Status = Collection.Status


@transaction.atomic
def hand_in(
    *, submission: UUID, school_code: str, contribution_year: int, notices: Sequence[str], by: Actor
) -> Collection:
    """A school hands in the list of who paid there, by the numbers of their notices (W4).

    Each must be open, of a pupil of the school, and in no other open collection. The same `submission` gives the first
    collection. Raises NotAllowed for another's school, Invalid where nobody is ticked, Conflict where the same
    submission said something else before, Refused with a reason for each notice that cannot be handed in.
    """
    by.require("collections.hand_in")
    school = schools_of(by).filter(code=school_code).first()
    if school is None:
        raise NotAllowed(_("There is no such school in your office."))
    numbers = set(notices)
    if not numbers:
        raise Invalid(_("Tick who has paid."), field="row")
    seen = notices_visible_to(by).filter(number__in=numbers)
    concerned = Resident.objects.filter(pk__in=seen.order_by().values("resident")).order_by("pk")
    # Two hands with the same notice wait for each other here; and none of them is paid meanwhile.
    locked = set(concerned.select_for_update().values_list("pk", flat=True))
    before = Collection.objects.filter(submission=submission).first()
    if before is not None:
        _require_the_same(before, school, contribution_year, numbers)
        return before
    today = clock.today()
    dues = {
        due.notice.number: due for due in dues_of(school, contribution_year, today) if due.notice.resident_id in locked
    }
    known = {notice.number: notice for notice in seen}
    reasons = [
        reason for number in sorted(numbers) if (reason := _against(number, dues.get(number), known.get(number)))
    ]
    if reasons:
        raise Refused(_("These notices cannot be handed in."), code="not_to_hand_in", field="row", reasons=reasons)
    chosen = [due for due in dues.values() if due.notice.number in numbers]
    return _written(submission, school, contribution_year, chosen, today, by)


def _require_the_same(before: Collection, school: Office, year: int, numbers: set[str]) -> None:
    """A form that was handed in before says what it said then. Raises Conflict."""
    said = set(before.lines.values_list("notice__number", flat=True))
    if (before.school_id, before.contribution_year, said) == (school.pk, year, numbers):
        return
    if before.school_id != school.pk:
        raise Conflict(_("This form was handed in already. Open it anew."), code="handed_in_already")
    raise Conflict(
        _(
            "This form was handed in already, as collection %(number)s with %(count)s notices. Nothing was added to "
            "it. Open the form anew and hand in who is missing, or withdraw that collection first."
        )
        % {"number": before.number, "count": before.count},
        code="handed_in_already",
    )


def _against(number: str, due: Due | None, seen: ContributionNotice | None) -> Text:
    """Why a notice cannot be handed in; nothing where it can. Of one that the actor does not see, whether there is
    such a notice or not, only that it is none of theirs.
    """
    if due is None:
        if seen is None or seen.status == ContributionNotice.Status.OPEN:
            return _("%(number)s: it is not of a pupil of this school for this year.") % {"number": number}
        return _("%(number)s: it is “%(state)s” by now.") % {"number": number, "state": seen.get_status_display()}
    if due.collection is not None:
        return _("%(number)s: it stands in the collection %(collection)s already.") % {
            "number": number,
            "collection": due.collection.number,
        }
    return ""


def _written(submission: UUID, school: Office, year: int, chosen: Sequence[Due], today: date, by: Actor) -> Collection:
    found = Collection.objects.create(
        number=next_number("collection", today),
        submission=submission,
        school=school,
        contribution_year=year,
        count=len(chosen),
        amount=sum_of_dues(chosen),
        handed_in_on=today,
        handed_in_by_id=by.user_id,
    )
    CollectionLine.objects.bulk_create(
        CollectionLine(
            collection=found,
            place=place,
            notice=due.notice,
            grade=due.grade,
            class_name=due.class_name,
            amount=due.amount,
        )
        for place, due in enumerate(chosen, start=1)
    )
    changes = {"school": school.code, "year": year, "count": found.count, "amount": found.amount}
    audit.record(by=by, verb="collections.hand_in", obj=found, changes=changes)
    return found


def _locked(number: str, version: int, then: Status, by: Actor) -> Collection:
    """The collection under lock, on its way to another state. Raises NotAllowed, Conflict."""
    if not collections_visible_to(by).filter(number=number).exists():
        raise NotAllowed(_("There is no collection with this number in your office."))
    found = Collection.objects.select_for_update(of=("self",)).select_related("school").get(number=number)
    require_version(found.version, version, told=lambda: last_change(found))
    require_transition(Collection.TRANSITIONS, found.status, then, label=found.get_status_display)
    found.status = then
    found.version += 1
    return found


@transaction.atomic
def withdraw(*, number: str, version: int, reason: str, by: Actor) -> Collection:
    """A collection is taken back before it is paid; its notices can be handed in again (W4).

    Raises Invalid without a reason, Conflict where it changed since it was shown or is paid already, NotAllowed.
    """
    by.require("collections.hand_in")
    found = _locked(number, version, Status.WITHDRAWN, by)
    if not reason.strip():
        raise Invalid(_("Give the reason."), field="reason")
    found.withdrawn_on, found.reason = clock.today(), reason.strip()
    found.save()
    found.lines.update(open=False)
    audit.record(by=by, verb="collections.withdraw", obj=found, note=found.reason)
    return found


@transaction.atomic
def record_collection(
    *, number: str, version: int, amount: Decimal, paid_on: date, bank_reference: str, by: Actor
) -> Collection:
    """Record the one payment that came for a collection, `amount` yuan with the bank's value date `paid_on` (W4).

    Exactly its sum: each line becomes a receipt, as `record_payments` does; what does not settle its notice any more
    is on the unmatched list with its reason (C6). Anything else records nothing: Invalid (another amount, a future
    day, no reference), Conflict where the reference was taken or the collection changed since it was shown,
    NotAllowed.
    """
    by.require("receipts.record")
    found = _locked(number, version, Status.PAID, by)
    reference = plain_number(bank_reference)
    lines = list(lines_of(found))
    payments = [
        Payment(
            stated_notice=line.notice.number,
            amount=line.amount,
            paid_on=paid_on,
            channel=Receipt.Channel.SCHOOL,
            # By the place: what two runs are compared by holds no number that is drawn from a sequence.
            bank_reference=f"{reference}/{line.place}" if reference else "",
            payer=found.school.label[:60],
        )
        for line in lines
    ]
    check_payment(payments[0], clock.today())
    if amount != found.amount:
        raise Invalid(not_the_sum(found, amount), code="not_the_sum", field="amount")
    other = Collection.objects.filter(bank_reference=reference).first()
    if other is not None:
        raise Conflict(
            _("This bank reference was recorded for the collection %(number)s already.") % {"number": other.number},
            code="reference_taken",
            field="bank_reference",
        )
    receipts = record_payments(payments=payments, by=by)
    matched = 0
    for line, receipt in zip(lines, receipts, strict=True):
        if receipt is None:
            raise Conflict(
                _("The bank reference %(reference)s was taken by another payment.")
                % {"reference": f"{reference}/{line.place}"},
                code="reference_taken",
                field="bank_reference",
            )
        line.receipt, line.open = receipt, False
        matched += receipt.status == Receipt.Status.MATCHED
    CollectionLine.objects.bulk_update(lines, ["receipt", "open"])
    found.paid_on, found.bank_reference, found.recorded_on = paid_on, reference, clock.today()
    found.save()
    changes = {
        "amount": amount,
        "paid_on": paid_on,
        "matched": matched,
        "unmatched": len(lines) - matched,
    }
    audit.record(by=by, verb="collections.record", obj=found, changes=changes)
    return found


@transaction.atomic
@audit.together()
def return_collection(
    *, number: str, version: int, returned_on: date, note: str, bank_return: str = "", by: Actor
) -> Collection:
    """The bank took the one payment of a collection back on `returned_on` (C8): every receipt of it goes back as
    `return_receipt` has it, all or none; what went back before stays as it is.

    `bank_return` names the return in a bank's file that says so, as `open_returns_of` does; it is seen to with this.
    Raises Invalid (no reason, a day before the payment or in the future, no such return), Conflict where the
    collection changed since it was shown or is not paid, NotAllowed.
    """
    by.require("receipts.resolve")
    found = _locked(number, version, Status.RETURNED, by)
    note = note.strip()
    if not note:
        raise Invalid(_("Give the reason."), field="note")
    if bank_return:
        line = next((row for row in open_returns_of(found, by) if key_of_return(row) == bank_return), None)
        if line is None:
            raise Invalid(_("This return does not wait any more. Choose again."), field="bank_return")
        # By the bank's reference: what two runs are compared by holds no number that is drawn from a sequence.
        said = f"{found.school.label} {found.bank_reference}: {note}"
        close_return(number=line.file.number, place=line.place, version=line.version, note=said, by=by)
    lines = found.lines.exclude(receipt=None)
    # As whoever works at several people does: in the order of their keys.
    whom = Resident.objects.filter(pk__in=lines.values("receipt__notice__resident")).order_by("pk")
    list(whom.select_for_update().values_list("pk"))
    receipts = [line.receipt for line in lines.select_related("receipt").order_by("place") if line.receipt is not None]
    back = [receipt for receipt in receipts if receipt.status != Receipt.Status.RETURNED]
    for receipt in back:
        return_receipt(number=receipt.number, version=receipt.version, returned_on=returned_on, note=note, by=by)
    found.returned_on, found.reason = returned_on, note
    found.save()
    changes = {
        "returned_on": returned_on,
        "amount": sum((receipt.amount for receipt in back), ZERO),
        "count": len(back),
    }
    audit.record(by=by, verb="collections.return", obj=found, changes=changes, note=note)
    return found


def key_of_return(line: BankFileLine) -> str:
    """How a form names a return in a bank's file."""
    return f"{line.file.number}/{line.place}"


def not_the_sum(found: Collection, amount: Decimal) -> str:
    """What is wrong with the amount, and what to do."""
    words = {
        "paid": money(amount),
        "sum": money(found.amount),
        "gap": money(abs(found.amount - amount)),
    }
    if amount < found.amount:
        return (
            _(
                "Paid were %(paid)s yuan, the collection comes to %(sum)s: %(gap)s are missing. Nothing was recorded. "
                "Have the school pay the rest together with it, or withdraw the collection and hand in anew who has "
                "paid."
            )
            % words
        )
    return (
        _(
            "Paid were %(paid)s yuan, the collection comes to %(sum)s: %(gap)s too much. Nothing was recorded. Have "
            "the school withdraw the collection and hand in anew everybody who has paid, or have the bank correct "
            "the payment."
        )
        % words
    )
