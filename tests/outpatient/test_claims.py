"""Claims of outpatient treatment (A5): by the same adjudication, against the same cap; refused until a measure."""

import uuid
from decimal import Decimal

import pytest
from django.core.management import call_command

from claims import services as stays
from claims.facts import cap_position
from claims.models import Stay
from claims.outpatient import services
from claims.outpatient.models import OutpatientClaim
from claims.services.settlement import differences
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.errors import Conflict, DomainError, Invalid, Refused
from tests.claims import makers

from .makers import approved, asked, claimed, measure

pytestmark = pytest.mark.django_db


@pytest.fixture
def figures(tmp_path):
    """From 2010 on a measure has the figures: 300 yuan, 60 %."""
    with policy.data_in(measure(tmp_path)):
        yield


def test_until_a_measure_has_the_figures_claims_are_refused_with_that_reason():
    by = makers.hospital()
    stay = claimed(approved(makers.insured(years=(2010,)), by), by)
    assert (stay.status, stay.outpatient, stay.admitted_on, stay.discharged_on) == (
        "discharged",
        True,
        makers.day("2010-03-01"),
        makers.day("2010-03-31"),
    )
    settlement = stays.settle_stay(stay_number=stay.number, by=by)
    assert (settlement.payable, settlement.reasons, settlement.fund) == (False, ["outpatient_policy_missing"], 0)
    assert settlement.resident_pays == Decimal("1000.00")
    assert differences(settlement) == {}


def test_with_the_figures_a_claim_is_computed_and_counts_against_the_same_cap(figures):
    person, by = makers.insured(years=(2010,)), makers.hospital()
    approval = approved(person, by)
    first = stays.settle_stay(stay_number=claimed(approval, by).number, by=by)
    assert (first.payable, first.deductible, first.ratio) == (True, Decimal("300.00"), Decimal("0.60"))
    assert first.fund == Decimal("420.00")
    assert cap_position(person, makers.day("2010-04-30")).used == Decimal("420.00")
    inpatient = makers.settled(person, by, ("70000.00",), on="2010-04-01", until="2010-04-09")
    assert (inpatient.cap_used, inpatient.fund) == (Decimal("420.00"), Decimal("29580.00"))
    later = claimed(approval, by, first="2010-05-01", last="2010-05-31")
    last = stays.settle_stay(stay_number=later.number, by=by)
    assert (last.fund, last.over_cap) == (Decimal("0.00"), Decimal("420.00"))
    call_command("recompute_settlements", verbosity=0)


def test_a_reversal_gives_the_cap_back_and_the_claim_can_be_withdrawn(figures):
    person, by = makers.insured(years=(2010,)), makers.hospital()
    approval = approved(person, by)
    stay = claimed(approval, by)
    settlement = stays.settle_stay(stay_number=stay.number, by=by)
    with pytest.raises(Conflict):
        services.withdraw_claim(stay_number=stay.number, reason="wrong", by=by)
    stays.reverse_settlement(number=settlement.number, reason="wrong", by=by)
    assert cap_position(person, makers.day("2010-04-30")).used == 0
    withdrawn = services.withdraw_claim(stay_number=stay.number, reason="wrong", by=by)
    assert (withdrawn.status, withdrawn.discharged_on, withdrawn.lines.count()) == ("cancelled", None, 0)
    again = claimed(approval, by)
    assert again.inpatient_number == stay.inpatient_number


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("2010-01-31", "2010-02-10", "outside_approval"),
        ("2010-04-20", "2010-05-01", "outside_approval"),
        ("2010-04-10", "2010-04-09", "invalid"),
        ("2010-06-20", "2010-07-01", "invalid"),
    ],
)
def test_every_day_lies_in_the_approval(first, last, code):
    person, by = makers.insured(years=(2010,)), makers.hospital()
    approval = approved(person, by, starts="2010-02-01", until="2010-04-30")
    with pytest.raises(DomainError) as error:
        claimed(approval, by, first=first, last=last)
    assert error.value.code == code
    assert not Stay.objects.exists()


def test_a_claim_rests_on_an_approved_approval():
    by = makers.hospital()
    with pytest.raises(Refused) as error:
        claimed(asked(makers.insured(years=(2010,)), by), by)
    assert error.value.code == "not_approved"


def test_no_day_is_claimed_twice_and_a_form_sent_twice_is_one_claim():
    by, mark = makers.hospital(), uuid.uuid4()
    approval = approved(makers.insured(years=(2010,)), by)
    first = claimed(approval, by, submission=mark)
    assert claimed(approval, by, submission=mark) == first
    with pytest.raises(Conflict) as error:
        claimed(approval, by, first="2010-03-31", last="2010-04-10")
    assert error.value.code == "days_claimed"
    assert OutpatientClaim.objects.count() == 1


def test_a_line_outside_the_days_is_refused_and_nothing_stays():
    by = makers.hospital()
    approval = approved(makers.insured(years=(2010,)), by)
    for lines_on in ("2010-02-28", "2010-04-01"):
        with pytest.raises(DomainError):
            claimed(approval, by, lines_on=lines_on)
    with pytest.raises(Invalid):
        claimed(approval, by, ())
    assert not Stay.objects.exists()


def test_it_is_no_stay_in_hospital_and_cannot_be_changed_as_one():
    person, by = makers.insured(years=(2010,)), makers.hospital()
    makers.item()
    makers.admitted(person, by, "2010-03-05")
    stay = claimed(approved(person, by), by)
    assert stays.presettle(stay).overlaps == ()
    with pytest.raises(Refused) as error:
        stays.cancel_discharge(stay_number=stay.number, by=by)
    assert error.value.code == "outpatient_claim"
    with pytest.raises(Refused):
        stays.change_admission(stay_number=stay.number, admission=makers.admission(person, "2010-03-02"), by=by)
    with pytest.raises(Invalid):
        services.withdraw_claim(stay_number=Stay.objects.get(outpatient=False).number, reason="x", by=by)


def test_at_the_agency_who_entered_a_claim_does_not_settle_it():
    makers.institution()
    clerk = makers.clerk()
    stay = claimed(approved(makers.insured(years=(2010,)), clerk, institution="H3"), clerk)
    with pytest.raises(Refused) as error:
        stays.settle_stay(stay_number=stay.number, by=clerk)
    assert error.value.code == "own_entry"
    assert stays.settle_stay(stay_number=stay.number, by=makers.reviewer()).stay == stay
