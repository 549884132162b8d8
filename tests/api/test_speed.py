"""Statements: as many for a thousand lines as for one, and few for a settlement (R)."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.caller import Caller, Said, admit, line, settled
from tests.claims import makers

pytestmark = pytest.mark.django_db
A_CALL = 1000


def upload(api: Caller, number: str, first: int, count: int) -> int:
    lines = [line(str(place), "10.00") for place in range(first, first + count)]
    with CaptureQueriesContext(connection) as asked:
        said = api.post(f"stays/{number}/lines", {"lines": lines})
    assert said.status == 201
    assert len(said["lines"]) == count
    return len(asked)


def test_three_thousand_lines_in_three_calls_and_a_settlement_in_twenty_statements(api: Caller) -> None:
    makers.catalogue()
    small = admit(api, makers.insured())
    # Once, so that what is made once in a process has been made.
    upload(api, small, 1, 10)
    few = upload(api, small, 11, 10)
    large = admit(api, makers.insured())
    assert [upload(api, large, 1 + A_CALL * call, A_CALL) for call in range(3)] == [few] * 3
    assert few <= 15
    too_many = [line(str(place), "10.00") for place in range(A_CALL + 1)]
    assert api.post(f"stays/{large}/lines", {"lines": too_many}).code == "schema"
    page = api.get(f"stays/{large}/lines?after=2000&limit=1000")
    assert (page["count"], page["amount"], len(page["lines"]), page["next"]) == (3000, "30000.00", 1000, None)
    asked = {}
    for number, total in ((small, "200.00"), (large, "30000.00")):
        leaves = {"discharged_at": "2009-03-10T09:00:00+08:00", "way": "ordered"}
        with CaptureQueriesContext(connection) as discharge:
            assert api.post(f"stays/{number}/discharge", leaves).status == 200
        with CaptureQueriesContext(connection) as foreseen:
            assert api.send("POST", f"stays/{number}/presettlement").status == 200
        with CaptureQueriesContext(connection) as settled:
            assert api.post(f"stays/{number}/settlement", {"stated_total": total}).status == 201
        asked[number] = [len(discharge), len(foreseen), len(settled)]
    assert max(asked[large]) <= 20, asked
    assert asked[large] == asked[small]
    with CaptureQueriesContext(connection) as repeated:
        key = "again"
        api.post(f"stays/{large}/discharge/cancel", {"reason": "x"}, key=key)
        api.post(f"stays/{large}/discharge/cancel", {"reason": "x"}, key=key)
    assert len(repeated) <= 20


def test_no_list_asks_for_each_of_its_rows(api: Caller) -> None:
    makers.catalogue()
    asked: list[list[int]] = []
    for more in (2, 6):
        for _ in range(more):
            done = settled(api, makers.insured())
            api.post(f"settlements/{done['settlement_number']}/reversal", {"reason": "x"})
            total = done["amounts"]["total"]
            api.post(f"stays/{done['stay_number']}/settlement", {"stated_total": total})
        first = {"first": "2010-06-30", "last": "2010-06-30"}
        calls = (
            lambda: api.get("stays"),
            lambda: api.get("settlements"),
            lambda: api.get("totals?first=2009-01-01&last=2009-12-31"),
            lambda first=first: api.send("POST", "reconciliations/details", {**first, "entries": []}),
        )
        asked.append([statements(call) for call in calls])
    assert asked[0] == asked[1]
    assert max(asked[1]) <= 8


def statements(call: Callable[[], Said]) -> int:
    """How many statements a call takes that is done."""
    with CaptureQueriesContext(connection) as asked:
        assert call().status == 200
    return len(asked)
