"""Random histories of settling and reversing (R14, A4): whatever the order, the cap holds, every fen can be explained,
and what is undone and done again is what it was.
"""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import QuerySet, Sum
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from claims import services
from claims.models import Reversal, Settlement, Stay
from claims.services.settlement import differences
from liaoyang_medins.kernel.errors import DomainError
from tests.claims import makers
from tests.claims.test_settlement import amounts

pytestmark = pytest.mark.django_db

# Stays of two years, over the turns of the calendar and of the school year, in any order of their settlement.
SPANS = (
    ("2009-02-03", "2009-02-06"),
    ("2009-05-03", "2009-05-06"),
    ("2009-08-28", "2009-09-02"),
    ("2009-11-03", "2009-11-06"),
    ("2009-12-30", "2010-01-02"),
    ("2010-04-03", "2010-04-06"),
)
MONEY = st.integers(20_000, 6_000_000).map(lambda fen: f"{fen / 100:.2f}")


class Histories(RuleBasedStateMachine):
    """One person's stays, settled and reversed as chance has it. Each history is rolled back."""

    def __init__(self) -> None:
        super().__init__()
        self.history = transaction.atomic()
        self.history.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.history.__exit__(None, None, None)

    @initialize(student=st.booleans(), costs=st.lists(MONEY, min_size=len(SPANS), max_size=len(SPANS)))
    def begin(self, student: bool, costs: list[str]) -> None:
        self.by = makers.hospital()
        self.person = makers.insured(years=(2009, 2010), student=student)
        self.stays = [
            makers.discharged(self.person, self.by, (cost,), on=on, until=until).number
            for cost, (on, until) in zip(costs, SPANS, strict=True)
        ]

    def live(self) -> "QuerySet[Settlement]":
        return Settlement.objects.filter(resident=self.person, live=True).order_by("sequence")

    def same_period(self, settlement: Settlement) -> "QuerySet[Settlement]":
        return self.live().filter(settled_on__range=(settlement.cap_from, settlement.cap_until))

    def settle(self, number: str) -> Settlement:
        return services.settle_stay(stay_number=number, by=self.by)

    def reverse(self, settlement: Settlement) -> None:
        services.reverse_settlement(number=settlement.number, reason="x", by=self.by)

    def refused(self, verb: Callable[[], object]) -> str:
        with pytest.raises(DomainError) as refusal:
            verb()
        return refusal.value.code

    @rule(place=st.integers(0, len(SPANS) - 1))
    def settle_one(self, place: int) -> None:
        number = self.stays[place]
        if Stay.objects.get(number=number).status == Stay.Status.SETTLED:
            assert self.refused(lambda: self.settle(number)) == "already_settled"
        else:
            self.settle(number)

    @precondition(lambda self: self.live().exists())
    @rule(place=st.integers(0, len(SPANS) - 1))
    def reverse_one(self, place: int) -> None:
        live = list(self.live())
        settlement = live[place % len(live)]
        if self.same_period(settlement).filter(sequence__gt=settlement.sequence).exists():
            assert self.refused(lambda: self.reverse(settlement)) == "not_latest"
        else:
            self.reverse(settlement)
            assert self.refused(lambda: self.reverse(settlement)) == "already_reversed"

    @rule(place=st.integers(0, len(SPANS) - 1))
    def settle_reverse_settle(self, place: int) -> None:
        """What is settled, reversed and settled again is, to the fen, what it was at first."""
        number = self.stays[place]
        if Stay.objects.get(number=number).status == Stay.Status.SETTLED:
            return
        first = self.settle(number)
        self.reverse(first)
        again = self.settle(number)
        assert self.told(again) == self.told(first)

    @rule()
    def undo_everything_and_do_it_again(self) -> None:
        """From the latest to the first and back: each settlement is what it was."""
        done = list(self.live())
        for settlement in reversed(done):
            self.reverse(settlement)
        assert not self.live().exists()
        for settlement in done:
            assert self.told(self.settle(settlement.stay.number)) == self.told(settlement)

    @staticmethod
    def told(settlement: Settlement) -> list[object]:
        facts = (settlement.cap, settlement.cap_used, settlement.cap_from, settlement.cap_until, settlement.facts)
        return [*amounts(settlement), *facts]

    @invariant()
    def every_settlement_recomputes_and_the_cap_holds(self) -> None:
        everything = Settlement.objects.filter(resident=self.person)
        settled = Stay.objects.filter(resident=self.person, status=Stay.Status.SETTLED)
        assert self.live().count() == settled.count()
        assert everything.filter(live=False).count() == Reversal.objects.filter(settlement__in=everything).count()
        for settlement in everything:
            assert differences(settlement) == {}
        for settlement in self.live():
            same = self.same_period(settlement)
            assert same.aggregate(sum=Sum("fund"))["sum"] <= settlement.cap
            before = same.filter(sequence__lt=settlement.sequence).aggregate(sum=Sum("fund", default=Decimal(0)))
            assert settlement.cap_used == before["sum"]


def test_random_histories_keep_the_cap_and_what_is_undone_and_done_again_is_the_same(size):
    tried = hypothesis_settings(max_examples=size(5, 500), stateful_step_count=size(8, 25))
    run_state_machine_as_test(Histories, settings=tried)
