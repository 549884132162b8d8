"""Two workers in processes of their own that post the same documents: each is booked once."""

import subprocess
import sys

import pytest

from funds.models import JournalEntry, UnpostedDocument
from tests.conftest import ROOT, process_environment

from . import makers
from .account import D, balances, checked, entered
from .makers import yuan

# Says that it is ready, waits for the word, sweeps a few times, says how much it posted.
WORKER = """
import sys
import django
django.setup()
from django.db import connection
from funds import tasks

connection.ensure_connection()
print("ready", flush=True)
sys.stdin.readline()
print(sum(tasks.post_documents() for _ in range(20)), flush=True)
"""


@pytest.mark.django_db(transaction=True)
def test_two_workers_in_two_processes_book_each_document_once():
    for _ in range(40):
        makers.receipt(D(2009, 9, 8), 1)
    document = checked(entered("12.34"))
    workers = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", WORKER],
            cwd=ROOT,
            env=process_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    posted = [int(worker.communicate(timeout=60)[0]) for worker in workers]
    assert sum(posted) == 41
    assert JournalEntry.objects.count() == 41
    assert JournalEntry.objects.filter(document_number=document.number).count() == 1
    assert not UnpostedDocument.objects.exists()
    assert balances()["1003"] == yuan("52.34")
