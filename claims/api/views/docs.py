"""The documentation that can be browsed: codes, schema, and the pages made from it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from drf_spectacular.views import SpectacularSwaggerSplitView

from claims.api.codes import CODES, Code
from claims.api.operation import Call, Interface, operation
from claims.api.problems import Problem
from claims.api.schema import schema_text
from claims.api.shapes import CodeShape, CodesShape


def told(code: Code) -> dict[str, Any]:
    return {"code": code.code, "status": code.status, "title": str(code.title), "action": str(code.action)}


class Problems(Interface):
    authentication_classes = ()
    permission_classes = ()

    @operation("", "list_problems", "All codes of problems", gives=CodesShape, public=True)
    def get(self, call: Call) -> dict[str, Any]:
        """Every code that a refused call can have, with what to do."""
        return {"codes": [told(code) for code in CODES.values()]}


class OneProblem(Interface):
    authentication_classes = ()
    permission_classes = ()

    @operation("", "get_problem", "One code", gives=CodeShape, public=True, codes=("not_found",))
    def get(self, call: Call, code: str) -> dict[str, Any]:
        """Where the `type` of a problem leads."""
        if code not in CODES:
            raise Problem("not_found")
        return told(CODES[code])


@require_GET
def schema(request: HttpRequest) -> HttpResponse:
    """The schema in OpenAPI 3.1, the same as docs/openapi.yaml."""
    return HttpResponse(schema_text(), content_type="application/yaml; charset=utf-8")


class Docs(SpectacularSwaggerSplitView):
    """The schema as pages, with scripts of our own server only: the content security policy holds here too."""

    url_name = "api-schema"
    template_name = "api/docs.html"
    authentication_classes = ()
