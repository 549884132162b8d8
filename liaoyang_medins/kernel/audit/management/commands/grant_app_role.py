"""Give the portal's database role its rights; the role that owns the tables runs this after each migration."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg2 import sql

# What is written once and never changed: the portal may add to it and read it.
APPEND_ONLY = (
    "audit_auditentry",
    "audit_auditblock",
    "audit_auditseal",
    "funds_journalentry",
    "funds_journalleg",
    "papers_keptpaper",
)
# To read and write; and, with MAINTAIN, to ANALYZE: who loads much and goes on in the same transaction has to, or
# PostgreSQL plans as if nothing was there.
WORK = "SELECT, INSERT, UPDATE, DELETE, MAINTAIN"
SCHEMA = sql.Identifier("public")


class Command(BaseCommand):
    help = (
        "Gives the role of DATABASE_URL the right to work on the tables that the role of DATABASE_OWNER_URL owns: "
        "everything but changing and deleting what is written once (the audit record, the journal, kept papers)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--create", action="store_true", help="make the role with the password of DATABASE_URL where it is missing"
        )

    def handle(self, *args: Any, create: bool, **options: Any) -> None:
        if "owner" not in connections:
            raise CommandError("Set DATABASE_OWNER_URL to the address with the role that owns the tables.")
        application = connections.settings["default"]
        role = application["USER"]
        owner = connections["owner"]
        if role == owner.settings_dict["USER"]:
            raise CommandError(
                "DATABASE_URL and DATABASE_OWNER_URL name the same role: the portal must not own tables."
            )
        with owner.cursor() as cursor:
            if create:
                create_role(cursor, role, application["PASSWORD"])
            grant(owner, role)


def create_role(cursor: CursorWrapper, role: str, password: str) -> None:
    """Make the role where it is not there, and set its password."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    verb = "ALTER" if cursor.fetchone() else "CREATE"
    cursor.execute(
        sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(sql.SQL(verb), sql.Identifier(role), sql.Literal(password))
    )


def grant(connection: BaseDatabaseWrapper, role: str) -> None:
    """The rights of `role` on every table there is and, for tables that the same owner makes later, by default."""
    to = sql.Identifier(role)
    statements = [
        "GRANT USAGE ON SCHEMA {schema} TO {to}",
        f"GRANT {WORK} ON ALL TABLES IN SCHEMA {{schema}} TO {{to}}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {to}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {{schema}} GRANT {WORK} ON TABLES TO {{to}}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO {to}",
    ]
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(sql.SQL(statement).format(schema=SCHEMA, to=to))
        for table in APPEND_ONLY:
            if table in present:
                cursor.execute(
                    sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(sql.Identifier(table), to)
                )
