"""The steps of the tests about statements: prepare, issue, book, and be refused."""

import datetime
import threading
from decimal import Decimal

import pytest
from django.db import connection

from funds import services
from funds.models import SubsidyReceipt, SubsidyStatement
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices.actors import Actor
from tests import signing

from .makers import yuan

D = datetime.date

WINDOW = {"kind": "window", "period_from": D(2009, 10, 1)}
IN_WINDOW = D(2009, 10, 8)
AFTER = D(2009, 12, 1)


def issue(statement: SubsidyStatement, reviewer: Actor) -> SubsidyStatement:
    """The statement checked by `reviewer`, approved by another."""
    return signing.issued(statement, reviewer)


def prepared(clerk: Actor, on: D = AFTER, **period) -> SubsidyStatement:
    with clock.on_day(on):
        return services.prepare_statement(**(period or WINDOW), by=clerk)


def issued(clerk: Actor, reviewer: Actor, on: D = AFTER, **period) -> SubsidyStatement:
    with clock.on_day(on):
        return issue(services.prepare_statement(**(period or WINDOW), by=clerk), reviewer)


def held(statement: SubsidyStatement) -> set[tuple[str, int, Decimal]]:
    return set(statement.items.values_list("notice__number", "persons", "government"))


def refusal(error: type[DomainError], call, *args, **kwargs) -> str:
    with pytest.raises(error) as caught:
        call(*args, **kwargs)
    return caught.value.code


def book(statement: SubsidyStatement, *, by: Actor, **values) -> SubsidyReceipt:
    facts = {"payer": "211000", "amount": yuan(10), "paid_on": AFTER, "bank_reference": "REF1"} | values
    return services.record_subsidy(number=statement.number, by=by, **facts)


def at_once(count: int, work) -> tuple[list[object], list[Exception]]:
    """Do the same in `count` threads at once, each on its own connection; what they returned, what they raised."""
    start = threading.Barrier(count)
    done: list[object] = []
    raised: list[Exception] = []

    def run(index: int) -> None:
        try:
            start.wait()
            with clock.on_day(AFTER):
                done.append(work(index))
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done, raised
