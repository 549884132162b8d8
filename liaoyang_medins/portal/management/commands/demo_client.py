"""A client of the demo's hospital, for who tries the hospitals' interface: with a new secret each time."""

import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.api import services
from claims.api.models import Client
from claims.models import Institution, Stay
from enrollment.contributions.models import BenefitPeriod
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import DemoClock

INSTITUTION = "LY-H01"
DAYS = 4


class Command(BaseCommand):
    help = "Draw a secret for the client of the demo's hospital, and name somebody who can be admitted."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is no demo.")
        if not Institution.objects.filter(code=INSTITUTION).exists():
            return
        by = Actor.job("demo_client")
        if Client.objects.filter(institution__code=INSTITUTION).exists():
            client, secret = services.add_secret(institution_code=INSTITUTION, by=by)
        else:
            client, secret = services.open_client(institution_code=INSTITUTION, by=by)
        row = DemoClock.objects.first()
        day = (row.day if row else clock.today()) - datetime.timedelta(days=DAYS)
        self.stdout.write("A hospital's software (docs/hospital-api.md):\n")
        self.stdout.write(f"  CLIENT_ID={client.client_id} CLIENT_SECRET={secret} \\\n")
        self.stdout.write(f"  python docs/examples/hospital_client.py {person_for(day)} {day}\n")


def person_for(day: datetime.date) -> str:
    """The personal number of somebody with benefits from `day` on who was not in hospital since."""
    last = day + datetime.timedelta(days=DAYS)
    lately = Stay.objects.filter(admitted_on__gte=day - datetime.timedelta(days=60)).values("resident")
    covered = BenefitPeriod.objects.filter(
        starts__lte=day, ends__gte=last, withdrawn_on=None, resident__merged_into=None
    )
    found = covered.exclude(resident__in=lately).order_by("resident__number").first()
    return found.resident.number if found else "PERSON_NUMBER"
