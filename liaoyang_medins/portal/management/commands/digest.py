"""Hashes the business content by natural keys, so that two runs can be compared."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from liaoyang_medins.portal.digest import digest_of, digest_tables


class Command(BaseCommand):
    help = (
        "Prints a SHA-256 of the content of each table and, last, one of all: by natural keys, without serial keys, "
        "moments of work and numbers from sequences, so that two runs that did the same have the same."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        tables = digest_tables()
        whole = digest_of(tables)
        if options["json"]:
            rows = {table.table: {"rows": table.rows, "digest": table.digest} for table in tables}
            self.stdout.write(json.dumps({"digest": whole, "tables": rows}, indent=2))
            return
        for table in tables:
            self.stdout.write(f"{table.digest}  {table.table} ({table.rows})")
        self.stdout.write(f"{whole}  digest")
