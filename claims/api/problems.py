"""Problem details (RFC 9457): every refusal has a stable code, the reason in words, and what to do."""

import json
import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.utils.translation import get_language
from rest_framework import exceptions
from rest_framework.exceptions import ErrorDetail

from claims.data import WrongLines
from liaoyang_medins.kernel import errors
from liaoyang_medins.kernel.policy import PolicyError

from .codes import CODES, Code

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
ADDRESS = "/api/v1/problems/"
# As many as a call of a thousand fee lines can have.
ERRORS_TOLD = 5_000
# The codes of calls that never came to the rules: sent again, they are looked at anew.
NOT_KEPT = frozenset(
    {"malformed", "schema", "key_missing", "key_malformed", "unauthorized", "not_allowed", "not_found"}
    | {"method_not_allowed", "too_large", "media_type", "rate_limited", "internal", "unavailable"}
    | {"key_reused", "message_withdrawn"}
)
# What the services call a field, and where it stands in the body.
POINTERS = {
    "resident": "#/person_number",
    "diagnosis": "#/diagnoses/0",
    "discharged_on": "#/discharged_at",
    "on": "#/at",
    "institution": "",
}
# DRF's own exceptions, by their class.
OF_CLASS: dict[type[Exception], str] = {
    exceptions.ParseError: "malformed",
    exceptions.NotAuthenticated: "unauthorized",
    exceptions.AuthenticationFailed: "unauthorized",
    exceptions.PermissionDenied: "not_allowed",
    PermissionDenied: "not_allowed",
    exceptions.NotFound: "not_found",
    Http404: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.UnsupportedMediaType: "media_type",
    exceptions.Throttled: "rate_limited",
    RequestDataTooBig: "too_large",
    SuspiciousOperation: "malformed",
    OperationalError: "unavailable",
    InterfaceError: "unavailable",
}
OF_KIND: dict[type[errors.DomainError], str] = {
    errors.NotAllowed: "not_allowed",
    errors.Conflict: "conflict",
    errors.Refused: "refused",
    errors.Invalid: "invalid",
}


class Problem(Exception):
    """A refusal of the interface itself, by its code."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def answer(body: Mapping[str, Any], status: int) -> HttpResponse:
    """A JSON answer. Whatever is no string, whole number, list, object, true, false or null is a fault of ours: no
    amount leaves as a float.
    """
    media_type = MEDIA_TYPE if status >= 400 else "application/json"
    return HttpResponse(written(body), status=status, content_type=media_type)


def written(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def details(
    code: Code, detail: str, *, errors: Sequence[Mapping[str, str]] = (), reasons: Iterable[str] = ()
) -> dict[str, Any]:
    """The body of a problem."""
    body: dict[str, Any] = {
        "type": f"{ADDRESS}{code.code}",
        "title": str(code.title),
        "status": code.status,
        "code": code.code,
        "detail": detail or str(code.title),
        "action": str(code.action),
    }
    if errors:
        body["errors"] = list(errors)[:ERRORS_TOLD]
    told = list(reasons)
    if told:
        body["reasons"] = told
    return body


def problem_of(error: Exception) -> dict[str, Any]:
    """The problem that an error is; `internal` for what nobody foresaw."""
    if isinstance(error, Problem):
        return details(CODES[error.code], error.detail)
    if isinstance(error, errors.DomainError):
        return of_domain(error)
    if isinstance(error, exceptions.ValidationError):
        return details(CODES["schema"], "", errors=list(faults_in(error.detail)))
    if isinstance(error, PolicyError):
        return details(CODES["before_the_law"], "")
    code = next((code for kind, code in OF_CLASS.items() if isinstance(error, kind)), None)
    if code is None:
        own = getattr(error, "default_code", "")
        code = own if isinstance(error, exceptions.APIException) and own in CODES else "internal"
    return details(CODES[code], "")


def of_domain(error: errors.DomainError) -> dict[str, Any]:
    """A domain error: its own code where the table has it, else that of its kind."""
    code = CODES.get(error.code)
    if code is None:
        code = CODES[next((code for kind, code in OF_KIND.items() if isinstance(error, kind)), "error")]
    if isinstance(error, WrongLines):
        found = [
            {"pointer": f"#/lines/{fault.place}/{'at' if fault.field == 'on' else fault.field}", "code": fault.code}
            | {"detail": fault.text}
            for fault in error.faults
        ]
        return details(code, str(error.message), errors=found)
    pointer = POINTERS.get(error.field, f"#/{error.field}") if error.field else ""
    found = [{"pointer": pointer, "code": code.code, "detail": str(error.message)}] if pointer else []
    return details(code, str(error.message), errors=found, reasons=[str(reason) for reason in error.reasons])


def faults_in(detail: Any, pointer: str = "#") -> Iterable[dict[str, str]]:
    """Each fault of a body with the pointer (RFC 6901) to it."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else "/" + str(name).replace("~", "~0").replace("/", "~1")
            yield from faults_in(inner, pointer + step)
    elif isinstance(detail, list):
        plain = all(isinstance(inner, ErrorDetail) for inner in detail)
        for place, inner in enumerate(detail):
            if inner:
                yield from faults_in(inner, pointer if plain else f"{pointer}/{place}")
    else:
        yield {"pointer": pointer, "code": str(getattr(detail, "code", "invalid")), "detail": str(detail)}


def handle(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """DRF's handler: every error of a call becomes a problem; what nobody foresaw is logged as well."""
    body = problem_of(error)
    if body["code"] in ("internal", "unavailable"):
        request = context["request"]._request
        log.error("%s %s failed", request.method, request.path, exc_info=error)
        if body["code"] == "internal":
            got_request_exception.send(sender=None, request=request)
    response = answer(body, body["status"])
    if body["code"] == "unauthorized":
        response["WWW-Authenticate"] = 'Bearer realm="hospital"'
    if isinstance(error, exceptions.Throttled):
        response["Retry-After"] = str(math.ceil(getattr(error, "wait", None) or 1))
    if body["code"] == "unavailable":
        response["Retry-After"] = "5"
    if isinstance(error, exceptions.MethodNotAllowed) and context.get("view") is not None:
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    response["Content-Language"] = get_language() or ""
    return response
