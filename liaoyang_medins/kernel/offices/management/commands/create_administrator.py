"""The first administrator of a new installation; all others are made on the portal's own pages."""

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import translation

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices import services
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office, Posting
from liaoyang_medins.kernel.offices.roles import Role


class Command(BaseCommand):
    help = (
        "Makes a user who is an administrator from today on. The password is asked for, or read from standard input."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("name", help="the person's name")

    def handle(self, *args: Any, username: str, name: str, **options: Any) -> None:
        office = Office.objects.filter(kind=Posting.office_kind(Role.ADMINISTRATOR)).order_by("pk").first()
        if office is None:
            raise CommandError("There is no office yet: run load_reference_data first.")
        password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        by = Actor.job("create_administrator")
        try:
            with transaction.atomic(), translation.override("en"):
                user = services.create_user(username=username, name=name, password=password, by=by)
                services.add_posting(
                    user_id=user.pk, role=Role.ADMINISTRATOR, office_id=office.pk, starts=clock.today(), by=by
                )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{username} is an administrator at {office.code}.")
