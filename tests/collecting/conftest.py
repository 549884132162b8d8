"""A school with three pupils in two classes and none, whose contributions for 2010 are to be paid."""

import datetime

import pytest

from enrollment.contributions.models import ContributionNotice
from enrollment.lists.models import ClassMembership
from liaoyang_medins.kernel import clock
from tests import factories as make
from tests.contributions import makers as m

D = datetime.date
TODAY = D(2009, 11, 10)


@pytest.fixture
def notices(db) -> list[ContributionNotice]:
    """Open notices of 40 yuan, in class order."""
    found = []
    for place, name in enumerate(("1", "2", "")):
        person = m.pupil(home=make.community("211002001001"))
        m.enrolled(person, D(2008, 8, 10))
        if name:
            ClassMembership.objects.create(
                resident=person, school=make.school(), grade=3, class_name=name, starts=D(2009, 9, 1)
            )
        found.append(m.renewal(person, D(2009, 10, 1 + place)))
    return found


@pytest.fixture
def today(db):
    with clock.on_day(TODAY):
        yield TODAY
