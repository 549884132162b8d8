"""What it costs to look at all records anew: `check_integrity` beside plain scans of the tables that it reads.

A plain scan reads a table once to its end, every column of every row, also those that are kept out of line, and does
nothing with them: `EXPLAIN (ANALYZE, SERIALIZE BINARY)` of `SELECT *`, whose rows leave for nowhere.
"""

import statistics
import time
from collections.abc import Iterator

from django.db import connection, transaction

from liaoyang_medins.portal.integrity import check_integrity
from liaoyang_medins.portal.snapshot import one_snapshot

from .measuring import short

ROUNDS = 3
# Tables that the transaction has read so far, by scans or by an index.
READ = """
SELECT relname FROM pg_stat_xact_user_tables WHERE coalesce(seq_scan, 0) + coalesce(idx_scan, 0) > 0 ORDER BY relname
"""
SCAN = "EXPLAIN (ANALYZE, TIMING OFF, SERIALIZE BINARY) SELECT * FROM {table}"


def tables_read() -> list[str]:
    """The tables that all checks together read."""
    with one_snapshot():
        check_integrity()
        with connection.cursor() as cursor:
            cursor.execute(READ)
            return [name for (name,) in cursor.fetchall()]


def seconds_of_scans(tables: list[str]) -> float:
    """Seconds of one plain scan of each of the tables."""
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        # One process reads, as one process checks.
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        for table in tables:
            cursor.execute(SCAN.format(table=table))
            cursor.fetchall()
    return time.perf_counter() - began


def seconds_of_checks() -> float:
    """Seconds of all checks, as the command makes them."""
    began = time.perf_counter()
    check_integrity()
    return time.perf_counter() - began


def figures(residents: int) -> Iterator[tuple[str, float]]:
    """The checks as a multiple of the scans, in the city in use: the median of three rounds of both in turn."""
    tables = tables_read()
    rounds = [(seconds_of_checks(), seconds_of_scans(tables)) for _round in range(ROUNDS)]
    size = short(residents)
    yield f"integrity_{size}_seconds", statistics.median(checks for checks, _scans in rounds)
    yield f"integrity_{size}_vs_scan", statistics.median(checks / scans for checks, scans in rounds)
