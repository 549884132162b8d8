"""A newborn and her first notice, made on 20 March 2009."""

import datetime

import pytest

from liaoyang_medins.kernel.offices.models import User

from . import makers as m


@pytest.fixture
def person(db):
    return m.newborn()


@pytest.fixture
def notice(person):
    return m.first_notice(person, datetime.date(2009, 3, 20))


@pytest.fixture
def as_role(client):
    """`as_role(Role.X)`: the client signed in as the test's user of this role, in English."""

    def sign_in(role, actor=None):
        actor = actor or m.someone(role)
        client.force_login(User.objects.get(pk=actor.user_id))
        client.cookies["django_language"] = "en"
        return client

    return sign_in
