"""Work at the long runs in this process, without Celery."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from liaoyang_medins.kernel.runs import services
from liaoyang_medins.kernel.runs.models import Run


class Command(BaseCommand):
    help = "Works the runs that are planned or at work until nothing of them is left, beside any Celery workers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", nargs="*", help="only these runs")

    def handle(self, *args: Any, number: list[str], **options: Any) -> None:
        wanted = number or [found for found, _waiting in services.runs_at_work()]
        for each in wanted:
            if not Run.objects.filter(number=each).exists():
                raise CommandError(f"There is no run {each}.")
            try:
                services.work_off(number=each)
            except services.RunFailed as error:
                raise CommandError(f"{each}: {error}") from error
            self.stdout.write(f"{each}: {Run.objects.get(number=each).status}")
