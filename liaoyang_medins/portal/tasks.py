from celery import shared_task

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor

from .figures import count_scheme
from .year import start_due


@shared_task
def count_scheme_figures() -> None:
    """Count the supervisor's figures; beat sends it every five minutes."""
    count_scheme(clock.today())


@shared_task
def start_due_jobs() -> None:
    """Start what the calendar of the contribution year has for today, and what was missed. Once a night."""
    start_due(clock.today(), Actor.job("contribution_year"))
