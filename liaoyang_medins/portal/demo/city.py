"""Makes the demo city: the past set by set, what happens at the counters and hospitals through the services."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction

from enrollment.contributions.models import BenefitPeriod, ContributionNotice, Receipt
from enrollment.registration.models import Enrollment, Registration, Resident
from funds.services import post_documents
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import DemoClock, Office, Posting, User

from .accounts import ACCOUNTS, DemoAccount
from .care import Care
from .counters import Counters
from .history import LAW, Past
from .hospitals import Hospitals
from .people import Town
from .reference import load_reference_data
from .statements import issue_past_statements

AS_OF = datetime.date(2009, 11, 16)
# Stays go through the services one by one; more of them would show nothing new.
MOST_STAYS = 100
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CitySize:
    """How many residents, drawn from which seed, up to which day; and how many settlements beside those that the
    hospitals make through the services.
    """

    residents: int = 2000
    seed: int = 102
    as_of: datetime.date = AS_OF
    settlements: int = 0


def is_empty() -> bool:
    """Whether nothing was loaded yet."""
    return not Office.objects.exists()


@transaction.atomic
def create_demo_city(size: CitySize, say: Say) -> dict[str, int]:
    """Fill an empty database with the demo city, whole or not at all; returns how many residents it has.

    The same size gives the same people and amounts. One transaction, also of a million residents: PostgreSQL keeps
    nothing in memory for it, and nobody ever sees half a city. ValueError where the database is not empty.
    """
    if not is_empty():
        raise ValueError("The database is not empty.")
    say("offices, institutions, catalogue")
    load_reference_data()
    actors = create_accounts()
    if settings.DEMO:
        DemoClock.objects.create(day=size.as_of)

    communities = list(Office.objects.filter(kind=Office.Kind.COMMUNITY).select_related("parent__parent"))
    schools = list(Office.objects.filter(kind=Office.Kind.SCHOOL).select_related("parent"))
    town = Town(size.seed, communities, schools)
    past = Past(town, size.as_of, User.objects.get(username="community"))
    past.work(size.residents, lambda count: say(f"residents and their contributions: {count} of {size.residents}"))
    analyze()

    say("subsidy statements")
    issue_past_statements(size.as_of, clerk=actors["clerk"], reviewer=actors["reviewer"])
    say("registrations in every stage")
    Counters(town, size.as_of, actors).work()
    say("hospital stays")
    Hospitals(town, size.as_of, actors).work(stays=max(10, min(size.residents // 20, MOST_STAYS)))
    Care(town, size.as_of).work(size.settlements, lambda count: say(f"settlements: {count} of {size.settlements}"))
    say("journal and audit record")
    with clock.on_day(size.as_of):
        post_documents(by=Actor.job("demo city"))
    while audit.seal():
        pass
    return {"residents": Resident.objects.count()}


def analyze() -> None:
    """What was written is news to PostgreSQL until the transaction ends; the rest of the work asks for it by index."""
    with connection.cursor() as cursor:
        for model in (Resident, Registration, Enrollment, ContributionNotice, Receipt, BenefitPeriod):
            cursor.execute(f"ANALYZE {model._meta.db_table}")


def create_accounts() -> dict[str, Actor]:
    """The demo's users with their postings, by username."""
    actors = {}
    for account in ACCOUNTS:
        actors[account.username] = Actor.of_posting(create_account(account))
    return actors


def create_account(account: DemoAccount) -> Posting:
    user = User(username=account.username, name=account.name)
    user.set_password(account.password)
    user.save()
    return Posting.objects.create(
        user=user, role=account.role, office=Office.objects.get(code=account.office_code), starts=LAW
    )
