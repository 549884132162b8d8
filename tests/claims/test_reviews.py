"""Stays that need a person: put to the agency, examined by one, released by another (A1, A3, A4, A8)."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims import services
from claims.models import FeeLine, FeeLineCut, Review, Settlement, Stay, UsualCost
from claims.services import HeldForReview, recompute
from claims.tasks import count_usual_costs
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.policy.terms import Cause, LineProblem
from tests.claims import makers

pytestmark = pytest.mark.django_db


def injured(**values) -> Stay:
    """A broken wrist whose cause nobody stated."""
    return makers.discharged(makers.insured(), makers.hospital(), diagnosis="S52.5", **values)


def verbs(stay: Stay) -> list[str]:
    return [entry.verb for entry in audit.entries_of("claims.stay", stay.number).order_by("id")]


# --- which stays, and when -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "reasons"),
    [
        ({}, []),
        ({"diagnosis": "S52.5"}, ["injury"]),
        ({"diagnosis": "T98"}, ["injury"]),
        ({"other_diagnoses": ("Y10",)}, ["injury"]),
        ({"diagnosis": "S52.5", "cause": Cause.ACCIDENT}, []),
        ({"diagnosis": "Z51.1"}, []),
        ({"transfer_stated": True}, ["transfer"]),
        ({"emergency": True}, []),
    ],
)
def test_a_stay_goes_to_the_agency_when_it_is_discharged(values, reasons):
    for code in values.get("other_diagnoses", ()):
        makers.diagnosis(code)
    stay = makers.discharged(makers.insured(), makers.hospital(), **values)
    assert [review.reasons for review in Review.objects.all()] == ([reasons] if reasons else [])
    assert Stay.objects.get(pk=stay.pk).held == (reasons[0] if reasons else "")


def test_an_emergency_outside_the_designated_institutions_does():
    by = makers.hospital("X1", designated=False)
    stay = makers.discharged(makers.insured(), by, emergency=True)
    assert Review.objects.get().reasons == ["emergency_outside"]
    assert makers.through_the_desk(stay).deductible == Decimal("700.00")


def test_a_refused_settlement_leaves_the_stay_in_the_queue():
    by = makers.hospital()
    stay = makers.discharged(makers.insured(), by, ("5000.01",))
    UsualCost.objects.create(
        institution=stay.institution, median=Decimal(500), settlements=30, counted_on=makers.day("2010-06-30")
    )
    assert not Review.objects.exists()
    for _time in range(2):
        with pytest.raises(HeldForReview) as error:
            services.settle_stay(stay_number=stay.number, by=by)
    assert "Cost far above the usual" in str(error.value)
    assert (Review.objects.get().reasons, Review.objects.get().total) == (["unusual_cost"], Decimal("5000.01"))
    assert (Stay.objects.get().status, Stay.objects.get().held) == ("discharged", "unusual_cost")
    assert verbs(stay).count("reviews.open") == 1
    assert makers.through_the_desk(stay).total == Decimal("5000.01")


@pytest.mark.parametrize(("median", "settlements"), [("500.00", 30), ("499.99", 29)])
def test_what_is_usual_is_settled_at_once(median, settlements):
    by = makers.hospital()
    stay = makers.discharged(makers.insured(), by, ("5000.00",))
    UsualCost.objects.create(
        institution=stay.institution, median=median, settlements=settlements, counted_on=makers.day("2010-06-30")
    )
    assert services.settle_stay(stay_number=stay.number, by=by).payable


def test_the_usual_is_the_median_of_twelve_months():
    by, other = makers.hospital(), makers.hospital("H2")
    for place, amount in enumerate(("100.00", "300.00", "900.00"), start=1):
        makers.settled(makers.insured(), by, (amount,), on=f"2009-0{place + 6}-01", until=f"2009-0{place + 6}-03")
    makers.settled(makers.insured(), by, ("77777.00",))
    reversed_one = makers.settled(makers.insured(), by, ("88888.00",), on="2009-11-01", until="2009-11-03")
    services.reverse_settlement(number=reversed_one.number, reason="wrong", by=by)
    # Between two it is half their sum, to the fen.
    for amount in ("50.00", "50.01"):
        makers.settled(makers.insured(), other, (amount,), on="2009-11-01", until="2009-11-03")
    for _time in range(2):
        assert count_usual_costs() == 2
    assert list(UsualCost.objects.order_by("median").values_list("median", "settlements")) == [
        (Decimal("50.01"), 2),
        (Decimal("300.00"), 3),
    ]


def test_from_a_payment_on_no_institution_settles_by_itself(settings):
    settings.REVIEW_PAYMENT_FROM = 3375
    by = makers.hospital()
    settled = makers.discharged(makers.insured(), by, ("7999.98",))
    assert services.settle_stay(stay_number=settled.number, by=by).fund == Decimal("3374.99")
    held = makers.discharged(makers.insured(), by, ("8000.00",))
    with pytest.raises(HeldForReview):
        services.settle_stay(stay_number=held.number, by=by)


def test_a_discharge_that_is_taken_back_takes_the_stay_off_the_queue():
    stay = injured()
    services.cancel_discharge(stay_number=stay.number, by=makers.hospital())
    review = Review.objects.get()
    assert (review.status, Stay.objects.get().held) == ("withdrawn", "")
    services.discharge(stay_number=stay.number, discharged_on=makers.day("2009-03-10"), by=makers.hospital())
    assert Review.objects.filter(status="waiting").count() == 1


def test_the_cause_that_the_institution_states_later_lets_it_settle():
    stay = injured()
    person = stay.resident
    admission = makers.admission(person, diagnosis="S52.5", cause=Cause.ACCIDENT)
    services.change_admission(stay_number=stay.number, admission=admission, by=makers.hospital())
    assert Review.objects.get().status == "withdrawn"
    assert services.settle_stay(stay_number=stay.number, by=makers.hospital()).payable


def test_what_a_clerk_examined_is_not_withdrawn_behind_their_back():
    stay = injured()
    services.propose(stay_number=stay.number, finding="fell", cause=Cause.ACCIDENT, by=makers.clerk())
    admission = makers.admission(stay.resident, diagnosis="S52.5", cause=Cause.ACCIDENT, transfer_stated=True)
    services.change_admission(stay_number=stay.number, admission=admission, by=makers.hospital())
    review = Review.objects.get()
    # A reason that nobody had seen: it is examined again.
    assert (review.status, review.reasons) == ("waiting", ["injury", "transfer"])


def test_what_the_agency_found_is_not_put_aside_by_another_statement():
    stay = injured()
    services.propose(stay_number=stay.number, finding="by car", cause=Cause.TRAFFIC_ACCIDENT, by=makers.clerk())
    admission = makers.admission(stay.resident, diagnosis="S52.5", cause=Cause.ACCIDENT)
    services.change_admission(stay_number=stay.number, admission=admission, by=makers.hospital())
    assert Review.objects.get().status == "waiting"
    assert "reviews.again" in verbs(stay)
    # Nor by a new discharge.
    services.cancel_discharge(stay_number=stay.number, by=makers.hospital())
    services.discharge(stay_number=stay.number, discharged_on=makers.day("2009-03-10"), by=makers.hospital())
    with pytest.raises(HeldForReview):
        services.settle_stay(stay_number=stay.number, by=makers.hospital())
    assert list(Review.objects.order_by("pk").values_list("status", flat=True)) == ["withdrawn", "waiting"]


# --- maker and checker -----------------------------------------------------------------------------------------------


def test_a_clerk_records_the_cause_and_a_reviewer_releases():
    stay = injured()
    with pytest.raises(Invalid) as error:
        services.propose(stay_number=stay.number, finding="fell off a bicycle", by=makers.clerk())
    assert error.value.field == "cause"
    clerk = makers.clerk()
    review = services.propose(stay_number=stay.number, finding="hit by a car", cause=Cause.TRAFFIC_ACCIDENT, by=clerk)
    assert (review.status, review.fund, review.examined_by_id) == ("proposed", Decimal("0.00"), clerk.user_id)
    settlement = services.release(stay_number=stay.number, fund=Decimal("0.00"), by=makers.reviewer())
    assert settlement.reasons == ["third_party_accident"]
    closed = Review.objects.get()
    assert (closed.status, closed.settlement) == ("released", settlement)
    assert Stay.objects.get().held == ""
    assert verbs(stay)[-3:] == ["reviews.propose", "stays.settle", "reviews.release"]


def test_nobody_releases_what_was_not_examined_nor_what_they_examined_themselves(settings):
    stay = injured()
    with pytest.raises(Conflict):
        services.release(stay_number=stay.number, by=makers.reviewer())
    clerk = makers.clerk()
    services.propose(stay_number=stay.number, finding="fell", cause=Cause.ACCIDENT, by=clerk)
    with pytest.raises(Refused) as error:
        services.release(stay_number=stay.number, by=clerk)
    assert error.value.code == "own_entry"
    assert not Settlement.objects.exists()
    # The fund pays 3,375: from 3,376 on a second person is needed.
    settings.REVIEW_SECOND_PERSON_FROM = 3376
    assert services.release(stay_number=stay.number, by=clerk).fund == Decimal("3375.00")


def test_who_entered_the_stay_does_not_release_it():
    makers.institution()
    reviewer = makers.reviewer()
    clerk = makers.clerk()
    stay = makers.discharged(makers.insured(), clerk, institution="H3", diagnosis="S52.5")
    audit.record(by=reviewer, verb="stays.change", obj=stay)
    services.propose(stay_number=stay.number, finding="fell", cause=Cause.ACCIDENT, by=clerk)
    with pytest.raises(Refused) as error:
        services.release(stay_number=stay.number, by=reviewer)
    assert error.value.code == "own_entry"
    assert services.release(stay_number=stay.number, by=makers.reviewer()).payable


@pytest.mark.parametrize("verb", ["propose", "release", "send_back", "cut_line"])
def test_others_neither_examine_nor_release(verb):
    stay = injured()
    values = {"propose": {"finding": "x"}, "send_back": {"note": "x"}, "cut_line": {"line_number": "1", "reason": "x"}}
    wrong = makers.reviewer() if verb in ("propose", "cut_line") else makers.hospital()
    for by in (makers.hospital(), wrong):
        with pytest.raises(NotAllowed):
            getattr(services, verb)(stay_number=stay.number, by=by, **values.get(verb, {}))


def test_a_reviewer_sends_back_with_a_note_and_the_clerk_looks_again():
    stay = injured()
    services.propose(stay_number=stay.number, finding="fell", cause=Cause.ACCIDENT, by=makers.clerk())
    with pytest.raises(Invalid):
        services.send_back(stay_number=stay.number, note=" ", by=makers.reviewer())
    services.send_back(stay_number=stay.number, note="who says so?", by=makers.reviewer())
    review = Review.objects.get()
    assert (review.status, review.note, Stay.objects.get().held) == ("waiting", "who says so?", "injury")
    services.propose(stay_number=stay.number, finding="a witness", cause=Cause.ACCIDENT, by=makers.clerk())
    assert services.release(stay_number=stay.number, by=makers.reviewer()).payable


def test_who_comes_second_is_told():
    stay = injured()
    version = Review.objects.get().version
    services.propose(stay_number=stay.number, finding="fell", cause=Cause.ACCIDENT, version=version, by=makers.clerk())
    with pytest.raises(Conflict) as error:
        services.cut_line(stay_number=stay.number, line_number="1", reason="x", version=version, by=makers.clerk())
    assert error.value.code == "changed_meanwhile"
    with pytest.raises(Conflict, match=r"3,375\.00"):
        services.release(stay_number=stay.number, fund=Decimal("3375.01"), by=makers.reviewer())
    assert not Settlement.objects.exists()


# --- cuts ------------------------------------------------------------------------------------------------------------


def test_what_is_denied_of_a_line_lowers_what_counts():
    stay = injured(amounts=("8000.00", "500.00"))
    clerk = makers.clerk()
    cut = services.cut_line(
        stay_number=stay.number, line_number="1", amount=Decimal("1000.00"), reason="not needed", by=clerk
    )
    services.cut_line(stay_number=stay.number, line_number="2", reason="not done", by=clerk)
    assert (cut.line.in_scope, cut.line.problem) == (Decimal("7000.00"), LineProblem.DENIED)
    settlement = makers.through_the_desk(stay, cause=Cause.ACCIDENT)
    assert (settlement.total, settlement.in_scope) == (Decimal("8500.00"), Decimal("7000.00"))
    assert (settlement.out_of_scope, settlement.fund) == (Decimal("1500.00"), Decimal("2925.00"))
    assert settlement.facts["denied"] == "1500.00"
    assert recompute(settlement).fund == settlement.fund
    # A settlement from before anything could be denied says nothing of it, and is computed as it was.
    settlement.facts = {name: value for name, value in settlement.facts.items() if name != "denied"}
    assert recompute(settlement).fund == settlement.fund
    said = audit.entries_of("claims.stay", stay.number).filter(verb="reviews.cut").first()
    assert (said.note.endswith("not done"), said.changes["denied"]) == (True, ["0.00", "500.00"])


def test_a_cut_is_changed_and_taken_back():
    stay = injured()
    clerk = makers.clerk()
    services.cut_line(stay_number=stay.number, line_number="1", reason="first", by=clerk)
    services.cut_line(stay_number=stay.number, line_number="1", amount=Decimal("0.01"), reason="then", by=clerk)
    assert FeeLineCut.objects.get().reason == "then"
    line = services.restore_line(stay_number=stay.number, line_number="1", by=clerk)
    assert (line.in_scope, line.problem, FeeLineCut.objects.count()) == (Decimal("8000.00"), "", 0)
    with pytest.raises(Conflict):
        services.restore_line(stay_number=stay.number, line_number="1", by=clerk)


@pytest.mark.parametrize("amount", ["0", "-1", "8000.01", "0.001", "NaN"])
def test_no_more_is_denied_than_the_line_has(amount):
    stay = injured()
    with pytest.raises(Invalid) as error:
        services.cut_line(
            stay_number=stay.number, line_number="1", amount=Decimal(amount), reason="x", by=makers.clerk()
        )
    assert error.value.field == "amount"
    assert FeeLine.objects.get().denied == 0


def test_nothing_is_cut_but_while_a_stay_is_examined():
    ordinary = makers.discharged(makers.insured(), makers.hospital())
    stay = injured()
    services.propose(stay_number=stay.number, finding="fell", cause=Cause.ACCIDENT, by=makers.clerk())
    for number in (ordinary.number, stay.number):
        with pytest.raises(Conflict):
            services.cut_line(stay_number=number, line_number="1", reason="x", by=makers.clerk())
    services.send_back(stay_number=stay.number, note="again", by=makers.reviewer())
    with pytest.raises(Invalid):
        services.cut_line(stay_number=stay.number, line_number="9", reason="x", by=makers.clerk())
    with pytest.raises(Invalid):
        services.cut_line(stay_number=stay.number, line_number="1", reason=" ", by=makers.clerk())


def test_released_reversed_and_released_again_is_the_same():
    stay = injured()
    services.cut_line(stay_number=stay.number, line_number="1", amount=Decimal(500), reason="x", by=makers.clerk())
    first = makers.through_the_desk(stay, cause=Cause.ILLNESS)
    services.reverse_settlement(number=first.number, reason="x", by=makers.reviewer())
    # An injury that the clerk found to be none: the reason stands, and somebody looks again.
    assert Review.objects.get(status="waiting").reasons == ["injury", "examined"]
    assert makers.through_the_desk(stay, cause=Cause.ILLNESS).facts == first.facts


# --- speed -----------------------------------------------------------------------------------------------------------


def test_an_ordinary_settlement_asks_no_other_table():
    by = makers.hospital()
    makers.settled(makers.insured(), by)
    stay = makers.discharged(makers.insured(), by)
    with CaptureQueriesContext(connection) as context:
        services.settle_stay(stay_number=stay.number, by=by)
    # By their names statements say what they ask.
    assert not [query["sql"] for query in context if "review" in query["sql"] or "usual" in query["sql"]]
    assert len(context) <= 15
