from collections.abc import Iterator

import pytest

from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories

from . import kind


@pytest.fixture(autouse=True)
def _fresh_kind() -> Iterator[None]:
    kind.reset()
    yield
    kind.reset()


@pytest.fixture
def clerk(request: pytest.FixtureRequest) -> Actor:
    if "transactional_db" not in request.fixturenames:
        request.getfixturevalue("db")
    return factories.actor(Role.AGENCY_CLERK, username="clerk")
