"""Statements follow moves that become known after the payment (C3, F3)."""

import datetime

from enrollment.registration import services as registration
from enrollment.registration.data import PersonData
from funds import selectors, services
from funds.models import SubsidyStatement
from funds.selectors.balances import PayerBalance, balances_of, summed
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


def test_what_one_district_gets_back_pays_nothing_for_another(clerk, reviewer):
    """F2: the corrections of a move come to nothing, and yet the new district is late with its part."""
    mover = makers.person()
    makers.notice(mover, paid_on=IN_WINDOW)
    issued(clerk, reviewer)
    move(mover, IN_WINDOW)
    following = issued(clerk, reviewer, D(2010, 1, 5), kind="month", period_from=D(2009, 12, 1))
    assert following.number not in {each.number for each in late(clerk, D(2010, 2, 4))}
    found = late(clerk, D(2010, 3, 1))[following]
    assert [(each.payer.code, each.balance.outstanding, each.balance.overdue_days) for each in found] == [
        ("211003", makers.yuan(45), 25)
    ]
    # Nobody owes anything else: what Baita gets back pays its own part of the first statement.
    owed = {each.payer.code: each.balance for each in balances_of(following, D(2010, 2, 1))}
    assert {code: (each.set_off, each.outstanding) for code, each in owed.items()} == {
        "211000": (0, 0),
        "211002": (-45, 0),
        "211003": (0, 45),
    }
    together = summed(balances_of(following, D(2010, 2, 1)))
    assert (together.outstanding, together.settled) == (45, False)


def late(actor: Actor, today: D) -> dict[SubsidyStatement, list[PayerBalance]]:
    """Who is late with what on which statement."""
    rows = SubsidyStatement.objects.in_bulk()
    return {rows[key]: found for key, found in selectors.overdue(actor, today).items()}


def move(person, on: D) -> None:
    person.refresh_from_db()
    stated = PersonData(
        person.name, person.birth_date, Sex(person.sex), factories.community("211003001001"), person.id_number
    )
    with clock.on_day(D(2009, 12, 20)):
        registration.change_resident(
            number=person.number, version=person.version, person=stated, moved_on=on, by=Actor.job("moves")
        )
