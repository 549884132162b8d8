"""Celery: keeping the sums of supervision."""

from celery import shared_task

from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.offices.actors import Actor

from . import services


@shared_task
def refresh_changed() -> None:
    """Count the months in which something changed; beat sends it every half hour."""
    _refresh(whole=False)


@shared_task
def refresh_everything() -> None:
    """Count all months, with what only changes where an amount belongs; beat sends it at night."""
    _refresh(whole=True)


def _refresh(*, whole: bool) -> None:
    """While somebody else counts there is nothing to do here."""
    try:
        services.refresh(whole=whole, by=Actor.job("supervision"))
    except Conflict:
        return
