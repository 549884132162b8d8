"""What is claimed back for misuse and from institutions, and what comes of it, in the journal (S1, F1)."""

from decimal import Decimal

import pytest

from claims import services as claims
from claims.inspections import services as inspections
from claims.misuse import services as misuse
from liaoyang_medins.kernel import clock
from tests.inspections import makers as checks
from tests.misuse import makers as cases

from .account import D, balances, legs, sweep
from .makers import yuan

pytestmark = pytest.mark.django_db
DAY = D(2009, 7, 15)
# What the insured person paid.
CONTRIBUTION = {"1003": yuan(40), "400101": yuan(-40)}


@pytest.fixture(autouse=True)
def _day(settings):
    settings.BUSINESS_DATE = "2009-07-15"
    settings.REPORT_TERM_DAYS = 30


def decided_case(amount: str = "300.00"):
    person, paid = cases.patient()
    sweep(cases.FOUND)
    case = cases.decided(cases.opened(person, {paid.number: Decimal(amount)}))
    return case, paid


def test_a_decided_misuse_is_owed_and_lessens_the_expense_of_its_year():
    case, paid = decided_case()
    assert sweep(DAY) == {"recovery_claim": 1}
    assert legs("recovery_claim", f"{case.number}.1") == {"1104": yuan(300), "500101": yuan(-300)}
    assert balances()["500101"] == paid.fund - 300
    with clock.on_day(DAY):
        payment = misuse.record_recovery(
            number=case.number,
            version=case.version,
            amount=yuan(120),
            paid_on=DAY,
            bank_reference="BACK1",
            by=cases.clerk(),
        )
    assert sweep(DAY) == {"recovery_payment": 1}
    assert legs("recovery_payment", payment.number) == {"1003": yuan(120), "1104": yuan(-120)}
    # The card's holder paid a contribution of 40 besides.
    assert (balances()["1003"], balances()["1104"]) == (yuan(160), yuan(180))
    assert sweep(DAY) == {}


def test_what_was_spent_the_year_before_comes_back_as_other_income():
    person, paid = cases.patient()
    case = cases.opened(person, {paid.number: yuan(300)}, on=D(2010, 1, 10), found_on=D(2010, 1, 8))
    case = cases.decided(case, on=D(2010, 1, 12), due_on=D(2010, 2, 12))
    sweep(D(2010, 1, 12))
    assert legs("recovery_claim", f"{case.number}.1") == {"1104": yuan(300), "4501": yuan(-300)}


def test_a_revoked_decision_and_a_reversed_settlement_take_the_claim_back():
    case, _paid = decided_case()
    sweep(DAY)
    with clock.on_day(D(2009, 7, 20)):
        misuse.revoke_decision(
            number=case.number, version=case.version, reason="The court said so", by=cases.reviewer()
        )
    assert sweep(D(2009, 7, 20)) == {"recovery_end": 1}
    assert legs("recovery_end", f"{case.number}.1") == {"1104": yuan(-300), "500101": yuan(300)}
    assert "1104" not in balances()


def test_a_reversal_takes_the_claim_on_its_settlement_back():
    _case, paid = decided_case()
    sweep(DAY)
    with clock.on_day(D(2009, 7, 20)):
        claims.reverse_settlement(number=paid.number, reason="Typed wrongly", by=cases.reviewer())
    assert sweep(D(2009, 7, 20)) == {"reversal": 1, "recovery_end": 1}
    assert balances() == CONTRIBUTION


def test_what_fell_before_a_sweep_saw_it_is_never_booked():
    _case, paid = decided_case()
    with clock.on_day(D(2009, 7, 20)):
        claims.reverse_settlement(number=paid.number, reason="Typed wrongly", by=cases.reviewer())
    assert sweep(D(2009, 7, 20)) == {"reversal": 1}
    assert balances() == CONTRIBUTION


def test_the_findings_of_an_inspection_are_owed_and_deducted():
    first, second = checks.paid(), checks.paid()
    sweep(DAY)
    payable = balances()["2103"]
    inspection = checks.with_finding(first, "100.00")
    inspections.add_finding(
        number=inspection.number,
        version=inspection.version,
        duty="fees",
        facts="A fee that is in no list.",
        repay={second.number: yuan(40), first.number: yuan(0)},
        by=checks.clerk(),
    )
    inspection.refresh_from_db()
    decided = checks.decided(inspection)
    # Nothing is claimed of the stay that is only concerned.
    assert sweep(DAY) == {"repayment_claim": 2}
    assert balances()["1104"] == yuan(140)
    inspections.take_off(
        number=decided.number, amount=yuan(100), payment="MD2009-1", deducted_on=DAY, by=checks.clerk()
    )
    inspections.take_off(
        number=decided.number, amount=yuan(30), payment="MD2009-2", deducted_on=DAY, by=checks.clerk()
    )
    assert sweep(DAY) == {"deduction": 2}
    assert legs("deduction", f"{decided.number}.2") == {"2103": yuan(30), "1104": yuan(-30)}
    assert balances()["1104"] == yuan(10)
    assert balances()["2103"] == payable + 130
    with clock.on_day(D(2009, 7, 16)):
        claims.reverse_settlement(number=second.number, reason="Typed wrongly", by=checks.reviewer())
    assert sweep(D(2009, 7, 16)) == {"reversal": 1, "repayment_end": 1}
    assert balances()["1104"] == yuan(-30)
