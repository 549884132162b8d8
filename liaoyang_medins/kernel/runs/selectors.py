"""Reads of long runs: which there are, how far they are, what they counted and refused."""

import datetime
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet

from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.offices.actors import Actor

from . import kinds
from .kinds import EXAMPLES
from .models import Chunk, Refusal, Run

# The acts that call workers.
WAKING = ("runs.start", "runs.resume")
COUNTS = """
    SELECT figure.key, sum(figure.value::numeric)::text
    FROM runs_chunk chunk CROSS JOIN LATERAL jsonb_each_text(chunk.counts) AS figure
    WHERE chunk.run_id = %s AND chunk.status = 'done' GROUP BY figure.key
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: chunks done, failed, and in all."""

    done: int
    failed: int
    total: int


def runs_visible_to(actor: Actor) -> "QuerySet[Run]":
    """The runs that the actor may see, the newest first, each with its chunks `done` and `total`."""
    runs = Run.objects.annotate(
        total=Count("chunks"), done=Count("chunks", filter=Q(chunks__status=Chunk.Status.DONE))
    ).order_by("-id")
    return runs if actor.may("runs.see") else runs.none()


def progress_of(run: Run) -> Progress:
    """How far the run is now."""
    found = run.chunks.aggregate(
        done=Count("pk", filter=Q(status=Chunk.Status.DONE)),
        failed=Count("pk", filter=Q(status=Chunk.Status.FAILED)),
        total=Count("pk"),
    )
    return Progress(**found)


def idle_minutes(run: Run, now: datetime.datetime) -> int:
    """For how many whole minutes nobody has done a part of a run that is at work, since it was started or resumed."""
    last = run.chunks.aggregate(last=Max("done_at"))["last"]
    woken = AuditEntry.objects.filter(object_type=Run._meta.label_lower, object_number=run.number, verb__in=WAKING)
    moments = [run.started_at, last, woken.aggregate(last=Max("at"))["last"]]
    return int((now - max(moment for moment in moments if moment is not None)).total_seconds() // 60)


def counts_of(run: Run) -> dict[str, str]:
    """The sums of what the chunks that are done have counted, by the codes of the kind's figures."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, [run.pk])
        return dict(sorted(cursor.fetchall()))


def refusals_of(run: Run) -> "QuerySet[Refusal]":
    """What the run refused, in the order of its chunks."""
    return Refusal.objects.filter(chunk__run=run).order_by("chunk__position", "id")


def reasons_of(run: Run) -> list[tuple[str, int]]:
    """How often each reason refused something, the most frequent first."""
    found = Refusal.objects.filter(chunk__run=run).order_by().values("code").annotate(times=Count("pk"))
    return [(row["code"], row["times"]) for row in found.order_by("-times", "code")]


def examples_of(run: Run) -> list[list[str]]:
    """The first examples of a dry run, rows under the headings of the kind."""
    found: list[list[str]] = []
    chunks = run.chunks.filter(status=Chunk.Status.DONE).exclude(examples=[]).order_by("position")
    for rows in chunks.values_list("examples", flat=True)[:EXAMPLES]:
        found += rows
    return found[:EXAMPLES]


def last_errors(run: Run) -> list[tuple[int, str]]:
    """The chunks that did not succeed the last time they were tried: position and error."""
    return list(run.chunks.exclude(error="").order_by("position").values_list("position", "error")[:EXAMPLES])


def kind_of(run: Run) -> kinds.Kind:
    """The kind of a run."""
    return kinds.named(run.kind)
