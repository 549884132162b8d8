import datetime
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from liaoyang_medins.portal.demo.city import AS_OF, RESIDENTS, CitySize, create_demo_city, is_empty
from liaoyang_medins.portal.progress import Progress


class Command(BaseCommand):
    help = "Fill an empty database with a demo city: nobody real, the same for the same seed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--residents", type=int, default=RESIDENTS, help=f"about how many residents (default {RESIDENTS})"
        )
        parser.add_argument("--seed", type=int, default=102)
        parser.add_argument("--as-of", type=datetime.date.fromisoformat, default=AS_OF, help="the demo's day")
        parser.add_argument(
            "--settlements", type=int, default=0, help="settled stays beside the hospitals' own (for measurements)"
        )
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there are data already")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and not is_empty():
            return
        size = CitySize(options["residents"], options["seed"], options["as_of"], options["settlements"])
        # A bar is drawn over itself.
        self.stdout.ending = ""
        progress = Progress(self.stdout)
        try:
            counts = create_demo_city(size, progress.say, progress.show)
        except (ValueError, PermissionError) as error:
            raise CommandError(str(error)) from error
        finally:
            progress.close()
        self.stdout.write(f"{counts['residents']} residents\n")
