"""Cards as the tests need them, made by the services."""

import datetime
from typing import Any

from enrollment.cards import services
from enrollment.cards.models import InsuranceCard
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make
from tests.contributions import makers
from tests.contributions.makers import D, clerk, reviewer, someone

TODAY = D(2009, 3, 20)
PAID = D(2009, 3, 15)

__all__ = ["PAID", "TODAY", "D", "card", "clerk", "community", "handed_out", "insured", "reviewer", "with_community"]


def community() -> Actor:
    return someone(Role.COMMUNITY)


def insured(paid: datetime.date = PAID, **values: Any) -> Resident:
    """Somebody who was enrolled and paid on a day."""
    person = make.resident(birth=paid, sex="F", **{"name": "王小宝"} | values)
    makers.enrolled(person, paid)
    return person


def card(person: Resident | None = None, on: datetime.date = TODAY) -> InsuranceCard:
    """A card at the agency."""
    with clock.on_day(on):
        return services.make_card(resident_number=(person or insured()).number, by=clerk())


def with_community(person: Resident | None = None, on: datetime.date = TODAY) -> InsuranceCard:
    made = card(person, on)
    with clock.on_day(on):
        return services.hand_over(numbers=[made.number], by=clerk())[0]


def handed_out(person: Resident | None = None, on: datetime.date = TODAY) -> InsuranceCard:
    """A card that its holder has."""
    made = with_community(person, on)
    with clock.on_day(on):
        return services.hand_out(taken=[services.Taken(made.number)], on=on, by=community())[0]
