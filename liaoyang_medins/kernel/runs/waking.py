"""Waking workers. A message carries no work: lost or doubled, it changes nothing."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

WORK = "liaoyang_medins.kernel.runs.tasks.work"
# Processes that are called to one run at once; each that finds nothing to do goes away again.
AT_ONE_RUN = 4


def wake(number: str, workers: int = 1, *, seconds: float | None = None) -> None:
    """Call `workers` to a run; a message that nobody took within `seconds` is void.

    Where the broker cannot be reached nothing is lost: beat calls again every minute.
    """
    try:
        for _ in range(min(workers, AT_ONE_RUN)):
            current_app.send_task(WORK, [number], expires=seconds, retry=False)
    except OperationalError:
        logger.warning("The broker cannot be reached; the run %s waits for the next call.", number)
