"""The audit record: append-only, chained, and found out when somebody tampers with it."""

import ast
import datetime
import json
import re
import threading
import time
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from liaoyang_medins.kernel.audit import selectors, services
from liaoyang_medins.kernel.audit.labels import JOBS, VERBS, actor_label
from liaoyang_medins.kernel.audit.models import AuditBlock, AuditEntry, AuditSeal
from liaoyang_medins.kernel.audit.tasks import seal as seal_task
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories

ROOT = Path(__file__).resolve().parents[2]
JOB = Actor.job("test")


def write(count: int = 1) -> list[AuditEntry]:
    office = factories.area()
    return [
        services.record(
            by=JOB, verb="offices.change", obj=office, resident="P2009-0000001", changes={"n": n}, note="说明"
        )
        for n in range(count)
    ]


def tamper(sql: str, *values: object) -> None:
    """What the database's owner could do: switch the trigger off, change, switch it on again."""
    tables = ("audit_auditentry", "audit_auditblock", "audit_auditseal")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.mark.django_db
def test_an_entry_says_who_did_what_where() -> None:
    clerk = factories.actor(Role.COMMUNITY, username="clerk")
    entry = services.record(by=clerk, verb="residents.reveal", obj=factories.community(), note="复核")
    entry.refresh_from_db()
    assert (entry.actor_name, entry.user_id, entry.role) == ("clerk", clerk.user_id, "community")
    assert entry.office_code == clerk.office.code
    assert (entry.object_type, entry.object_number) == ("offices.office", "211002001001")


@pytest.mark.django_db
@pytest.mark.parametrize("model", [AuditEntry, AuditBlock, AuditSeal])
def test_nothing_is_updated_or_deleted(model: type) -> None:
    write()
    services.seal()
    name = next(field.column for field in model._meta.concrete_fields if not field.primary_key)
    table = model._meta.db_table
    for sql in (f"UPDATE {table} SET {name} = {name}", f"DELETE FROM {table}"):  # noqa: S608
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


@pytest.mark.django_db
def test_blocks_are_chained() -> None:
    write(3)
    assert services.unsealed_count() == 3
    assert services.seal() == 3
    write(2)
    assert services.seal() == 2
    assert services.seal() == 0
    first, second = AuditBlock.objects.order_by("id")
    assert first.previous_hash == services.GENESIS
    assert second.previous_hash == first.hash
    assert services.broken_blocks() == []


@pytest.mark.django_db
def test_a_large_backlog_is_sealed_in_several_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "SEAL_AT_MOST", 2)
    write(5)
    assert [services.seal() for _ in range(4)] == [2, 2, 1, 0]
    assert services.broken_blocks() == []


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["actor_name", "verb", "object_number", "resident", "note", "role", "office_code"])
def test_a_changed_entry_is_found(column: str) -> None:
    entry = write(3)[1]
    services.seal()
    write(2)
    services.seal()
    tamper(f"UPDATE audit_auditentry SET {column} = 'x' WHERE id = %s", entry.pk)  # noqa: S608
    assert services.broken_blocks() == [AuditBlock.objects.order_by("id")[0].pk]


@pytest.mark.django_db
def test_a_changed_figure_is_found() -> None:
    entry = write(2)[0]
    services.seal()
    tamper("UPDATE audit_auditentry SET changes = %s WHERE id = %s", json.dumps({"n": 7}), entry.pk)
    assert services.broken_blocks() == [AuditBlock.objects.get().pk]


@pytest.mark.django_db
def test_a_removed_entry_is_found() -> None:
    entry = write(3)[1]
    services.seal()
    tamper(
        "DELETE FROM audit_auditseal WHERE entry_id = %s; DELETE FROM audit_auditentry WHERE id = %s",
        entry.pk,
        entry.pk,
    )
    assert services.broken_blocks() == [AuditBlock.objects.get().pk]


@pytest.mark.django_db
def test_reordered_entries_are_found() -> None:
    first, second, _third = write(3)
    services.seal()
    tamper(
        "UPDATE audit_auditentry a SET at = b.at, changes = b.changes FROM audit_auditentry b "
        "WHERE (a.id, b.id) IN ((%s, %s), (%s, %s))",
        first.pk,
        second.pk,
        second.pk,
        first.pk,
    )
    assert services.broken_blocks() == [AuditBlock.objects.get().pk]


@pytest.mark.django_db
def test_an_entry_slipped_into_a_sealed_block_is_found() -> None:
    write(2)
    services.seal()
    late = write()[0]
    AuditSeal.objects.create(entry=late, block=AuditBlock.objects.get())
    assert services.broken_blocks() == [AuditBlock.objects.get().pk]


@pytest.mark.django_db
def test_a_rewritten_block_breaks_the_next() -> None:
    entry = write(2)[0]
    services.seal()
    write()
    services.seal()
    first, second = AuditBlock.objects.order_by("id")
    tamper("UPDATE audit_auditentry SET note = 'x' WHERE id = %s", entry.pk)
    entries = AuditEntry.objects.filter(seal__block=first).order_by("id")
    tamper(
        "UPDATE audit_auditblock SET hash = %s WHERE id = %s", services.block_hash(services.GENESIS, entries), first.pk
    )
    assert services.broken_blocks() == [second.pk]


@pytest.mark.django_db(transaction=True)
def test_sealers_at_once_seal_every_entry_once() -> None:
    write(40)
    start = threading.Barrier(4)
    counts: list[int] = []

    def run() -> None:
        try:
            start.wait(10)
            counts.append(services.seal())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(counts) == [0, 0, 0, 40]
    assert AuditSeal.objects.count() == 40
    assert services.broken_blocks() == []


@pytest.mark.django_db(transaction=True)
def test_an_entry_whose_transaction_was_open_is_sealed_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "SETTLED_AFTER", datetime.timedelta(0))
    office = factories.area()
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                services.record(by=JOB, verb="offices.change", obj=office)
                written.set()
                go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(10)
    write(2)
    assert services.seal() == 2
    for _time in range(3):
        write(1)
        assert services.seal() == 1
    go_on.set()
    thread.join(10)
    assert services.seal() == 1
    assert services.broken_blocks() == []


@pytest.mark.django_db(transaction=True)
def test_the_sealer_does_not_look_again_at_what_is_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "SETTLED_AFTER", datetime.timedelta(0))
    # No other transaction of the server is under way.
    monkeypatch.setattr(services, "DRAWN", "SELECT last_value, 1::bigint, 1::bigint FROM audit_auditentry_id_seq")
    monkeypatch.setattr(services, "SEAL_AT_MOST", 3)
    settled = []
    for count in (1, 1, 4, 0):
        write(count)
        services.seal()
        first = AuditEntry.objects.order_by("id").first()
        block = AuditBlock.objects.order_by("-id").first()
        assert first is not None
        assert block is not None
        settled.append(block.settled_until and block.settled_until - first.pk + 1)
    # The first block knows of none before it; the third is full and goes as far as the second had seen, since what
    # it left may lie before what it took.
    assert settled == [0, 1, 2, 6]
    assert services.unsealed_count() == 0
    assert services.broken_blocks() == []


def test_a_real_worker_seals(worker: None) -> None:
    write(3)
    seal_task.delay()
    deadline = time.monotonic() + 30
    while services.unsealed_count() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert services.unsealed_count() == 0
    assert services.broken_blocks() == []


@pytest.mark.django_db
def test_the_timeline_reads_like_prose() -> None:
    clerk = factories.actor(Role.COMMUNITY, username="clerk")
    services.record(by=clerk, verb="residents.reveal", obj=clerk.office, resident="P2009-0000009", note="窗口核对")
    (event,) = selectors.timeline(selectors.of_resident("P2009-0000009"))
    assert event.detail == "窗口核对"
    assert event.who.startswith("clerk · ")
    assert event.text != "residents.reveal"


@pytest.mark.django_db
def test_the_timeline_is_not_endless() -> None:
    write(selectors.TIMELINE_LENGTH + 5)
    assert len(selectors.timeline(selectors.of_resident("P2009-0000001"))) == selectors.TIMELINE_LENGTH


def recorded_verbs() -> set[str]:
    """Every verb that the code records, read from the calls of `record`; a kind of run names who may steer it."""
    found = set()
    for package in ("liaoyang_medins", "enrollment", "claims", "funds"):
        for path in (ROOT / package).rglob("*.py"):
            calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
            said = [word for call in calls if ast.unparse(call.func) != "Kind" for word in call.keywords]
            verbs = [word.value.value for word in said if word.arg == "verb" and isinstance(word.value, ast.Constant)]
            found |= {verb for verb in verbs if isinstance(verb, str) and "." in verb}
    return found


def test_every_act_has_its_words() -> None:
    assert recorded_verbs() - set(VERBS) == set()
    assert "residents.reveal" in VERBS


def test_every_job_has_its_words() -> None:
    jobs = set()
    for package in ("liaoyang_medins", "enrollment", "claims", "funds"):
        for path in (ROOT / package).rglob("*.py"):
            jobs |= set(re.findall(r'Actor\.job\("([^"]+)"\)', path.read_text()))
    assert jobs - set(JOBS) == set()
    assert actor_label("job", "watch") != "watch"
    assert actor_label("user", "watch") == "watch"
