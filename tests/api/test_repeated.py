"""Calls of which a third come again, later and out of order: each is done once, and answered the same (R)."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from claims.api.models import Message
from claims.models import FeeLine, Settlement, Stay
from tests.api.caller import Caller, Said, admission, line
from tests.claims import makers

pytestmark = pytest.mark.django_db
REPEATED = 0.3


@dataclass
class Sent:
    """A call that was sent, and what came back."""

    method: str
    path: str
    body: dict[str, object]
    key: str
    said: Said


class Hospital:
    """Sends stays through their states at random, and any earlier call again."""

    def __init__(self, api: Caller, chance: random.Random) -> None:
        self.api, self.chance = api, chance
        self.people = [makers.insured(years=(2009,)) for _ in range(5)]
        self.sent: list[Sent] = []
        self.stays: dict[str, int] = {}
        self.days = 0

    def send(self, path: str, body: dict[str, object]) -> Said:
        key = f"k{len(self.sent)}"
        said = self.api.post(path, body, key=key)
        self.sent.append(Sent("POST", path, body, key, said))
        return said

    def step(self) -> None:
        if self.sent and self.chance.random() < REPEATED:
            old = self.chance.choice(self.sent)
            again = self.api.send(old.method, old.path, old.body, key=old.key)
            assert (again.status, again.text) == (old.said.status, old.said.text)
            return
        if not self.stays or self.chance.random() < 0.15:
            self.days = self.days % 300 + 7
            on = (makers.day("2009-01-01") + makers.datetime.timedelta(days=self.days)).isoformat()
            said = self.send("stays", admission(self.chance.choice(self.people), on=on))
            if said.status == 201:
                self.stays[str(said["stay_number"])] = 0
            return
        number = self.chance.choice(list(self.stays))
        stay = Stay.objects.get(number=number)
        choices: dict[str, Callable[[], Said]] = {
            "lines": lambda: self.lines(stay),
            "discharge": lambda: self.send(
                f"stays/{number}/discharge",
                {"discharged_at": f"{stay.admitted_on}T20:00:00+08:00", "way": "ordered"},
            ),
            "back": lambda: self.send(f"stays/{number}/discharge/cancel", {"reason": "x"}),
            "settle": lambda: self.settle(stay),
            "reverse": lambda: self.reverse(stay),
        }
        likely = {"admitted": "lines", "discharged": "settle", "settled": "reverse"}
        name = likely.get(stay.status, "lines") if self.chance.random() < 0.5 else self.chance.choice(list(choices))
        choices[name]()

    def lines(self, stay: Stay) -> Said:
        first = self.stays[stay.number]
        self.stays[stay.number] += 2
        lines = [line(str(first + place), "900.50", on=stay.admitted_on.isoformat()) for place in range(2)]
        return self.send(f"stays/{stay.number}/lines", {"lines": lines})

    def settle(self, stay: Stay) -> Said:
        total = sum(one.amount for one in stay.lines.all())
        return self.send(f"stays/{stay.number}/settlement", {"stated_total": f"{total:.2f}"})

    def reverse(self, stay: Stay) -> Said:
        found = stay.settlements.order_by("-sequence").first()
        number = found.number if found else "J2009-0000000"
        return self.send(f"settlements/{number}/reversal", {"reason": "x"})


def test_repeated_and_reordered_calls(api: Caller, size) -> None:
    makers.catalogue()
    hospital = Hospital(api, random.Random(102))
    for _ in range(size(500, 10_000)):
        hospital.step()
    done = [one for one in hospital.sent if one.said.status < 400]
    assert len(done) > len(hospital.sent) / 4
    settled = [one for one in done if one.path.endswith("/settlement")]
    assert len(settled) > 5
    assert {one.said["settlement_number"] for one in settled} == set(
        Settlement.objects.values_list("number", flat=True)
    )
    assert len(settled) == Settlement.objects.count()
    assert sum(2 for one in done if one.path.endswith("/lines")) == FeeLine.objects.count()
    assert Message.objects.count() == len({one.key for one in hospital.sent})
    for one in hospital.chance.sample(hospital.sent, 20):
        assert api.get(f"messages/{one.key}")["status"] == one.said.status
