"""Looks at all records anew; see docs/integrity.md."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from liaoyang_medins.portal.integrity import CHECKS, Finding, Result, UnknownCheck, check_integrity


class Command(BaseCommand):
    help = (
        "Looks at every sum, cap, period, split, statement, journal entry and seal anew, in one snapshot. Prints each "
        "finding with its row, and a line for each check; ends with 1 where something is wrong. Changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--only", action="append", default=[], metavar="CODE", help="a check or an area of checks; can be repeated"
        )
        parser.add_argument(
            "--at-work",
            action="store_true",
            help="the portal is running: what was made today and waits to be posted is no fault",
        )
        parser.add_argument("--list", action="store_true", help="only list the checks: code, rule, what holds")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES])

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"] or translation.get_language() or settings.LANGUAGE_CODE):
            if options["list"]:
                for check in CHECKS:
                    self.stdout.write(f"{check.code:<26} {check.rule:<16} {check.says}")
                return
            try:
                results = check_integrity(
                    options["only"], at_work=options["at_work"], found=self.tell, done=self.sum_up
                )
            except UnknownCheck as error:
                raise CommandError(_("There is no check %(code)s.") % {"code": error}) from error
            faults = sum(result.faults for result in results)
            if faults:
                raise CommandError(_("%(count)s findings: something is wrong.") % {"count": faults})
            self.stdout.write(_("Nothing is wrong."))

    def tell(self, finding: Finding) -> None:
        self.stdout.write(f"  {finding.code}: {finding.table} {finding.row}: {finding.problem}")

    def sum_up(self, result: Result) -> None:
        state = _("ok")
        if result.faults:
            state = _("%(count)s found") % {"count": result.faults}
        elif result.notes:
            state = _("%(count)s noted") % {"count": result.notes}
        self.stdout.write(
            f"{result.check.code:<26} {result.check.rule:<16} {state:<12} "
            + _("%(count)s examined") % {"count": result.examined}
        )
