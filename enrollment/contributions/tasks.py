"""Celery: what contributions does by itself."""

from celery import shared_task

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor

from . import services


@shared_task
def lapse_unpaid() -> None:
    """W6, W8: lapse what was not paid in its term. Once a day; a second run changes nothing. What a window leaves is
    done by the run that closes it; afterwards what comes later, such as a payment that the bank takes back.
    """
    today = clock.today()
    closed = services.is_closed(services.closed_year(today))
    services.lapse_unpaid(on=today, by=Actor.job("lapse_unpaid"), renewals=closed)


@shared_task
def follow_moves() -> None:
    """C3: paid notices follow moves that became known since. A second run changes nothing."""
    services.follow_moves(by=Actor.job("follow_moves"))
