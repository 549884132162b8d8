"""Bodies: JSON of a bounded size, without floats that say money; answers are JSON whatever the client asks for."""

import codecs
import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import APIException, ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from .chunks import LARGEST


class TooLarge(APIException):
    status_code = 413
    default_code = "too_large"


class JsonParser(BaseParser):
    """Strict JSON in UTF-8: no NaN, no name twice in an object, no body above LARGEST."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = stream.read(LARGEST + 1)
        if len(body) > LARGEST:
            raise TooLarge
        try:
            # Some systems begin with a byte order mark, which JSON says may be passed over.
            text = codecs.decode(body, "utf-8-sig")
            found = json.loads(text, parse_constant=refuse, object_pairs_hook=once)
            if "\\" in text:
                # Half a character, such as "\\ud800", can be escaped but not written down.
                json.dumps(found, ensure_ascii=False).encode()
            return found
        except (ValueError, RecursionError) as error:
            raise ParseError from error


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON.")


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A name stands twice in an object.")
    return found


class AlwaysJson(BaseContentNegotiation):
    """JSON, whatever the client accepts: there is nothing else."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        sent = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == sent), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
