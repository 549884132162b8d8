"""Whether every scan on record lies in its folder as it was attached, and nothing else lies there."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.attachments import storage
from liaoyang_medins.kernel.attachments.models import Attachment

# A file without a row may belong to a transaction that is still under way; after this long it does not.
LEFT_BEHIND_AFTER = datetime.timedelta(days=1)


class Command(BaseCommand):
    help = (
        "Reads every scan and compares it with its checksum; tells of files that belong to no row. "
        "Ends with 1 where a scan is missing or changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clean", action="store_true", help="delete files that belong to no row")

    def handle(self, *args: Any, clean: bool, **options: Any) -> None:
        checked = wrong = 0
        known = set()
        for scan in Attachment.objects.order_by("pk").iterator():
            checked += 1
            known.add(storage.path_of(scan.key))
            found = storage.checksum(scan.key)
            if found != scan.sha256:
                wrong += 1
                what = "missing" if found is None else "changed"
                self.stdout.write(f"{what}: {scan.object_number} {scan.part} {storage.path_of(scan.key)}")
        for path in left_behind():
            if path not in known:
                self.stdout.write(f"{'deleted' if clean else 'of no row'}: {path}")
                if clean:
                    path.unlink()
        self.stdout.write(f"{checked} scans, {wrong} missing or changed")
        if wrong:
            raise CommandError("Not every scan lies where it belongs: bring them back from the backup.")


def left_behind() -> Iterator[Path]:
    """The files that have lain in the folder for long enough to belong to a row."""
    before = (clock.now() - LEFT_BEHIND_AFTER).timestamp()
    root = Path(settings.ATTACHMENTS_ROOT)
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        if path.is_file() and path.stat().st_mtime < before:
            yield path
