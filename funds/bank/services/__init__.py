"""The verbs of the bank's statements: brought, imported, matched with the book."""

from .matching import match, match_automatically, unmatch
from .uploading import SameFile, check_statement, discard_statement, import_statement, upload_statement

__all__ = [
    "SameFile",
    "check_statement",
    "discard_statement",
    "import_statement",
    "match",
    "match_automatically",
    "unmatch",
    "upload_statement",
]
