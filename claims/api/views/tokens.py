"""Tokens: OAuth 2 client credentials, and no other grant."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from oauth2_provider.views import TokenView
from rest_framework.exceptions import Throttled

from claims.api.problems import handle

GRANT = "client_credentials"


class Tokens(TokenView):  # type: ignore[misc]  # not typed
    """A token for an hour, for who proves to be a client (RFC 6749, 4.4). Errors are those of RFC 6749, 5.2; behind
    the client's limit 429 like any call.
    """

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("grant_type") != GRANT:
            return JsonResponse({"error": "unsupported_grant_type"}, status=400)
        try:
            answer: HttpResponse = super().post(request, *args, **kwargs)
        except Throttled as error:
            return handle(error, {})
        # Of a refusal the toolkit says neither.
        answer["Content-Type"], answer["Cache-Control"] = "application/json", "no-store"
        return answer
