"""Reading clients, their secrets and tokens, and what became of their messages."""

import hashlib

from django.db.models import QuerySet
from oauth2_provider.models import AccessToken

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.statements import Statement

from .models import Client, ClientSecret, Message


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
def token_by_checksum(checksum: str) -> "QuerySet[AccessToken]":
    """The token with this SHA-256, with its client, institution and office."""
    tokens: QuerySet[AccessToken] = AccessToken.objects.select_related("application__institution__office")
    return tokens.filter(token_checksum=checksum)


@Statement
def message_with(client: int, key: str) -> QuerySet[Message]:
    """The message of a client with this key."""
    return Message.objects.filter(client=client, key=key).order_by()
