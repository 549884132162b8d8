from celery import shared_task

from liaoyang_medins.kernel import clock

from .figures import count_scheme


@shared_task
def count_scheme_figures() -> None:
    """Count the supervisor's figures; beat sends it every five minutes."""
    count_scheme(clock.today())
