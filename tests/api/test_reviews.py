"""What a hospital is told of stays that the agency looks at, and which admissions it is refused."""

import datetime

import pytest

from claims.models import Settlement, Stay
from claims.services import reviewing
from tests.api.caller import Caller, admission, admit, discharged, settled
from tests.claims import makers

pytestmark = pytest.mark.django_db
WAITS = {"asked_for": "settlement", "state": "waiting", "since": "2010-06-30", "decided_on": None, "note": None}


@pytest.fixture
def person(db):
    makers.catalogue()
    return makers.insured(years=(2009, 2010))


def an_injury(api: Caller, person) -> str:
    """A discharged stay with an injury whose cause nobody recorded, and its answer on the way."""
    makers.diagnosis("S72.0")
    number = discharged(api, person, "8000.00", "900.00")
    api.post(f"stays/{number}/discharge/cancel", {"reason": "other diagnosis"})
    leaves = {"discharged_at": "2009-03-10T10:00:00+08:00", "way": "ordered", "diagnoses": ["S72.0"]}
    said = api.post(f"stays/{number}/discharge", leaves)
    assert (said["held"], said["review"]["state"], said["review"]["asked_for"]) == (True, "waiting", "settlement")
    return number


def test_a_review_is_told_from_its_beginning_to_its_end(api: Caller, other: Caller, person) -> None:
    number = an_injury(api, person)
    refused = api.post(f"stays/{number}/settlement", {"stated_total": "8900.00"}, key="first")
    assert (refused.status, refused.code) == (422, "held_for_review")
    told = api.get(f"stays/{number}")
    assert {name: told["review"][name] for name in WAITS} == WAITS
    assert [reason["code"] for reason in told["review"]["reasons"]] == ["injury"]
    assert api.get("stays?status=discharged")["stays"] == [told.body]
    assert other.get(f"stays/{number}").code == "stay_unknown"

    reviewing.cut_line(stay_number=number, line_number="2", reason="not needed", by=makers.clerk())
    reviewing.propose(stay_number=number, finding="fell at home", cause="illness", by=makers.clerk())
    assert api.get(f"stays/{number}")["review"]["state"] == "waiting"
    made = reviewing.release(stay_number=number, by=makers.reviewer())
    told = api.get(f"stays/{number}")
    assert (told["status"], told["held"]) == ("settled", False)
    assert (told["review"]["state"], told["review"]["decided_on"]) == ("released", "2010-06-30")
    lines = {row["line_number"]: row for row in api.get(f"stays/{number}/lines")["lines"]}
    assert (lines["1"]["denied"], lines["1"]["denied_because"]) == ("0.00", None)
    assert (lines["2"]["denied"], lines["2"]["denied_because"]) == ("900.00", "not needed")
    assert "denied" in lines["2"]["reasons"]
    [row] = api.get(f"settlements?stay_number={number}")["settlements"]
    assert (row["settlement_number"], row["amounts"]["total"]) == (made.number, "8900.00")
    again = api.post(f"stays/{number}/settlement", {"stated_total": "8900.00"}, key="first")
    assert again.text == refused.text


def test_the_reversal_of_a_paid_settlement_is_asked_for_and_decided(api: Caller, person) -> None:
    done = settled(api, person, "900.00")
    number, settlement = done["stay_number"], done["settlement_number"]
    Settlement.objects.filter(number=settlement).update(paid_out_on=datetime.date(2009, 5, 1))
    reversal = f"settlements/{settlement}/reversal"
    asked = api.post(reversal, {"reason": "typed wrongly"})
    assert (asked.status, asked.code) == (422, "paid_out")
    review = api.get(f"stays/{number}")["review"]
    assert (review["asked_for"], review["state"]) == ("reversal", "waiting")
    assert api.get(f"stays/{number}")["held"] is False

    reviewing.propose(stay_number=number, finding="looked at it", by=makers.clerk())
    reviewing.deny_reversal(stay_number=number, note="the amounts are right", by=makers.reviewer())
    review = api.get(f"stays/{number}")["review"]
    assert (review["state"], review["note"]) == ("denied", "the amounts are right")

    assert api.post(reversal, {"reason": "still wrong"}).code == "paid_out"
    reviewing.propose(stay_number=number, finding="it is", by=makers.clerk())
    reviewing.release(stay_number=number, by=makers.reviewer())
    told = api.get(f"stays/{number}")
    assert (told["status"], told["review"]["state"]) == ("discharged", "released")
    assert api.get(f"settlements/{settlement}")["status"] == "reversed"
    totals = api.get("totals?first=2010-06-30&last=2010-06-30")
    assert (totals["settlements"]["count"], totals["reversals"]["count"], totals["fund_net"]) == (1, 1, "0.00")


def test_where_else_a_person_lay_is_not_told(api: Caller, other: Caller, person) -> None:
    settled(other, person, "900.00", on="2009-03-01", until="2009-03-10")
    number = discharged(api, person, "900.00", on="2009-03-05", until="2009-03-12")
    review = api.get(f"stays/{number}")["review"]
    assert (review["state"], review["reasons"]) == ("waiting", [])


def test_who_cannot_be_paid_for_is_not_admitted(api: Caller, person) -> None:
    nobody = makers.insured(years=())
    refused = api.post("stays", admission(nobody))
    assert (refused.status, refused.code) == (422, "not_entitled")
    assert (refused["errors"][0]["pointer"], len(refused["reasons"])) == ("#/person_number", 1)
    over = makers.insured(years=(2009,))
    assert api.post("stays", admission(over, on="2010-01-02")).code == "not_entitled"
    later = makers.insured(years=(2010,))
    assert api.post("stays", admission(later, on="2009-12-30")).status == 201
    assert admit(api, person)


def test_an_institution_without_its_agreement_admits_emergencies_only(person) -> None:
    from tests.api.caller import caller

    api = caller("H8", designated=False)
    refused = api.post("stays", admission(person), key="one")
    assert (refused.status, refused.code) == (422, "agreement_not_in_force")
    assert api.get("stays")["stays"] == []
    assert api.post("stays", admission(person), key="two").code == "agreement_not_in_force"
    assert api.post("stays", admission(person, emergency=True)).status == 201


def test_a_claim_of_outpatient_treatment_is_no_stay_to_be_changed(api: Caller, person) -> None:
    number = discharged(api, person, "900.00")
    Stay.objects.filter(number=number).update(outpatient=True)
    for said in (
        api.put(f"stays/{number}/admission", admission(person)),
        api.post(f"stays/{number}/discharge/cancel", {"reason": "x"}),
    ):
        assert (said.status, said.code) == (422, "outpatient_claim")
