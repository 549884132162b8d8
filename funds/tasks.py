from celery import shared_task

from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.offices.actors import Actor

from . import services


@shared_task
def delete_old_workbooks() -> int:
    """Delete the workbooks of persons whose term is over; beat sends it each night."""
    return services.delete_old_workbooks(by=Actor.job("workbooks"))


@shared_task
def post_documents() -> int:
    """Post what has no entry yet; beat sends it each minute. While another sweep posts there is nothing to do here."""
    try:
        return sum(services.post_documents(by=Actor.job("journal")).values())
    except Conflict:
        return 0
