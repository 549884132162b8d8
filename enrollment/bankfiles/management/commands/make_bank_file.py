import datetime
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from enrollment.bankfiles.layouts import Layout
from enrollment.bankfiles.reading import LINES_AT_MOST, Form
from enrollment.bankfiles.sample import BANK, BANK_NAME, lines_for_open_notices
from enrollment.bankfiles.writing import write
from liaoyang_medins.kernel import clock


class Command(BaseCommand):
    help = "Write a bank file for the notices that can be paid on a day to standard output, to try the import with."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=datetime.date.fromisoformat, help="the value date (default: today)")
        parser.add_argument("--lines", type=int, default=50, help="notices at most (default 50)")
        parser.add_argument("--format", choices=[layout.value for layout in Layout], default=Layout.FIXED.value)
        parser.add_argument("--encoding", choices=["gb18030", "utf-8"], default="gb18030")
        parser.add_argument("--number", help="the bank's number of the file (default: day and time)")

    def handle(self, *args: Any, **options: Any) -> None:
        day = options["day"] or clock.today()
        if not 0 < options["lines"] < LINES_AT_MOST:
            raise CommandError(f"--lines is a number from 1 to {LINES_AT_MOST - 1}.")
        lines = lines_for_open_notices(day, options["lines"])
        if not lines:
            raise CommandError(f"No notice can be paid on {day}.")
        number = options["number"] or f"{day:%Y%m%d}-{clock.now():%H%M%S}"
        form = Form(Layout(options["format"]), options["encoding"])
        data = write(lines, bank=BANK, bank_name=BANK_NAME, file_number=number, file_day=day, form=form)
        sys.stdout.buffer.write(data)
