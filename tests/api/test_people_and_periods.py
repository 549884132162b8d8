"""1101, 2001, the lists and the reconciliation: each institution's own, and nothing of others."""

import pytest

from claims.models import Settlement, Stay
from enrollment.cards.models import InsuranceCard
from enrollment.registration.models import Enrollment
from liaoyang_medins.kernel.audit.models import AuditEntry
from tests.api.caller import Caller, admission, admit, schema, settled
from tests.claims import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(db):
    makers.catalogue()
    return makers.insured(years=(2009, 2010))


@pytest.fixture
def card(person) -> InsuranceCard:
    return InsuranceCard.objects.create(
        number="2110000000017",
        resident=person,
        enrollment=Enrollment.objects.get(resident=person),
        status="handed_out",
        since=makers.LAW,
        made_on=makers.LAW,
        handed_out_on=makers.LAW,
        taken_by="self",
    )


# --- people ----------------------------------------------------------------------------------------------------------


def test_a_person_is_found_three_ways_and_each_look_is_on_record(api: Caller, person, card) -> None:
    ways = {"card_number": card.number, "id_number": person.id_number, "person_number": person.number}
    for way, text in ways.items():
        said = api.send("POST", "persons/lookup", {way: text})
        assert (said.status, said["person_number"], said["card"]["number"]) == (200, person.number, card.number)
        assert (said["category"], said["community"]["name"]) == ("elderly", person.community.name)
        assert person.id_number not in said.text
    looks = AuditEntry.objects.filter(verb="persons.look_up").order_by("id")
    assert [(look.resident, look.changes) for look in looks] == [(person.number, {"way": way}) for way in ways]
    assert {look.actor_name for look in looks} == {"医院H3"}


def test_who_is_not_found_is_said_at_the_field(api: Caller, person) -> None:
    wrong = person.id_number[:-1] + ("1" if person.id_number[-1] != "1" else "2")
    for body, code in (
        ({"id_number": wrong}, "id_number"),
        ({"id_number": makers.factories.id_number(person.birth_date, "F")}, "person_unknown"),
        ({"person_number": "P2000-0000000"}, "person_unknown"),
        ({"card_number": "1"}, "card_unknown"),
    ):
        said = api.send("POST", "persons/lookup", body)
        (way,) = body
        assert (said.status, said.code, said["errors"][0]["pointer"]) == (422, code, f"#/{way}")
    two = api.send("POST", "persons/lookup", {"card_number": "1", "person_number": person.number})
    assert (two.status, two.code) == (400, "schema")


@pytest.mark.parametrize(
    ("status", "code"), [("suspended", "card_suspended"), ("lost", "card_lost"), ("ended", "card_out_of_use")]
)
def test_nobody_is_treated_on_a_card_out_of_force(api: Caller, person, card, status, code) -> None:
    InsuranceCard.objects.filter(pk=card.pk).update(status=status, reason="x")
    assert api.send("POST", "persons/lookup", {"card_number": card.number}).code == code
    assert api.post("stays", admission(person, card_number=card.number)).code == code


def test_the_card_is_the_persons_own(api: Caller, person, card) -> None:
    assert api.post("stays", admission(makers.insured(), card_number=card.number)).code == "card_of_another"
    assert api.post("stays", admission(person, card_number=card.number)).status == 201


def test_entitlement_says_every_reason(api: Caller, person) -> None:
    question = {"person_number": person.number, "on": "2010-03-01"}
    yes = api.send("POST", "entitlements/check", question)
    assert (yes["entitled"], yes["reasons"], yes["cap"]["left"]) == (True, [], "30000.00")
    assert yes["benefit_period"] == {"first": "2010-01-01", "last": "2010-12-31"}
    from tests.api.caller import caller

    village = caller("H9", designated=False)
    no = village.send("POST", "entitlements/check", question | {"on": "2011-03-01"})
    assert [reason["code"] for reason in no["reasons"]] == ["no_benefit", "not_designated"]
    assert (no["institution"]["designated"], no["benefit_period"]) == (False, None)
    assert village.send("POST", "entitlements/check", question | {"emergency": True})["entitled"] is True
    assert api.send("POST", "entitlements/check", question | {"on": "2008-01-01"}).code == "before_the_law"


# --- lists -----------------------------------------------------------------------------------------------------------


def test_lists_go_page_by_page(api: Caller, person) -> None:
    numbers = [admit(api, makers.insured(), on=f"2009-03-{day:02d}") for day in (1, 2, 2, 3, 4)]
    found, after = [], ""
    while True:
        page = api.get(f"stays?limit=2{after}")
        found += [stay["stay_number"] for stay in page["stays"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert sorted(found) == sorted(numbers)
    assert len(found) == len(set(found))
    assert len(api.get("stays?admitted_from=2009-03-02&admitted_until=2009-03-03")["stays"]) == 3
    assert api.get("stays?status=settled")["stays"] == []
    assert api.get("stays?after=S2009-0000000")["stays"] == []
    assert api.get("stays?colour=red").code == "schema"
    assert len(api.get(f"stays?person_number={person_of(numbers[0])}")["stays"]) == 1
    for nobody in ("211002194005061234", "x"):
        wrong = api.get(f"stays?person_number={nobody}")
        assert (wrong.code, wrong["errors"][0]["pointer"]) == ("schema", "#/person_number")


def person_of(stay_number: str) -> str:
    return str(Stay.objects.get(number=stay_number).resident.number)


def test_nothing_of_another_institution_is_there(api: Caller, other: Caller, person) -> None:
    done = settled(other, person)
    stay, settlement = done["stay_number"], done["settlement_number"]
    assert api.get("stays")["stays"] == []
    assert api.get("settlements")["settlements"] == []
    assert api.get(f"stays?person_number={person.number}")["stays"] == []
    leaves = {"discharged_at": "2009-03-10T09:00:00+08:00", "way": "other"}
    tried = {
        "get_stay": api.get(f"stays/{stay}"),
        "list_lines": api.get(f"stays/{stay}/lines"),
        "presettle": api.send("POST", f"stays/{stay}/presettlement"),
        "change_admission": api.put(f"stays/{stay}/admission", admission(person)),
        "cancel_admission": api.post(f"stays/{stay}/cancel", {"reason": "x"}),
        "add_lines": api.post(f"stays/{stay}/lines", {"lines": [line_of()]}),
        "remove_lines": api.post(f"stays/{stay}/lines/remove", {"all": True}),
        "discharge": api.post(f"stays/{stay}/discharge", leaves),
        "cancel_discharge": api.post(f"stays/{stay}/discharge/cancel", {"reason": "x"}),
        "settle": api.post(f"stays/{stay}/settlement", {"stated_total": "8000.00"}),
        "get_settlement": api.get(f"settlements/{settlement}"),
        "reverse": api.post(f"settlements/{settlement}/reversal", {"reason": "x"}),
    }
    naming = (found for path, found in schema()["paths"].items() if "{number}" in path)
    assert set(tried) == {operation["operationId"] for methods in naming for operation in methods.values()}
    for said in tried.values():
        nothing = said.text.replace("S2009-0000001", stay).replace(stay, "").replace(settlement, "")
        assert (said.status, said.code) in ((404, "stay_unknown"), (404, "settlement_unknown"))
        assert "H1" not in nothing
        assert person.name not in nothing
    period = {"first": "2010-06-30", "last": "2010-06-30"}
    entry = {"number": settlement, "total": "8000.00", "fund": "1.00", "resident_pays": "7999.00"}
    told = api.send("POST", "reconciliations/details", {**period, "entries": [entry]})["differences"]
    assert [(row["kind"], row["here"], row["decided_on"]) for row in told] == [("missing_here", None, None)]
    assert api.get("totals?first=2009-01-01&last=2009-12-31")["stays"]["settled"] == 0


def line_of() -> dict[str, str]:
    from tests.api.caller import line

    return line("99")


def test_nobody_without_a_token_gets_anything(api: Caller, person) -> None:
    number = admit(api, person)
    for token in ("", "nothing", "x" * 5000):
        api.token = token
        for said in (api.get("stays"), api.get(f"stays/{number}"), api.post("stays", admission(person))):
            assert (said.status, said.code) == (401, "unauthorized")
            assert said.headers["WWW-Authenticate"].startswith("Bearer")


# --- reconciliation --------------------------------------------------------------------------------------------------

ZERO = {"count": 0, "total": "0.00", "fund": "0.00", "resident_pays": "0.00"}


def test_reconciliation_names_each_difference(api: Caller, person) -> None:
    first = settled(api, person, "900.00", on="2009-03-01", until="2009-03-05")
    second = settled(api, person, "8000.00", on="2009-04-01", until="2009-04-05")
    undone = api.post(f"settlements/{second['settlement_number']}/reversal", {"reason": "x"})
    Settlement.objects.filter(number=first["settlement_number"]).update(decided_on=makers.day("2010-06-29"))
    whole = api.get(f"settlements/{second['settlement_number']}")
    assert (whole["reversal_number"], whole["reversed_on"]) == (undone["reversal_number"], "2010-06-30")
    period = {"first": "2010-06-30", "last": "2010-06-30"}
    names = ("total", "fund", "resident_pays")
    amounts = {name: second["amounts"][name] for name in names}
    mine = {"count": 1, **amounts}
    same = api.send("POST", "reconciliations/totals", {**period, "settlements": mine, "reversals": mine})
    assert (same["equal"], same["differences"], same["fund_net"]) == (True, [], "0.00")
    other = api.send("POST", "reconciliations/totals", {**period, "settlements": mine, "reversals": ZERO})
    assert (other["equal"], other["fund_net"]) == (False, "0.00")
    assert [row["figure"] for row in other["differences"]] == [
        "reversals.count",
        "reversals.total",
        "reversals.fund",
        "reversals.resident_pays",
    ]
    entries = [
        {"number": second["settlement_number"], **amounts, "fund": "0.01"},
        {"number": first["settlement_number"], **{name: first["amounts"][name] for name in names}},
        {"number": "J2000-0000000", **amounts},
    ]
    told = api.send("POST", "reconciliations/details", {**period, "entries": entries})
    assert (told["equal"], told["count"]) == (False, 2)
    assert {(row["number"], row["kind"], row["decided_on"]) for row in told["differences"]} == {
        (second["settlement_number"], "amounts_differ", "2010-06-30"),
        (undone["reversal_number"], "missing_there", "2010-06-30"),
        (first["settlement_number"], "missing_here", "2010-06-29"),
        ("J2000-0000000", "missing_here", None),
    }
    entries = [
        {"number": second["settlement_number"], **amounts},
        {"number": undone["reversal_number"], **amounts},
    ]
    assert api.send("POST", "reconciliations/details", {**period, "entries": entries})["equal"] is True
    twice = api.send("POST", "reconciliations/details", {**period, "entries": [entries[0], entries[0]]})
    assert twice.code == "schema"
    sums = api.get("totals?first=2010-06-29&last=2010-06-30")
    assert (sums["settlements"]["count"], sums["reversals"]["count"]) == (2, 1)
