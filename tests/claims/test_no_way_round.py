"""No way round the desk: not by lines entered anew, a reversal, a split stay, or two postings (A3, A4, A8, U14)."""

from decimal import Decimal

import pytest

from claims import services
from claims.models import Review, Settlement, Stay, UsualCost
from claims.services import HeldForReview
from liaoyang_medins.kernel.errors import Invalid, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Cause
from tests.claims import makers
from tests.claims.test_reviews import injured

pytestmark = pytest.mark.django_db


# --- maker and checker -----------------------------------------------------------------------------------------------


def test_who_denied_a_line_does_not_release_although_a_colleague_proposed():
    stay = injured()
    both = makers.clerk()
    services.cut_line(stay_number=stay.number, line_number="1", reason="not done", by=both)
    services.propose(stay_number=stay.number, finding="fell", cause=Cause.ACCIDENT, by=makers.clerk())
    stand_in = Actor(both.kind, both.name, both.user_id, Role.AGENCY_REVIEWER, both.office)
    with pytest.raises(Refused) as error:
        services.release(stay_number=stay.number, by=stand_in)
    assert error.value.code == "own_entry"
    # Nor after it was sent back and somebody else examined it anew.
    services.send_back(stay_number=stay.number, note="again", by=makers.reviewer())
    services.propose(stay_number=stay.number, finding="fell", cause=Cause.ACCIDENT, by=makers.clerk())
    with pytest.raises(Refused):
        services.release(stay_number=stay.number, by=stand_in)
    assert services.release(stay_number=stay.number, by=makers.reviewer()).fund == Decimal("0.00")


def test_a_reason_that_nobody_examined_sends_it_back_at_the_release():
    stay = injured()
    services.propose(stay_number=stay.number, finding="fell", cause=Cause.ACCIDENT, by=makers.clerk())
    # Behind the portal's back: what no verb did, so that only the release can see it.
    Stay.objects.filter(pk=stay.pk).update(transfer_stated=True)
    with pytest.raises(HeldForReview):
        services.release(stay_number=stay.number, by=makers.reviewer())
    review = Review.objects.get()
    assert (review.status, review.reasons) == ("waiting", ["injury", "transfer"])
    assert not Settlement.objects.exists()
    services.propose(stay_number=stay.number, finding="fell", cause=Cause.ACCIDENT, by=makers.clerk())
    assert services.release(stay_number=stay.number, by=makers.reviewer()).reasons == ["transfer_not_approved"]


def test_an_admission_that_is_entered_late_sends_an_overlapping_stay_back():
    stay = injured()
    services.propose(stay_number=stay.number, finding="fell", cause=Cause.ACCIDENT, by=makers.clerk())
    makers.admitted(stay.resident, makers.hospital("H2"), "2009-02-25")
    review = Review.objects.get()
    assert (review.status, review.reasons) == ("waiting", ["overlap", "injury"])


# --- what was examined once ------------------------------------------------------------------------------------------


def again_with(stay: Stay, *amounts: str) -> None:
    """The institution takes the discharge back, removes all lines, enters these and discharges anew."""
    by = makers.hospital()
    services.cancel_discharge(stay_number=stay.number, by=by)
    services.remove_lines(stay_number=stay.number, by=by)
    services.add_lines(stay_number=stay.number, lines=[makers.line(amount) for amount in amounts], by=by)
    services.discharge(stay_number=stay.number, discharged_on=makers.day("2009-03-10"), by=by)


def test_a_denied_line_that_is_entered_anew_comes_back_to_the_desk():
    by = makers.hospital()
    stay = makers.discharged(makers.insured(), by, ("5000.01",))
    UsualCost.objects.create(
        institution=stay.institution, median=Decimal(500), settlements=30, counted_on=makers.day("2010-06-30")
    )
    with pytest.raises(HeldForReview):
        services.settle_stay(stay_number=stay.number, by=by)
    services.cut_line(stay_number=stay.number, line_number="1", amount=Decimal(1000), reason="x", by=makers.clerk())
    # Below ten times the usual, and nothing denied any more.
    again_with(stay, "4990.00")
    review = Review.objects.get(status="waiting")
    assert (review.reasons, Stay.objects.get().held) == (["examined"], "examined")
    with pytest.raises(HeldForReview):
        services.settle_stay(stay_number=stay.number, by=by)
    assert not Settlement.objects.exists()


def test_a_released_stay_that_its_institution_reverses_comes_back_to_the_desk():
    stay = injured()
    first = makers.through_the_desk(stay, cause=Cause.TRAFFIC_ACCIDENT)
    services.reverse_settlement(number=first.number, reason="x", by=makers.hospital())
    admission = makers.admission(stay.resident, diagnosis="J18.9", cause=Cause.ILLNESS)
    services.change_admission(stay_number=stay.number, admission=admission, by=makers.hospital())
    again_with(stay, "8000.00")
    assert Review.objects.get(status="waiting").reasons == ["examined"]
    with pytest.raises(HeldForReview):
        services.settle_stay(stay_number=stay.number, by=makers.hospital())


def test_only_the_agency_cancels_what_it_examined():
    stay = injured()
    services.propose(stay_number=stay.number, finding="by car", cause=Cause.TRAFFIC_ACCIDENT, by=makers.clerk())
    by = makers.hospital()
    services.cancel_discharge(stay_number=stay.number, by=by)
    services.remove_lines(stay_number=stay.number, by=by)
    with pytest.raises(Refused) as error:
        services.cancel_admission(stay_number=stay.number, reason="entered twice", by=by)
    assert (error.value.code, Stay.objects.get().status) == ("examined", "admitted")
    services.cancel_admission(stay_number=stay.number, reason="entered twice", by=makers.clerk())
    assert Stay.objects.get().status == "cancelled"


# --- a stay that is split --------------------------------------------------------------------------------------------


def test_a_stay_that_is_split_does_not_pass_below_the_threshold(settings):
    settings.REVIEW_PAYMENT_FROM = 5000
    person, by = makers.insured(), makers.hospital()
    # 3,375 each: the second begins the day after the first, the third a day later at another institution.
    makers.settled(person, by, on="2009-03-01", until="2009-03-05")
    second = makers.discharged(person, by, on="2009-03-06", until="2009-03-10")
    with pytest.raises(HeldForReview):
        services.settle_stay(stay_number=second.number, by=by)
    assert Review.objects.get().reasons == ["large_payment"]
    other = makers.hospital("H2")
    elsewhere = makers.discharged(person, other, on="2009-03-11", until="2009-03-15")
    assert services.settle_stay(stay_number=elsewhere.number, by=other).fund == Decimal("3375.00")
    apart = makers.discharged(person, by, on="2009-03-20", until="2009-03-25")
    assert services.settle_stay(stay_number=apart.number, by=by).fund == Decimal("3375.00")


def test_who_examined_a_stay_that_was_split_does_not_release_it_below_the_threshold(settings):
    settings.REVIEW_SECOND_PERSON_FROM = 5000
    person, by, clerk = makers.insured(), makers.hospital(), makers.clerk()
    makers.settled(person, by, on="2009-03-01", until="2009-03-05")
    stay = makers.discharged(person, by, on="2009-03-05", until="2009-03-10", diagnosis="S52.5")
    services.propose(stay_number=stay.number, finding="fell", cause=Cause.ACCIDENT, by=clerk)
    with pytest.raises(Refused) as error:
        services.release(stay_number=stay.number, by=clerk)
    assert error.value.code == "own_entry"
    settings.REVIEW_SECOND_PERSON_FROM = 6751
    assert services.release(stay_number=stay.number, by=clerk).fund == Decimal("3375.00")


# --- reversals of what was paid --------------------------------------------------------------------------------------


def paid() -> Settlement:
    settlement = makers.settled(makers.insured(), makers.hospital())
    Settlement.objects.update(paid_out_on=makers.day("2010-05-01"))
    return settlement


def test_an_institution_asks_and_the_agency_reverses_what_was_paid():
    settlement = paid()
    for _time in range(2):
        with pytest.raises(Refused) as error:
            services.reverse_settlement(number=settlement.number, reason="a line is missing", by=makers.hospital())
        assert error.value.code == "paid_out"
    review = Review.objects.get()
    assert (review.kind, review.asked, review.settlement) == ("reversal", "a line is missing", settlement)
    assert (Stay.objects.get().status, Stay.objects.get().held) == ("settled", "")
    services.propose(stay_number=settlement.stay.number, finding="right", by=makers.clerk())
    services.release(stay_number=settlement.stay.number, by=makers.reviewer())
    assert Review.objects.get().status == "released"
    assert (Stay.objects.get().status, Settlement.objects.get().live) == ("discharged", False)
    assert services.settle_stay(stay_number=settlement.stay.number, by=makers.hospital()).live


def test_or_leaves_it_as_it_is():
    settlement = paid()
    number = settlement.stay.number
    with pytest.raises(Refused):
        services.reverse_settlement(number=settlement.number, reason="x", by=makers.hospital())
    services.propose(stay_number=number, finding="nothing is wrong", by=makers.clerk())
    services.deny_reversal(stay_number=number, note="the lines are complete", by=makers.reviewer())
    assert (Review.objects.get().status, Settlement.objects.get().live) == ("denied", True)
    stay = injured()
    services.propose(stay_number=stay.number, finding="fell", cause=Cause.ACCIDENT, by=makers.clerk())
    with pytest.raises(Invalid):
        services.deny_reversal(stay_number=stay.number, note="x", by=makers.reviewer())


def test_a_reviewer_does_not_reverse_alone_what_was_paid_nor_release_what_they_asked_for():
    settlement = paid()
    asks, clerk = makers.reviewer(), makers.clerk()
    for _time in range(2):
        with pytest.raises(Refused) as error:
            services.reverse_settlement(number=settlement.number, reason="wrong item", by=asks)
        assert error.value.code == "paid_out"
    review = Review.objects.get()
    assert (review.kind, review.status, review.opened_by_id) == ("reversal", "waiting", asks.user_id)
    services.propose(stay_number=settlement.stay.number, finding="is so", by=clerk)
    with pytest.raises(Refused) as error:
        services.release(stay_number=settlement.stay.number, by=asks)
    assert (error.value.code, Settlement.objects.get().live) == ("own_entry", True)
    services.release(stay_number=settlement.stay.number, by=makers.reviewer())
    assert (Review.objects.get().status, Settlement.objects.get().live) == ("released", False)


def test_an_unpaid_settlement_that_a_reversal_was_asked_for_leaves_nothing_in_the_queue():
    settlement = paid()
    with pytest.raises(Refused):
        services.reverse_settlement(number=settlement.number, reason="x", by=makers.hospital())
    Settlement.objects.update(paid_out_on=None)
    services.reverse_settlement(number=settlement.number, reason="right", by=makers.reviewer())
    assert Review.objects.get().status == "withdrawn"
