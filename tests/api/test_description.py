"""The schema: no drift, every code and every example in it, and the pages that show it."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client as Http
from jsonschema import Draft202012Validator

from claims.api.codes import CODES, LINE_FAULTS
from claims.api.description import GUIDE, SCHEMA, with_codes
from claims.api.operation import OPERATIONS
from claims.api.schema import schema_text
from tests.api.caller import Caller, schema, validate

DOCS = Path(settings.BASE_DIR) / "docs"
# The table of hospital transactions that the interface covers.
NUMBERS = (1101, 2001, 2401, 2403, 2404, 2301, 2302, 2402, 2405, 2303, 2304, 2305, 2601, 3201, 3202)
TRANSACTIONS = [str(number) for number in (*NUMBERS, *range(5201, 5207))]


def operations():
    for path, methods in schema()["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_committed_schema_and_table_of_codes_are_those_of_the_code() -> None:
    """After a change: manage.py describe_api."""
    assert (DOCS / SCHEMA).read_text(encoding="utf-8") == schema_text()
    guide = (DOCS / GUIDE).read_text(encoding="utf-8")
    assert with_codes(guide) == guide


def test_every_transaction_has_an_operation_and_a_heading() -> None:
    assert schema()["openapi"] == "3.1.0"
    found = {operation["summary"].split(" ")[0] for _path, _method, operation in operations()}
    assert found >= set(TRANSACTIONS)
    guide = (DOCS / GUIDE).read_text(encoding="utf-8")
    headings = re.findall(r"^(?:## |\| )(\d{4}) ", guide, flags=re.MULTILINE)
    assert set(headings) == set(TRANSACTIONS)


def test_every_operation_has_examples_that_fit_its_schema() -> None:
    names = set()
    for path, method, operation in operations():
        names.add(operation["operationId"])
        contents = [
            content for answer in operation["responses"].values() for content in answer.get("content", {}).values()
        ]
        contents += operation.get("requestBody", {}).get("content", {}).values()
        for content in contents:
            assert content.get("examples"), (path, method)
            for example in content["examples"].values():
                validate(content["schema"], example["value"])
    assert names == set(OPERATIONS)


def test_every_schema_is_a_schema_and_no_number_is_a_float() -> None:
    for name, shape in schema()["components"]["schemas"].items():
        Draft202012Validator.check_schema(shape)
        assert "number" not in types_in(shape), name


def types_in(shape: object) -> set[str]:
    """The types that a schema names, however deep."""
    if isinstance(shape, list):
        return {found for inner in shape for found in types_in(inner)}
    if not isinstance(shape, dict):
        return set()
    said = shape.get("type")
    own = {said} if isinstance(said, str) else set(said) if isinstance(said, list) else set()
    return own | {found for inner in shape.values() for found in types_in(inner)}


def test_every_operation_tells_what_it_can_be_refused_with() -> None:
    for operation in OPERATIONS.values():
        assert set(operation.codes) <= set(CODES)
        assert ("unauthorized" in operation.codes) is not operation.public
        assert ("key_missing" in operation.codes) is operation.changes


def test_every_code_of_the_services_is_in_the_table() -> None:
    """What a service says by a code of its own is not lost in a general one."""
    services = Path(settings.BASE_DIR) / "claims" / "services"
    files = [services / f"{name}.py" for name in ("admission", "discharges", "lines", "settlement", "records")]
    files += [Path(settings.BASE_DIR) / "claims" / name for name in ("facts.py", "data.py", "selectors.py")]
    said = {code for file in files for code in re.findall(r'code="([a-z_]+)"', file.read_text(encoding="utf-8"))}
    # Of what only the agency does; a hospital does not find what residents claim themselves.
    assert said - set(CODES) == {"institution_unknown", "self_paid"}
    lines = (services / "lines.py").read_text(encoding="utf-8")
    assert set(re.findall(r'\("?\w+"?, "([a-z_]+)", _\(', lines)) <= set(LINE_FAULTS)


@pytest.mark.django_db
def test_the_codes_can_be_read_by_everybody() -> None:
    nobody = Caller("", "", "")
    listed = nobody.get("problems")
    assert [code["code"] for code in listed["codes"]] == list(CODES)
    assert nobody.get("problems/total_differs")["status"] == 422
    assert nobody.get("problems/no-such-code").code == "not_found"


@pytest.mark.django_db
def test_the_pages_have_no_script_or_style_of_their_own_and_nothing_from_elsewhere() -> None:
    page = Http().get("/api/v1/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert "script-src" in page["Content-Security-Policy"] or "default-src 'self'" in page["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)
    assert not re.search(r'(src|href)="(https?:)?//', text)
    script = Http().get("/api/v1/docs?script=")
    assert (script.status_code, script["Content-Type"]) == (200, "application/javascript")
    assert "/api/v1/schema" in script.content.decode() or "./schema" in script.content.decode()
    assert Http().get("/api/v1/schema").content.decode() == schema_text()
