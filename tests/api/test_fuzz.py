"""Every operation with drawn calls, as hospital, other hospital and nobody (R8): no 5xx, no violation of the schema,
nothing of others.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from django.test import Client as Http
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from claims.api.operation import OPERATIONS
from tests.api.caller import (
    PREFIX,
    Caller,
    Said,
    admission,
    admit,
    caller,
    discharged,
    hold_against_schema,
    new_key,
    schema,
    settled,
)
from tests.claims import makers

pytestmark = pytest.mark.django_db
DRAWN = schemathesis.openapi.from_dict(schema())
NAMES = sorted(operation.ok().definition.raw["operationId"] for operation in DRAWN.get_all_operations())


@dataclass
class World:
    """Two hospitals, and the numbers of their stays and settlements. Nobody but the second may read `secret`, the name
    of its patients.
    """

    mine: Caller
    theirs: Caller
    numbers: list[str]
    secret: str = "欧阳不可见"


@pytest.fixture
def world(db: None) -> World:
    makers.catalogue()
    found = World(caller("H3"), caller("H1", grade="grade1"), [])
    for api, name in ((found.mine, "张三"), (found.theirs, found.secret)):
        done = settled(api, makers.insured(name=name))
        found.numbers += [done["settlement_number"], done["stay_number"]]
        found.numbers += [discharged(api, makers.insured(name=name)), admit(api, makers.insured(name=name))]
    return found


def operation_of(name: str) -> Any:
    found = (one.ok() for one in DRAWN.get_all_operations())
    return next(one for one in found if one.definition.raw["operationId"] == name)


@pytest.mark.parametrize("name", NAMES)
def test_drawn_calls(world: World, size: Any, name: str) -> None:
    """As the schema says, and otherwise; half of them on what is there."""
    mine, theirs, secret = world.mine, world.theirs, world.secret
    operation = operation_of(name)
    open_to_all = not operation.definition.raw.get("security")
    drawn = operation.as_strategy()
    if OPERATIONS[name].takes or OPERATIONS[name].asks:
        drawn = st.one_of(drawn, operation.as_strategy(GenerationMode.NEGATIVE))
    there = st.one_of(st.none(), st.sampled_from(world.numbers))

    @given(case=drawn, number=there)
    @settings(max_examples=size(16, 1000), phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def try_one(case: Any, number: str | None) -> None:
        if number and "number" in case.path_parameters:
            case.path_parameters["number"] = number
        for who in (mine, theirs, None):
            said = send(case, who)
            assert said.status < 500, (case.method, case.formatted_path, case.body, said.text)
            hold_against_schema(case.method, path_of(case).removeprefix(PREFIX), said)
            assert not re.search(r"(?<![0-9])[0-9]{17}[0-9X](?![0-9])", said.text)
            if who is None and not open_to_all:
                assert said.status in (401, 404)
            if who is not theirs:
                assert secret not in said.text

    try_one()


def path_of(case: Any) -> str:
    return str(case.formatted_path)


def send(case: Any, who: Caller | None) -> Said:
    """The drawn call as somebody; a changing one under a message id of its own."""
    headers = {"HTTP_AUTHORIZATION": f"Bearer {who.token}"} if who else {}
    if "Idempotency-Key" in (case.headers or {}):
        headers["HTTP_IDEMPOTENCY_KEY"] = new_key()
    body = case.body if isinstance(case.body, (dict, list, str, int, float, bool)) else None
    data = json.dumps(body) if body is not None else ""
    query = {name: str(value) for name, value in (case.query or {}).items()}
    response = Http().generic(
        case.method, path_of(case), data, content_type="application/json", query_params=query or None, **headers
    )
    content = response.content.decode()
    return Said(response.status_code, json.loads(content), content, response.headers)


@pytest.mark.parametrize("path", ["stays", "stays/S2009-0000001/lines", "reconciliations/details", "persons/lookup"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        '"x"',
        "NaN",
        '{"lines": Infinity}',
        '{"a": 1, "a": 2}',
        "[" * 10_000,
        '{"lines": [{"amount": 1.5}]}',
        '{"\\ud800": "\\ud800"}',
        '{"person_number": "\\u0000"}',
        '{"first": "0001-01-01", "last": "9999-12-31", "entries": []}',
        '{"admitted_at": "0001-01-01T00:00:00+14:00"}',
        '{"admitted_at": "2009-02-30T00:00:00+08:00"}',
    ],
)
def test_broken_bodies(db: None, path: str, text: str) -> None:
    api = caller("H3")
    said = api.send("POST", path, text=text, key="one")
    assert (said.status, said.code) in ((400, "malformed"), (400, "schema"))


def test_what_other_systems_write_is_read(db: None) -> None:
    makers.catalogue()
    api, body = caller("H3"), admission(makers.insured())
    # .NET: a byte order mark before the body, seven digits of a second.
    body["admitted_at"] = body["admitted_at"].replace("+", ".1234567+")
    marked = api.send("POST", "stays", text=chr(0xFEFF) + json.dumps(body), key="one")
    assert (marked.status, marked["admitted_at"]) == (201, "2009-03-01T09:00:00+08:00")
    assert api.post("stays", body, key="one").text == marked.text


@pytest.mark.parametrize("name", NAMES)
def test_what_stands_behind_the_question_mark_is_known_or_refused(db: None, name: str) -> None:
    operation, api = operation_of(name), caller("H3")
    path = operation.path.removeprefix(PREFIX)
    for part, value in {"number": "S2009-0000001", "key": "one", "code": "schema"}.items():
        path = path.replace("{" + part + "}", value)
    said = api.send(operation.method.upper(), f"{path}?colour=red", key="one", text="{}")
    assert (said.status, said.code, said["errors"][0]["pointer"]) == (400, "schema", "#/colour")


def test_wrong_frames(db: None) -> None:
    api = caller("H3")
    given = {"HTTP_AUTHORIZATION": f"Bearer {api.token}", "HTTP_IDEMPOTENCY_KEY": "one"}
    xml = api.http.generic("POST", f"{PREFIX}stays", "<x/>", content_type="application/xml", **given)
    assert (xml.status_code, xml.json()["code"]) == (415, "media_type")
    large = api.send("POST", "stays", text='{"x": "' + "x" * 2_200_000 + '"}', key="one")
    assert (large.status, large.code) == (413, "too_large")
    for path in ("", "nothing", "stays/", "stays/1", "stays/211002194005061234", "messages/a b", "problems/a%0Ab"):
        said = api.send("GET", path)
        assert (said.status, said.code) == (404, "not_found")
    wrong = api.send("DELETE", "stays")
    assert (wrong.status, wrong.code, wrong.headers["Allow"]) == (405, "method_not_allowed", "GET, POST, HEAD")
