"""The tests of lists that are handed over live in the spring of 2010, unless they say otherwise."""

import datetime
from collections.abc import Iterator

import pytest

from liaoyang_medins.kernel import clock


@pytest.fixture(autouse=True)
def business_date(settings) -> Iterator[None]:
    settings.BUSINESS_DATE = "2010-06-30"
    settings.LANGUAGE_CODE = "en"
    yield
    assert clock.today() == datetime.date(2010, 6, 30)
