"""Small makers of applications for reimbursement, in every state that the services lead to."""

import datetime
import itertools
import uuid
from decimal import Decimal
from typing import Any

from claims.reimbursement import services
from claims.reimbursement.data import AccountData, ApplicationData
from claims.reimbursement.models import PaymentList, Reimbursement
from claims.reimbursement.rules import Paper
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.actors import Actor
from tests.claims import makers as claims

ALL_PAPERS = frozenset(paper.value for paper in Paper)
# The number of a card with a right check digit, and that of a passbook.
CARD, PASSBOOK = "6222020200112233446", "0410001234567"
_printed = itertools.count(1)


def account(number: str = CARD, holder: str = "王秀英", bank: str = "辽阳市商业银行白塔支行") -> AccountData:
    return AccountData(holder, bank, number)


def application(
    person: Resident,
    *,
    on: str = "2010-03-01",
    until: str = "2010-03-10",
    total: str = "8000.00",
    papers: frozenset[str] = ALL_PAPERS,
    reason: str = "emergency",
    institution: str = "X1",
    invoices: tuple[str, ...] = (),
    **admission: Any,
) -> ApplicationData:
    """An emergency in a hospital that is not designated, the card shown at once."""
    claims.institution(institution, designated=admission.pop("designated", False))
    return ApplicationData(
        admission=claims.admission(person, on, institution=institution, emergency=True, **admission),
        discharged_on=claims.day(until),
        reason=reason,
        invoice_total=Decimal(total),
        invoices=invoices or (f"FP-{next(_printed):08d}",),
        papers=papers,
    )


def entered(person: Resident, by: Actor, *, payee: AccountData | None = None, **values: Any) -> Reimbursement:
    """An application without fee lines."""
    return services.enter(
        submission=uuid.uuid4(), application=application(person, **values), account=payee or account(), by=by
    )


def complete(person: Resident, by: Actor, *, total: str = "8000.00", **values: Any) -> Reimbursement:
    """One with all documents and a class A line for the whole total."""
    if not claims.CatalogueItem.objects.filter(code="A1").exists():
        claims.item()
    made = entered(person, by, total=total, **values)
    services.add_lines(number=made.number, lines=[claims.line(total, made.stay.admitted_on.isoformat())], by=by)
    return fresh(made)


def examined(person: Resident, by: Actor, **values: Any) -> Reimbursement:
    made = complete(person, by, **values)
    return services.examine(number=made.number, version=made.version, by=by)


def released(person: Resident, by: Actor, checker: Actor, **values: Any) -> Reimbursement:
    made = examined(person, by, **values)
    services.release(number=made.number, version=made.version, by=checker)
    return fresh(made)


def listed(*made: Reimbursement, by: Actor) -> PaymentList:
    return services.make_list(submission=uuid.uuid4(), applications=[row.number for row in made], by=by)


def paid(found: PaymentList, by: Actor, reference: str = "BANK-1") -> PaymentList:
    return services.record_paid(
        number=found.number, version=found.version, paid_on=datetime.date(2010, 6, 30), bank_reference=reference, by=by
    )


def fresh(made: Reimbursement) -> Reimbursement:
    return Reimbursement.objects.select_related("stay__resident").get(pk=made.pk)
