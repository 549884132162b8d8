"""Bodies that come in pieces: .NET and others send them without saying how long they are, and Django reads no byte of
such a body.
"""

import io
from collections.abc import Callable
from typing import Any

# A thousand fee lines are a quarter of it.
LARGEST = 2 * 1024 * 1024
PREFIX = "/api/v1/"
Application = Callable[[dict[str, Any], Any], Any]


def with_length(application: Application) -> Application:
    """The application, which of calls of the interface is told how long their body is, also where it comes in pieces.
    What goes beyond the largest body is not read: it is refused anyhow.
    """

    def told(environ: dict[str, Any], start_response: Any) -> Any:
        in_pieces = environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
        # Only a server that says where the body ends can be read without its length.
        if in_pieces and environ.get("wsgi.input_terminated") and environ.get("PATH_INFO", "").startswith(PREFIX):
            body = environ["wsgi.input"].read(LARGEST + 1)
            environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
        return application(environ, start_response)

    return told
