"""Every operation with drawn calls, as hospital, other hospital and nobody (R8): no 5xx, no violation of the schema,
nothing of others.
"""

import json
import re
from typing import Any

import pytest
import schemathesis
from django.test import Client as Http
from hypothesis import HealthCheck, Phase, given, settings

from tests.api.caller import (
    PREFIX,
    Caller,
    Said,
    admission,
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


@pytest.fixture
def world(db: None) -> tuple[Caller, Caller, str]:
    """Two hospitals; the stays of the second, whose names nobody else may read."""
    makers.catalogue()
    mine, theirs = caller("H3"), caller("H1", grade="grade1")
    person = makers.insured(name="欧阳不可见")
    settled(theirs, person)
    discharged(theirs, makers.insured(name="欧阳不可见"))
    discharged(mine, makers.insured())
    return mine, theirs, "欧阳不可见"


def operation_of(name: str) -> Any:
    found = (one.ok() for one in DRAWN.get_all_operations())
    return next(one for one in found if one.definition.raw["operationId"] == name)


@pytest.mark.parametrize("name", NAMES)
def test_drawn_calls(world: tuple[Caller, Caller, str], size: Any, name: str) -> None:
    mine, theirs, secret = world
    operation = operation_of(name)
    open_to_all = not operation.definition.raw.get("security")

    @given(case=operation.as_strategy())
    @settings(max_examples=size(12, 1000), phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def try_one(case: Any) -> None:
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


def test_wrong_frames(db: None) -> None:
    api = caller("H3")
    given = {"HTTP_AUTHORIZATION": f"Bearer {api.token}", "HTTP_IDEMPOTENCY_KEY": "one"}
    xml = api.http.generic("POST", f"{PREFIX}stays", "<x/>", content_type="application/xml", **given)
    assert (xml.status_code, xml.json()["code"]) == (415, "media_type")
    large = api.send("POST", "stays", text='{"x": "' + "x" * 2_200_000 + '"}', key="one")
    assert (large.status, large.code) == (413, "too_large")
    for path in ("", "nothing", "stays/", "stays/1", "stays/211002194005061234", "messages/a b"):
        said = api.send("GET", path)
        assert (said.status, said.code) == (404, "not_found")
    wrong = api.send("DELETE", "stays")
    assert (wrong.status, wrong.code, wrong.headers["Allow"]) == (405, "method_not_allowed", "GET, POST, HEAD")
