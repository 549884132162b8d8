"""Celery: what wakes the runs. The work itself lies in the database."""

from celery import shared_task

from . import services
from .waking import wake

# After so many seconds a worker goes to the end of the queue, so that a long run keeps nothing else waiting.
SECONDS = 20
# A call of beat that nobody took until the next one is void.
BEAT = 60


@shared_task
def work(number: str) -> None:
    """Work at a run for a while; call for more where there is more."""
    if services.work_off(number=number, seconds=SECONDS):
        wake(number)


@shared_task
def wake_runs() -> None:
    """Call workers to every run that is at work; beat sends it each minute."""
    for number, waiting in services.runs_at_work():
        wake(number, max(waiting, 1), seconds=BEAT)
