"""Cases of misuse as the tests need them."""

import uuid
from decimal import Decimal
from typing import Any

from claims.misuse import services
from claims.misuse.models import MisuseCase
from claims.models import Settlement
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from tests.cards.makers import D, clerk, handed_out, insured, reviewer
from tests.claims import makers as claims

# A newborn of March is covered from April on.
TREATED = "2009-05-04"
FOUND = D(2009, 7, 1)
DECIDED = D(2009, 7, 10)

__all__ = ["DECIDED", "FOUND", "D", "clerk", "decided", "dismissed", "opened", "patient", "reviewer"]


def patient() -> tuple[Resident, Settlement]:
    """Somebody with a card, by which the fund paid."""
    person = insured(name="王小宝")
    handed_out(person)
    with clock.on_day(D(2009, 6, 1)):
        paid = claims.settled(person, claims.hospital(), ("5000.00",), on=TREATED, until="2009-05-10")
    assert paid.fund > 0
    return person, paid


def opened(person: Resident, recover: dict[str, Decimal] | None = None, **values: Any) -> MisuseCase:
    given: dict[str, Any] = {
        "submission": uuid.uuid4(),
        "resident_number": person.number,
        "card_number": person.cards.get().number,
        "kind": "lent",
        "found_on": FOUND,
        "facts": "A neighbour was treated on the card.",
        "recover": recover or {},
        "by": clerk(),
    }
    with clock.on_day(values.pop("on", FOUND)):
        return services.open_case(**given | values)


def decided(case: MisuseCase, **values: Any) -> MisuseCase:
    given: dict[str, Any] = {
        "number": case.number,
        "version": case.version,
        "reasoning": "The neighbour admitted it.",
        "debtor": "王芳",
        "due_on": D(2009, 8, 9),
        "by": reviewer(),
    }
    with clock.on_day(values.pop("on", DECIDED)):
        return services.decide_case(**given | values)


def dismissed(case: MisuseCase, **values: Any) -> MisuseCase:
    given = {"number": case.number, "version": case.version, "reasoning": "It was her own card.", "by": reviewer()}
    with clock.on_day(DECIDED):
        return services.dismiss_case(**given | values)
