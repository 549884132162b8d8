"""Tokens: OAuth 2 client credentials, and no other grant."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from oauth2_provider.views import TokenView

GRANT = "client_credentials"


class Tokens(TokenView):  # type: ignore[misc]  # not typed
    """A token for an hour, for who proves to be a client (RFC 6749, 4.4). Errors are those of RFC 6749, 5.2."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("grant_type") != GRANT:
            return JsonResponse({"error": "unsupported_grant_type"}, status=400)
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer
