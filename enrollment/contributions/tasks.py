"""Celery: what contributions does by itself."""

from celery import shared_task

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor

from . import services


@shared_task
def open_window() -> None:
    """W5: start making the notices of the window that today lies in. A second run changes nothing."""
    services.open_due_window(by=Actor.job("open_window"))


@shared_task
def lapse_unpaid() -> None:
    """W8: lapse what was not paid in its term. Once a day; a second run changes nothing."""
    services.lapse_unpaid(on=clock.today(), by=Actor.job("lapse_unpaid"))


@shared_task
def follow_moves() -> None:
    """C3: paid notices follow moves that became known since. A second run changes nothing."""
    services.follow_moves(by=Actor.job("follow_moves"))
