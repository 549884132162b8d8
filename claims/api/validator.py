"""How a client proves itself when it asks for a token: by any of its secrets that hold."""

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from django.db import transaction
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2 import InvalidClientError
from rest_framework.exceptions import Throttled

from .models import Client
from .selectors import client_with
from .throttling import ClientThrottle


class ClientValidator(OAuth2Validator):  # type: ignore[misc]  # not typed
    """OAuth 2 client credentials (RFC 6749, 4.4), with several secrets of a client at once."""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Whether id and secret, by HTTP Basic or in the body, are those of a client; `request.client` is it then.

        A token counts as one of the client's calls: raises Throttled behind its limit.
        """
        request.client = client_with(*self.given(request))
        throttle = ClientThrottle()
        if request.client is not None and not throttle.allows(request.client):
            raise Throttled(wait=throttle.wait())
        return request.client is not None

    @transaction.atomic
    def save_bearer_token(self, token: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        """Keep the token, unless its secret was ended while it was asked for: who ends one locks the client too."""
        Client.objects.select_for_update(no_key=True).get(pk=request.client.pk)
        if client_with(*self.given(request)) is None:
            raise InvalidClientError(request=request)
        super().save_bearer_token(token, request, *args, **kwargs)

    def given(self, request: Any) -> tuple[str, str]:
        """Client id and secret as they were sent."""
        return self.given_by_header(request) or (
            getattr(request, "client_id", None) or "",
            getattr(request, "client_secret", None) or "",
        )

    def given_by_header(self, request: Any) -> tuple[str, str] | None:
        given = self._extract_basic_auth(request)
        if not given:
            return None
        try:
            client_id, secret = base64.b64decode(given).decode().split(":", 1)
        except (ValueError, binascii.Error):
            return None
        return unquote_plus(client_id), unquote_plus(secret)
