"""The small city of makers.py, once for the tests of a file that only look at it, and the roles that look."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make
from tests.contributions import makers as contributions

from . import makers


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Resident]]:
    with django_db_blocker.unblock(), transaction.atomic():
        people = makers.city()
        makers.pupils()
        yield people
        transaction.set_rollback(True)


@pytest.fixture
def city(built: list[Resident], db: None) -> Iterator[list[Resident]]:
    """The people of PEOPLE, in the second window; what a test changes is undone."""
    with clock.on_day(makers.TODAY):
        yield built


@pytest.fixture
def as_role(client: Any, settings: Any) -> Any:
    """`as_role(Role.X, office)`: the client signed in as somebody of this role, in English, on TODAY."""
    settings.BUSINESS_DATE = makers.TODAY.isoformat()

    def sign_in(role: Role, office: Any = None) -> Any:
        actor = make.actor(role, office) if office else contributions.someone(role)
        client.force_login(User.objects.get(pk=actor.user_id or 0))
        client.cookies["django_language"] = "en"
        return client

    return sign_in
