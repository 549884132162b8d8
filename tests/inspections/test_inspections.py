"""Institutions are checked, findings recorded; what the fund paid is repaid by deduction (S1, S2, Art. 29)."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from claims import services as claims_services
from claims.inspections import selectors, services
from claims.inspections.models import Inspection
from claims.misuse import selectors as misuse
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from tests.claims import makers as claims

from .makers import TODAY, D, clerk, decided, opened, paid, received, reviewer, with_finding

pytestmark = pytest.mark.django_db


def deduct(inspection: Inspection, amount: str, payment: str = "P1", on=TODAY):
    return services.take_off(
        number=inspection.number, amount=Decimal(amount), payment=payment, deducted_on=on, by=clerk()
    )


def test_findings_are_decided_by_somebody_else_and_repaid_by_deduction():
    settlement = paid()
    institution = settlement.stay.institution
    inspection = with_finding(settlement)
    assert selectors.to_deduct(institution) == 0
    with pytest.raises(NotAllowed):
        services.decide_inspection(number=inspection.number, version=inspection.version, reasoning="x", by=clerk())
    inspection = decided(inspection)
    assert (inspection.status, inspection.decided_on) == ("decided", TODAY)
    assert selectors.to_deduct(institution) == Decimal("100.00")
    deduct(inspection, "60.00")
    assert selectors.open_repayments(institution) == [(inspection, Decimal("40.00"))]
    with pytest.raises(Conflict):
        deduct(inspection, "40.01", "P2")
    deduct(inspection, "40.00", "P2")
    assert selectors.to_deduct(institution) == 0
    # It gives no cap back, and the settlement stays as it is.
    settlement.refresh_from_db()
    assert settlement.live


def test_a_payment_deducts_once_and_not_before_the_decision():
    inspection = decided(with_finding(paid()))
    deduct(inspection, "60.00")
    for amount, payment, on in (("60.00", "P1", TODAY), ("10.00", "P1", TODAY), ("1.00", "P2", D(2009, 7, 14))):
        with pytest.raises(Conflict):
            deduct(inspection, amount, payment, on)
    assert selectors.repayment_of(inspection).outstanding == Decimal("40.00")


def test_at_most_what_was_taken_is_given_back():
    settlement = paid()
    inspection = decided(with_finding(settlement))
    with pytest.raises(Conflict):
        deduct(inspection, "-1.00")
    deduct(inspection, "60.00")
    claims_services.reverse_settlement(number=settlement.number, reason="wrong", by=reviewer())
    for amount in ("-60.01", "0.00", "1.00"):
        with pytest.raises(Conflict):
            deduct(inspection, amount, "P2")
    deduct(inspection, "-60.00", "P2")
    with pytest.raises(Conflict):
        deduct(inspection, "-0.01", "P3")


def test_who_recorded_a_finding_does_not_decide():
    inspection = with_finding(paid())
    Inspection.objects.filter(pk=inspection.pk).update(made_by=reviewer().user_id)
    with pytest.raises(Refused):
        decided(inspection)
    with pytest.raises(IntegrityError), transaction.atomic():
        Inspection.objects.filter(pk=inspection.pk).update(decided_by=reviewer().user_id)


def test_at_most_what_the_fund_paid_and_nobody_else_claims():
    settlement = paid()
    with pytest.raises(Invalid, match="at most"):
        with_finding(settlement, str(settlement.fund + Decimal("0.01")))
    with_finding(settlement, str(settlement.fund - 10))
    with pytest.raises(Invalid, match=r"at most 10\.00"):
        with_finding(settlement, "10.01")
    # A case of misuse cannot claim the same money either.
    assert misuse.claimed_elsewhere([settlement.pk], None) == {settlement.pk: settlement.fund - 10}


def test_a_stay_of_another_institution_or_without_a_settlement_is_refused():
    settlement = paid()
    claims.institution("H2", grade="grade2")
    inspection = opened(institution="H2")
    for number in (settlement.number, "S2009-0000000"):
        with pytest.raises(Invalid, match="no settled stay"):
            services.add_finding(
                number=inspection.number,
                version=inspection.version,
                duty="fees",
                facts="x",
                repay={number: Decimal(1)},
                by=clerk(),
            )


def test_a_stay_named_by_its_own_number_and_by_its_settlement_is_the_same():
    settlement = paid()
    inspection = opened()
    with pytest.raises(Invalid, match="twice"):
        services.add_finding(
            number=inspection.number,
            version=inspection.version,
            duty="fees",
            facts="x",
            repay={settlement.number: Decimal(1), settlement.stay.number: Decimal(1)},
            by=clerk(),
        )


def test_a_stay_that_is_reversed_later_is_not_repaid_twice():
    settlement = paid()
    inspection = decided(with_finding(settlement))
    with clock.on_day(TODAY):
        claims_services.reverse_settlement(number=settlement.number, reason="wrong", by=reviewer())
    assert selectors.repayment_of(inspection).claimed == 0
    assert selectors.to_deduct(settlement.stay.institution) == 0


def test_without_a_finding_nothing_is_decided_and_no_violation_closes_it():
    inspection = opened()
    with pytest.raises(Refused, match="Nothing was found"):
        decided(inspection)
    with pytest.raises(Invalid):
        services.dismiss_inspection(number=inspection.number, version=1, reasoning=" ", by=reviewer())
    inspection = services.dismiss_inspection(number=inspection.number, version=1, reasoning="In order.", by=reviewer())
    assert inspection.status == "dismissed"
    with pytest.raises(Conflict):
        services.change_inspection(
            number=inspection.number,
            version=inspection.version,
            inspected_on=TODAY,
            inspectors="x",
            looked_at="x",
            by=clerk(),
        )


def test_revoked_nothing_is_to_be_repaid_and_what_was_deducted_goes_back():
    settlement = paid()
    inspection = decided(with_finding(settlement))
    again = decided(with_finding(settlement, "50.00"))
    inspection = services.revoke_decision(
        number=inspection.number, version=inspection.version, reason="The court said so.", by=reviewer()
    )
    assert (inspection.status, selectors.repayment_of(inspection).claimed) == ("revoked", 0)
    assert selectors.to_deduct(settlement.stay.institution) == Decimal("50.00")
    deduct(again, "50.00")
    again.refresh_from_db()
    services.revoke_decision(number=again.number, version=again.version, reason="x", by=reviewer())
    assert list(selectors.given_back_later()) == [again]
    for amount in ("1.00", "-50.01"):
        with pytest.raises(Conflict):
            deduct(again, amount, "P2")
    deduct(again, "-50.00", "P2")
    assert not selectors.given_back_later().exists()


def test_a_finding_is_taken_away_while_it_is_open():
    settlement = paid()
    inspection = with_finding(settlement)
    inspection = services.remove_finding(number=inspection.number, version=inspection.version, position=1, by=clerk())
    assert selectors.repayment_of(inspection).claimed == 0
    with pytest.raises(Invalid):
        services.remove_finding(number=inspection.number, version=inspection.version, position=1, by=clerk())


def test_after_a_report_about_the_same_institution():
    report = received()
    assert opened(report=report.number).report == report
    claims.institution("H2", grade="grade2")
    with pytest.raises(Invalid):
        opened(institution="H2", report=report.number)
    with pytest.raises(Invalid):
        opened(inspected_on=D(2009, 7, 16))
