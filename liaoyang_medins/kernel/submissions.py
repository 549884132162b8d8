"""Forms that are sent twice: each carries a mark, and what it made first is given back. And what may be written once
only, by whomever.
"""

import hashlib
from uuid import UUID

from django.db import connection


def one_at_a_time(submission: UUID) -> None:
    """The same form sent twice at once: the second waits here until the transaction of the first is done."""
    key = int.from_bytes(submission.bytes[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def one_at_a_time_with(text: str) -> None:
    """Whoever is about to write the same text at once waits here until the transaction of the first is done."""
    key = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
