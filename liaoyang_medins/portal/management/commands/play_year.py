"""Plays contribution years; see docs/play.md."""

import datetime
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.services import seal
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.services import set_demo_day
from liaoyang_medins.portal.demo.city import CitySize, create_demo_city, is_empty
from liaoyang_medins.portal.integrity import Finding, check_integrity
from liaoyang_medins.portal.play.calm import Calm
from liaoyang_medins.portal.play.chaos import Chaos
from liaoyang_medins.portal.play.steps import PlayError
from liaoyang_medins.portal.play.story.frame import DAY
from liaoyang_medins.portal.play.tally import Tally, lines
from liaoyang_medins.portal.play.year import CannotPlay, Played, first_day, play
from liaoyang_medins.portal.progress import Progress

# The first years that a new city can play: what the demo's past knows of ends in the window for 2010.
NEW_CITY = (2010, 2011)


class Command(BaseCommand):
    help = (
        "Plays contribution years through the services, as each role, on the demo city that is there or on a new one: "
        "each from 1 October before the year to 30 September. The same seed on the same city plays the same. Prints "
        "totals, then looks at all records; ends with 1 where something is wrong."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--year", type=int, required=True, help="the first contribution year")
        parser.add_argument("--years", type=int, default=1, help="how many years in a row (default 1)")
        parser.add_argument("--seed", type=int, default=102)
        parser.add_argument("--residents", type=int, default=2000, help="of a new city (default 2000)")
        parser.add_argument(
            "--chaos",
            action="store_true",
            help="in several processes, which are killed, with messages that come twice",
        )
        parser.add_argument("--processes", type=int, default=4, help="with --chaos: how many (default 4)")

    def handle(self, *args: Any, **options: Any) -> None:
        year, seed = options["year"], options["seed"]
        tally, progress = Tally(), Months(sys.stderr)
        try:
            if is_empty():
                if year not in NEW_CITY:
                    raise CannotPlay(f"A new city plays from one of {NEW_CITY} on: its past ends there.")
                as_of = first_day(year) - DAY
                create_demo_city(CitySize(options["residents"], seed, as_of), progress.say)
            players = Chaos(tally, options["processes"], seed) if options["chaos"] else Calm(tally)
            with players:
                played = play(year, options["years"], seed=seed, players=players, watch=progress.watch)
        except (CannotPlay, ValueError) as error:
            raise CommandError(str(error)) from error
        except PlayError as error:
            raise CommandError(f"The play ended: {error}") from error
        finally:
            progress.close()
        self.show_last_day(played)
        for line in lines(tally, played.first, played.last):
            self.stdout.write(line)
        self.judge(played)

    def show_last_day(self, played: Played) -> None:
        """Who looks at the demo afterwards sees the day that it has come to."""
        if settings.DEMO:
            with clock.on_day(played.last):
                set_demo_day(day=played.last, by=Actor.job("play"))
        while seal():
            pass

    def judge(self, played: Played) -> None:
        """CommandError where anything is wrong, after every finding was printed."""
        found = list(played.findings)

        def tell(finding: Finding) -> None:
            found.append(f"{finding.code}: {finding.table} {finding.row}: {finding.problem}")

        results = check_integrity(found=tell)
        for words in found:
            self.stdout.write(words)
        faults = sum(result.faults for result in results) + len(played.findings)
        if faults:
            raise CommandError(f"{faults} findings: something is wrong.")
        self.stdout.write(f"Every invariant holds: {len(results)} checks, nothing is wrong.")


class Months(Progress):
    """Says each month that is played; at a terminal a bar shows the days too."""

    def watch(self, day: datetime.date, done: int, whole: int) -> None:
        self.share = done / whole
        if done == 1 or day.day == 1:
            self.say(f"{day:%Y-%m}")
        if self.bar:
            self.show(self.share)
