"""Scans as answers to requests."""

from django.http import HttpResponse

from .models import Attachment

# A scan is nothing but itself: it runs nothing, loads nothing, and stands in no other page.
POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


def as_file(attachment: Attachment, data: bytes, name: str) -> HttpResponse:
    """The scan as a file to keep; `name` is of letters, digits and - only, and never an ID number."""
    return HttpResponse(
        data,
        content_type=attachment.kind,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{attachment.ending}"',
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
        },
    )
