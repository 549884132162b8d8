"""Paying institutions: batches that the bank carries out, what it says of them, and what comes back (A4, F1)."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _

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
from ..models import Declaration, InstitutionPayment, PaymentBatch
from .common import Status, lock_institutions, move, record, require_sound, save
from .reviewing import close, mark_paid

PaymentStatus = InstitutionPayment.Status


@transaction.atomic
def make_batch(*, submission: uuid.UUID, declarations: Sequence[str], by: Actor) -> PaymentBatch:
    """Put approved declarations (their numbers), and those whose payment came back, on a new batch for the bank: of
    each what is to be paid, to the account in force today. The same `submission` again gives back the first batch.

    Invalid where none is named, or too many; Conflict where one is not to be paid any more, or on a batch already;
    Refused where something in one must not be paid, its institution has no confirmed account, or the actor recorded by
    hand that its payment came back (U14); NotAllowed.
    """
    by.require("batches.pay")
    numbers = sorted(set(declarations))
    transfers.require_room(len(numbers))
    found = locked_declarations(by, number__in=numbers)
    first = PaymentBatch.objects.filter(submission=submission).first()
    if first is not None:
        return first
    if len(found) != len(numbers):
        raise NotAllowed(_("There is no such declaration for you."), code="not_found")
    today = clock.today()
    accounts = selectors.accounts_on(today, [row.institution_id for row in found.values()])
    returned_by = selectors.returned_by(found)
    made = PaymentBatch.objects.create(
        number=next_number("payment_batch", today), submission=submission, made_on=today, made_by_id=by.user_id
    )
    payments = []
    for declaration, number in zip(
        found.values(), next_numbers("institution_payment", [today] * len(found)), strict=True
    ):
        again = declaration.status == Status.RETURNED
        move(declaration, Status.LISTED)
        account = accounts.get(declaration.institution_id)
        if account is None:
            raise Refused(
                _("%(name)s has no confirmed bank account.") % {"name": declaration.institution.label},
                code="no_account",
            )
        if again:
            require_another_returned(declaration, returned_by.get(declaration.pk), by)
        else:
            require_sound(declaration)
            close(declaration, by)
        payments.append(
            InstitutionPayment(
                number=number, list=made, declaration=declaration, account=account, amount=declaration.payable
            )
        )
    for declaration, payment in zip(found.values(), payments, strict=True):
        save(declaration)
        payment.save(force_insert=True)
        record(declaration, "declarations.list", by, batch=made.number, payment=payment.number, amount=payment.amount)
    total = sum((payment.amount for payment in payments), ZERO)
    audit.record(by=by, verb="batches.make", obj=made, changes={"payments": len(payments), "sum": total})
    return made


@transaction.atomic
def record_paid(*, number: str, version: int, paid_on: datetime.date, bank_reference: str, by: Actor) -> PaymentBatch:
    """The bank carried the batch out on `paid_on`, its value date: every payment on it that did not come back is paid,
    and the settlements behind it say so (A4).

    Invalid for a day before the batch or in the future, or without a reference; Conflict where the reference was
    recorded for another batch, nothing of it is open, or it was changed meanwhile; NotAllowed.
    """
    by.require("batches.pay")
    declarations = locked_declarations(by, payments__list__number=number)
    return carried_out(locked_batch(number, by, version), declarations, paid_on, bank_reference, by)


@transaction.atomic
def take_result(*, number: str, version: int, content: bytes, by: Actor) -> PaymentBatch:
    """What the bank's file says of a batch: which payments it made on which day, which came back, and why.

    Invalid where the file cannot be taken, with every reason; Conflict and NotAllowed as for `record_paid`.
    """
    by.require("batches.pay")
    declarations = locked_declarations(by, payments__list__number=number)
    found = locked_batch(number, by, version)
    open_ones = {row.number: row for row in found.payments.filter(status=PaymentStatus.LISTED).select_related("list")}
    result = transfers.result_of(content, found, {key: row.amount for key, row in open_ones.items()})
    for line in result.lines:
        if not line.paid:
            come_back(open_ones[line.number], declarations, result.paid_on, line.reason, by)
    if any(line.paid for line in result.lines):
        carried_out(found, declarations, result.paid_on, result.reference, by)
    return found


@transaction.atomic
def record_returned(*, number: str, returned_on: datetime.date, reason: str, by: Actor) -> InstitutionPayment:
    """A payment came back, or the bank could not make it: its declaration waits for a further batch, which a colleague
    makes (U14), and its settlements are not paid.

    `number` is the payment's. Invalid for a day before it was paid (or put on the batch) or in the future, or without
    a reason; Conflict where it came back before; NotAllowed.
    """
    by.require("batches.pay")
    declarations = locked_declarations(by, payments__number=number)
    payment = InstitutionPayment.objects.select_for_update(of=("self",)).select_related("list").get(number=number)
    come_back(payment, declarations, returned_on, reason, by)
    payment.returned_by_id = by.user_id
    payment.save(update_fields=["returned_by"])
    return payment


def carried_out(
    found: PaymentBatch,
    declarations: dict[int, Declaration],
    paid_on: datetime.date,
    bank_reference: str,
    by: Actor,
) -> PaymentBatch:
    """The locked batch was carried out, and with it every declaration on it that did not come back is paid."""
    open_ones = transfers.carry_out(found, found.payments.all(), paid_on=paid_on, bank_reference=bank_reference)
    paid = cast(list[InstitutionPayment], open_ones)
    for payment in paid:
        declaration = declarations[payment.declaration_id]
        move(declaration, Status.PAID)
        save(declaration)
        mark_paid(declaration, paid_on)
        record(declaration, "declarations.pay", by, payment=payment.number, amount=payment.amount, paid_on=paid_on)
    changes = {"payments": len(paid), "paid_on": paid_on, "bank_reference": found.bank_reference}
    audit.record(by=by, verb="batches.pay", obj=found, changes=changes)
    return found


def come_back(
    payment: InstitutionPayment,
    declarations: dict[int, Declaration],
    returned_on: datetime.date,
    reason: str,
    by: Actor,
) -> InstitutionPayment:
    """The locked payment came back, and with it its declaration."""
    transfers.bring_back(payment, payment.list.made_on, returned_on=returned_on, reason=reason)
    declaration = declarations[payment.declaration_id]
    move(declaration, Status.RETURNED)
    save(declaration)
    mark_paid(declaration, None)
    said = {"payment": payment.number, "amount": payment.amount, "returned_on": returned_on}
    record(declaration, "declarations.return", by, payment.return_reason, **said)
    return payment


def require_another_returned(declaration: Declaration, returned_by: int | None, by: Actor) -> None:
    """U14: Refused for who recorded that the payment came back: else one person alone has a thing paid twice."""
    if by.user_id is not None and returned_by == by.user_id:
        raise Refused(
            _("You recorded yourself that the payment of %(number)s came back: a colleague puts it on a batch.")
            % {"number": declaration.number},
            code="own_entry",
        )


def locked_declarations(by: Actor, **asked: Any) -> dict[int, Declaration]:
    """Declarations under lock by their keys, their institutions locked first. NotAllowed where there is none for the
    actor.
    """
    seen = selectors.declarations_visible_to(by).filter(**asked)
    pairs = list(seen.order_by().values_list("pk", "institution"))
    if not pairs:
        raise NotAllowed(_("There is no such payment for you."), code="not_found")
    lock_institutions({institution for _declaration, institution in pairs})
    rows = Declaration.objects.select_for_update(of=("self",)).select_related("institution__office").order_by("pk")
    return {row.pk: row for row in rows.filter(pk__in=[declaration for declaration, _institution in pairs])}


def locked_batch(number: str, by: Actor, version: int) -> PaymentBatch:
    found = PaymentBatch.objects.select_for_update().get(number=number)
    require_version(found.version, version, told=lambda: last_change(found))
    return found
