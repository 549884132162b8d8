"""The tests of the hospitals' interface live in the summer of 2010, after a year of 2009."""

import datetime
from collections.abc import Iterator

import pytest

from claims.api.throttling import counters
from liaoyang_medins.kernel import clock
from tests.api.caller import Caller, caller


@pytest.fixture(autouse=True)
def business_date(settings) -> Iterator[None]:
    settings.BUSINESS_DATE = "2010-06-30"
    settings.LANGUAGE_CODE = "en"
    for key in counters().scan_iter("api:*"):
        counters().delete(key)
    yield
    assert clock.today() == datetime.date(2010, 6, 30)


@pytest.fixture
def api(db) -> Caller:
    """The software of the hospital H3, of grade 3."""
    return caller("H3")


@pytest.fixture
def other(db) -> Caller:
    """The software of another hospital."""
    return caller("H1", grade="grade1")
