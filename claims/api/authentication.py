"""Who calls: the software of an institution, by the token that it was given."""

import hashlib
from typing import Any

from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor, ActorKind
from liaoyang_medins.kernel.offices.roles import Role

from .models import Client
from .selectors import client_called, token_by_checksum

TOKEN_PATH = "/api/v1/oauth/token"  # noqa: S105  an address


class ClientAuthentication(BaseAuthentication):
    """A bearer token (RFC 6750) that still holds. `request.user` is the actor, `request.auth` the client."""

    def authenticate(self, request: Request | HttpRequest) -> tuple[Actor, Client] | None:
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return None
        found = token_by_checksum.first(hashlib.sha256(token.strip().encode()).hexdigest())
        if found is None:
            raise AuthenticationFailed
        expires, client_id = found
        if expires <= clock.now() or client_id is None:
            raise AuthenticationFailed
        client = client_called(client_id)
        return actor_of(client), client

    def authenticate_header(self, request: Request | HttpRequest) -> str:
        return 'Bearer realm="hospital"'


def actor_of(client: Client) -> Actor:
    """The actor that a client is: the role of a hospital at its institution, without a user."""
    office = client.institution.office
    return Actor(kind=ActorKind.CLIENT, name=client.name, role=Role.HOSPITAL, office=office)


class IsClient(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, Actor)


class ClientScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """How the schema tells of it."""

    target_class = "claims.api.authentication.ClientAuthentication"
    name = "clientCredentials"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        flow = {"tokenUrl": TOKEN_PATH, "scopes": {"hospital": "The institution's own stays"}}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        return {self.name: ["hospital"]}
