"""Any order of settlements, reversals, findings, declarations, payments and returns: nothing is paid twice or lost."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims import accounts
from claims.inspections.models import Deduction, Inspection
from claims.inspections.selectors import to_deduct
from claims.inspections.services import revoke_decision
from claims.models import Settlement
from funds.paying import rules, services
from funds.paying.models import Declaration, DeclarationItem, InstitutionPayment
from funds.services import post_documents
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.portal.integrity import check_integrity
from tests.inspections import makers as inspections

from . import makers

pytestmark = pytest.mark.django_db

ZERO = Decimal(0)
STEPS = (
    "settle",
    "settle",
    "reverse",
    "reverse",
    "find",
    "revoke",
    "month",
    "redraw",
    "send back",
    "approve",
    "batch",
    "pay",
    "return",
)
JOB = Actor.job("tests")


class History:
    """One institution, a day after the other; each step does what it can with what is there."""

    def __init__(self) -> None:
        self.day = datetime.date(2009, 3, 20)
        self.serial = 0

    def step(self, name: str, choice: int) -> None:
        self.day += datetime.timedelta(days=1)
        with clock.on_day(self.day):
            try:
                with transaction.atomic():
                    getattr(self, name.replace(" ", "_"))(choice)
            except DomainError:
                return

    def one(self, rows: Any, choice: int) -> Any:
        found = list(rows.order_by("pk"))
        return found[choice % len(found)] if found else None

    def settle(self, choice: int) -> None:
        makers.settled(amount=f"{1000 + 700 * (choice % 9)}.00", on=self.day)

    def reverse(self, choice: int) -> None:
        found = self.one(Settlement.objects.filter(live=True), choice)
        if found:
            makers.undone(found, on=self.day, by=makers.hospital() if choice % 2 else None)

    def find(self, choice: int) -> None:
        found = self.one(Settlement.objects.filter(live=True, fund__gt=100, repayments=None), choice)
        if found:
            inspections.decided(inspections.with_finding(found, "90.00", inspected_on=self.day))

    def month(self, choice: int) -> None:
        self.day = rules.last_day(self.day.replace(day=1)) + datetime.timedelta(days=1)
        with clock.on_day(self.day):
            services.draw_declaration(institution="H3", month=rules.month_before(self.day), by=makers.clerk())

    def declaration(self, choice: int, *states: str) -> Declaration | None:
        found: Declaration | None = self.one(Declaration.objects.filter(status__in=states), choice)
        return found

    def redraw(self, choice: int) -> None:
        if made := self.declaration(choice, "draft"):
            services.redraw_declaration(number=made.number, version=made.version, by=makers.clerk())

    def revoke(self, choice: int) -> None:
        found = self.one(Inspection.objects.filter(status="decided"), choice)
        if found:
            revoke_decision(number=found.number, version=found.version, reason="in court", by=makers.approver())

    def send_back(self, choice: int) -> None:
        if made := self.declaration(choice, "submitted", "examined", "checked", "approved"):
            services.send_back_declaration(number=made.number, version=made.version, reason="look", by=makers.clerk())

    def approve(self, choice: int) -> None:
        if made := self.declaration(choice, "draft", "submitted", "examined"):
            makers.approved(made)

    def batch(self, choice: int) -> None:
        if made := self.declaration(choice, "approved", "returned"):
            makers.batch(made)

    def pay(self, choice: int) -> None:
        found = self.one(InstitutionPayment.objects.filter(status="listed"), choice)
        if found:
            makers.paid(found.list, on=self.day)

    def return_(self, choice: int) -> None:
        found = self.one(InstitutionPayment.objects.exclude(status="returned"), choice)
        if found:
            makers.came_back(found, on=self.day)

    def wind_up(self) -> None:
        """One more settlement, larger than all that comes off; what is open is drawn anew, approved and paid."""
        with clock.on_day(self.day):
            makers.settled(amount="60000.00", on=self.day)
            while made := self.declaration(0, "submitted", "examined", "checked", "approved"):
                services.send_back_declaration(
                    number=made.number, version=made.version, reason="wrong", by=makers.clerk()
                )
            while made := self.declaration(0, "draft"):
                services.discard_declaration(number=made.number, version=made.version, by=makers.clerk())
        self.month(0)
        self.step("approve", 0)
        for _each in InstitutionPayment.objects.filter(status="listed"):
            self.step("pay", 0)
        for _each in Declaration.objects.filter(status__in=["approved", "returned"]):
            for name in ("batch", "pay"):
                self.step(name, 0)


def standing() -> tuple[Decimal, Decimal]:
    """What the institution still gets, as its page says, and as worked out here: the fund's part of what stands, less
    what was deducted, less the money that it has.
    """
    live = sum(Settlement.objects.filter(live=True).values_list("fund", flat=True), ZERO)
    deducted = sum(Deduction.objects.values_list("amount", flat=True), ZERO)
    paid = sum(InstitutionPayment.objects.filter(status="paid").values_list("amount", flat=True), ZERO)
    return accounts.account(makers.institution()).due, live - deducted - paid


def conserved() -> None:
    """What the institution has is what it was to have, to the fen; no settlement twice."""
    paid = sum(InstitutionPayment.objects.filter(status="paid").values_list("amount", flat=True), ZERO)
    closed = Declaration.objects.filter(status__in=["paid", "set_off"])
    items = DeclarationItem.objects.filter(declaration__in=closed)
    carried = sum(closed.values_list("carried_out", flat=True), ZERO) - sum(
        closed.values_list("carried_in", flat=True), ZERO
    )
    deducted = sum(closed.values_list("deducted", flat=True), ZERO)
    assert paid == sum(items.values_list("amount", flat=True), ZERO) - deducted + carried
    # Marked as paid is just what stands in what was paid or set off.
    marked = set(Settlement.objects.exclude(paid_out_on=None).values_list("pk", flat=True))
    assert marked == set(items.filter(sign=1).values_list("settlement", flat=True))
    recorded = sum(Deduction.objects.values_list("amount", flat=True), ZERO)
    begun = Declaration.objects.exclude(closed_on=None)
    assert recorded == sum(begun.values_list("deducted", flat=True), ZERO)
    due, worked_out = standing()
    assert due == worked_out


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 30)), min_size=8, max_size=14))
def test_any_history_pays_what_is_owed_once(steps):
    with transaction.atomic():
        makers.account(starts=datetime.date(2009, 1, 1))
        history = History()
        for name, choice in [("settle", 3), ("settle", 8), *steps]:
            history.step("return_" if name == "return" else name, choice)
            conserved()
        history.wind_up()
        conserved()
        assert standing() == (0, 0)
        assert to_deduct(makers.institution()) == 0
        with clock.on_day(history.day):
            post_documents(by=JOB)
            found: list[Any] = []
            keep: Callable[[Any], None] = found.append
            check_integrity(["declaration"], found=keep)
            assert found == []
        transaction.set_rollback(True)


def test_a_story_by_hand():
    """Settled 2,025.00 and 3,375.00 in March, the first reversed when paid; in April 675.00 and a finding of 90.00."""
    makers.account(starts=datetime.date(2009, 1, 1))
    history = History()
    with clock.on_day(datetime.date(2009, 3, 10)):
        first = makers.settled(amount="5000.00", on=datetime.date(2009, 3, 10))
        makers.settled(amount="8000.00", on=datetime.date(2009, 3, 11))
    assert first.fund == Decimal("2025.00")
    for name in ("month", "approve", "batch", "pay"):
        history.step(name, 0)
    march = Declaration.objects.get()
    assert (march.status, march.payable) == ("paid", Decimal("5400.00"))
    makers.undone(first, on=datetime.date(2009, 4, 20))
    with clock.on_day(datetime.date(2009, 4, 20)):
        small = makers.settled(amount="2000.00", on=datetime.date(2009, 4, 21))
    with clock.on_day(datetime.date(2009, 4, 22)):
        inspections.decided(inspections.with_finding(small, "90.00", inspected_on=datetime.date(2009, 4, 22)))
    for name in ("month", "approve"):
        history.step(name, 0)
    april = Declaration.objects.order_by("month")[1]
    # 675.00 settled, 2,025.00 off: 1,350.00 are carried on; of the 90.00 nothing can be deducted yet.
    assert (april.status, april.payable, april.carried_out, april.deducted) == (
        "set_off",
        0,
        Decimal("1350.00"),
        0,
    )
    with clock.on_day(datetime.date(2009, 5, 20)):
        makers.settled(amount="8000.00", on=datetime.date(2009, 5, 20))
    for name in ("month", "approve", "batch", "pay"):
        history.step(name, 0)
    may = Declaration.objects.order_by("month")[2]
    assert (may.carried_in, may.deducted, may.payable) == (Decimal("1350.00"), Decimal("90.00"), Decimal("1935.00"))
    conserved()
