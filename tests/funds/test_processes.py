"""Two officers at once, each in a process of their own: a statement is issued once, a payment booked once."""

import json
import subprocess
import sys

import pytest

from funds.models import JournalEntry, SubsidyReceipt, SubsidyStatement
from funds.services import post_documents
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories, signing
from tests.conftest import ROOT, process_environment

from . import makers
from .steps import AFTER, IN_WINDOW, prepared

# Sets up, says so, waits for the word, does it, says what came of it.
OFFICER = """
import datetime, json, sys
import django
django.setup()
from decimal import Decimal
from django.db import connection
from funds import services
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Posting

username, verb, given = json.loads(sys.argv[1])
posting = Posting.objects.select_related("user", "office").get(user__username=username)
if "amount" in given:
    given |= {"amount": Decimal(given["amount"]), "paid_on": datetime.date.fromisoformat(given["paid_on"])}
connection.ensure_connection()
print("ready", flush=True)
sys.stdin.readline()
try:
    with clock.on_day(datetime.date(2009, 12, 1)):
        done = getattr(services, verb)(**given, by=Actor.of_posting(posting))
    print(done.number, flush=True)
except DomainError as error:
    print(f"refused: {error.code}", flush=True)
"""


def at_once(*acts: tuple[str, str, dict[str, object]]) -> list[str]:
    """What officers in processes of their own say who act at the same moment: username, verb, and what it is given."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", OFFICER, json.dumps(act)],
            cwd=ROOT,
            env=process_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for act in acts
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate(timeout=60)[0].strip() for process in processes]


@pytest.mark.django_db(transaction=True)
def test_two_officers_in_two_processes_issue_and_book_once():
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    factories.actor(Role.AGENCY_CLERK, username="clerk")
    clerk = signing.named("clerk", Role.AGENCY_CLERK)
    reviewers = [factories.actor(Role.AGENCY_REVIEWER, username=name) for name in ("checks", "first", "second")]
    with clock.on_day(AFTER):
        statement = signing.checked(prepared(clerk), reviewers[0])
    issue = {"number": statement.number, "version": statement.version}
    said = at_once(("first", "issue_statement", issue), ("second", "issue_statement", issue))
    assert sorted(said) == [statement.number, "refused: changed_meanwhile"]
    statement = SubsidyStatement.objects.get()
    assert statement.status == "issued"
    assert AuditEntry.objects.filter(verb="statements.issue").count() == 1
    with clock.on_day(AFTER):
        post_documents(by=Actor.job("tests"))
    assert JournalEntry.objects.filter(document_type="statement").count() == 1

    # The same payment, told twice; and two that are more than is owed together.
    facts = {"number": statement.number, "payer": "211000", "paid_on": "2009-12-01"}
    same = facts | {"amount": "30.00", "bank_reference": "CZ-1"}
    said = at_once(("clerk", "record_subsidy", same), ("clerk", "record_subsidy", same))
    assert said[0] == said[1] == SubsidyReceipt.objects.get().number
    acts = [("clerk", "record_subsidy", facts | {"amount": "20.00", "bank_reference": f"CZ-{n}"}) for n in (2, 3)]
    said = at_once(*acts)
    assert sorted(said)[1] == "refused: more_than_outstanding"
    assert SubsidyReceipt.objects.count() == 2
