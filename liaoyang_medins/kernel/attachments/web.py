"""Scans as answers to requests."""

import io

from django.http import FileResponse

from .models import Attachment

# A scan is nothing but itself: it runs nothing, loads nothing, and stands in no other page.
POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


def as_file(attachment: Attachment, data: bytes, name: str) -> FileResponse:
    """The scan as a file to keep; `name` is of letters, digits and - only, and never an ID number."""
    return FileResponse(
        io.BytesIO(data),
        as_attachment=True,
        filename=f"{name}.{attachment.ending}",
        content_type=attachment.kind,
        headers={
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
        },
    )
