"""Celery: what contributions does by itself."""

from celery import shared_task

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor

from . import services


@shared_task
def lapse_unpaid() -> None:
    """W8: lapse what was not paid in its term. Once a day; a second run changes nothing."""
    services.lapse_unpaid(on=clock.today(), by=Actor.job("lapse_unpaid"))


@shared_task
def follow_moves() -> None:
    """C3: paid notices follow moves that became known since. A second run changes nothing."""
    services.follow_moves(by=Actor.job("follow_moves"))
