"""The work of long runs: a run, its chunks, and what was refused in them. All of it lies in the database."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.offices.actors import Actor, ActorKind
from liaoyang_medins.kernel.offices.models import Office, User
from liaoyang_medins.kernel.offices.roles import Role


class Run(models.Model):
    """One long piece of work of a kind (kinds.py), done chunk by chunk, by as many processes as there are.

    - `planned`: its chunks are written, no process has taken one yet; also when it was resumed.
    - `running`: chunks are being worked.
    - `paused`: no further chunk is taken until somebody resumes it; one under way is still finished.
    - `failed`: a chunk failed three times, or the end of the run did. Resumed, it goes on with what is left.
    - `cancelled`: the kind took back what the chunks had written.
    - `finished`: every chunk is done, and the kind has closed the work.

    The first four are live: of a kind and key one run is live at a time, beside its dry run. `key` is the natural key
    of the parameters. Everything is done on `business_date`, the day of the start, under the policy of `plan`, for the
    person who started it. `counts` are the sums of the chunks' counts, kept when the run is over; `result` is the
    number of what it makes.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", _("Waits for a worker")
        RUNNING = "running", _("At work")
        PAUSED = "paused", _("Paused")
        CANCELLED = "cancelled", _("Cancelled")
        FINISHED = "finished", _("Finished")
        FAILED = "failed", _("Failed")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        Status.PLANNED: {Status.RUNNING, Status.PAUSED, Status.CANCELLED, Status.FAILED},
        Status.RUNNING: {Status.PAUSED, Status.CANCELLED, Status.FINISHED, Status.FAILED},
        Status.PAUSED: {Status.PLANNED, Status.CANCELLED},
        Status.FAILED: {Status.PLANNED, Status.CANCELLED},
        Status.CANCELLED: set(),
        Status.FINISHED: set(),
    }
    AT_WORK: ClassVar[tuple[str, ...]] = (Status.PLANNED, Status.RUNNING)
    LIVE: ClassVar[tuple[str, ...]] = (*AT_WORK, Status.PAUSED, Status.FAILED)
    OVER: ClassVar[tuple[str, ...]] = (Status.CANCELLED, Status.FINISHED)

    number = models.CharField(_("run number"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(max_length=100)
    parameters = models.JSONField(default=dict)
    dry_run = models.BooleanField(_("dry run"), default=False)
    business_date = models.DateField(_("business date"))
    policy_version = models.PositiveIntegerField()
    policy_hash = models.CharField(max_length=64)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PLANNED)
    actor_kind = models.CharField(max_length=10)
    actor_name = models.CharField(_("started by"), max_length=150)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=20, blank=True)
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    counts = models.JSONField(default=dict)
    result = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("run")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="run_one_live",
                fields=["kind", "key", "dry_run"],
                condition=Q(status__in=["planned", "running", "paused", "failed"]),
            ),
            models.CheckConstraint(
                name="run_ended",
                condition=Q(status__in=["cancelled", "finished"], ended_at__isnull=False)
                | (Q(ended_at=None) & ~Q(status__in=["cancelled", "finished"])),
            ),
            models.CheckConstraint(name="run_failed_says_why", condition=~Q(status="failed", error="")),
            models.CheckConstraint(name="run_dry_makes_nothing", condition=Q(dry_run=False) | Q(result="")),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("run", args=[self.number])

    @property
    def actor(self) -> Actor:
        """Who started the run, in the posting of that moment: what a worker does, it does for them."""
        return Actor(
            kind=ActorKind(self.actor_kind),
            name=self.actor_name,
            user_id=self.user_id,
            role=Role(self.role) if self.role else None,
            office=self.office,
        )


class Chunk(models.Model):
    """A part of a run that is done in one transaction: its rows, its counts and `done` are committed together.

    - `waiting`: nobody has done it. Whoever locks its row works on it; when that process dies, the lock is gone.
    - `done`: with what came of it.
    - `failed`: after as many `attempts` as are made; `error` says what happened the last time.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Not done yet")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    run = models.ForeignKey(Run, models.PROTECT, related_name="chunks")
    position = models.PositiveIntegerField()
    parameters = models.JSONField(default=dict)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.WAITING)
    counts = models.JSONField(default=dict)
    examples = models.JSONField(default=list)
    digest = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("part of a run")
        ordering = ["run", "position"]
        constraints = [
            models.UniqueConstraint(name="chunk_position_once", fields=["run", "position"]),
            models.CheckConstraint(
                name="chunk_done",
                condition=Q(status="done", done_at__isnull=False) | (Q(done_at=None) & ~Q(status="done")),
            ),
            models.CheckConstraint(name="chunk_failed_says_why", condition=~Q(status="failed", error="")),
        ]
        indexes = [
            models.Index(name="chunks_to_do", fields=["run", "attempts", "position"], condition=Q(status="waiting"))
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.position}"


class Refusal(models.Model):
    """Something that a chunk could not do for a reason of the rules: `name` is the object's natural name, `code` and
    `parameters` say why in the words of the kind.
    """

    chunk = models.ForeignKey(Chunk, models.PROTECT, related_name="refusals")
    name = models.CharField(_("object"), max_length=60)
    code = models.CharField(_("reason"), max_length=40)
    parameters = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("refusal of a run")
        ordering = ["chunk__position", "id"]

    def __str__(self) -> str:
        return f"{self.name} {self.code}"
