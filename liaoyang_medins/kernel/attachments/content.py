"""What a file is by its bytes, whatever its name says: JPEG, PNG or PDF, whole, and nothing that runs."""

import re
import zlib

from django.utils.translation import gettext as _

from liaoyang_medins.kernel.errors import Invalid

from .models import Attachment

Kind = Attachment.Kind
PNG_SIGN = b"\x89PNG\r\n\x1a\n"
# More than any scanner gives; a browser that unpacks more is brought to its knees.
PIXELS = 100_000_000
# What a PDF holds that does something when it is opened, and the mark of one that needs a password.
ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)\b")
LOCKED = re.compile(rb"/Encrypt\b")
# Pictures and the like, in which any bytes may stand.
STREAMS = re.compile(rb"\bstream\r?\n.*?\bendstream\b", re.DOTALL)
# The markers of a JPEG that hold its size, and those without a length.
JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})


def kind_of(data: bytes) -> Kind:
    """What the bytes are. Raises Invalid for anything but a whole JPEG, PNG or PDF, for pictures of more than 100
    million points, and for PDF files with a password, scripts or files inside.
    """
    if data.startswith(PNG_SIGN):
        _check_picture(_png_size(data))
        return Kind.PNG
    if data.startswith(b"\xff\xd8\xff"):
        _check_picture(_jpeg_size(data))
        return Kind.JPEG
    if re.match(rb"%PDF-[12]\.\d", data):
        _check_pdf(data)
        return Kind.PDF
    raise Invalid(_("Only JPEG, PNG and PDF files can be attached."), code="kind")


def _check_picture(size: tuple[int, int] | None) -> None:
    if size is None or not all(size):
        raise Invalid(_("The picture is damaged or not whole. Scan it again."), code="damaged")
    if size[0] * size[1] > PIXELS:
        raise Invalid(_("The picture has too many points. Scan it with a lower resolution."), code="too_large")


def _check_pdf(data: bytes) -> None:
    if b"%%EOF" not in data[-1024:] or b"startxref" not in data[-2048:]:
        raise Invalid(_("The PDF is damaged or not whole. Scan it again."), code="damaged")
    outline = STREAMS.sub(b"", data)
    if LOCKED.search(outline):
        raise Invalid(_("The PDF is locked with a password. Attach it without one."), code="locked")
    if ACTIVE.search(outline):
        raise Invalid(_("The PDF holds scripts or other files. Attach the plain scan."), code="active")


def _png_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG whose every chunk is whole, else None."""
    place, size = len(PNG_SIGN), None
    while place + 12 <= len(data):
        length = int.from_bytes(data[place : place + 4])
        name, end = data[place + 4 : place + 8], place + 12 + length
        checksum = int.from_bytes(data[end - 4 : end])
        if end > len(data) or zlib.crc32(data[place + 4 : end - 4]) != checksum:
            return None
        if size is None:
            if name != b"IHDR" or length != 13:
                return None
            size = int.from_bytes(data[place + 8 : place + 12]), int.from_bytes(data[place + 12 : place + 16])
        if name == b"IEND":
            return size
        place = end
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a JPEG that goes on to its end, else None."""
    place, size = 2, None
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF or marker in JPEG_BARE:
            place += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[place + 2 : place + 4])
        if marker in JPEG_FRAMES and length >= 8:
            size = int.from_bytes(data[place + 7 : place + 9]), int.from_bytes(data[place + 5 : place + 7])
        if marker == 0xDA:
            # The picture itself; some cameras write a few bytes behind its end.
            return size if b"\xff\xd9" in data[-64:] else None
        if length < 2:
            return None
        place += 2 + length
    return None
