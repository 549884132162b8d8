"""Answers cases of a CSV table by the rules alone, to check them or to plan with them."""

import csv
import io
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.policy import PolicyError, area_policies
from liaoyang_medins.portal.calculate import TABLES, BadRow, calculate


class Command(BaseCommand):
    help = (
        "Reads cases as CSV with a header (a file, or standard input), writes case and answers as CSV. A row that "
        "cannot be answered is named with its line on standard error; the others are answered all the same, and the "
        "exit status is 1. Needs no database."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("table", choices=list(TABLES), help="what is calculated")
        parser.add_argument("file", nargs="?", default="-", help="the CSV file; standard input if left out or -")
        parser.add_argument("--explain", action="store_true", help="add a column with the steps of each calculation")
        parser.add_argument(
            "--language", choices=[code for code, _name in settings.LANGUAGES], help="of steps and reasons"
        )
        parser.add_argument("--area", default=settings.POOLING_AREA, help="the pooling area whose policy is used")
        parser.add_argument(
            "--date",
            type=date.fromisoformat,
            help="the day of discharge of all claims (YYYY-MM-DD); today if left out",
        )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """A parser that takes the options before, between and after the table and the file."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign]
        return parser

    def handle(self, *args: Any, **options: Any) -> None:
        language = options["language"] or translation.get_language() or settings.LANGUAGE_CODE
        with translation.override(language):
            try:
                refused = self.run(options)
            except BrokenPipeError:
                # The reader has what it wanted (head): nothing more to write, not even at exit.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                return
        if refused:
            sys.exit(1)

    def run(self, options: dict[str, Any]) -> int:
        """Streams the answers; the number of rows that could not be answered."""
        refused = 0

        def complain(line: int, reason: str) -> None:
            nonlocal refused
            refused += 1
            self.stderr.write(
                _("line %(line)s: %(reason)s") % {"line": line, "reason": printable(reason)}, lambda x: x
            )

        try:
            area_policies(options["area"])
            with opened(options["file"]) as lines:
                rows = calculate(
                    options["table"],
                    lines,
                    area=options["area"],
                    day=options["date"] or clock.today(),
                    explain=options["explain"],
                    complain=complain,
                )
                csv.writer(self.stdout, lineterminator="\n").writerows(rows)
        except BadRow as error:
            raise CommandError(_("line %(line)s: %(reason)s") % {"line": 1, "reason": error}) from error
        except (OSError, PolicyError) as error:
            if isinstance(error, BrokenPipeError):
                raise
            raise CommandError(str(error)) from error
        return refused


def printable(text: str) -> str:
    """Bytes of another encoding, as they came through the reading, in a form that can be written."""
    return text.encode(errors="backslashreplace").decode()


@contextmanager
def opened(name: str) -> Iterator[Iterator[str]]:
    """The lines of a file or of standard input as text; bytes that are no UTF-8 are found when their row is read."""
    if name != "-":
        with Path(name).open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            yield file
        return
    wrapped = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield wrapped
    finally:
        wrapped.detach()
