"""The same rows by SQL: what a job wrote is laid aside and undone, and PostgreSQL writes it again from there, one
statement for each table, in one transaction: into the same tables, with their indexes, constraints and triggers.
"""

import time
from dataclasses import dataclass

from django.db import connection

NOTICE, ENROLLMENT = "contributions_contributionnotice", "registration_enrollment"
# Where the jobs of the contribution year add rows; what a row names comes before it.
ADDED = (
    NOTICE,
    "contributions_receipt",
    "contributions_benefitperiod",
    "papers_keptpaper",
    "contributions_windowletter",
    "contributions_begunbenefit",
    "bankfiles_bankfile",
    "bankfiles_bankfilepart",
    "bankfiles_bankfileline",
    "audit_auditentry",
)


@dataclass(frozen=True, slots=True)
class Change:
    """What a job changes of rows that are there: the columns, of rows of which `where` holds before."""

    table: str
    columns: tuple[str, ...]
    where: str = "true"


@dataclass(frozen=True, slots=True)
class Before:
    """How it was before a job: the highest key of each table, what the job may change, and the tables from which it
    may take rows, laid aside.
    """

    keys: dict[str, int]
    changes: tuple[Change, ...]
    gone: tuple[str, ...]


def lay_aside(changes: tuple[Change, ...], added: tuple[str, ...] = ADDED, gone: tuple[str, ...] = ()) -> Before:
    """Remember how it is. `added`: where the job adds rows, `gone`: where it takes rows away."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS aside CASCADE; CREATE SCHEMA aside")
        for change in changes:
            cursor.execute(
                f"CREATE TABLE aside.was_{change.table} AS SELECT id, {', '.join(change.columns)} "
                f"FROM {change.table} WHERE {change.where}"
            )
        keys = {}
        for table in gone:
            cursor.execute(f"CREATE TABLE aside.was_{table} AS SELECT * FROM {table}")
        for table in added:
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
            keys[table] = cursor.fetchone()[0]
        cursor.execute("CHECKPOINT")
    return Before(keys, changes, gone)


def undo(before: Before) -> None:
    """Lay aside what was added and changed since, and undo it behind the triggers' back."""
    with connection.cursor() as cursor:
        for table, key in before.keys.items():
            cursor.execute(f"CREATE TABLE aside.new_{table} AS SELECT * FROM {table} WHERE id > %s", [key])
        for change in before.changes:
            now, was = (", ".join(f"{row}.{column}" for column in change.columns) for row in ("now", "was"))
            cursor.execute(
                f"CREATE TABLE aside.now_{change.table} AS SELECT now.id, {now} FROM {change.table} now "
                f"JOIN aside.was_{change.table} was USING (id) WHERE ({now}) IS DISTINCT FROM ({was})"
            )
        for table in before.gone:
            cursor.execute(
                f"CREATE TABLE aside.gone_{table} AS SELECT * FROM aside.was_{table} was "
                f"WHERE NOT EXISTS (SELECT FROM {table} own WHERE own.id = was.id)"
            )
        cursor.execute("SET session_replication_role = replica")
        for table in before.gone:
            cursor.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM aside.gone_{table}")
        for table, key in reversed(before.keys.items()):
            cursor.execute(f"DELETE FROM {table} WHERE id > %s", [key])
        for change in before.changes:
            cursor.execute(
                f"UPDATE {change.table} own SET {_set(change, 'was')} FROM aside.was_{change.table} was "
                f"JOIN aside.now_{change.table} USING (id) WHERE own.id = was.id"
            )
        cursor.execute("SET session_replication_role = origin")
        for table in {*before.keys, *before.gone, *(change.table for change in before.changes)}:
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("CHECKPOINT")


def written_again(before: Before) -> float:
    """Seconds that PostgreSQL needs to write what was laid aside."""
    with connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute("BEGIN")
        for table in before.keys:
            cursor.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM aside.new_{table}")
        for change in before.changes:
            cursor.execute(
                f"UPDATE {change.table} own SET {_set(change, 'now')} FROM aside.now_{change.table} now "
                "WHERE own.id = now.id"
            )
        for table in before.gone:
            cursor.execute(f"DELETE FROM {table} own USING aside.gone_{table} gone WHERE own.id = gone.id")
        cursor.execute("COMMIT")
        seconds = time.perf_counter() - began
        cursor.execute("DROP SCHEMA aside CASCADE")
    return seconds


def _set(change: Change, row: str) -> str:
    return ", ".join(f"{column} = {row}.{column}" for column in change.columns)
