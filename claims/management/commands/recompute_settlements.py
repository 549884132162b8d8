"""Recompute every settlement from its stored facts under its own policy version."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.models import Settlement
from claims.services.settlement import differences
from liaoyang_medins.kernel.policy import PolicyError


class Command(BaseCommand):
    help = "Recomputes all settlements, reversed ones too; prints every difference and ends with 1 where there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        count, wrong = 0, 0
        for settlement in Settlement.objects.order_by("pk").iterator():
            count += 1
            try:
                found = differences(settlement)
            except (PolicyError, ValueError, TypeError, KeyError) as error:
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
