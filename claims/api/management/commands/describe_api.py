"""Write what is made from the code: docs/openapi.yaml, and the table of codes in docs/hospital-api.md."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from claims.api.description import GUIDE, SCHEMA, with_codes
from claims.api.schema import schema_text


class Command(BaseCommand):
    help = "Write docs/openapi.yaml and the table of codes in docs/hospital-api.md."

    def handle(self, *args: Any, **options: Any) -> None:
        docs = Path(settings.BASE_DIR) / "docs"
        (docs / SCHEMA).write_text(schema_text(), encoding="utf-8")
        guide = docs / GUIDE
        guide.write_text(with_codes(guide.read_text(encoding="utf-8")), encoding="utf-8")
        self.stdout.write(f"{SCHEMA}, {GUIDE}")
