"""The verbs of the catalogue: upload, check, apply, discard, take the file (Art. 18)."""

from .uploading import apply_version, check_version, discard_version, file_of, upload_version

__all__ = ["apply_version", "check_version", "discard_version", "file_of", "upload_version"]
