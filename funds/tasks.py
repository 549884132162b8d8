from celery import shared_task

from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.offices.actors import Actor

from . import services


@shared_task
def post_documents() -> int:
    """Post what has no entry yet; beat sends it each minute. While another sweep posts there is nothing to do here."""
    try:
        return sum(services.post_documents(by=Actor.job("journal")).values())
    except Conflict:
        return 0
