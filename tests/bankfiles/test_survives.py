"""kill -9 in the middle of an import, and the same file twice at once: in the end it is as if nothing had happened."""

import subprocess
import sys

import pytest
from django.db import connection, transaction

from enrollment.bankfiles import reading
from enrollment.bankfiles.models import BankFile, BankFileLine
from enrollment.bankfiles.services import bringing, running
from enrollment.contributions.models import Receipt
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.portal.digest import digest_of, digest_tables
from tests.conftest import ROOT, process_environment
from tests.contributions import makers as m
from tests.faults import Point, killed_at

from .makers import TODAY, bring, content, paid, renewed, start, went_back

pytestmark = pytest.mark.django_db(transaction=True)
LINES_A_PART = 3
CALLS = [
    (runs, "_taken"),
    (runs, "_do"),
    (bringing, "record_payments"),
    (bringing, "take_back_payment"),
    (running, "insert_all"),
    (runs, "_keep"),
    (runs, "work_one"),
]
ENDS = [(runs, "_finish"), (runs, "finish_run")]
# What an import writes, those first that point at others.
TABLES = (
    *("runs_refusal", "runs_chunk", "runs_run", "bankfiles_bankfileline", "bankfiles_bankfilepart"),
    *("bankfiles_bankfile", "contributions_benefitperiod", "contributions_receipt"),
    "contributions_contributionnotice",
)


def points(parts: int) -> list[Point]:
    """Before and after each step of each part, and of the end."""
    steps = [(module, name, nth) for nth in range(1, parts + 1) for module, name in CALLS]
    steps += [(module, name, 1) for module, name in ENDS]
    steps = [step for step in steps if step[1] != "take_back_payment" or step[2] == 1]
    return [Point(module, name, after, nth) for module, name, nth in steps for after in (False, True)]


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


def test_killed_at_any_step_it_ends_as_if_undisturbed(monkeypatch, size):
    monkeypatch.setattr(reading, "LINES_A_PART", LINES_A_PART)
    data = content(lines())
    before = copies()
    digest = None
    every = points(3)
    for point in [None, *every[:: size(len(every) // 3, 1)]]:
        found = bring(data)
        run = start(found)
        if point is not None:
            killed_at(point, run)
        runs.work_off(number=run.number)
        run.refresh_from_db()
        assert (run.status, run.counts["matched"], run.counts["unmatched"]) == ("finished", "3", "4"), point
        ours = digest_of(digest_tables())
        digest = digest or ours
        assert ours == digest, point
        put_back(before)


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
