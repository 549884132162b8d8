"""Statements of the bank as the tests need them."""

import datetime
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from funds.bank import services
from funds.bank.layout import write
from funds.bank.models import BankStatement
from funds.models import JournalLeg
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.runs import intake
from liaoyang_medins.kernel.runs import services as runs
from tests.funds.account import clerk

D = datetime.date
FACTS: dict[str, Any] = {
    "bank": "LYYH",
    "bank_name": "辽阳银行",
    "account": "2110020100009",
    "statement": "200909",
    "first": D(2009, 9, 1),
    "last": D(2009, 9, 30),
}
TODAY = D(2009, 10, 12)
Move = tuple[D, str, Decimal, str, str]


def move(day: D, reference: str, amount: str | int) -> Move:
    return day, reference, Decimal(amount).quantize(Decimal("0.01")), "", ""


def statement(moves: Iterable[Move], *, opening: str = "0.00", **values: Any) -> bytes:
    return write(moves, opening=Decimal(opening), **FACTS | values)


def uploaded(moves: Iterable[Move], *, on: D = TODAY, **values: Any) -> BankStatement:
    """A statement that a clerk brought; it was checked."""
    with clock.on_day(on):
        found = services.upload_statement(
            file=io.BytesIO(statement(moves, **values)), file_name="statement.csv", by=clerk(), calls=False
        )
        work_off(found)
    return found


def imported(moves: Iterable[Move], *, on: D = TODAY, **values: Any) -> BankStatement:
    """A statement whose lines are in, matched as far as references and amounts go."""
    found = uploaded(moves, on=on, **values)
    with clock.on_day(on):
        runs.work_off(number=services.import_statement(number=found.number, by=clerk(), calls=False).number)
    found.refresh_from_db()
    return found


def work_off(found: BankStatement) -> None:
    run = intake.runs_of("bank_statement", found.number).first()
    assert run is not None
    runs.work_off(number=run.number)


def leg(number: str) -> JournalLeg:
    """The leg on the account of a document's entry."""
    return JournalLeg.objects.get(entry__document_number=number, account__code="1003")
