"""A newborn and her first notice, made on 20 March 2009."""

import datetime

import pytest

from . import makers as m


@pytest.fixture
def person(db):
    return m.newborn()


@pytest.fixture
def notice(person):
    return m.first_notice(person, datetime.date(2009, 3, 20))
