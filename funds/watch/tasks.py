"""Work in the background of supervision."""

from celery import shared_task

from liaoyang_medins.kernel.offices.actors import Actor

from .services import start_look


@shared_task
def look_for_patterns() -> str:
    """Look for suspicious patterns; beat sends it each night. Returns the number of the run."""
    return start_look(by=Actor.job("watch")).number
