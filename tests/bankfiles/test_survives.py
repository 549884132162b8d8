"""A bank file when things break: killed, cut off, no room left, the same file twice at once. In the end it is as if
nothing had happened.
"""

import random
import subprocess
import sys
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection, transaction
from django.test import Client

from enrollment.bankfiles import reading
from enrollment.bankfiles.models import BankFile, BankFileLine
from enrollment.bankfiles.services import bringing, running
from enrollment.contributions.models import Receipt
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.portal.digest import digest_of, digest_tables
from tests.conftest import ROOT, process_environment
from tests.contributions import makers as m
from tests.faults import Point, cut_off_before, killed_at, no_room_for

from .makers import TODAY, bring, content, paid, renewed, start, uploaded, went_back

pytestmark = pytest.mark.django_db(transaction=True)
LINES_A_PART = 3
CHECK = [
    *[(runs, "_taken"), (runs, "_do"), (running, "foresee"), (running, "outcome"), (runs, "_keep")],
    *[(runs, "work_one"), (runs, "_finish"), (runs, "finish_run")],
]
IMPORT = [
    *[(runs, "_taken"), (runs, "_do"), (bringing, "record_payments"), (bringing, "take_back_payment")],
    *[(running, "insert_all"), (runs, "_keep"), (runs, "work_one"), (runs, "_finish"), (runs, "finish_run")],
]
# Called once in a whole import.
ONCE = ("take_back_payment", "_finish", "finish_run")
# What an import writes, those first that point at others.
TABLES = (
    *("runs_refusal", "runs_chunk", "runs_run", "bankfiles_bankfileline", "bankfiles_bankfilepart"),
    *("bankfiles_bankfile", "contributions_benefitperiod", "contributions_receipt"),
    "contributions_contributionnotice",
)


def some_point(rng: random.Random, steps: list[tuple[Any, str]], parts: int) -> Point:
    """Before or after any step of any part, or of the end."""
    module, name = rng.choice(steps)
    return Point(module, name, rng.random() < 0.5, 1 if name in ONCE else rng.randint(1, parts))


def copies() -> dict[str, str]:
    """The rows of the tables as they are now, as JSON: a connection does not outlive a fork, nor its own tables."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT coalesce(json_agg(row), '[]')::text FROM {table} row")  # noqa: S608
            found[table] = cursor.fetchone()[0]
    return found


def put_back(found: dict[str, str]) -> None:
    """Everything that came of an import is gone, as if none had been there."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
        for table in reversed(TABLES):
            cursor.execute(
                f"INSERT INTO {table} OVERRIDING SYSTEM VALUE "  # noqa: S608
                f"SELECT * FROM json_populate_recordset(NULL::{table}, %s::json)",
                [found[table]],
            )


def lines() -> list[reading.Line]:
    """Exact, short, twice in two parts, of nobody, a return: three parts."""
    first, second, third, undone = (renewed() for _ in range(4))
    m.pay(undone, m.D(2009, 10, 12), bank_reference="UNDONE")
    return [
        paid(first, reference="B1"),
        paid(second, reference="B2", amount=m.due(second) - 1),
        paid("N1999-0000001", reference="B3"),
        paid(third, reference="B4"),
        went_back("UNDONE", reference="R1"),
        paid(first, reference="B5"),
        paid(undone, reference="B6"),
        paid("N1999-0000002", reference="B7"),
    ]


def worked_off(run: Run, *counts: str) -> None:
    runs.work_off(number=run.number)
    run.refresh_from_db()
    assert (run.status, run.counts["matched"], run.counts["unmatched"]) == ("finished", *counts)


def test_check_and_import_killed_at_any_step_end_as_if_undisturbed(monkeypatch, size):
    monkeypatch.setattr(reading, "LINES_A_PART", LINES_A_PART)
    data = content(lines())
    before = copies()
    digest, rng = "", random.Random("bank file")
    for turn in range(size(3, 50) + 1):
        found = uploaded(data)
        check = Run.objects.get(kind="bankfile", key=found.number)
        if turn:
            killed_at(some_point(rng, CHECK, 3), check)
        # Of who pays again what went back in the same file only the import sees that it did.
        worked_off(check, "2", "5")
        run = start(found)
        if turn:
            killed_at(some_point(rng, IMPORT, 3), run)
        worked_off(run, "3", "4")
        ours = digest_of(digest_tables())
        digest = digest or ours
        assert ours == digest, turn
        put_back(before)


@pytest.mark.parametrize(("module", "step"), [(bringing, "record_payments"), (running, "insert_all"), (runs, "_keep")])
def test_cut_off_from_the_database_in_the_middle_of_a_part_it_goes_on_later(monkeypatch, module, step):
    monkeypatch.setattr(reading, "LINES_A_PART", LINES_A_PART)
    data = content(lines())
    before = copies()
    runs.work_off(number=start(bring(data)).number)
    expected = digest_of(digest_tables())
    put_back(before)
    run = start(bring(data))
    with monkeypatch.context() as patch:
        cut_off_before(patch, module, step)
        with pytest.raises((OperationalError, InterfaceError)):
            runs.work_off(number=run.number)
    connection.close()
    assert not BankFileLine.objects.exists()
    run.refresh_from_db()
    assert (run.status, run.error, sum(run.chunks.values_list("attempts", flat=True))) == ("running", "", 0)
    worked_off(run, "3", "4")
    assert digest_of(digest_tables()) == expected


def test_with_a_full_disk_the_import_says_so_and_can_be_resumed(monkeypatch):
    monkeypatch.setattr(reading, "LINES_A_PART", LINES_A_PART)
    data = content(lines())
    receipts = Receipt.objects.count()
    found = bring(data)
    run = start(found)
    with no_room_for(Receipt):
        with pytest.raises(runs.RunFailed, match="No space left on device"):
            runs.work_off(number=run.number)
        assert Receipt.objects.count() == receipts
        assert not BankFileLine.objects.exists()
        for address in (found.get_absolute_url(), run.get_absolute_url()):
            said = page(address)
            assert "The disk of the server is full" in said
            assert "once there is room again, resume" in said
    runs.resume_run(number=run.number, by=m.clerk(), calls=False)
    worked_off(run, "3", "4")
    assert "The disk of the server is full" not in page(run.get_absolute_url())


def page(address: str) -> str:
    client = Client()
    client.force_login(User.objects.get(pk=m.clerk().user_id))
    return client.get(address).content.decode()


UPLOAD = """
import django, io, json, sys
django.setup()
from enrollment.bankfiles import services
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Posting
by = Actor.of_posting(Posting.objects.select_related("user", "office").get(role="agency_clerk"))
data = open(sys.argv[1], "rb").read()
sys.stdin.readline()
try:
    print(services.upload_file(file=io.BytesIO(data), file_name="f", by=by, calls=False).number)
except DomainError as error:
    print(error.code)
"""


def test_two_processes_bring_the_same_file_at_once(tmp_path):
    m.clerk()
    file = tmp_path / "file.txt"
    file.write_bytes(content([paid("N1"), paid("N2")]))
    environment = process_environment() | {"BUSINESS_DATE": TODAY.isoformat()}
    children = [
        subprocess.Popen(
            [sys.executable, "-c", UPLOAD, str(file)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("now\n")
        child.stdin.flush()
    said = sorted(child.communicate(timeout=120)[0].strip() for child in children)
    assert said == [BankFile.objects.get().number, "same_file"]


def test_two_workers_at_one_import_record_each_line_once(monkeypatch):
    """Two processes at one run, which share nothing but the database."""
    monkeypatch.setattr(reading, "LINES_A_PART", 1)
    found = bring(content([paid(f"N1999-{place}") for place in range(12)]))
    run = start(found)
    work = "import django, sys; django.setup(); from liaoyang_medins.kernel.runs.services import work_off; "
    children = [
        subprocess.Popen([sys.executable, "-c", f"{work}work_off(number=sys.argv[1])", run.number], env=environment())
        for _ in range(2)
    ]
    assert [child.wait(120) for child in children] == [0, 0]
    run.refresh_from_db()
    assert run.status == "finished"
    assert Receipt.objects.count() == BankFileLine.objects.count() == 12


def environment() -> dict[str, str]:
    return process_environment() | {"PYTHONPATH": str(ROOT)}
