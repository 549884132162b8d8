"""Where the files lie: a folder outside the web root, each under its opaque key, readable by the portal only."""

import hashlib
import os
from pathlib import Path
from uuid import UUID

from django.conf import settings


def path_of(key: UUID) -> Path:
    """Where the file of `key` lies; two characters make a folder, so that none gets too full."""
    return Path(settings.ATTACHMENTS_ROOT) / key.hex[:2] / key.hex[2:]


def write(key: UUID, data: bytes) -> None:
    """Write the file of `key`, whole or not at all."""
    path = path_of(key)
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_suffix(".new")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    half.replace(path)


def read(key: UUID) -> bytes:
    """The file of `key`. Raises FileNotFoundError."""
    return path_of(key).read_bytes()


def erase(key: UUID) -> None:
    """Delete the file of `key`, where it is there."""
    path_of(key).unlink(missing_ok=True)


def checksum(key: UUID) -> str | None:
    """SHA-256 of the file of `key`, None where it is not there."""
    try:
        return hashlib.sha256(read(key)).hexdigest()
    except FileNotFoundError:
        return None
