"""Reading clients, their secrets and tokens, and what became of their messages."""

import datetime
import hashlib
import time
from collections.abc import Iterable
from functools import lru_cache

from django.db.models import QuerySet
from oauth2_provider.models import AccessToken

from claims.models import Review, Stay
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.statements import Statement

from .models import Client, ClientSecret, Message

# Seconds.
KEPT = 60


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def client_with(client_id: str, secret: str) -> Client | None:
    """The client with this id, where the secret is one of its own that hold."""
    # The lookup is by the digest: how long it takes tells nothing of a secret.
    found = (
        ClientSecret.objects.in_force(clock.now()).filter(digest=digest_of(secret)).select_related("client").first()
    )
    return found.client if found is not None and found.client.client_id == client_id else None


@Statement
def token_by_checksum(checksum: str) -> "QuerySet[AccessToken, tuple[datetime.datetime, str | None]]":
    """Of the token with this SHA-256: until when it holds, and the id of its client."""
    tokens: QuerySet[AccessToken] = AccessToken.objects.filter(token_checksum=checksum).order_by()
    return tokens.values_list("expires", "application__client_id")


def client_called(client_id: str) -> Client:
    """The client with this id and its limit, with its institution and office, as they were at most a minute ago.
    Whether its token, its agreement and its grade hold is asked at each call.
    """
    return _client_in(client_id, int(time.monotonic() // KEPT))


@lru_cache(maxsize=1000)
def _client_in(client_id: str, minute: int) -> Client:
    return Client.objects.select_related("institution__office").get(client_id=client_id)


@Statement
def message_with(client: int, key: str) -> QuerySet[Message]:
    """The message of a client with this key."""
    return Message.objects.filter(client=client, key=key).order_by()


# --- what the agency looks at ----------------------------------------------------------------------------------------


@Statement
def open_review_of(stay: int) -> QuerySet[Review]:
    """The review of a stay that waits."""
    return Review.objects.filter(stay=stay, status__in=Review.OPEN).order_by()


def latest_reviews(stays: Iterable[Stay]) -> dict[int, Review]:
    """The latest review of each of the stays that had one, by the stay's key."""
    rows = Review.objects.filter(stay__in=[stay.pk for stay in stays]).order_by("stay_id", "-pk").distinct("stay_id")
    return {review.stay_id: review for review in rows}
