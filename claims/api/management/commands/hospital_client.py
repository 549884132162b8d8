"""Access of an institution's own software, at the terminal; the page of the institution does the same."""

import datetime
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.api import services
from claims.api.models import Client
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices.actors import Actor


class Command(BaseCommand):
    help = "Open, renew, look at or close the access of an institution's own software. A secret is shown once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["open", "secret", "show", "limit", "end", "close"])
        parser.add_argument("institution", help="the institution's code")
        parser.add_argument("--name", default="", help="open: what the audit record calls the client")
        parser.add_argument(
            "--overlap-days", type=int, default=services.OVERLAP.days, help="secret: the old ones hold so long"
        )
        parser.add_argument("--secret", type=int, help="end: the number of the secret, as `show` says it")

        parser.add_argument("--calls", type=int, help="limit: calls a minute; without it those of the settings")

    def handle(self, *args: Any, **options: Any) -> None:
        code, by = options["institution"], Actor.job("hospital_client")
        try:
            if options["act"] == "open":
                self.tell(*services.open_client(institution_code=code, name=options["name"], by=by))
            elif options["act"] == "secret":
                overlap = datetime.timedelta(days=options["overlap_days"])
                self.tell(*services.add_secret(institution_code=code, overlap=overlap, by=by))
            elif options["act"] == "limit":
                services.set_limit(institution_code=code, calls_a_minute=options["calls"], by=by)
            elif options["act"] == "end":
                services.end_secret(institution_code=code, secret_id=options["secret"] or 0, by=by)
            elif options["act"] == "close":
                services.close_client(institution_code=code, by=by)
            else:
                self.show(code)
        except DomainError as error:
            raise CommandError(str(error)) from error

    def tell(self, client: Client, secret: str) -> None:
        self.stdout.write(f"CLIENT_ID={client.client_id}\nCLIENT_SECRET={secret}\n")

    def show(self, code: str) -> None:
        client = Client.objects.filter(institution__code=code).first()
        if client is None:
            raise CommandError(f"{code} has no client.")
        calls = client.calls_a_minute or settings.API_CALLS_A_MINUTE
        self.stdout.write(f"{client.client_id}  {client.name}  {calls} calls a minute\n")
        in_force = set(client.secrets.in_force(clock.now()).values_list("pk", flat=True))
        for secret in client.secrets.all():
            until = secret.ended_at or secret.expires_at
            state = "holds" if secret.pk in in_force else "ended"
            self.stdout.write(f"{secret.pk}  …{secret.hint}  {secret.made_at:%Y-%m-%d}  {state} {until or ''}\n")
