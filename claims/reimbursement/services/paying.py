"""Paying residents: lists that the bank carries out, what it says of them, and what comes back (F1)."""

import datetime
import uuid
from collections.abc import Sequence
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import Settlement
from claims.transfers import services as transfers
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import NotAllowed, Refused
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.numbers import next_number, next_numbers
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.states import require_version

from .. import selectors
from ..models import PayeeAccount, PaymentList, Reimbursement, ResidentPayment
from .common import Status, entered_by, move, record, save

PaymentStatus = ResidentPayment.Status


@transaction.atomic
def make_list(*, submission: uuid.UUID, applications: Sequence[str], by: Actor) -> PaymentList:
    """Put released applications (their numbers) on a new list for the bank: of each what the fund pays, to the account
    that was stated last. The same `submission` again gives back the first list.

    Invalid where none is named, or too many; Conflict where one is not released any more, or on a list already;
    Refused where there is nothing to pay, or the actor entered it or its account; NotAllowed.
    """
    by.require("reimbursements.pay")
    numbers = sorted(set(applications))
    transfers.require_room(len(numbers))
    rows = Reimbursement.objects.select_related("stay__resident").select_for_update(of=("self",)).order_by("pk")
    found = list(rows.filter(number__in=numbers))
    first = PaymentList.objects.filter(submission=submission).first()
    if first is not None:
        return first
    if len(found) != len(numbers):
        raise NotAllowed(_("There is no such application for you."), code="not_found")
    today = clock.today()
    settlements = {
        row.stay_id: row for row in Settlement.objects.filter(stay__in=[each.stay_id for each in found], live=True)
    }
    made = PaymentList.objects.create(
        number=next_number("payment_list", today), submission=submission, made_on=today, made_by_id=by.user_id
    )
    payments = []
    for application, number in zip(found, next_numbers("resident_payment", [today] * len(found)), strict=True):
        move(application, Status.LISTED)
        settlement, account = payable(application, settlements.get(application.stay_id), by)
        payments.append(
            ResidentPayment(
                number=number,
                list=made,
                application=application,
                settlement=settlement,
                account=account,
                amount=settlement.fund,
            )
        )
    ResidentPayment.objects.bulk_create(payments)
    for application, payment in zip(found, payments, strict=True):
        save(application)
        record(application, "reimbursements.list", by, list=made.number, payment=payment.number, amount=payment.amount)
    total = sum((payment.amount for payment in payments), ZERO)
    audit.record(by=by, verb="reimbursements.make_list", obj=made, changes={"payments": len(payments), "sum": total})
    return made


def payable(application: Reimbursement, settlement: Settlement | None, by: Actor) -> tuple[Settlement, PayeeAccount]:
    """By which settlement and to which account it is paid. Refused where nothing is to be paid, or the actor entered
    what is paid or where to.
    """
    account = application.account
    if settlement is None or settlement.fund <= ZERO or account is None:
        raise Refused(
            _("Nothing is to be paid for %(number)s.") % {"number": application.number}, code="nothing_to_pay"
        )
    if entered_by(application, by):
        raise Refused(
            _("You entered something of %(number)s yourself: a colleague has to pay it.")
            % {"number": application.number},
            code="own_entry",
        )
    return settlement, account


@transaction.atomic
def record_paid(*, number: str, version: int, paid_on: datetime.date, bank_reference: str, by: Actor) -> PaymentList:
    """The bank carried the list out on `paid_on`, its value date: every payment on it that did not come back is paid.

    Invalid for a day before the list or in the future, or without a reference; Conflict where the reference was
    recorded for another list, nothing of the list is open, or it was changed meanwhile; NotAllowed.
    """
    by.require("reimbursements.pay")
    applications = locked_applications(by, list__number=number)
    found = locked_list(number, by, version)
    return carried_out(found, applications, paid_on, bank_reference, by)


@transaction.atomic
def take_result(*, number: str, version: int, content: bytes, by: Actor) -> PaymentList:
    """What the bank's file says of a list: which payments it made on which day, which came back, and why.

    Invalid where the file cannot be taken, with every reason; Conflict and NotAllowed as for `record_paid`.
    """
    by.require("reimbursements.pay")
    applications = locked_applications(by, list__number=number)
    found = locked_list(number, by, version)
    open_ones = {row.number: row for row in found.payments.filter(status=PaymentStatus.LISTED).select_related("list")}
    result = transfers.result_of(content, found, {key: row.amount for key, row in open_ones.items()})
    for line in result.lines:
        if not line.paid:
            come_back(open_ones[line.number], applications, result.paid_on, line.reason, by)
    if any(line.paid for line in result.lines):
        carried_out(found, applications, result.paid_on, result.reference, by)
    return found


def carried_out(
    found: PaymentList,
    applications: dict[int, Reimbursement],
    paid_on: datetime.date,
    bank_reference: str,
    by: Actor,
) -> PaymentList:
    """The locked list was carried out, and with it every application on it that did not come back is paid."""
    payments = found.payments.select_related("application")
    paid = cast(
        list[ResidentPayment], transfers.carry_out(found, payments, paid_on=paid_on, bank_reference=bank_reference)
    )
    for payment in paid:
        application = applications[payment.application_id]
        move(application, Status.PAID)
        save(application)
        record(application, "reimbursements.pay", by, payment=payment.number, amount=payment.amount, paid_on=paid_on)
    changes = {"payments": len(paid), "paid_on": paid_on, "bank_reference": found.bank_reference}
    audit.record(by=by, verb="reimbursements.pay_list", obj=found, changes=changes)
    return found


@transaction.atomic
def record_returned(*, number: str, returned_on: datetime.date, reason: str, by: Actor) -> ResidentPayment:
    """A payment came back, or the bank could not make it: its application waits for another account.

    `number` is the payment's. Invalid for a day before it was paid (or put on the list) or in the future, or without a
    reason; Conflict where it came back before; NotAllowed.
    """
    by.require("reimbursements.pay")
    applications = locked_applications(by, number=number)
    payment = ResidentPayment.objects.select_for_update(of=("self",)).select_related("list").get(number=number)
    return come_back(payment, applications, returned_on, reason, by)


def come_back(
    payment: ResidentPayment,
    applications: dict[int, Reimbursement],
    returned_on: datetime.date,
    reason: str,
    by: Actor,
) -> ResidentPayment:
    """The locked payment came back, and with it its application."""
    transfers.bring_back(payment, payment.list.made_on, returned_on=returned_on, reason=reason)
    application = applications[payment.application_id]
    move(application, Status.RETURNED)
    save(application)
    record(
        application,
        "reimbursements.return",
        by,
        payment.return_reason,
        payment=payment.number,
        amount=payment.amount,
        returned_on=returned_on,
    )
    return payment


def locked_applications(by: Actor, **payments: str) -> dict[int, Reimbursement]:
    """The applications of some payments under lock, by their keys. NotAllowed where there is none for the actor."""
    keys = selectors.payments_visible_to(by).filter(**payments).values_list("application", flat=True)
    rows = Reimbursement.objects.select_related("stay__resident").select_for_update(of=("self",)).order_by("pk")
    found = {row.pk: row for row in rows.filter(pk__in=list(keys))}
    if not found:
        raise NotAllowed(_("There is no such payment for you."), code="not_found")
    return found


def locked_list(number: str, by: Actor, version: int) -> PaymentList:
    found = PaymentList.objects.select_for_update().get(number=number)
    require_version(found.version, version, told=lambda: last_change(found))
    return found
