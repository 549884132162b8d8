"""Recompute settlements from their stored facts under their own policy version."""

import datetime
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from claims.models import Institution, Settlement
from claims.services.settlement import differences
from liaoyang_medins.kernel.policy import PolicyError

# As many rows are in memory at once.
CHUNK = 2000


class Command(BaseCommand):
    help = (
        "Recomputes all settlements, reversed ones too, or those settled in a period or of one institution; prints "
        "every difference and ends with 1 where there is one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        day = datetime.date.fromisoformat
        parser.add_argument("--from", dest="first", type=day, help="the first day on which they were decided")
        parser.add_argument("--until", dest="last", type=day, help="the last day on which they were decided")
        parser.add_argument("--institution", default="", help="the code of an institution")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = asked(options["first"], options["last"], options["institution"])
        whole = rows.count()
        count, wrong = 0, 0
        for settlement in rows.order_by("pk").iterator(chunk_size=CHUNK):
            count += 1
            if count % CHUNK == 0 and options["verbosity"] > 0:
                self.stderr.write(f"{count} of {whole}, {wrong} differ so far.")
            try:
                found = differences(settlement)
            except (PolicyError, ValueError, TypeError) as error:
                wrong += 1
                self.stderr.write(f"{settlement.number}: cannot be recomputed: {error}")
                continue
            if found:
                wrong += 1
                told = "; ".join(f"{name} {was} stored, {now} recomputed" for name, (was, now) in found.items())
                self.stderr.write(f"{settlement.number}: {told}")
        if wrong:
            raise CommandError(f"{wrong} of {count} settlements differ.")
        self.stdout.write(f"{count} settlements recomputed, no difference.")


def asked(first: datetime.date | None, last: datetime.date | None, institution: str) -> QuerySet[Settlement]:
    """The settlements decided from `first` to `last` at the institution with this code; None and "" leave all in.

    Raises CommandError where there is no such institution.
    """
    rows = Settlement.objects.all()
    if first is not None:
        rows = rows.filter(decided_on__gte=first)
    if last is not None:
        rows = rows.filter(decided_on__lte=last)
    if institution:
        if not Institution.objects.filter(code=institution).exists():
            raise CommandError(f"There is no institution {institution}.")
        rows = rows.filter(stay__institution__code=institution)
    return rows
