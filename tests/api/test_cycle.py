"""From admission to reversal over HTTP, with every refusal on the way; each answer is held against the schema."""

from decimal import Decimal

import pytest

from claims.models import FeeLine, Review, Settlement, Stay
from liaoyang_medins.kernel.audit.models import AuditEntry
from tests.api.caller import Caller, admission, admit, discharged, line, settled
from tests.claims import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(db):
    makers.catalogue()
    return makers.insured(years=(2009, 2010))


def test_the_whole_cycle(api: Caller, person) -> None:
    made = api.post("stays", admission(person, diagnoses=["j18.9", "I10"])) if makers.diagnosis("I10") else None
    assert made.status == 201
    assert made["diagnoses"] == ["J18.9", "I10"]
    assert (made["status"], made["admitted_at"]) == ("admitted", "2009-03-01T09:00:00+08:00")
    number = made["stay_number"]
    changed = api.put(f"stays/{number}/admission", admission(person, emergency=True, inpatient_number="Z1"))
    assert (changed["emergency"], changed["inpatient_number"], changed["diagnoses"]) == (True, "Z1", ["J18.9"])
    lines = [
        line("1", "8000.90"),
        line("2", "100.00", item_code="B1"),
        line("3", "50.00", item_code="C1", item_name="ginseng"),
        line("4", "20.00", item_code="NO", item_name="something"),
        line("5", "24.00", quantity="2", unit_price="12", item_code="L1"),
    ]
    added = api.post(f"stays/{number}/lines", {"lines": lines})
    assert added.status == 201
    assert [one["in_scope"] for one in added["lines"]] == ["8000.90", "90.00", "0.00", "0.00", "20.00"]
    assert [one["reasons"] for one in added["lines"]] == [
        [],
        ["personal_share"],
        ["class_c"],
        ["not_in_catalogue"],
        ["over_price_limit"],
    ]
    assert (added["amount"], added["in_scope"]) == ("8194.90", "8110.90")
    foreseen = api.send("POST", f"stays/{number}/presettlement")
    assert (foreseen.status, foreseen["provisional"]) == (200, True)
    assert api.post(f"stays/{number}/lines/remove", {"line_numbers": ["4"]})["removed"] == 1
    ended = api.post(f"stays/{number}/discharge", {"discharged_at": "2009-03-10T11:30:00+08:00", "way": "ordered"})
    assert (ended["status"], ended["discharged_at"]) == ("discharged", "2009-03-10T11:30:00+08:00")
    foreseen = api.send("POST", f"stays/{number}/presettlement")
    read = api.get(f"stays/{number}/lines")
    assert (read["count"], read["amount"], read["next"]) == (4, "8174.90", None)
    done = api.post(f"stays/{number}/settlement", {"stated_total": read["amount"]})
    assert done.status == 201
    assert done["amounts"] == foreseen["amounts"]
    amounts = {name: Decimal(value) for name, value in done["amounts"].items() if isinstance(value, str)}
    assert amounts["fund"] + amounts["resident_pays"] == amounts["total"]
    parts = ("out_of_scope", "deductible", "copayment", "over_cap")
    assert sum(amounts[part] for part in parts) == amounts["resident_pays"]
    whole = api.get(f"settlements/{done['settlement_number']}")
    assert whole["steps"] == foreseen["steps"]
    assert api.get(f"stays/{number}")["status"] == "settled"
    undone = api.post(f"settlements/{done['settlement_number']}/reversal", {"reason": "typed wrongly"})
    assert (undone.status, undone["fund"]) == (201, done["amounts"]["fund"])
    again = api.post(f"stays/{number}/settlement", {"stated_total": read["amount"]})
    assert again["amounts"] == done["amounts"]
    assert [row["status"] for row in api.get(f"settlements?stay_number={number}")["settlements"]] == [
        "live",
        "reversed",
    ]
    entries = AuditEntry.objects.filter(object_number=number)
    assert {(entry.actor_kind, entry.actor_name) for entry in entries} == {("client", "医院H3")}
    assert {entry.verb for entry in entries} >= {"stays.admit", "stays.add_lines", "stays.settle", "stays.reverse"}


def test_a_discharge_states_the_diagnoses_that_are_settled_by(api: Caller, person) -> None:
    makers.diagnosis("A16.2")
    number = admit(api, person)
    body = {"discharged_at": "2009-03-10T11:30:00+08:00", "way": "died", "diagnoses": ["A16.2", "J18.9"]}
    assert api.post(f"stays/{number}/discharge", body)["diagnoses"] == ["A16.2", "J18.9"]
    back = api.post(f"stays/{number}/discharge/cancel", {"reason": "still here"})
    assert (back["status"], back["discharged_at"], back["discharge_way"]) == ("admitted", None, None)
    early = api.post(f"stays/{number}/discharge", {"discharged_at": "2009-03-01T08:00:00+08:00", "way": "other"})
    assert (early.status, early.code, early["errors"][0]["pointer"]) == (422, "invalid", "#/discharged_at")
    unknown = api.post(f"stays/{number}/discharge", body | {"diagnoses": ["X"]})
    assert (unknown.status, unknown.code) == (422, "diagnosis_unknown")


def test_the_state_machine_is_strict(api: Caller, person) -> None:
    number = admit(api, person)
    body = {"stated_total": "1.00"}
    assert api.post(f"stays/{number}/settlement", body).code == "wrong_state"
    assert api.post(f"stays/{number}/discharge/cancel", {"reason": "x"}).code == "wrong_state"
    assert api.send("POST", f"stays/{number}/presettlement").code == "no_fee_lines"
    assert api.post(f"stays/{number}/lines", {"lines": [line("1")]}).status == 201
    assert api.post(f"stays/{number}/cancel", {"reason": "x"}).code == "has_lines"
    outside = api.post(f"stays/{number}/discharge", {"discharged_at": "2009-03-01T20:00:00+08:00", "way": "other"})
    assert outside.code == "lines_after_discharge"
    assert api.post(f"stays/{number}/lines/remove", {"line_numbers": ["1", "9"]}).code == "line_unknown"
    assert FeeLine.objects.count() == 1
    api.post(f"stays/{number}/discharge", {"discharged_at": "2009-03-10T09:00:00+08:00", "way": "other"})
    assert api.post(f"stays/{number}/lines", {"lines": [line("2")]}).code == "wrong_state"
    wrong = api.post(f"stays/{number}/settlement", {"stated_total": "1000.01"})
    assert (wrong.status, wrong.code) == (422, "total_differs")
    assert wrong["errors"] == [{"pointer": "#/stated_total", "code": "total_differs", "detail": wrong["detail"]}]
    done = api.post(f"stays/{number}/settlement", {"stated_total": "1000.00"})
    assert api.post(f"stays/{number}/settlement", {"stated_total": "1000.00"}).code == "already_settled"
    assert api.send("POST", f"stays/{number}/presettlement").code == "already_settled"
    for call in (
        api.post(f"stays/{number}/discharge/cancel", {"reason": "x"}),
        api.post(f"stays/{number}/discharge", {"discharged_at": "2009-03-10T09:00:00+08:00", "way": "other"}),
        api.put(f"stays/{number}/admission", admission(person)),
        api.post(f"stays/{number}/cancel", {"reason": "x"}),
    ):
        assert (call.status, call.code) == (409, "wrong_state")
    reversal = f"settlements/{done['settlement_number']}/reversal"
    assert api.post(reversal, {"reason": "x"}).status == 201
    assert api.post(reversal, {"reason": "x"}).code == "already_reversed"


def test_reversals_go_in_reverse_order_and_not_behind_a_payment(api: Caller, other: Caller, person) -> None:
    first = settled(api, person, "900.00", on="2009-03-01", until="2009-03-05")
    second = settled(api, person, "900.00", on="2009-04-01", until="2009-04-05")
    wrong = api.post(f"settlements/{first['settlement_number']}/reversal", {"reason": "x"})
    assert (wrong.code, wrong["reasons"]) == ("not_latest", [second["settlement_number"]])
    third = settled(other, person, "900.00", on="2009-05-01", until="2009-05-05")
    wrong = api.post(f"settlements/{first['settlement_number']}/reversal", {"reason": "x"})
    # A later one of another institution is told of, but not by its number.
    assert (wrong.code, len(wrong["reasons"]), wrong["reasons"][1]) == ("not_latest", 2, second["settlement_number"])
    assert third["settlement_number"] not in wrong.text
    assert other.post(f"settlements/{third['settlement_number']}/reversal", {"reason": "x"}).status == 201
    Settlement.objects.filter(number=second["settlement_number"]).update(paid_out_on=makers.day("2009-05-01"))
    assert api.post(f"settlements/{second['settlement_number']}/reversal", {"reason": "x"}).code == "paid_out"


def test_an_admission_is_refused_with_its_reason(api: Caller, other: Caller, person) -> None:
    assert api.post("stays", admission(person) | {"person_number": "P2000-0000001"}).code == "person_unknown"
    assert api.post("stays", admission(person, diagnoses=["Q"])).code == "diagnosis_unknown"
    assert api.post("stays", admission(person, referral_number="T2009-0000001")).code == "referral_unknown"
    assert api.post("stays", admission(person, card_number="1")).code == "card_unknown"
    assert api.post("stays", admission(person, on="2008-06-30")).code == "before_the_law"
    future = api.post("stays", admission(person, on="2010-07-01"))
    assert (future.code, future["errors"][0]["pointer"]) == ("invalid", "#/admitted_at")
    made = admission(person)
    assert api.post("stays", made).status == 201
    again = api.post("stays", made | {"admitted_at": "2009-03-02T09:00:00+08:00"})
    assert (again.code, "H3" in again["detail"]) == ("already_admitted", True)
    elsewhere = other.post("stays", admission(person, on="2009-03-03"))
    assert (elsewhere.code, "H3" in elsewhere.text) == ("already_admitted", False)
    somebody = makers.insured()
    taken = api.post("stays", admission(somebody, inpatient_number=made["inpatient_number"]))
    assert (taken.status, taken.code) == (409, "inpatient_number_taken")
    assert other.post("stays", admission(somebody, inpatient_number=made["inpatient_number"])).status == 201
    assert Stay.objects.count() == 2


def test_a_change_keeps_the_person(api: Caller, person) -> None:
    number = admit(api, person)
    wrong = api.put(f"stays/{number}/admission", admission(makers.insured()))
    assert (wrong.status, wrong.code) == (422, "person_unknown")


def test_wrong_lines_are_named_each_and_none_is_added(api: Caller, person) -> None:
    number = admit(api, person)
    lines = [
        line("1"),
        line("1"),
        line("2", amount="99.98", quantity="3", unit_price="33.33"),
        line("3", on="2009-02-28"),
        line("4", quantity="0"),
    ]
    wrong = api.post(f"stays/{number}/lines", {"lines": lines})
    assert (wrong.status, wrong.code) == (422, "wrong_lines")
    assert [(fault["pointer"], fault["code"]) for fault in wrong["errors"]] == [
        ("#/lines/1/line_number", "line_number_repeated"),
        ("#/lines/2/amount", "amount_differs"),
        ("#/lines/3/at", "outside_stay"),
        ("#/lines/4/quantity", "out_of_range"),
    ]
    thousand = [line(str(place), amount="0.01", unit_price="1") for place in range(1000)]
    wrong = api.post(f"stays/{number}/lines", {"lines": thousand})
    assert [fault["pointer"] for fault in wrong["errors"]] == [f"#/lines/{place}/amount" for place in range(1000)]
    assert not FeeLine.objects.exists()


def test_a_stay_that_overlaps_waits_for_the_agency(api: Caller, other: Caller, person) -> None:
    settled(other, person, "900.00", on="2009-03-01", until="2009-03-10")
    number = discharged(api, person, "900.00", on="2009-03-05", until="2009-03-12")
    assert api.get(f"stays/{number}")["held"] is True
    held = api.post(f"stays/{number}/settlement", {"stated_total": "900.00"})
    assert (held.status, held.code) == (422, "held_for_review")
    assert "H1" not in held.text
    assert "verlap" not in held.text
    assert Review.objects.get().status == "waiting"
    makers.through_the_desk(Stay.objects.get(number=number))
    assert len(api.get(f"settlements?stay_number={number}")["settlements"]) == 1


@pytest.mark.parametrize(
    ("lines", "fund"),
    [
        (["8000.00"], "4125.00"),
        (["1000.00", "2500.00", "500.00", "3000.00", "1500.00", "1500.00"], "5225.00"),
        (["1500.00", "3000.00", "2500.00", "1500.00", "500.00", "1000.00"], "5225.00"),
        (["8000.90"], "4125.50"),
        (["300.00"], "0.00"),
        (["300.00", "300.00"], "55.00"),
        (["60000.00"], "30000.00"),
    ],
)
def test_what_the_best_known_open_system_gets_wrong(person, monkeypatch, lines, fund) -> None:
    """A deductible of 500, a ratio of 55 % and a cap of 30,000."""
    with_test_policy(monkeypatch)
    from tests.api.caller import caller

    api = caller("H1", grade="grade1")
    assert settled(api, person, *lines)["amounts"]["fund"] == fund


def with_test_policy(monkeypatch) -> None:
    """The measures with a deductible of 500 for grade 1."""
    from claims import rules

    figure = rules.deductible

    def deductible(facts, policy):
        assert figure(facts, policy) == Decimal(300) - (0 if not facts.halve else 150)
        return Decimal("500.00")

    monkeypatch.setattr(rules, "deductible", deductible)
    monkeypatch.setattr("claims.explanation.deductible_steps", lambda *_: [])


def test_a_stay_that_is_entered_late_is_judged_by_its_own_day(api: Caller) -> None:
    makers.item()
    person = makers.insured(years=(2009,), birth=makers.day("1990-05-06"), student=True)
    done = settled(api, person, "8000.00", on="2009-03-01", until="2009-03-10")
    assert done["amounts"]["deductible"] == "500.00"
    assert api.get(f"stays/{done['stay_number']}")["category"] == "minor"
    assert (done["settled_on"], done["decided_on"]) == ("2009-03-10", "2010-06-30")
