"""The Celery application. Tasks are thin: fetch by id, call one service."""

import os

from celery import Celery
from celery.signals import task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaoyang_medins.settings")

app = Celery("liaoyang_medins")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
def enter_business_date(**_kwargs: object) -> None:
    """In the demo a task lives on the demo's day, as a request does."""
    from django.conf import settings

    from liaoyang_medins.kernel import clock
    from liaoyang_medins.kernel.offices.models import DemoClock

    if settings.DEMO:
        row = DemoClock.objects.first()
        clock.start_day(row.day if row else None)
