"""Print the accounts of the demo city: user name, password, role and office, one a line."""

from typing import Any

from django.core.management.base import BaseCommand

from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.portal.demo.accounts import ACCOUNTS


class Command(BaseCommand):
    help = "Print the accounts of the demo city: user name, password, role and office."

    def handle(self, *args: Any, **options: Any) -> None:
        names = dict(Office.objects.filter(code__in=[a.office_code for a in ACCOUNTS]).values_list("code", "name_en"))
        rows = [
            (
                account.username,
                account.password,
                account.role.value,
                names.get(account.office_code) or account.office_code,
            )
            for account in ACCOUNTS
        ]
        widths = [max(len(row[place]) for row in rows) for place in range(3)]
        for row in rows:
            self.stdout.write(
                "  ".join([*(text.ljust(width) for text, width in zip(row[:3], widths, strict=True)), row[3]])
            )
