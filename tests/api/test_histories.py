"""Random histories of one person (A4, B4): settle, reverse, settle is settle, to the fen, and the cap is exact."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from claims.models import Settlement
from tests.api.caller import Caller, Said, discharged
from tests.claims import makers

pytestmark = pytest.mark.django_db
# Those whose sums need rounding among them, and some that reach the cap.
AMOUNTS = st.sampled_from(["60.00", "300.00", "8000.90", "12345.67", "30000.00", "60000.00"])
ORDER = st.integers(0, 9)
LAST = datetime.date(2010, 6, 1)


class History(RuleBasedStateMachine):
    """The stays of one person over the cap periods of two years, settled in any order and reversed in the only one."""

    api: Caller

    def __init__(self) -> None:
        super().__init__()
        self.person = makers.insured(years=(2009, 2010))
        self.day = datetime.date(2009, 1, 5)
        self.waiting: list[tuple[str, str]] = []
        self.live: list[Said] = []

    def settle(self, stay: str, total: str) -> Said:
        foreseen = self.api.send("POST", f"stays/{stay}/presettlement")
        said = self.api.post(f"stays/{stay}/settlement", {"stated_total": total})
        assert said.status == 201, said.text
        assert said["amounts"] == foreseen["amounts"]
        return said

    def reverse(self, done: Said) -> Said:
        return self.api.post(f"settlements/{done['settlement_number']}/reversal", {"reason": "typed wrongly"})

    def counting_on(self, done: Said) -> list[str]:
        """The settlements made later in the same cap period, the last first."""
        later = self.live[self.live.index(done) + 1 :]
        same = [one for one in later if one["amounts"]["cap"]["first"] == done["amounts"]["cap"]["first"]]
        return [one["settlement_number"] for one in reversed(same)]

    @precondition(lambda self: self.day < LAST)
    @rule(amounts=st.lists(AMOUNTS, min_size=1, max_size=3), rests=st.integers(1, 120))
    def lies_in_hospital(self, amounts: list[str], rests: int) -> None:
        until = self.day + datetime.timedelta(days=3)
        stay = discharged(self.api, self.person, *amounts, on=self.day.isoformat(), until=until.isoformat())
        self.waiting.append((stay, f"{sum(map(Decimal, amounts)):.2f}"))
        self.day = until + datetime.timedelta(days=rests)

    @precondition(lambda self: self.waiting)
    @rule(place=ORDER)
    def settles(self, place: int) -> None:
        self.live.append(self.settle(*self.waiting.pop(place % len(self.waiting))))

    @precondition(lambda self: self.live)
    @rule(place=ORDER)
    def settles_reverses_settles(self, place: int) -> None:
        done = self.live[place % len(self.live)]
        later = self.counting_on(done)
        undone = self.reverse(done)
        if later:
            assert (undone.code, undone["reasons"]) == ("not_latest", later)
            return
        assert (undone.status, undone["fund"]) == (201, done["amounts"]["fund"])
        again = self.settle(done["stay_number"], done["amounts"]["total"])
        assert again["amounts"] == done["amounts"]
        self.live.remove(done)
        self.live.append(again)

    @precondition(lambda self: self.live)
    @rule()
    def reverses_the_last(self) -> None:
        done = self.live.pop()
        assert self.reverse(done).status == 201
        self.waiting.append((done["stay_number"], done["amounts"]["total"]))

    @invariant()
    def the_cap_is_exact(self) -> None:
        paid: dict[str, Decimal] = {}
        for row in Settlement.objects.filter(resident=self.person, live=True).order_by("sequence"):
            period = row.cap_from.isoformat()
            assert row.cap_used == paid.get(period, Decimal(0))
            paid[period] = paid.get(period, Decimal(0)) + row.fund
            assert paid[period] <= row.cap
        assert sum(paid.values()) == sum(Decimal(one["amounts"]["fund"]) for one in self.live)


def test_random_histories(api: Caller, size: Any) -> None:
    makers.catalogue()
    machine: Any = type("History", (History,), {"api": api})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=size(8, 300), stateful_step_count=size(15, 50), deadline=None)
    )
