"""Work in the background for the hospitals' interface."""

import datetime

from celery import shared_task
from django.conf import settings
from oauth2_provider.models import AccessToken

from liaoyang_medins.kernel import clock

from .models import Message

AT_ONCE = 10_000


@shared_task
def forget_messages() -> int:
    """Delete the messages, and the tokens, whose term is over; returns how many messages those were."""
    now = clock.now()
    AccessToken.objects.filter(expires__lt=now - datetime.timedelta(days=1)).delete()
    old = Message.objects.filter(received_at__lt=now - datetime.timedelta(days=settings.API_MESSAGES_KEPT_DAYS))
    gone = 0
    while keys := list(old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        gone += Message.objects.filter(pk__in=keys).delete()[0]
    return gone
