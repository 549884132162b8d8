import datetime
from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from funds import services
from funds.models import SubsidyStatement
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office, User
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories, signing

from . import makers

D = datetime.date
TODAY = D(2009, 12, 20)


@pytest.fixture
def today() -> Iterator[datetime.date]:
    """The pages and services of the test live on this day."""
    with clock.on_day(TODAY):
        yield TODAY


@pytest.fixture
def signed_in(db, today) -> Callable[..., Client]:
    """`signed_in(role, office)`: a browser of a user in that role; always the same user for a role and office."""

    def sign_in(role: Role, office: Office | None = None) -> Client:
        username = f"{role.value}-{office.code if office else 'usual'}"
        found = User.objects.filter(username=username).first()
        if found is None:
            factories.actor(role, office, username=username)
            found = User.objects.get(username=username)
        client = Client()
        client.force_login(found)
        return client

    return sign_in


def actor_of(role: Role) -> Actor:
    return factories.actor(role)


@pytest.fixture
def window(db) -> SubsidyStatement:
    """The issued statement of the window of 2009.

    Two persons of Baita (100 and 40), one of Wensheng (220), and the correction of Wensheng's in September (−100).
    """
    clerk, reviewer = actor_of(Role.AGENCY_CLERK), actor_of(Role.AGENCY_REVIEWER)
    returned = makers.notice(makers.person("211003001001", name="周退"), year=2009, paid_on=D(2009, 9, 2))
    with clock.on_day(D(2009, 10, 2)):
        first = services.prepare_statement(kind="month", period_from=D(2009, 9, 1), by=clerk)
        signing.issued(first, reviewer)
    makers.give_back(returned.receipts.get(), D(2009, 10, 9))
    makers.notice(makers.person(name="王一"), paid_on=D(2009, 10, 8))
    makers.notice(makers.person(name="=1+1"), personal=40, government=40, category="minor", paid_on=D(2009, 11, 30))
    makers.notice(
        makers.person("211003001001", name="李三"),
        personal=80,
        government=220,
        tier="low_income",
        paid_on=D(2009, 10, 9),
    )
    with clock.on_day(D(2009, 12, 3)):
        draft = services.prepare_statement(kind="window", period_from=D(2009, 10, 1), by=clerk)
        return signing.issued(draft, reviewer)


@pytest.fixture
def clerk(db) -> Actor:
    return factories.actor(Role.AGENCY_CLERK, username="clerk")


@pytest.fixture
def reviewer(db) -> Actor:
    return factories.actor(Role.AGENCY_REVIEWER, username="reviewer")
