"""Discharge and its cancellation, and stays that overlap (A8)."""

import pytest

from claims import services
from claims.models import Stay
from claims.services import HeldForReview
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused
from tests.claims import makers

pytestmark = pytest.mark.django_db


def test_a_discharge_and_its_cancellation_lead_there_and_back():
    by = makers.hospital()
    stay = makers.discharged(makers.insured(), by)
    assert (stay.status, stay.discharged_on.isoformat()) == ("discharged", "2009-03-10")
    with pytest.raises(Conflict):
        services.discharge(stay_number=stay.number, discharged_on=makers.day("2009-03-11"), by=by)
    services.cancel_discharge(stay_number=stay.number, by=by)
    again = Stay.objects.get()
    assert (again.status, again.discharged_on) == ("admitted", None)
    with pytest.raises(Conflict):
        services.cancel_discharge(stay_number=stay.number, by=by)


@pytest.mark.parametrize("last", ["2009-02-28", "2010-07-01"])
def test_a_discharge_lies_inside_what_can_be(last):
    by = makers.hospital()
    stay = makers.admitted(makers.insured(), by)
    with pytest.raises(Invalid) as error:
        services.discharge(stay_number=stay.number, discharged_on=makers.day(last), by=by)
    assert error.value.field == "discharged_on"
    assert Stay.objects.get().status == "admitted"


def test_a_line_after_the_discharge_stands_in_its_way():
    by = makers.hospital()
    makers.catalogue()
    stay = makers.admitted(makers.insured(), by)
    services.add_lines(stay_number=stay.number, lines=[makers.line(on="2009-03-09")], by=by)
    with pytest.raises(Refused) as error:
        services.discharge(stay_number=stay.number, discharged_on=makers.day("2009-03-08"), by=by)
    assert error.value.code == "lines_after_discharge"
    assert Stay.objects.get().status == "admitted"
    services.discharge(stay_number=stay.number, discharged_on=makers.day("2009-03-09"), by=by)


def test_a_settled_stay_is_not_undischarged():
    by = makers.hospital()
    settlement = makers.settled(makers.insured(), by)
    with pytest.raises(Conflict):
        services.cancel_discharge(stay_number=settlement.stay.number, by=by)


def test_a_discharge_whose_record_fails_did_not_happen(monkeypatch):
    by = makers.hospital()
    stay = makers.admitted(makers.insured(), by)

    def broken(**_):
        raise RuntimeError

    monkeypatch.setattr("claims.services.discharges.audit.record", broken)
    with pytest.raises(RuntimeError):
        services.discharge(stay_number=stay.number, discharged_on=makers.day("2009-03-08"), by=by)
    assert Stay.objects.get().status == "admitted"


def test_of_two_stays_that_share_more_than_a_day_the_later_is_held_and_let_go_again():
    person, one, two = makers.insured(), makers.hospital(), makers.hospital("H2")
    first = makers.discharged(person, one, on="2009-03-01", until="2009-03-10")
    touching = makers.discharged(person, two, on="2009-03-10", until="2009-03-12")
    later = makers.discharged(person, two, on="2009-03-09", until="2009-03-10", inpatient_number="L1")
    held = dict(Stay.objects.values_list("number", "held"))
    # The tenth alone is shared with the first; with the later one that is in the same hospital it shares a day too.
    assert held == {first.number: "", touching.number: "", later.number: "overlap"}
    services.cancel_discharge(stay_number=later.number, by=two)
    assert Stay.objects.get(pk=later.pk).held == ""
    services.discharge(stay_number=later.number, discharged_on=makers.day("2009-03-10"), by=two)
    assert Stay.objects.get(pk=later.pk).held == "overlap"
    services.cancel_discharge(stay_number=first.number, by=one)
    services.remove_lines(stay_number=first.number, by=one)
    services.cancel_admission(stay_number=first.number, reason="never came", by=one)
    assert Stay.objects.get(pk=later.pk).held == ""


def test_a_held_stay_is_examined_by_one_at_the_agency_and_released_by_another():
    person, one, two = makers.insured(), makers.hospital(), makers.hospital("H2")
    first = makers.discharged(person, one, on="2009-03-01", until="2009-03-10")
    later = makers.discharged(person, two, on="2009-03-05", until="2009-03-12")
    services.settle_stay(stay_number=first.number, by=one)
    for by in (two, makers.clerk(), makers.reviewer()):
        with pytest.raises(HeldForReview) as error:
            services.settle_stay(stay_number=later.number, by=by)
        assert error.value.code == "held_for_review"
        assert first.number not in str(error.value)
        # A hospital is not told that there is another stay at all.
        assert ("Overlaps" in str(error.value)) is (by is not two)
    assert makers.through_the_desk(later).payable


def test_an_earlier_stay_entered_after_the_later_was_settled_waits_too():
    person, one, two = makers.insured(), makers.hospital(), makers.hospital("H2")
    makers.settled(person, one, on="2009-03-05", until="2009-03-12")
    early = makers.discharged(person, two, on="2009-03-01", until="2009-03-10")
    with pytest.raises(HeldForReview):
        services.settle_stay(stay_number=early.number, by=two)
