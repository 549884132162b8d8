"""The actors of the lists."""

import pytest

from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make


@pytest.fixture
def clerk(db: None) -> Actor:
    return make.actor(Role.AGENCY_CLERK)


@pytest.fixture
def school(db: None) -> Actor:
    make.community()
    return make.actor(Role.SCHOOL)
