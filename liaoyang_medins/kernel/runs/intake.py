"""What comes as a file: checked at once by a dry run of its kind, carried out by a run when somebody says so, taken
away while nothing of it was carried out. Bank files and lists are such.

The verbs are called in the transaction of a service, with the row of what came under lock.
"""

from collections.abc import Iterable

from django.db.models import QuerySet

from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.offices.actors import Actor

from . import kinds, services
from .kinds import Parameters
from .models import Run


def runs_of(kind: str, key: str) -> QuerySet[Run]:
    """The runs of a kind and key, the newest first."""
    return Run.objects.filter(kind=kind, key=key).order_by("-id")


def last_runs(kind: str, keys: Iterable[str]) -> dict[str, Run]:
    """The newest run of a kind for each key, by the key."""
    runs = Run.objects.filter(kind=kind, key__in=list(keys)).order_by("key", "-id").distinct("key")
    return {run.key: run for run in runs}


def is_begun(kind: str, key: str) -> bool:
    """Whether carrying it out was ever begun."""
    return runs_of(kind, key).filter(dry_run=False).exists()


def check(*, kind: str, parameters: Parameters, by: Actor, calls: bool, busy: Conflict) -> Run:
    """Start the dry run; returns it, or the one that is at it already. Raises `busy` while it is carried out."""
    live = _live(kind, kinds.named(kind).key(parameters))
    if live is not None and not live.dry_run:
        raise busy
    return services.start_run(kind=kind, parameters=parameters, by=by, dry_run=True, calls=calls)


def carry_out(*, kind: str, parameters: Parameters, by: Actor, calls: bool, unchecked: Conflict) -> Run:
    """Start the run; returns it, or the one that is at it already. Raises `unchecked` while or where no check has
    ended.
    """
    key = kinds.named(kind).key(parameters)
    live = _live(kind, key)
    if live is not None and not live.dry_run:
        return live
    if live is not None or not runs_of(kind, key).filter(dry_run=True, status=Run.Status.FINISHED).exists():
        raise unchecked
    return services.start_run(kind=kind, parameters=parameters, by=by, calls=calls)


def give_up(*, kind: str, key: str, by: Actor, begun: Conflict) -> None:
    """Cancel a check that is not over, since what came is taken away. Raises `begun` where any of it was carried
    out.
    """
    if is_begun(kind, key):
        raise begun
    live = _live(kind, key)
    if live is not None:
        services.cancel_run(number=live.number, by=by)


def _live(kind: str, key: str) -> Run | None:
    return runs_of(kind, key).filter(status__in=Run.LIVE).first()
