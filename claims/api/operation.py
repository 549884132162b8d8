"""One operation of the interface: what it takes and gives, which codes it can answer, and how a call goes through.

`operation` says all of it in one place; the schema, the examples and the tests are made from what it says.
"""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpResponse
from django.utils import translation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from claims.models import Institution
from liaoyang_medins.kernel.offices.actors import Actor

from . import examples
from .codes import CODES
from .fields import Answer, Body
from .messages import fingerprint_of, once
from .models import Client
from .problems import MEDIA_TYPE, Problem, answer, details
from .shapes import ProblemShape

KEY = re.compile(r"[A-Za-z0-9._:-]{1,64}")
KEY_HEADER = "Idempotency-Key"
# What any call can be answered; something behind the question mark that nobody knows is against the schema too.
ANY_CALL = ("schema", "unauthorized", "not_allowed", "not_found", "rate_limited", "internal", "unavailable")
WITHOUT_TOKEN = ("schema", "internal", "unavailable")
WITH_BODY = ("malformed", "schema", "too_large", "media_type")
WITH_KEY = ("key_missing", "key_malformed", "key_reused", "message_withdrawn")


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose form is right: who calls, the body and the query as the serializers left them."""

    client: Client
    by: Actor
    body: dict[str, Any]
    query: dict[str, Any]
    key: str

    @property
    def institution(self) -> Institution:
        """The institution of the client: all that it sees is this one's."""
        found: Institution = self.client.institution
        return found


@dataclass(frozen=True, slots=True)
class Operation:
    """What `operation` was told."""

    transaction: str
    name: str
    summary: str
    gives: type[Answer]
    status: int
    takes: type[Body] | None
    asks: type[Body] | None
    changes: bool
    public: bool
    codes: tuple[str, ...]


OPERATIONS: dict[str, Operation] = {}
Work = Callable[..., dict[str, Any]]


def operation(
    transaction: str,
    name: str,
    summary: str,
    *,
    gives: type[Answer],
    status: int = 200,
    takes: type[Body] | None = None,
    asks: type[Body] | None = None,
    changes: bool = False,
    public: bool = False,
    codes: tuple[str, ...] = (),
) -> Callable[[Work], Callable[..., HttpResponse]]:
    """Make a view's method of a function of a Call (and the address's parts) that gives the body of the answer.

    `changes`: the call needs a message id, and is done once. `public`: needs no token.
    """
    every = (
        *codes,
        *(WITH_BODY if takes else ()),
        *(WITH_KEY if changes else ()),
        *(WITHOUT_TOKEN if public else ANY_CALL),
    )
    known = Operation(
        transaction, name, summary, gives, status, takes, asks, changes, public, tuple(dict.fromkeys(every))
    )
    OPERATIONS[name] = known

    def decorate(work: Work) -> Callable[..., HttpResponse]:
        @functools.wraps(work)
        def method(self: APIView, request: Request, **parts: str) -> HttpResponse:
            call = call_of(known, request)
            if not known.changes:
                return answer(work(self, call, **parts), known.status)
            text, code = once(
                client=call.client,
                key=call.key,
                operation=known.name,
                fingerprint=fingerprint_of(request.method or "", request.path, request.data if known.takes else None),
                status=known.status,
                work=lambda: work(self, call, **parts),
            )
            return HttpResponse(text, status=code, content_type=MEDIA_TYPE if code >= 400 else "application/json")

        method.operation = known  # type: ignore[attr-defined]
        described: Callable[..., HttpResponse] = described_by(known, work.__doc__ or "")(method)
        return described

    return decorate


def call_of(known: Operation, request: Request) -> Call:
    """The call, checked: message id, body, query. Raises Problem, and what the serializers raise."""
    key = key_of(request) if known.changes else ""
    query = checked(known.asks, {name: request.query_params[name] for name in request.query_params})
    body = checked(known.takes, request.data) if known.takes else {}
    # What ClientAuthentication says of a call; of one that is open to all, nobody.
    client, by = cast(Client, request.auth), cast(Actor, request.user)
    return Call(client, by, body, query, key)


def key_of(request: Request) -> str:
    key = request.headers.get(KEY_HEADER)
    if key is None:
        raise Problem("key_missing")
    if not KEY.fullmatch(key):
        raise Problem("key_malformed")
    return key


def checked(shape: type[Body] | None, data: Any) -> dict[str, Any]:
    """The data as the shape reads them; without a shape there must be none."""
    found: dict[str, Any] = reader(shape or Body).run_validation(data)
    return found


@functools.cache
def reader(shape: type[Body]) -> Body:
    """What reads bodies of this shape: one for all calls, since reading leaves nothing on it."""
    return shape()


class Interface(APIView):
    """What stands at one address."""

    http_method_names = ("get", "post", "put", "head")


def described_by(known: Operation, text: str) -> Callable[[Any], Any]:
    """The operation in the schema."""
    parameters: list[Any] = [known.asks] if known.asks else []
    if known.changes:
        parameters.append(
            OpenApiParameter(
                KEY_HEADER,
                {"type": "string", "pattern": f"^{KEY.pattern}$"},
                OpenApiParameter.HEADER,
                required=True,
                description="The client's own message id: the same call with it is answered the same again.",
                examples=[OpenApiExample("message id", "20091105-000123")],
            )
        )
    own = examples.OF.get(known.name, {})
    responses: dict[Any, Any] = {
        known.status: OpenApiResponse(
            known.gives, description="Done.", examples=[OpenApiExample(known.name, own["answer"])] if own else []
        )
    }
    for status in sorted({CODES[code].status for code in known.codes}):
        held = [CODES[code] for code in known.codes if CODES[code].status == status]
        # The schema is English, whatever language the first caller of a process reads.
        with translation.override("en"):
            told = [OpenApiExample(code.code, details(code, ""), media_type=MEDIA_TYPE) for code in held]
        responses[status, MEDIA_TYPE] = OpenApiResponse(
            ProblemShape, description=", ".join(f"`{code.code}`" for code in held), examples=told
        )
    sent = own.get("request")
    return extend_schema(
        operation_id=known.name,
        summary=f"{known.transaction} {known.summary}".strip(),
        description=text,
        parameters=parameters,
        request=known.takes or OpenApiTypes.NONE,
        responses=responses,
        auth=[] if known.public else None,
        examples=[OpenApiExample(f"{known.name} request", sent, request_only=True)] if sent else [],
    )
