from celery import shared_task

from . import services


@shared_task
def seal() -> int:
    """Seal what was committed since the last run; wakes itself again by beat only."""
    return services.seal()
