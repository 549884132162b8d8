"""Makes the demo city: the past set by set, what happens at the counters and hospitals through the services."""

import datetime
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

from claims.models import FeeLine, Settlement, Stay
from enrollment.contributions.models import BenefitPeriod, ContributionNotice, Receipt
from enrollment.registration.models import Circumstance, Enrollment, Registration, Resident
from funds.models import JournalEntry, JournalLeg
from funds.services import post_documents
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import DemoClock, Office, Posting, User

from .account import AccountOfTheFund
from .accounts import ACCOUNTS, DemoAccount
from .bankfiles import BankFiles
from .bulk import Load, Writer
from .cards import Cards
from .care import Care, Case
from .counters import Counters
from .desk import Desk
from .findings import Findings
from .handing import Handing
from .history import LAW, Life, Past
from .hospitals import Hospitals
from .lists import Lists
from .lives import Lives
from .paying import Paying
from .payments import Payments
from .people import Town
from .publishing import publish_past
from .records import Records
from .reference import load_reference_data
from .reimbursements import Reimbursements
from .statements import Signatories, issue_past_statements
from .watching import Watching
from .window import Window

# What `make run` shows.
RESIDENTS = 20_000
AS_OF = datetime.date(2009, 11, 16)
# Stays go through the services one by one; more of them would show nothing new.
MOST_STAYS = 100
# Residents to draw those stays from: they have no other.
MOST_PATIENTS = 400
# Residents that are drawn, then written, at a time; and after how many batches their documents are posted.
BATCH = 2000
BATCHES_A_POSTING = 25
LOADED: tuple[type[Model], ...] = (
    *(Resident, Circumstance, Registration, Enrollment, ContributionNotice, Receipt, BenefitPeriod),
    *(Stay, FeeLine, Settlement, JournalEntry, JournalLeg),
)
# What a new step is, in words; and how much is done (0 to 1).
Say = Callable[[str], None]
Show = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class CitySize:
    """How many residents, drawn from which seed, up to which day; and how many settlements beside those that the
    hospitals make through the services.
    """

    residents: int = RESIDENTS
    seed: int = 102
    as_of: datetime.date = AS_OF
    settlements: int = 0


def is_empty() -> bool:
    """Whether nothing was loaded yet."""
    return not Office.objects.exists()


@transaction.atomic
def create_demo_city(size: CitySize, say: Say, show: Show = lambda share: None) -> dict[str, int]:
    """Fill an empty database with the demo city, whole or not at all; returns how many residents it has.

    The same size gives the same people and amounts. One transaction, also of a million residents: nobody ever sees
    half a city. ValueError where the database is not empty.
    """
    if not is_empty():
        raise ValueError("The database is not empty.")
    with one_large_transaction():
        return _create(size, say, show)


def _create(size: CitySize, say: Say, show: Show) -> dict[str, int]:
    steps = Steps(size)
    say("offices, institutions, catalogue")
    load_reference_data()
    actors = create_accounts()
    if settings.DEMO:
        DemoClock.objects.create(day=size.as_of)
    communities = list(Office.objects.filter(kind=Office.Kind.COMMUNITY).select_related("parent__parent"))
    schools = list(Office.objects.filter(kind=Office.Kind.SCHOOL).select_related("parent"))
    town = Town(size.seed, communities, schools)
    say(f"{size.residents:,} residents, their contributions and stays")
    patients = load_people(size, town, lambda done: show(steps.people * done))
    analyze(LOADED)
    say("subsidy statements")
    issue_past_statements(size.as_of, Signatories(*(actors[name] for name in ("clerk", "reviewer", "approver"))))
    show(steps.statements)
    say("registrations in every stage")
    Counters(town, size.as_of, actors).work()
    say("hospital stays and referrals")
    stays = max(10, min(size.residents // 20, MOST_STAYS))
    Hospitals(town, size.as_of, actors).work(stays=stays, residents=patients)
    say("outpatient diseases, lists that are handed over")
    Handing(size.as_of, actors).work()
    say("lists of other authorities, classes")
    Lists(size.as_of, actors).work()
    say("certificates and cards")
    Cards(size.as_of, actors).work()
    say("bank files")
    BankFiles(size.as_of, actors).work()
    say("what became known lately")
    Lives(town, size.as_of, actors).work()
    # In a larger city the letters would show nothing new.
    if size.residents <= RESIDENTS:
        say("notices of the window, letters")
        Window(size.as_of, actors).work()
    say("parts that employers paid, school collections")
    Payments(town, size.as_of, actors).work()
    say("versions of the catalogue, reports, inspections")
    Watching(size.as_of, actors).work()
    say("applications for reimbursement")
    Reimbursements(town, size.as_of, actors).work()
    say("stays that need a person")
    Desk(size.as_of, actors).work()
    say("suspicious stays, findings, reports of the public")
    Findings(size.as_of, actors).work()
    # In a larger city there are more of the same.
    if size.residents <= RESIDENTS:
        say("declarations of institutions, payments to them")
        Paying(size.as_of, actors).work()
    show(steps.services)
    say("journal and audit record")
    post(size.as_of)
    say("special account: documents, months, the bank's statement")
    AccountOfTheFund(size.as_of, actors).work()
    publish_past(size.as_of, clerk=actors["clerk"], reviewer=actors["reviewer"])
    while audit.seal():
        pass
    show(1)
    return {"residents": Resident.objects.count()}


class Steps:
    """How much is done (0 to 1) after each step, by what it took the last time somebody looked, in seconds."""

    def __init__(self, size: CitySize) -> None:
        people = 1 + size.residents * 0.0007 + size.settlements * 0.0003
        statements = people + 2 + size.residents * 0.0001
        services = statements + 8
        whole = services + 1
        self.people, self.statements, self.services = people / whole, statements / whole, services / whole


def load_people(size: CitySize, town: Town, show: Show) -> list[int]:
    """Draw the residents with their past, and write them; returns the keys of some who have no stays.

    While PostgreSQL writes a batch the next is drawn.
    """
    load = Load()
    districts = {home.pk: home.parent.parent_id for home in town.communities if home.parent is not None}
    records = Records(load, size.as_of, User.objects.get(username="community"), districts)
    drawn = Drawn(size, Past(town, size.as_of), Care(town, size.as_of))
    patients: list[int] = []
    with no_collector(), Writer() as writer:
        for number, first in enumerate(range(0, size.residents, BATCH), start=1):
            until = min(first + BATCH, size.residents)
            people = list(drawn.people(first, until))
            write, keys = records.of([life for life, _cases in people], [cases or () for _life, cases in people])
            patients += [key for key, (_life, cases) in zip(keys, people, strict=True) if cases is None]
            writer.do(write)
            if number % BATCHES_A_POSTING == 0:
                writer.do(lambda: post(size.as_of))
            show(until / size.residents)
    load.close(size.as_of)
    return patients


class Drawn:
    """Residents with their stays, one after the other: how many are drawn at a time is all one."""

    def __init__(self, size: CitySize, past: Past, care: Care) -> None:
        self.size = size
        self.past = past
        self.care = care
        self.patients = min(size.residents, max(20, min(size.residents // 3, MOST_PATIENTS)))
        self.settled = 0

    def people(self, first: int, until: int) -> Iterator[tuple[Life, list[Case] | None]]:
        """The residents from `first` to before `until`, with their stays; None for who is left to the hospitals."""
        size = self.size
        for place in range(first, until):
            life = self.past.one()
            if life is None:
                continue
            if place * self.patients // size.residents < (place + 1) * self.patients // size.residents:
                yield life, None
                continue
            # What those before had no room for is theirs.
            due = size.settlements * (place + 1) // size.residents - self.settled
            cases = self.care.cases(life, due)
            self.settled += len(cases)
            yield life, cases


def post(on: datetime.date) -> None:
    """Post what waits in the journal."""
    with clock.on_day(on):
        post_documents(by=Actor.job("demo city"))


@contextmanager
def one_large_transaction() -> Iterator[None]:
    """Within the block PostgreSQL checks keys and triggers after each statement, since until the end of a transaction
    it keeps every row to be checked in memory; and compiles no plans, which takes longer than most statements here.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off; SET CONSTRAINTS ALL IMMEDIATE")
        yield
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def no_collector() -> Iterator[None]:
    """Within the block Python does not look for rings of garbage: of millions of rows none refers to itself."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def analyze(models: Sequence[type[Model]]) -> None:
    """What was written is news to PostgreSQL until the transaction ends; the rest of the work asks for it by index.

    PermissionError where the database role may not: PostgreSQL would only warn, and each later statement read whole
    tables.
    """
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute("SELECT has_table_privilege(%s, 'MAINTAIN')", [model._meta.db_table])
            if cursor.fetchone() != (True,):
                raise PermissionError(
                    f"The database role may not ANALYZE {model._meta.db_table}: run manage.py grant_app_role."
                )
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
