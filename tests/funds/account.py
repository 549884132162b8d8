"""What happens on the special account by hand, in short words for the tests."""

import datetime
import itertools
import uuid
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from funds import services
from funds.models import EnteredDocument, JournalEntry, Month
from funds.selectors import trial_balance
from funds.services import documents, months
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Posting
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories
from tests.scans import PNG

from .makers import yuan

D = datetime.date
DAY = D(2009, 9, 21)
JOB = Actor.job("tests")
_serial = itertools.count(1)


def actor(role: Role, username: str) -> Actor:
    posting = Posting.objects.select_related("user", "office").filter(user__username=username).first()
    return Actor.of_posting(posting) if posting else factories.actor(role, username=username)


def clerk() -> Actor:
    return actor(Role.AGENCY_CLERK, "clerk")


def reviewer() -> Actor:
    return actor(Role.AGENCY_REVIEWER, "reviewer")


def entered(amount: str | int = 100, day: D = DAY, **values: Any) -> EnteredDocument:
    """A document that a clerk entered on its day, with its slip."""
    given = {
        "submission": uuid.uuid4(),
        "kind": "interest",
        "amount": yuan(amount),
        "day": day,
        "bank_reference": f"SLIP{next(_serial)}",
        "words": "Interest of the quarter",
        "payer": "辽阳银行",
        "by": clerk(),
    }
    with clock.on_day(values.pop("on", day)):
        found = documents.enter_document(**given | values)
        documents.attach_slip(number=found.number, file=SimpleUploadedFile("slip.png", PNG), by=clerk())
    return found


def checked(document: EnteredDocument, on: D | None = None) -> EnteredDocument:
    with clock.on_day(on or document.entered_on):
        return documents.check_document(number=document.number, version=document.version, by=reviewer())


def booked(amount: str | int = 100, day: D = DAY, **values: Any) -> EnteredDocument:
    """A document that was checked and booked on its day."""
    found = checked(entered(amount, day, **values))
    sweep(found.entered_on)
    return found


def correction_of(document: EnteredDocument, on: D) -> EnteredDocument:
    """A checked document is taken back."""
    with clock.on_day(on):
        found = documents.correct_document(
            number=document.number, reason="Typed wrongly", submission=uuid.uuid4(), by=clerk()
        )
    return checked(found, on)


def sweep(on: D) -> dict[str, int]:
    with clock.on_day(on):
        return services.post_documents(by=JOB)


def prepared(first: D, on: D, note: str = "No bank statement yet") -> Month:
    with clock.on_day(on):
        return months.prepare_month(first=first, note=note, by=clerk())


def closed(first: D, on: D, note: str = "No bank statement yet") -> Month:
    """A month that a clerk prepared and a reviewer closed."""
    month = prepared(first, on, note)
    with clock.on_day(on):
        return months.close_month(first=first, version=month.version, by=reviewer())


def legs(document_type: str, number: str) -> dict[str, Decimal]:
    entry = JournalEntry.objects.get(document_type=document_type, document_number=number)
    return {leg.account.code: leg.amount for leg in entry.legs.select_related("account")}


def balances(until: D | None = None) -> dict[str, Decimal]:
    """Account → debit less credit, of the accounts that do not stand at zero."""
    rows = trial_balance(JOB, until).rows
    return {row.account.code: row.closing for row in rows if row.closing}
