"""The tests of reimbursement live in the spring of 2010, as those of claims; their people."""

import pytest

from tests.claims import makers as claims
from tests.claims.conftest import business_date

__all__ = ["business_date"]


@pytest.fixture
def person(db):
    return claims.insured(years=(2009, 2010))


@pytest.fixture
def clerk(db):
    return claims.clerk()


@pytest.fixture
def reviewer(db):
    return claims.reviewer()
