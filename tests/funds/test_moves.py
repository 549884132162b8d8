"""Statements follow moves that become known after the payment (C3, F3)."""

import datetime

from enrollment.registration import services as registration
from enrollment.registration.data import PersonData
from funds import services
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import Sex
from tests import factories

from . import makers
from .steps import IN_WINDOW, issued

D = datetime.date


def test_a_move_that_becomes_known_later_corrects_the_districts(clerk, reviewer):
    """F3: on the statement drawn afterwards where nothing was claimed yet, else by a correction of the next one."""
    early, late = makers.person(), makers.person()
    claimed = makers.notice(early, paid_on=IN_WINDOW)
    statement = issued(clerk, reviewer)
    move(early, IN_WINDOW)
    unclaimed = makers.notice(late, year=2009, paid_on=D(2009, 12, 3))
    move(late, D(2009, 12, 2))
    with clock.on_day(D(2010, 1, 5)):
        following = services.prepare_statement(kind="month", period_from=D(2009, 12, 1), by=clerk)
    lines = following.items.values_list("notice__number", "district__code", "persons")
    assert set(lines) == {
        (claimed.number, "211002", -1),
        (claimed.number, "211003", 1),
        (unclaimed.number, "211003", 1),
    }
    assert set(statement.items.values_list("district__code", flat=True)) == {"211002"}


def move(person, on: D) -> None:
    person.refresh_from_db()
    stated = PersonData(
        person.name, person.birth_date, Sex(person.sex), factories.community("211003001001"), person.id_number
    )
    with clock.on_day(D(2009, 12, 20)):
        registration.change_resident(
            number=person.number, version=person.version, person=stated, moved_on=on, by=Actor.job("moves")
        )
