"""Work in the background for claims."""

from celery import shared_task

from liaoyang_medins.kernel import clock

from .services.usual import count_usual


@shared_task
def count_usual_costs() -> int:
    """Count anew what stays usually cost; beat sends it each night. Returns of how many institutions."""
    return count_usual(clock.today())
