"""Reversals (A4): in order, never by an institution once it was paid, and settle, reverse, settle equals settle."""

from decimal import Decimal

import pytest

from claims import services
from claims.models import Reversal, Settlement, Stay
from claims.selectors import cap_left
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from tests.claims import makers
from tests.claims.test_settlement import amounts

pytestmark = pytest.mark.django_db


def test_settle_reverse_settle_gives_what_one_settlement_would_have_given():
    person, by = makers.insured(), makers.hospital()
    makers.settled(person, by, ("50000.00",), on="2009-02-01", until="2009-02-05")
    first = makers.settled(person, by, ("30000.00",))
    left = cap_left(person, makers.day("2009-03-10")).left
    reversal = services.reverse_settlement(number=first.number, reason="wrong diagnosis", by=by)
    assert (reversal.reversed_on.isoformat(), reversal.reason) == ("2010-06-30", "wrong diagnosis")
    assert cap_left(person, makers.day("2009-03-10")).left == left + first.fund
    assert Stay.objects.get(pk=first.stay_id).status == "discharged"
    second = services.settle_stay(stay_number=first.stay.number, by=by)
    assert amounts(second) == amounts(first)
    assert (second.cap_used, second.facts) == (first.cap_used, first.facts)
    assert cap_left(person, makers.day("2009-03-10")).left == left
    assert list(Settlement.objects.filter(stay=first.stay).order_by("pk").values_list("live", flat=True)) == [
        False,
        True,
    ]


def test_only_the_latest_of_a_cap_period_is_reversed_and_the_refusal_names_the_later_ones():
    person, by = makers.insured(), makers.hospital()
    rows = [makers.settled(person, by, on=f"2009-0{month}-01", until=f"2009-0{month}-05") for month in (5, 3, 7)]
    with pytest.raises(Refused) as error:
        services.reverse_settlement(number=rows[0].number, reason="x", by=by)
    assert error.value.code == "not_latest"
    assert list(error.value.reasons) == [rows[2].number, rows[1].number]
    assert not Reversal.objects.exists()
    for row in reversed(rows):
        services.reverse_settlement(number=row.number, reason="x", by=by)
    assert Settlement.objects.filter(live=True).count() == 0


def test_settlements_of_other_periods_and_of_others_do_not_stand_in_the_way():
    person, by = makers.insured(years=(2009, 2010)), makers.hospital()
    old = makers.settled(person, by)
    makers.settled(person, by, on="2010-03-01", until="2010-03-05")
    makers.settled(makers.insured(), by)
    services.reverse_settlement(number=old.number, reason="x", by=by)
    assert not Settlement.objects.get(pk=old.pk).live


def test_a_settlement_is_reversed_once_and_with_a_reason():
    by = makers.hospital()
    settlement = makers.settled(makers.insured(), by)
    with pytest.raises(Invalid) as error:
        services.reverse_settlement(number=settlement.number, reason="  ", by=by)
    assert error.value.field == "reason"
    services.reverse_settlement(number=settlement.number, reason="x", by=by)
    with pytest.raises(Conflict) as conflict:
        services.reverse_settlement(number=settlement.number, reason="x", by=by)
    assert conflict.value.code == "already_reversed"


def test_what_was_paid_out_is_reversed_by_two_at_the_agency_only():
    by = makers.hospital()
    settlement = makers.settled(makers.insured(), by)
    Settlement.objects.update(paid_out_on=makers.day("2010-05-01"))
    for asks in (by, makers.reviewer()):
        with pytest.raises(Refused) as error:
            services.reverse_settlement(number=settlement.number, reason="x", by=asks)
        assert error.value.code == "paid_out"
    assert not Reversal.objects.exists()
    assert makers.reversed_at_the_desk(settlement).settlement == settlement


def test_neither_a_clerk_nor_another_hospital_reverses():
    settlement = makers.settled(makers.insured(), makers.hospital())
    with pytest.raises(NotAllowed):
        services.reverse_settlement(number=settlement.number, reason="x", by=makers.clerk())
    with pytest.raises(Invalid) as error:
        services.reverse_settlement(number=settlement.number, reason="x", by=makers.hospital("H2"))
    assert error.value.code == "settlement_unknown"


def test_a_reversal_whose_record_fails_did_not_happen(monkeypatch):
    by = makers.hospital()
    settlement = makers.settled(makers.insured(), by)

    def broken(**_):
        raise RuntimeError

    monkeypatch.setattr("claims.services.settlement.audit.record", broken)
    with pytest.raises(RuntimeError):
        services.reverse_settlement(number=settlement.number, reason="x", by=by)
    assert Settlement.objects.get().live
    assert Stay.objects.get().status == "settled"
    assert not Reversal.objects.exists()


def test_after_a_reversal_the_stay_goes_back_step_by_step_and_is_settled_anew():
    person, by = makers.insured(), makers.hospital()
    settlement = makers.settled(person, by, ("8000.00",))
    number = settlement.stay.number
    services.reverse_settlement(number=settlement.number, reason="a line was missing", by=by)
    services.cancel_discharge(stay_number=number, by=by)
    services.add_lines(stay_number=number, lines=[makers.line("1000.00")], by=by)
    services.discharge(stay_number=number, discharged_on=makers.day("2009-03-10"), by=by)
    again = services.settle_stay(stay_number=number, stated_total=Decimal("9000.00"), by=by)
    assert again.fund == settlement.fund + Decimal("450.00")
