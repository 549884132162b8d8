"""The district that shares is that of the day of payment, whenever a move becomes known (C3, F3)."""

import datetime

import pytest

from enrollment.contributions import services
from enrollment.registration import services as registration
from enrollment.registration.data import PersonData
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.policy.terms import Sex
from tests import factories as make

from . import makers as m

pytestmark = pytest.mark.django_db
D = datetime.date
HERE, THERE = "211002", "211003"


def move(person: Resident, moved_on: D, known: D) -> None:
    person.refresh_from_db()
    stated = PersonData(
        person.name, person.birth_date, Sex(person.sex), make.community("211003001001"), person.id_number
    )
    with clock.on_day(known):
        registration.change_resident(
            number=person.number, version=person.version, person=stated, moved_on=moved_on, by=m.JOB
        )


@pytest.mark.parametrize(
    ("paid", "district"), [(D(2009, 10, 19), HERE), (D(2009, 10, 20), THERE), (D(2009, 10, 21), THERE)]
)
def test_payment_after_the_move_is_the_new_districts(paid: D, district: str) -> None:
    """Also one that is dated before it and comes later."""
    person = m.newborn()
    m.enrolled(person, D(2009, 3, 20))
    notice = m.renewal(person, D(2009, 10, 12))
    move(person, D(2009, 10, 20), D(2009, 10, 22))
    m.pay(notice, paid, received=D(2009, 10, 25))
    settled = person.notices.get(status="paid", contribution_year=2010)
    assert settled.district.code == district
    assert services.follow_moves(by=m.JOB) == 0


def test_paid_notice_follows_a_move_that_becomes_known_later() -> None:
    person = m.newborn()
    first = m.enrolled(person, D(2009, 3, 20))
    notice = m.renewal(person, D(2009, 10, 12))
    m.pay(notice, D(2009, 10, 25))
    assert services.follow_moves(by=m.JOB) == 0
    move(person, D(2009, 10, 20), D(2009, 12, 5))
    assert services.follow_moves(by=m.JOB) == 1
    assert services.follow_moves(by=m.JOB) == 0
    for row, district in ((first, HERE), (notice, THERE)):
        row.refresh_from_db()
        assert row.district.code == district
    entry = AuditEntry.objects.get(verb="notices.district")
    assert (entry.object_number, entry.changes) == (notice.number, {"district": [HERE, THERE]})
    # The move was wrong: it goes back.
    person.refresh_from_db()
    stated = PersonData(person.name, person.birth_date, Sex(person.sex), make.community(), person.id_number)
    with clock.on_day(D(2009, 12, 9)):
        registration.change_resident(
            number=person.number, version=person.version, person=stated, moved_on=D(2009, 10, 20), by=m.JOB
        )
    assert services.follow_moves(by=m.JOB) == 1
    notice.refresh_from_db()
    assert notice.district.code == HERE
