"""An institution's software as the tests call the interface: tokens, message ids, JSON. Every answer is held against
the schema."""

import itertools
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jsonschema
import yaml
from django.test import Client as Http
from jsonschema import Draft202012Validator

from claims.api import services
from claims.api.schema import schema_text
from claims.api.urls import urlpatterns
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories
from tests.claims import makers

PREFIX = "/api/v1/"
_keys = itertools.count(1)


@dataclass
class Said:
    """An answer: status, body, and the text as it came."""

    status: int
    body: Any
    text: str
    headers: Any

    @property
    def code(self) -> str:
        return str(self.body["code"])

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


@dataclass
class Caller:
    """The software of one institution."""

    client_id: str
    secret: str
    institution: str
    token: str = ""
    http: Http = field(default_factory=Http)

    def ask_token(self, secret: str | None = None) -> Any:
        form = {"grant_type": "client_credentials", "client_id": self.client_id}
        return self.http.post(f"{PREFIX}oauth/token", {**form, "client_secret": secret or self.secret})

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        text: str | None = None,
        **headers: str,
    ) -> Said:
        given = {"HTTP_AUTHORIZATION": f"Bearer {self.token}"} if self.token else {}
        if key:
            given["HTTP_IDEMPOTENCY_KEY"] = key
        data = text if text is not None else json.dumps(body) if body is not None else ""
        response = self.http.generic(
            method, f"{PREFIX}{path}", data, content_type="application/json", **given, **headers
        )
        content = response.content.decode()
        said = Said(response.status_code, json.loads(content), content, response.headers)
        hold_against_schema(method, path, said)
        return said

    def get(self, path: str) -> Said:
        return self.send("GET", path)

    def post(self, path: str, body: Any = None, *, key: str | None = None, **values: Any) -> Said:
        return self.send("POST", path, body, key=key or new_key(), **values)

    def put(self, path: str, body: Any, *, key: str | None = None) -> Said:
        return self.send("PUT", path, body, key=key or new_key())


def new_key() -> str:
    return f"m-{next(_keys):06d}"


def caller(code: str = "H3", **values: Any) -> Caller:
    """The software of an institution, with a token."""
    makers.institution(code, **values)
    client, secret = services.open_client(institution_code=code, by=factories.actor(Role.ADMINISTRATOR))
    made = Caller(client.client_id, secret, code)
    made.token = made.ask_token().json()["access_token"]
    return made


# --- the schema ------------------------------------------------------------------------------------------------------


@cache
def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(schema_text())
    return loaded


def described(method: str, path: str) -> dict[str, Any] | None:
    """The operation of the schema that a path belongs to."""
    bare = path.partition("?")[0]
    for template, operations in schema()["paths"].items():
        parts, asked = template.removeprefix(PREFIX).split("/"), bare.split("/")
        if len(parts) == len(asked) and all(p == a or p.startswith("{") for p, a in zip(parts, asked, strict=True)):
            found: dict[str, Any] | None = operations.get(method.lower())
            return found
    return None


def validate(shape: dict[str, Any], value: Any) -> None:
    jsonschema.validate(value, {**shape, "components": schema()["components"]}, cls=Draft202012Validator)


def hold_against_schema(method: str, path: str, said: Said) -> None:
    """The status and body that came are ones that the schema tells of; a problem's code is one of the operation's."""
    found = described(method, path)
    if found is None or said.status == 405:
        assert said.status in (404, 405)
        return
    assert str(said.status) in found["responses"], (method, path, said.status, said.text)
    told = found["responses"][str(said.status)]
    media_type, content = next(iter(told["content"].items()))
    assert said.headers["Content-Type"] == media_type
    validate(content["schema"], said.body)
    if said.status >= 400:
        assert said.code in {example["value"]["code"] for example in content["examples"].values()}, said.text


# --- a cycle ---------------------------------------------------------------------------------------------------------


def admission(person: Any, on: str = "2009-03-01", **values: Any) -> dict[str, Any]:
    makers.diagnosis("J18.9")
    number = f"Z{next(_keys):06d}"
    return {
        "person_number": person.number,
        "inpatient_number": number,
        "admitted_at": f"{on}T09:00:00+08:00",
        "card_presented_at": f"{on}T09:00:00+08:00",
        "diagnoses": ["J18.9"],
    } | values


def line(number: str, amount: str = "1000.00", on: str = "2009-03-02", **values: Any) -> dict[str, Any]:
    return {
        "line_number": number,
        "item_code": "A1",
        "at": f"{on}T10:00:00+08:00",
        "quantity": "1",
        "unit_price": amount,
        "amount": amount,
    } | values


def admit(api: Caller, person: Any, **values: Any) -> str:
    said = api.post("stays", admission(person, **values))
    assert said.status == 201, said.text
    return str(said["stay_number"])


def discharged(api: Caller, person: Any, *amounts: str, on: str = "2009-03-01", until: str = "2009-03-10") -> str:
    """A stay with these lines, discharged; its number."""
    number = admit(api, person, on=on)
    lines = [line(str(place), amount, on) for place, amount in enumerate(amounts or ("8000.00",), start=1)]
    assert api.post(f"stays/{number}/lines", {"lines": lines}).status == 201
    said = api.post(f"stays/{number}/discharge", {"discharged_at": f"{until}T10:00:00+08:00", "way": "ordered"})
    assert said.status == 200, said.text
    return number


def settled(api: Caller, person: Any, *amounts: str, key: str | None = None, **values: Any) -> Said:
    number = discharged(api, person, *amounts, **values)
    total = api.get(f"stays/{number}/lines")["amount"]
    said = api.post(f"stays/{number}/settlement", {"stated_total": total}, key=key)
    assert said.status == 201, said.text
    return said


def routes() -> list[str]:
    return [str(pattern.name) for pattern in urlpatterns]
