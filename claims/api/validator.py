"""How a client proves itself when it asks for a token: by any of its secrets that hold."""

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from oauth2_provider.oauth2_validators import OAuth2Validator

from .selectors import client_with


class ClientValidator(OAuth2Validator):  # type: ignore[misc]  # not typed
    """OAuth 2 client credentials (RFC 6749, 4.4), with several secrets of a client at once."""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Whether id and secret, by HTTP Basic or in the body, are those of a client; `request.client` is it then."""
        client_id, secret = self.given_by_header(request) or (
            getattr(request, "client_id", None) or "",
            getattr(request, "client_secret", None) or "",
        )
        request.client = client_with(client_id, secret)
        return request.client is not None

    def given_by_header(self, request: Any) -> tuple[str, str] | None:
        given = self._extract_basic_auth(request)
        if not given:
            return None
        try:
            client_id, secret = base64.b64decode(given).decode().split(":", 1)
        except (ValueError, binascii.Error):
            return None
        return unquote_plus(client_id), unquote_plus(secret)
