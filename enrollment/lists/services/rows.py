"""Keeping what became of rows: one statement for a part."""

import json
from collections.abc import Sequence

from django.db import connection

from .parts import Result

KEEP = """
UPDATE lists_listrow AS row SET state = found.state, findings = found.findings::jsonb, resident_id = found.resident
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[]) AS found (id, state, findings, resident)
WHERE row.id = found.id
"""


def keep_results(results: Sequence[Result]) -> None:
    """Write the state of each row, what was found, and whom it is about."""
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP,
            [
                [result.row for result in results],
                [str(result.state) for result in results],
                [json.dumps([finding.to_json() for finding in result.findings]) for result in results],
                [result.resident for result in results],
            ],
        )
