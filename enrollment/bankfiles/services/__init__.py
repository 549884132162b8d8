"""The verbs of bank files: upload, check, import, discard; see to a return that could not be taken back (C6, C8)."""

from .returns import close_return
from .uploading import SameFile, check_file, discard_file, import_file, upload_file

__all__ = ["SameFile", "check_file", "close_return", "discard_file", "import_file", "upload_file"]
