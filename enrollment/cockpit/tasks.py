"""Celery: keeping the cockpit's sums."""

from celery import shared_task

from liaoyang_medins.kernel import clock

from . import services
from .selectors.sums import window_year


@shared_task
def merge_sums() -> None:
    """Make one row of kept sums with the same columns; beat sends it every minute."""
    services.merge_sums()


@shared_task
def count_schools() -> None:
    """Count the year of the present window and the one before by school; beat sends it every five minutes."""
    today = clock.today()
    year = window_year(today)
    for each in (year, year - 1):
        services.count_schools(each, today)
