"""check_integrity: the sound city has no finding, and each planted fault is found by its check, at its row."""

import datetime
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone, translation

from claims.models import Settlement
from enrollment.contributions.models import ContributionNotice
from enrollment.registration.models import Enrollment
from funds.models import JournalEntry, UnpostedDocument
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.portal.integrity import CHECKS, Finding, check_integrity

from . import sound_city
from .faults import FAULTS, TOGETHER
from .faults.planting import keep_up, remove

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The sound city, once for all tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        sound_city.build()
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def in_the_city(city, db) -> Iterator[None]:
    """What a test does to the city is undone after it, constraints and triggers that it dropped with it."""
    with clock.on_day(sound_city.TODAY), translation.override("en"):
        yield


def findings(*codes: str) -> list[Finding]:
    found: list[Finding] = []
    check_integrity(codes, found=found.append)
    return found


def test_the_sound_city_has_no_finding():
    assert findings() == []


def test_every_check_has_a_planted_fault():
    assert {name.split()[0] for name in FAULTS} == {check.code for check in CHECKS if not check.note}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_by_its_check_at_its_row(name):
    code = name.split()[0]
    row = FAULTS[name]()
    found = findings()
    assert {finding.code for finding in found} == TOGETHER.get(code, {code})
    assert row in {name for finding in found for name in (finding.row, *finding.row.split(", "))}
    assert all(finding.problem and "%(" not in finding.problem for finding in found)


def test_what_is_not_sealed_for_long_is_noted_and_no_fault():
    AuditEntry.objects.create(
        at=timezone.now() - datetime.timedelta(hours=1), business_date=sound_city.TODAY, actor_kind="job", verb="x.y"
    )
    results = check_integrity(["audit.unsealed"])
    assert [(result.faults, result.notes) for result in results] == [(0, 1)]
    call_command("check_integrity", "--only", "audit.unsealed", stdout=io.StringIO())


def test_what_was_made_today_may_wait_for_its_posting_where_the_portal_is_at_work():
    renewal = ContributionNotice.objects.filter(status="paid")[0]
    sound_city.pay(renewal, sound_city.TODAY, bank_reference="TODAY")
    found = findings("journal")
    assert {(finding.code, finding.waiting) for finding in found} == {("journal.missing", True)}
    assert sum(result.faults for result in check_integrity(["journal"])) == 1
    assert sum(result.faults for result in check_integrity(["journal"], at_work=True)) == 0
    # Whatever its day is: the next sweep books it because it is noted, and for no other reason.
    with clock.on_day(sound_city.TODAY + datetime.timedelta(days=1)):
        assert sum(result.faults for result in check_integrity(["journal"], at_work=True)) == 0
    UnpostedDocument.objects.all().delete()
    assert sum(result.faults for result in check_integrity(["journal"], at_work=True)) == 1


@pytest.mark.parametrize("name", [name for name in FAULTS if name.startswith("journal.missing")])
def test_an_entry_that_is_lost_is_a_fault_where_the_portal_is_at_work_too(name):
    """Also while something else waits for the sweep."""
    row = FAULTS[name]()
    renewal = ContributionNotice.objects.filter(status="paid")[0]
    sound_city.pay(renewal, sound_city.TODAY, bank_reference="TODAY")
    found: list[Finding] = []
    assert sum(result.faults for result in check_integrity(["journal"], at_work=True, found=found.append)) == 1
    assert [finding.row for finding in found if not finding.waiting] == [row]


def test_what_the_journal_owes_institutions_may_wait_for_what_is_noted_and_for_nothing_else():
    settled = Settlement.objects.filter(live=True, fund__gt=0, stay__self_paid=False).order_by("-number")[0]
    entry = JournalEntry.objects.get(document_type="settlement", document_number=settled.number)
    remove_entry(entry)
    [found] = findings("declaration.payable")
    assert not found.waiting
    UnpostedDocument.objects.create(document_type="receipt", document_number="SK2010-0000001")
    [found] = findings("declaration.payable")
    assert not found.waiting
    UnpostedDocument.objects.create(document_type="settlement", document_number=settled.number)
    [found] = findings("declaration.payable")
    assert found.waiting


def remove_entry(entry: JournalEntry) -> None:
    """Take an entry away as if it had never been booked."""
    for leg in entry.legs.all():
        remove(leg)
    remove(entry)
    keep_up()


def told(*arguments: str) -> tuple[list[str], str]:
    """What the command prints, line by line, and how it ends: the error's words, or none."""
    output = io.StringIO()
    try:
        call_command("check_integrity", *arguments, "--language", "en", stdout=output)
    except CommandError as error:
        return output.getvalue().splitlines(), str(error)
    return output.getvalue().splitlines(), ""


def test_the_command_says_how_much_each_check_looked_at():
    lines, error = told()
    assert error == ""
    assert [line.split()[0] for line in lines[:-1]] == [check.code for check in CHECKS]
    assert lines[-1] == "Nothing is wrong."
    examined = {line.split()[0]: int(line.split()[-2]) for line in lines[:-1]}
    assert examined["enrollment.end"] == Enrollment.objects.count()
    assert examined["settlement.recomputed"] == Settlement.objects.count()
    assert [code for code, rows in examined.items() if not rows] == []


def test_the_command_names_the_row_and_ends_with_an_error():
    row = FAULTS["settlement.sum"]()
    lines, error = told("--only", "settlement.sum", "--only", "audit")
    assert lines[0].startswith(f"  settlement.sum: claims_settlement {row}: The fund's ")
    assert lines[1].split()[:4] == ["settlement.sum", "A2", "1", "found"]
    assert [line.split()[0] for line in lines[2:]] == ["audit.seal", "audit.missing", "audit.unsealed"]
    assert error == "1 findings: something is wrong."


def test_the_command_lists_its_checks_and_refuses_others():
    lines, _error = told("--list")
    assert [line.split()[0] for line in lines] == [check.code for check in CHECKS]
    assert told("--only", "nothing")[1] == "There is no check nothing."


def test_the_guide_names_every_check_with_its_rule():
    guide = (Path(settings.BASE_DIR) / "docs" / "integrity.md").read_text()
    listed = dict(re.findall(r"^\| `([a-z_.]+)` \| ([^|]+) \|", guide, re.MULTILINE))
    assert listed == {check.code: check.rule for check in CHECKS}
