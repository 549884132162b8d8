"""The cities that the work is measured in: one database each, on one server, in this process."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.core.management import call_command
from django.db import connection

from liaoyang_medins.portal.demo.city import AS_OF, CitySize, create_demo_city

from .server import Server

PREFIX = "medins_bench_"
BARE = f"{PREFIX}bare"


def use(database: str) -> None:
    """From now on the portal's connection is to `database`."""
    connection.close()
    connection.settings_dict["NAME"] = database


@contextmanager
def cities(server: Server) -> Iterator[None]:
    """Within the block cities can be made; all databases go with it."""
    server.create(BARE)
    try:
        use(BARE)
        call_command("migrate", verbosity=0)
        connection.close()
        yield
    finally:
        connection.close()
        server.drop(BARE)


def silent(said: str) -> None:
    """Nobody listens."""


@contextmanager
def city(server: Server, residents: int, settlements: int = 0) -> Iterator[tuple[str, float]]:
    """A demo city of that size: the name of its database, and the seconds that it took to load."""
    database = f"{PREFIX}{residents}_{settlements}"
    connection.close()
    server.create(database, BARE)
    try:
        use(database)
        began = time.perf_counter()
        create_demo_city(CitySize(residents, as_of=AS_OF, settlements=settlements), silent)
        seconds = time.perf_counter() - began
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        yield database, seconds
    finally:
        connection.close()
        server.drop(database)


@contextmanager
def copied(server: Server, database: str) -> Iterator[str]:
    """A copy of a database, to be changed; it goes with the block."""
    copy = f"{database}_copy"
    connection.close()
    server.create(copy, database)
    try:
        use(copy)
        yield copy
    finally:
        connection.close()
        server.drop(copy)


# The apps whose tables hold the city.
APPS = ("registration", "contributions", "claims", "funds", "audit")

FOREIGN_KEYS = """
SELECT format('ALTER TABLE alone.%%I ADD FOREIGN KEY (%%I) REFERENCES alone.%%I (%%I) DEFERRABLE INITIALLY DEFERRED',
              child.relname, child_column.attname, parent.relname, parent_column.attname)
FROM pg_constraint AS found
JOIN pg_class AS child ON child.oid = found.conrelid
JOIN pg_class AS parent ON parent.oid = found.confrelid
JOIN pg_attribute AS child_column ON child_column.attrelid = child.oid AND child_column.attnum = found.conkey[1]
JOIN pg_attribute AS parent_column ON parent_column.attrelid = parent.oid AND parent_column.attnum = found.confkey[1]
WHERE found.contype = 'f' AND child.relname = ANY(%s) AND parent.relname = ANY(%s)
"""


# The triggers that check what is written: that every journal entry balances. Those that refuse a change cost nothing.
TRIGGERS = """
SELECT replace(pg_get_triggerdef(found.oid), ' ON public.', ' ON alone.')
FROM pg_trigger AS found JOIN pg_class AS child ON child.oid = found.tgrelid
WHERE NOT found.tgisinternal AND found.tgname LIKE 'funds_journal%%_balanced' AND child.relname = ANY(%s)
    AND child.relnamespace = 'public'::regnamespace
"""


def tables_alone(tables: list[str]) -> None:
    """Make the same tables, empty, in a schema of their own: with their constraints, indexes, the keys between them
    and the triggers that check what is written.
    """
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA alone")
        for table in tables:
            cursor.execute(f"CREATE TABLE alone.{table} (LIKE public.{table} INCLUDING ALL)")
        cursor.execute(FOREIGN_KEYS, [tables, tables])
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
        cursor.execute(TRIGGERS, [tables])
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)


def seconds_of_new_rows(before: dict[str, int]) -> float:
    """Seconds that PostgreSQL alone needs to write the rows of these tables that came after the key `before`, beside
    those that were there: one INSERT … SELECT for each table, in one transaction.
    """
    tables = list(before)
    tables_alone(tables)
    copy = "INSERT INTO alone.{0} OVERRIDING SYSTEM VALUE SELECT * FROM public.{0} WHERE id {1} {2}"
    with connection.cursor() as cursor:
        cursor.execute("SET search_path = alone, public; SET session_replication_role = replica")
        for table, key in before.items():
            cursor.execute(copy.format(table, "<=", key))
        cursor.execute("SET session_replication_role = origin; ANALYZE; CHECKPOINT")
        began = time.perf_counter()
        cursor.execute("BEGIN")
        for table, key in before.items():
            cursor.execute(copy.format(table, ">", key))
        cursor.execute("COMMIT")
        seconds = time.perf_counter() - began
        cursor.execute("DROP SCHEMA alone CASCADE; RESET search_path")
    return seconds


def seconds_of_sql(database: str) -> float:
    """Seconds that PostgreSQL alone needs for the city's rows: the same tables, with their constraints, indexes, the
    keys between them and the triggers of the journal, filled by one INSERT … SELECT each, in one transaction.
    """
    tables = [model._meta.db_table for app in APPS for model in apps.get_app_config(app).get_models()]
    use(database)
    tables_alone(tables)
    with connection.cursor() as cursor:
        # As the load has it; and the triggers look at the tables beside them.
        cursor.execute("SET jit = off; SET search_path = alone, public; CHECKPOINT")
        began = time.perf_counter()
        cursor.execute("BEGIN")
        for table in tables:
            cursor.execute(f"INSERT INTO alone.{table} OVERRIDING SYSTEM VALUE SELECT * FROM public.{table}")
        cursor.execute("COMMIT")
        seconds = time.perf_counter() - began
        cursor.execute("DROP SCHEMA alone CASCADE; RESET search_path; RESET jit")
    return seconds
