"""A person and what they are entitled to."""

from typing import Any

from claims import selectors
from claims.api import answers
from claims.api.bodies import EntitlementQuestion, PersonQuestion
from claims.api.operation import Call, Interface, operation
from claims.api.people import look_up, resident_by
from claims.api.shapes import EntitlementShape, PersonShape

CARD = ("card_unknown", "card_suspended", "card_lost", "card_out_of_use")


class PersonLookup(Interface):
    @operation(
        "1101",
        "look_up_person",
        "Find an insured person",
        takes=PersonQuestion,
        gives=PersonShape,
        codes=("person_unknown", "id_number", *CARD),
    )
    def post(self, call: Call) -> dict[str, Any]:
        """By card, ID number or personal number: the one person, never a list. Who looked is on record."""
        return look_up(by=call.by, **call.body)


class EntitlementCheck(Interface):
    @operation(
        "2001",
        "check_entitlement",
        "May this person be treated here on this day",
        takes=EntitlementQuestion,
        gives=EntitlementShape,
        codes=("person_unknown", "id_number", "before_the_law"),
    )
    def post(self, call: Call) -> dict[str, Any]:
        """Yes or no, the benefit period, what is left of the cap, and every reason why not."""
        resident = resident_by("person_number", call.body["person_number"])
        found = selectors.entitlement(resident, call.body["on"], call.institution, emergency=call.body["emergency"])
        return answers.entitlement(found)
