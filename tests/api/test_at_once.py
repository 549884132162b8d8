"""A real server with several processes: calls at once, a process that dies before it answers, the example client."""

import http.client
import importlib.util
import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.db.models import Sum

from claims.api import services
from claims.api.models import Message
from claims.models import Reversal, Settlement, Stay
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.local import process
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories
from tests.api import caller
from tests.claims import makers
from tests.conftest import ROOT, process_environment

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8


def example() -> ModuleType:
    """docs/examples/hospital_client.py."""
    path = ROOT / "docs" / "examples" / "hospital_client.py"
    spec = importlib.util.spec_from_file_location("hospital_client", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


client = example()


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server writes what it is asked."""
    return tmp_path_factory.mktemp("server") / "log"


@pytest.fixture(scope="module")
def server(django_db_setup: None, log: Path) -> Iterator[str]:
    """gunicorn with three processes on the test database, for all tests of this file; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # The log goes to a file: a pipe that nobody reads would fill.
    with log.open("wb") as output:
        child = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "tests.api.dying:application"),
                *("--config", "python:liaoyang_medins.kernel.local.serving", "--bind", f"127.0.0.1:{port}"),
            ],
            cwd=ROOT,
            env=process_environment() | {"BUSINESS_DATE": "2010-06-30", "WEB_WORKERS": "3", "HTTPS": "false"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        assert process.wait_until(lambda: answers(port), seconds=180, pause=0.2), log.read_text()
        yield url
    finally:
        process.stop(child)


def answers(port: int) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        try:
            connection.request("GET", "/health/")
            with connection.getresponse() as response:
                return response.status == 200
        except OSError:
            return False


@pytest.fixture
def portal(transactional_db: None, server: str) -> Any:
    makers.institution("H3")
    opened, secret = services.open_client(institution_code="H3", by=factories.actor(Role.ADMINISTRATOR))
    return client.Portal(server, opened.client_id, secret)


def a_stay(portal: Any, person: Any, inpatient_number: str, month: int = 3, amount: str = "8000.00") -> str:
    admitted = caller.admission(person, on=f"2009-{month:02d}-01", inpatient_number=inpatient_number)
    return went_through(portal, admitted, month, amount)


def went_through(portal: Any, admitted: dict[str, Any], month: int, amount: str) -> str:
    number = portal.do("stays", admitted)["stay_number"]
    portal.do(f"stays/{number}/lines", {"lines": [caller.line("1", amount, on=f"2009-{month:02d}-02")]})
    leaves = {"discharged_at": f"2009-{month:02d}-03T09:00:00+08:00", "way": "ordered"}
    portal.do(f"stays/{number}/discharge", leaves)
    return str(number)


def all_at_once(calls: list[Any]) -> list[Any]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: call(), calls))


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From when it is called, the client sends each call once: a fault that it would hide by asking again ends the
    test.
    """

    def begin() -> None:
        monkeypatch.setattr(client, "ATTEMPTS", 1)

    return begin


def test_one_message_sent_many_times_at_once_is_done_once(portal: Any, bare: Any) -> None:
    makers.item()
    number = a_stay(portal, makers.insured(), "Z1")
    settle = f"stays/{number}/settlement"
    bare()
    told = all_at_once([lambda: portal.do(settle, {"stated_total": "8000.00"}, key="one")] * AT_ONCE)
    assert all(answer == told[0] for answer in told)
    assert Settlement.objects.count() == 1
    assert Message.objects.filter(key="one").count() == 1


def test_of_two_calls_with_one_message_id_at_once_one_is_done(portal: Any, bare: Any) -> None:
    makers.item()
    person = makers.insured()
    bodies = [caller.admission(person, inpatient_number=f"Z{place % 2}") for place in range(AT_ONCE)]
    portal.sign_in()
    bare()

    def attempt(body: dict[str, Any]) -> str:
        try:
            return str(portal.do("stays", body, key="one")["inpatient_number"])
        except client.Problem as problem:
            return str(problem.code)

    told = all_at_once([lambda body=body: attempt(body) for body in bodies])
    [done] = set(told) - {"key_reused"}
    assert told == [done if body["inpatient_number"] == done else "key_reused" for body in bodies]
    assert [stay.inpatient_number for stay in Stay.objects.all()] == [done]


def test_settlements_of_one_person_at_once_never_pass_the_cap(portal: Any, bare: Any) -> None:
    makers.item()
    person = makers.insured()
    numbers = [a_stay(portal, person, f"Z{month}", month, "30000.00") for month in range(1, 7)]
    bare()
    calls = [
        lambda number=number: portal.do(f"stays/{number}/settlement", {"stated_total": "30000.00"})
        for number in numbers
    ]
    told = all_at_once(calls)
    assert sum(Decimal(answer["amounts"]["fund"]) for answer in told) == Decimal("30000.00")
    assert Settlement.objects.filter(live=True).aggregate(sum=Sum("fund"))["sum"] == Decimal("30000.00")


def test_settling_and_reversing_at_once_is_done_or_clearly_refused(portal: Any, bare: Any) -> None:
    makers.item()
    person = makers.insured()
    numbers = [a_stay(portal, person, f"Z{month}", month, "20000.00") for month in range(1, 5)]
    bare()
    refused = {"already_settled", "already_reversed", "not_latest", "wrong_state"}
    chance = random.Random(6)

    def one_after_the_other(stays: list[str]) -> set[str]:
        said = set()
        for number in stays:
            try:
                done = portal.do(f"stays/{number}/settlement", {"stated_total": "20000.00"})
                portal.do(f"settlements/{done['settlement_number']}/reversal", {"reason": "typed wrongly"})
            except client.Problem as problem:
                said.add(str(problem.code))
        return said

    told = all_at_once([lambda: one_after_the_other(chance.sample(numbers, 4))] * AT_ONCE)
    assert set().union(*told) <= refused
    rows = Settlement.objects.filter(resident=person).order_by("sequence")
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    live = [row for row in rows if row.live]
    for place, row in enumerate(live):
        assert row.cap_used == sum(earlier.fund for earlier in live[:place])
    assert sum(row.fund for row in live) <= Decimal("30000.00")


def test_many_stays_of_one_institution_at_once(portal: Any, size: Any) -> None:
    makers.item()
    admissions = [caller.admission(makers.insured(), on="2009-03-01") for _ in range(size(16, 100))]

    def whole(admitted: dict[str, Any]) -> str:
        number = went_through(portal, admitted, 3, "8000.00")
        return str(portal.do(f"stays/{number}/settlement", {"stated_total": "8000.00"})["settlement_number"])

    told = all_at_once([lambda admitted=admitted: whole(admitted) for admitted in admissions])
    assert len(set(told)) == len(admissions) == Settlement.objects.filter(live=True).count()


def test_of_two_admissions_with_one_inpatient_number_one_wins(portal: Any, bare: Any) -> None:
    people = [makers.insured() for _ in range(AT_ONCE)]
    bodies = [caller.admission(person, inpatient_number="Z1") for person in people]
    portal.sign_in()
    bare()

    def attempt(body: dict[str, Any]) -> str:
        try:
            return str(portal.do("stays", body)["status"])
        except client.Problem as problem:
            return str(problem.code)

    told = all_at_once([lambda body=body: attempt(body) for body in bodies])
    assert sorted(told) == ["admitted"] + ["inpatient_number_taken"] * (AT_ONCE - 1)
    assert Stay.objects.count() == 1


def test_a_process_that_dies_between_commit_and_answer_has_settled_once(portal: Any, server: str) -> None:
    makers.item()
    number = a_stay(portal, makers.insured(), "Z1")
    dying = {"Authorization": f"Bearer {portal.token}", "Content-Type": "application/json", "Idempotency-Key": "one"}
    dying["X-Die"] = "before the answer"
    body = json.dumps({"stated_total": "8000.00"})
    with closing(http.client.HTTPConnection(server.removeprefix("http://"), timeout=60)) as connection:
        connection.request("POST", f"/api/v1/stays/{number}/settlement", body, dying)
        with pytest.raises((http.client.HTTPException, OSError)):
            connection.getresponse()
    settlement = Settlement.objects.get()
    told = portal.get("messages/one")
    assert (told["outcome"], told["answer"]["settlement_number"]) == ("done", settlement.number)
    again = portal.do(f"stays/{number}/settlement", {"stated_total": "8000.00"}, key="one")
    assert again == told["answer"]
    assert Settlement.objects.count() == 1


def test_neither_an_id_number_nor_what_was_searched_for_comes_into_the_log(portal: Any, log: Path) -> None:
    person = makers.insured()
    assert portal.ask("persons/lookup", {"id_number": person.id_number})["person_number"] == person.number
    portal.get(f"stays?inpatient_number={person.id_number}")
    with pytest.raises(client.Problem):
        portal.get(f"stays?person_number={person.id_number}")
    asked = ('"POST /api/v1/persons/lookup" 200', '"GET /api/v1/stays" 200', '"GET /api/v1/stays" 400')
    assert process.wait_until(lambda: all(one in log.read_text() for one in asked), seconds=10, pause=0.1)
    assert person.id_number not in log.read_text()
    assert person.id_number not in str(list(AuditEntry.objects.values()))


def test_a_body_may_come_in_pieces(portal: Any, server: str) -> None:
    makers.diagnosis("J18.9")
    body = json.dumps(caller.admission(makers.insured(), inpatient_number="Z1")).encode()
    portal.sign_in()
    headers = {"Authorization": f"Bearer {portal.token}", "Content-Type": "application/json", "Idempotency-Key": "one"}
    with closing(http.client.HTTPConnection(server.removeprefix("http://"), timeout=60)) as connection:
        for pieces, status in (([body[:50], body[50:]], 201), ([b" " * 1_000_000] * 3, 413)):
            headers["Idempotency-Key"] = f"pieces-{status}"
            connection.request("POST", "/api/v1/stays", iter(pieces), headers, encode_chunked=True)
            with connection.getresponse() as response:
                assert (response.status, len(response.read()) > 100) == (status, True)
    assert Stay.objects.count() == 1


def test_the_example_client_goes_from_the_card_to_the_reconciliation(portal: Any, server: str) -> None:
    for code in ("A1", "XY0001", "XY0002"):
        makers.item(code)
    makers.diagnosis("J18.9")
    # What was decided before is reversed on the day that is compared; what was decided and reversed then is not its.
    for month in (3, 4):
        number = a_stay(portal, makers.insured(), f"Z{month}", month)
        made = portal.do(f"stays/{number}/settlement", {"stated_total": "8000.00"})["settlement_number"]
        Settlement.objects.filter(number=made).update(decided_on=makers.day("2010-06-01"))
        portal.do(f"settlements/{made}/reversal", {"reason": "typed wrongly"})
    Reversal.objects.filter(settlement__number=made).update(reversed_on=makers.day("2010-06-01"))
    person = makers.insured(years=(2010,))
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs/examples/hospital_client.py"), person.number, "2010-06-20"],
        env=os.environ | {"PORTAL": server, "CLIENT_ID": portal_id(), "CLIENT_SECRET": new_secret()},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "3201 equal" in done.stdout
    assert "3202 equal" in done.stdout
    steps = {line.split()[0] for line in done.stdout.splitlines()}
    asked = "1101 2001 2401 2403 2301 2302 2402 2303 2304 2601 2305 3201 3202 5206"
    assert steps == set(asked.split(" "))
    own = Settlement.objects.filter(resident=person)
    assert (own.count(), own.filter(live=True).count()) == (3, 1)


def portal_id() -> str:
    from claims.api.models import Client

    return str(Client.objects.get().client_id)


def new_secret() -> str:
    return services.add_secret(institution_code="H3", by=factories.actor(Role.ADMINISTRATOR))[1]
