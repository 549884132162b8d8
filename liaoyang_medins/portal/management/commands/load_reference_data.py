from typing import Any

from django.core.management.base import BaseCommand

from liaoyang_medins.portal.demo.reference import load_reference_data


class Command(BaseCommand):
    help = "Load offices, institutions, catalogue and diagnoses from fixtures/. Loading twice changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        for kind, count in load_reference_data().items():
            self.stdout.write(f"{kind}: {count}")
