"""The verbs of long runs: start, pause, resume, cancel, and the work itself.

A chunk is one transaction: the lock on its row is the claim, its rows, its counts and its mark are committed together.
So a process that is killed leaves nothing half done, and its chunk is free at once. A process works for whoever
started the run, on the run's day.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Count, Q

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.room import NAME as NO_ROOM
from liaoyang_medins.kernel.room import out_of_room
from liaoyang_medins.kernel.states import require_transition

from . import kinds
from .kinds import EXAMPLES, Kind, Outcome, Parameters
from .models import Chunk, Refusal, Run
from .selectors import counts_of
from .waking import wake

logger = logging.getLogger(__name__)

Status = Run.Status
ATTEMPTS = 3
# Any numbers that no other advisory lock of the portal uses; of a run, together with its key.
_START_LOCK = 102_2008_03
_CHUNKS_LOCK = 102_2009


class RunFailed(Exception):
    """A chunk of a run, or its end, did not succeed; the cause says why, and it stands on the run."""


# --- start, pause, resume, cancel ------------------------------------------------------------------------------------


@transaction.atomic
def start_run(*, kind: str, parameters: Parameters, by: Actor, dry_run: bool = False, calls: bool = True) -> Run:
    """Plan a run of a kind and call workers to it once this is committed; returns it, `planned`.

    Where a run of the same kind and key is live already, that one comes back and nothing is done. `calls=False` leaves
    the work to the caller (`work_off`). Raises what the kind's plan raises, NotAllowed.
    """
    definition = kinds.named(kind)
    by.require(definition.verb)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_START_LOCK])
    key = definition.key(parameters)
    live = Run.objects.filter(kind=kind, key=key, dry_run=dry_run, status__in=Run.LIVE).first()
    if live is not None:
        return live
    run = Run(
        kind=kind,
        key=key,
        parameters=parameters,
        dry_run=dry_run,
        business_date=clock.today(),
        actor_kind=by.kind.value,
        actor_name=by.name,
        user_id=by.user_id,
        role=by.role.value if by.role else "",
        office=by.office,
        started_at=clock.now(),
    )
    plan = definition.plan(run)
    run.policy_version, run.policy_hash = plan.policy.version, plan.policy.content_hash
    run.number = next_number("run", run.business_date)
    run.save(force_insert=True)
    Chunk.objects.bulk_create(
        [Chunk(run=run, position=place, parameters=part) for place, part in enumerate(plan.chunks, start=1)],
        batch_size=1000,
    )
    if not dry_run:
        run.result = definition.begin(run)
        run.save(update_fields=["result"])
    changes = {"dry_run": dry_run, "parts": len(plan.chunks), "result": run.result}
    audit.record(by=by, verb="runs.start", obj=run, changes=changes)
    if calls:
        transaction.on_commit(partial(wake, run.number, max(len(plan.chunks), 1)))
    return run


def _locked(number: str, by: Actor, then: str) -> tuple[Run, Kind]:
    """The run under lock, when `by` may steer it and it may become `then`. Raises Run.DoesNotExist."""
    run = Run.objects.select_for_update(of=("self",)).select_related("office").get(number=number)
    definition = kinds.named(run.kind)
    by.require(definition.verb)
    require_transition(Run.TRANSITIONS, run.status, then, label=run.get_status_display())
    return run, definition


@transaction.atomic
def pause_run(*, number: str, by: Actor) -> Run:
    """Let no further chunk be taken; one under way is finished. Raises Conflict, NotAllowed, Run.DoesNotExist."""
    run, _kind = _locked(number, by, Status.PAUSED)
    run.status = Status.PAUSED
    run.save(update_fields=["status"])
    audit.record(by=by, verb="runs.pause", obj=run)
    return run


@transaction.atomic
def resume_run(*, number: str, by: Actor, calls: bool = True) -> Run:
    """Go on with a paused or failed run; what failed is tried anew. Raises Conflict, NotAllowed, Run.DoesNotExist."""
    run, _kind = _locked(number, by, Status.PLANNED)
    run.chunks.filter(status__in=[Chunk.Status.FAILED, Chunk.Status.WAITING]).update(
        status=Chunk.Status.WAITING, attempts=0, error=""
    )
    run.status, run.error = Status.PLANNED, ""
    run.save(update_fields=["status", "error"])
    audit.record(by=by, verb="runs.resume", obj=run)
    if calls:
        transaction.on_commit(partial(wake, run.number, max(_waiting(run), 1)))
    return run


@transaction.atomic
def cancel_run(*, number: str, by: Actor) -> Run:
    """End a run and take back what its chunks wrote, unless its kind keeps it. Waits for those under way.

    Raises Conflict, NotAllowed, Run.DoesNotExist.
    """
    found = Run.objects.get(number=number)
    by.require(kinds.named(found.kind).verb)
    _hold_chunks(found, shared=False)
    run, definition = _locked(number, by, Status.CANCELLED)
    run.counts = counts_of(run)
    if not run.dry_run:
        with clock.on_day(run.business_date):
            definition.take_back(run)
    run.status, run.ended_at, run.result = Status.CANCELLED, clock.now(), ""
    run.save(update_fields=["status", "ended_at", "result", "counts"])
    audit.record(by=by, verb="runs.cancel", obj=run, changes=run.counts)
    return run


def _hold_chunks(run: Run, *, shared: bool) -> None:
    """Each chunk is worked under this lock, shared with the others; who cancels takes it alone. PostgreSQL grants it
    in the order of asking, so that the chunks do not keep a cancellation waiting, as locks on rows would.
    """
    lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(%s, %s)", [_CHUNKS_LOCK, run.pk])


def _waiting(run: Run) -> int:
    return run.chunks.filter(status=Chunk.Status.WAITING).count()


def runs_at_work() -> list[tuple[str, int]]:
    """The numbers of the runs that are planned or running, each with how many of its chunks wait."""
    waiting = Count("chunks", filter=Q(chunks__status=Chunk.Status.WAITING))
    found = Run.objects.filter(status__in=Run.AT_WORK).annotate(waiting=waiting).order_by("id")
    return list(found.values_list("number", "waiting"))


# --- the work --------------------------------------------------------------------------------------------------------


def work_off(*, number: str, seconds: float | None = None) -> bool:
    """Work the chunks of a run in this process until none is left to take, and then finish it; the one way, for
    workers, commands and tests. Returns whether more may be left because the `seconds` were over.

    Does nothing where the run is not at work. A chunk that fails is tried again after the others, ATTEMPTS times in
    all; then the run is `failed` and RunFailed raised here. A database that went away is no attempt: its error is
    raised, and the next call goes on.
    """
    ends = None if seconds is None else time.monotonic() + seconds
    failure: RunFailed | None = None
    while True:
        try:
            if not work_one(number=number):
                break
        except RunFailed as error:
            logger.exception("The run %s", number)
            failure = error
        if ends is not None and time.monotonic() > ends:
            return True
    run = finish_run(number=number)
    if failure is not None and run.status == Status.FAILED:
        raise failure
    return False


def work_one(*, number: str) -> bool:
    """Work one waiting chunk of a run, in one transaction; False where there is none to take.

    Raises RunFailed where the chunk did not succeed, after it was noted on it.
    """
    run = Run.objects.select_related("office").filter(number=number, status__in=Run.AT_WORK).first()
    if run is None:
        return False
    if run.status == Status.PLANNED:
        Run.objects.filter(pk=run.pk, status=Status.PLANNED).update(status=Status.RUNNING)
    chunk: Chunk | None = None
    try:
        with transaction.atomic(), clock.on_day(run.business_date):
            chunk = _taken(run)
            if chunk is not None:
                _do(run, chunk)
    except Exception as error:
        if chunk is None or _database_is_gone(error):
            raise
        # With no room for this note either, that is raised; the part waits and is tried again until there is.
        _note_failure(run, chunk, error)
        raise RunFailed(f"part {chunk.position}: {_told(error)}") from error
    return chunk is not None


def _taken(run: Run) -> Chunk | None:
    """The next chunk that nobody works on, locked; those that failed come after the others."""
    _hold_chunks(run, shared=True)
    waiting = Chunk.objects.filter(run=run, run__status__in=Run.AT_WORK, status=Chunk.Status.WAITING)
    return waiting.order_by("attempts", "position").select_for_update(of=("self",), skip_locked=True).first()


def _do(run: Run, chunk: Chunk) -> None:
    definition = kinds.named(run.kind)
    if run.dry_run:
        with _reading_only():
            outcome = definition.look(run, chunk.parameters)
        definition.note(run, chunk.parameters, outcome)
    else:
        outcome = definition.work(run, chunk.parameters)
    _keep(run, chunk, outcome)


def _keep(run: Run, chunk: Chunk, outcome: Outcome) -> None:
    """What came of the chunk, and that it is done."""
    Refusal.objects.bulk_create(
        Refusal(chunk=chunk, name=each.name, code=each.code, parameters=each.parameters) for each in outcome.refusals
    )
    chunk.status, chunk.done_at, chunk.error = Chunk.Status.DONE, clock.now(), ""
    chunk.counts = {code: str(value) for code, value in outcome.counts.items()}
    chunk.examples = [list(row) for row in outcome.examples[:EXAMPLES]] if run.dry_run else []
    chunk.digest = outcome.digest
    chunk.save()
    if outcome.digest and not run.dry_run:
        changes = {"part": chunk.position, **chunk.counts, "digest": outcome.digest}
        audit.record(by=run.actor, verb="runs.work", obj=run, changes=changes)


@contextmanager
def _reading_only() -> Iterator[None]:
    """Within the block PostgreSQL refuses every change; after it the transaction can write again."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
        yield
        transaction.set_rollback(True)


def finish_run(*, number: str) -> Run:
    """Close a run when its last chunk is done: once, in one transaction. Returns the run as it stands now, whether it
    was closed or not. Raises RunFailed where the end did not succeed, after it was noted on the run.
    """
    run: Run | None = None
    try:
        with transaction.atomic():
            run = Run.objects.select_for_update(of=("self",)).select_related("office").get(number=number)
            if run.status in Run.AT_WORK and not run.chunks.exclude(status=Chunk.Status.DONE).exists():
                with clock.on_day(run.business_date):
                    _finish(run)
    except Exception as error:
        if run is None or _database_is_gone(error):
            raise
        _fail(run, error)
        raise RunFailed(_told(error)) from error
    return run


def _finish(run: Run) -> None:
    if run.status == Status.PLANNED:
        # A run without a chunk.
        run.status = Status.RUNNING
    require_transition(Run.TRANSITIONS, run.status, Status.FINISHED, label=run.get_status_display())
    run.counts = counts_of(run)
    if not run.dry_run:
        kinds.named(run.kind).finish(run)
    run.status, run.ended_at = Status.FINISHED, clock.now()
    run.save(update_fields=["status", "ended_at", "counts"])
    audit.record(by=run.actor, verb="runs.finish", obj=run, changes=run.counts)


# --- what goes wrong -------------------------------------------------------------------------------------------------


def _database_is_gone(error: Exception) -> bool:
    """Whether the connection broke, which says nothing about the chunk: a server that went away gives no code, or one
    of connections or of its shutdown.
    """
    if isinstance(error, OperationalError):
        code = getattr(error.__cause__, "pgcode", None)
        return code is None or code.startswith(("08", "57P"))
    return isinstance(error, InterfaceError)


def _told(error: Exception) -> str:
    """An error in one line. What PostgreSQL adds below it quotes rows, and they hold what does not belong here."""
    name = NO_ROOM if out_of_room(error) else type(error).__name__
    return f"{name}: {next(iter(str(error).splitlines()), '')}"[:500]


def tells_of_no_room(*errors: str) -> bool:
    """Whether one of these errors, as they stand on runs and chunks, says that the server has no room left."""
    return any(error.startswith(f"{NO_ROOM}:") for error in errors)


def _note_failure(run: Run, chunk: Chunk, error: Exception) -> None:
    with transaction.atomic():
        found = Chunk.objects.select_for_update().get(pk=chunk.pk)
        if found.status != Chunk.Status.WAITING:
            return
        found.attempts += 1
        found.error = _told(error)
        if found.attempts >= ATTEMPTS:
            found.status = Chunk.Status.FAILED
        found.save(update_fields=["attempts", "error", "status"])
    if found.status == Chunk.Status.FAILED:
        _fail(run, error, part=chunk.position)


def _fail(run: Run, error: Exception, part: int | None = None) -> None:
    """Stop the run, unless somebody paused or cancelled it meanwhile."""
    with transaction.atomic(), clock.on_day(run.business_date):
        found = Run.objects.select_for_update(of=("self",)).select_related("office").get(pk=run.pk)
        if found.status in Run.AT_WORK:
            found.status, found.error = Status.FAILED, _told(error)
            found.save(update_fields=["status", "error"])
            audit.record(by=found.actor, verb="runs.fail", obj=found, changes={"part": part}, note=found.error)
