"""The engine alone, with a kind of the tests: every verb, what it refuses, and what must never happen twice."""

import datetime
import threading
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, NotAllowed, Refused
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import services, tasks, waking
from liaoyang_medins.kernel.runs.models import Run
from tests import factories

from . import kind
from .kind import parameters, written
from .verbs import again, start

pytestmark = pytest.mark.django_db
D = datetime.date


# --- start and work --------------------------------------------------------------------------------------------------


def test_a_run_is_planned_worked_and_finished(clerk):
    with clock.on_day(D(2009, 12, 1)):
        run = start(clerk)
    assert (run.status, run.result, run.business_date) == ("planned", "a-head", D(2009, 12, 1))
    assert run.number.startswith("G2009-")
    assert run.chunks.count() == 6
    assert services.work_off(number=run.number) is False
    run = again(run)
    assert (run.status, run.counts) == ("finished", {"persons": "6", "yuan": "30"})
    assert run.ended_at is not None
    assert written() == [f"n{place:03d}" for place in range(6)]
    assert kind.finished == [run.number]
    entries = AuditEntry.objects.filter(object_number=run.number).order_by("id")
    assert list(entries.values_list("verb", flat=True)) == ["runs.start", *["runs.work"] * 6, "runs.finish"]
    # A worker that comes later works on the run's day, and for who started it.
    assert set(entries.values_list("business_date", "actor_name")) == {(D(2009, 12, 1), "clerk")}


def test_everything_happens_on_the_day_of_the_start(clerk):
    days = []
    kind.meanwhile.append(lambda _parameters: days.append(clock.today()))
    with clock.on_day(D(2009, 12, 1)):
        run = start(clerk, 2)
    with clock.on_day(D(2010, 3, 1)):
        services.work_off(number=run.number)
    assert days == [D(2009, 12, 1)] * 2


def test_starting_twice_does_nothing_twice(clerk):
    run = start(clerk)
    other = factories.actor(Role.AGENCY_CLERK)
    assert start(other) == run
    assert start(other, group="b") != run
    assert User.objects.filter(username="a-head").count() == 1
    services.work_off(number=run.number)
    services.work_off(number=run.number)
    assert len(kind.done) == 6
    assert kind.finished == [run.number]
    User.objects.get(username="a-head").delete()
    kind.take_back(run)
    # It is over: the next start is a new run.
    assert start(clerk) != run


def test_the_database_has_one_live_run_of_a_kind_and_key(clerk):
    run = start(clerk)
    twin = again(run)
    twin.pk, twin.number = None, "G2009-9999999"
    with pytest.raises(IntegrityError, match="run_one_live"), transaction.atomic():
        twin.save(force_insert=True)


def test_a_plan_that_is_refused_leaves_nothing(clerk):
    with pytest.raises(Refused, match="Nobody"):
        start(clerk, 0)
    assert not Run.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("role", [Role.AGENCY_REVIEWER, Role.SUPERVISOR, Role.COMMUNITY])
def test_who_may_not_do_what_the_kind_does_may_not_steer_it(clerk, role: Role):
    run, stranger = start(clerk), factories.actor(role)
    with pytest.raises(NotAllowed):
        start(stranger, group="b")
    for verb in (services.pause_run, services.resume_run, services.cancel_run):
        with pytest.raises(NotAllowed):
            verb(number=run.number, by=stranger)


def test_a_worker_goes_to_the_end_of_the_queue_after_its_time(clerk, monkeypatch):
    run = start(clerk)
    called = []
    monkeypatch.setattr(tasks, "SECONDS", 0)
    monkeypatch.setattr(tasks, "wake", lambda number: called.append(number))
    tasks.work(run.number)
    assert len(kind.done) == 1
    assert called == [run.number]
    monkeypatch.setattr(tasks, "SECONDS", 60)
    tasks.work(run.number)
    assert again(run).status == "finished"
    assert called == [run.number]


def test_beat_calls_to_runs_at_work_only(clerk, monkeypatch):
    working, paused, over = (start(clerk, group=group) for group in "abc")
    services.pause_run(number=paused.number, by=clerk)
    services.work_off(number=over.number)
    called = []
    monkeypatch.setattr(tasks, "wake", lambda number, workers, seconds: called.append((number, workers, seconds)))
    tasks.wake_runs()
    assert called == [(working.number, 6, 60)]


def test_without_a_broker_a_start_is_a_start(clerk, settings, caplog, django_capture_on_commit_callbacks):
    from liaoyang_medins.celery import app

    with app.connection_for_write("redis://127.0.0.1:1/0") as nowhere, pytest.MonkeyPatch.context() as patch:
        send = app.send_task
        patch.setattr(
            waking.current_app, "send_task", lambda *args, **values: send(*args, **values, connection=nowhere)
        )
        with django_capture_on_commit_callbacks(execute=True):
            run = services.start_run(kind="test", parameters=parameters(), by=clerk)
    assert again(run).status == "planned"
    assert "cannot be reached" in caplog.text


# --- two at once -----------------------------------------------------------------------------------------------------


def at_once(count: int, work: Any) -> list[BaseException]:
    """Do the same in threads, each with a connection of its own; what they raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_each_chunk_once(transactional_db, clerk):
    run = start(clerk, 20)
    both = threading.Barrier(2)
    # Neither goes on before the other has a chunk of its own.
    seen = threading.local()

    def wait(_parameters: Any) -> None:
        if not getattr(seen, "met", False):
            seen.met = True
            both.wait(20)

    kind.meanwhile.append(wait)
    assert at_once(2, lambda: services.work_off(number=run.number)) == []
    assert sorted(kind.done) == written()
    assert len(kind.done) == 20
    assert services.finish_run(number=run.number).status == "finished"
    assert kind.finished == [run.number]


@pytest.mark.django_db(transaction=True)
def test_started_by_several_at_once_it_is_one(transactional_db, clerk):
    assert at_once(4, lambda: start(clerk)) == []
    assert Run.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_breaks_in_a_chunk_is_no_attempt(transactional_db, clerk):
    """As when PostgreSQL is restarted: the chunk is free again, and nothing of it is there."""
    run = start(clerk, 2)

    def cut(_parameters: Any) -> None:
        kind.meanwhile.clear()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    kind.meanwhile.append(cut)
    with pytest.raises(OperationalError):
        services.work_off(number=run.number)
    connection.close()
    assert set(run.chunks.values_list("status", "attempts", "error")) == {("waiting", 0, "")}
    services.work_off(number=run.number)
    assert again(run).status == "finished"


# --- pause, resume, cancel -------------------------------------------------------------------------------------------


def test_a_pause_stops_midway_and_resuming_ends_it(clerk):
    run = start(clerk)
    kind.meanwhile.append(
        lambda found: services.pause_run(number=run.number, by=clerk) if found["names"] == ["n002"] else None
    )
    services.work_off(number=run.number)
    assert again(run).status == "paused"
    # The chunk that was under way is finished.
    assert written() == ["n000", "n001", "n002"]
    assert services.work_one(number=run.number) is False
    kind.meanwhile.clear()
    services.resume_run(number=run.number, by=clerk, calls=False)
    services.work_off(number=run.number)
    assert again(run).status == "finished"
    assert len(written()) == 6


def test_a_cancelled_run_takes_back_what_it_wrote(clerk):
    run = start(clerk)
    for _ in range(3):
        services.work_one(number=run.number)
    services.cancel_run(number=run.number, by=clerk)
    run = again(run)
    assert (run.status, run.result, run.counts["persons"]) == ("cancelled", "", "3")
    assert not User.objects.filter(username__startswith="a-").exists()
    services.work_off(number=run.number)
    assert written() == []
    assert start(clerk).status == "planned"


@pytest.mark.django_db(transaction=True)
def test_a_cancellation_waits_for_the_chunk_under_way(transactional_db, clerk):
    run = start(clerk)
    inside, go_on = threading.Event(), threading.Event()

    def hold(_parameters: Any) -> None:
        inside.set()
        go_on.wait(20)

    kind.meanwhile.append(hold)
    worker = threading.Thread(target=at_once, args=(1, lambda: services.work_off(number=run.number)))
    worker.start()
    assert inside.wait(20)
    cancelling = threading.Thread(target=at_once, args=(1, lambda: services.cancel_run(number=run.number, by=clerk)))
    cancelling.start()
    cancelling.join(0.5)
    assert cancelling.is_alive()
    go_on.set()
    worker.join(20)
    cancelling.join(20)
    assert again(run).status == "cancelled"
    assert written() == []


@pytest.mark.parametrize(
    ("status", "possible"),
    [
        ("planned", {"pause", "cancel"}),
        ("running", {"pause", "cancel"}),
        ("paused", {"resume", "cancel"}),
        ("failed", {"resume", "cancel"}),
        ("cancelled", set()),
        ("finished", set()),
    ],
)
def test_what_may_be_done_in_which_state(clerk, status: str, possible: set[str]):
    verbs = {"pause": services.pause_run, "resume": services.resume_run, "cancel": services.cancel_run}
    for name, verb in verbs.items():
        run = start(clerk, group=name)
        run.chunks.update(status="done", done_at=run.started_at)
        values: dict[str, Any] = {"status": status, "error": "why" if status == "failed" else ""}
        if status in Run.OVER:
            values["ended_at"] = run.started_at
        Run.objects.filter(pk=run.pk).update(**values)
        if name in possible:
            verb(number=run.number, by=clerk)
        else:
            with pytest.raises(Conflict) as caught:
                verb(number=run.number, by=clerk)
            assert caught.value.code == "wrong_state"


def test_the_database_does_not_finish_a_run_with_work_left(clerk):
    run = start(clerk)
    with pytest.raises(IntegrityError, match="not done"), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(status="finished", ended_at=run.started_at)
