"""The schema in OpenAPI 3.1, made from what the operations say of themselves; docs/openapi.yaml is a copy of it."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiYamlRenderer

from .fields import Body

PREFIX = "/api/v1/"
# The words of a group of operations, by the first part of their addresses.
GROUPS = {
    "persons": "People",
    "entitlements": "People",
    "stays": "Stays",
    "settlements": "Settlements",
    "totals": "Reconciliation",
    "reconciliations": "Reconciliation",
    "messages": "Messages",
    "problems": "Problems",
}


class Schema(AutoSchema):
    """How an operation's own words come into the schema."""

    def get_tags(self) -> list[str]:
        return [GROUPS[self.path.removeprefix(PREFIX).split("/")[0]]]

    def _map_serializer(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        schema = super()._map_serializer(serializer, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        if isinstance(serializer, Body) and schema.get("type") == "object":
            schema["additionalProperties"] = False
        return schema


def only_the_interface(endpoints: Sequence[Any], **_kwargs: Any) -> list[Any]:
    """The operations of the interface: no other view of the portal is in the schema."""
    return [one for one in endpoints if hasattr(getattr(one[3].cls, one[2].lower(), None), "operation")]


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """What the whole schema says beside its operations."""
    result["servers"] = [{"url": "/", "description": "The portal"}]
    result["tags"] = [{"name": name} for name in dict.fromkeys(GROUPS.values())]
    return result


@cache
def schema_text() -> str:
    """The schema as YAML, in English whatever the reader's language, made once in a process."""
    with translation.override("en"):
        generator: Any = SchemaGenerator
        renderer: Any = OpenApiYamlRenderer()
        text: bytes = renderer.render(generator().get_schema(request=None, public=True), renderer_context={})
    return text.decode()
