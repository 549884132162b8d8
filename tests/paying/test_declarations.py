"""What a declaration holds, what comes off it, what is due (A4, S1)."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from claims import accounts
from claims import services as claims_services
from claims.inspections.models import Deduction, Inspection
from claims.inspections.selectors import repayment_of
from claims.inspections.services import revoke_decision
from claims.models import Settlement
from funds.paying import selectors, services
from funds.paying.labels import lines_of
from funds.paying.models import Declaration, DeclarationItem
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.policy.terms import Cause
from tests.claims import makers as claims
from tests.inspections import makers as inspections
from tests.reimbursement import makers as reimbursements

from . import makers
from .makers import JULY, JUNE, D, fresh

pytestmark = pytest.mark.django_db
AFTERWARDS = D(2009, 7, 30)


def decided(settlement: Settlement, amount: str, *, on: datetime.date = AFTERWARDS) -> Inspection:
    """An inspection whose findings stand: so much of the settlement is to be repaid."""
    with clock.on_day(on):
        return inspections.decided(inspections.with_finding(settlement, amount, inspected_on=on))


# --- what it holds ---------------------------------------------------------------------------------------------------


def test_it_holds_what_was_decided_until_the_end_of_the_month():
    early, late = makers.settled(on=D(2009, 6, 20)), makers.settled(on=D(2009, 7, 31))
    makers.settled(on=D(2009, 8, 2))
    makers.settled("H2", on=D(2009, 7, 9))
    made = makers.drawn()
    assert set(made.items.values_list("settlement", flat=True)) == {early.pk, late.pk}
    assert (made.total, made.settled, made.payable) == (Decimal("10000.00"), *[early.fund + late.fund] * 2)
    assert (made.status, made.month, made.number[:2]) == ("draft", JULY, "MD")
    assert AuditEntry.objects.filter(verb="declarations.draw", object_number=made.number).count() == 1


def test_what_the_desk_denied_is_said_and_not_deducted_twice():
    with clock.on_day(makers.IN_JULY):
        stay = claims.discharged(
            claims.insured(),
            makers.hospital(),
            ("5000.00",),
            on="2009-07-10",
            until="2009-07-15",
            diagnosis="S52.5",
        )
        claims_services.cut_line(
            stay_number=stay.number,
            line_number="1",
            amount=Decimal("1000.00"),
            reason="not needed",
            by=makers.clerk(),
        )
        settlement = claims.through_the_desk(stay, cause=Cause.ACCIDENT)
    made = makers.drawn()
    # (5,000 - 1,000 - 500) at 45 %.
    assert (settlement.fund, made.payable, made.taken_off) == (Decimal("1575.00"), Decimal("1575.00"), 0)
    assert "1,000.00" in lines_of(made, named=True)[0].note


def test_a_settlement_stands_in_one_declaration_only():
    makers.settled(on=D(2009, 6, 20))
    first = makers.drawn(month=JUNE)
    makers.settled(on=D(2009, 7, 20))
    second = makers.drawn(month=JULY)
    assert not set(first.items.values_list("settlement")) & set(second.items.values_list("settlement"))
    item = first.items.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        DeclarationItem.objects.create(declaration=second, settlement=item.settlement, sign=1, amount=item.amount)


def test_what_residents_paid_and_what_the_fund_pays_nothing_of_is_left_out():
    with clock.on_day(D(2009, 7, 1)):
        clerk, reviewer = makers.clerk(), makers.reviewer()
        person = claims.insured()
        reimbursements.released(person, clerk, reviewer, on="2009-05-01", until="2009-05-09", institution="H3")
        claims.settled(claims.insured(), makers.hospital(), ("100.00",), on="2009-06-01", until="2009-06-03")
    with pytest.raises(Refused) as error:
        makers.drawn()
    assert error.value.code == "nothing_to_declare"


def test_only_months_that_are_over_and_known_institutions():
    makers.settled()
    for month in (D(2009, 8, 1), D(2009, 7, 2)):
        with pytest.raises(Invalid):
            makers.drawn(month=month)
    with pytest.raises(Invalid):
        services.draw_declaration(institution="nowhere", month=JULY, by=makers.clerk())
    with pytest.raises(NotAllowed):
        services.draw_declaration(institution="H3", month=JULY, by=makers.reviewer())


def test_drawing_twice_gives_back_the_first():
    makers.settled()
    assert makers.drawn() == makers.drawn()
    assert Declaration.objects.count() == 1


def test_what_was_paid_and_reversed_comes_off_the_next_once():
    gone, stays = makers.settled(on=D(2009, 6, 9)), makers.settled(on=D(2009, 6, 10))
    first = makers.paid_for(gone, month=JUNE)
    makers.undone(gone, on=D(2009, 7, 5))
    makers.settled(on=D(2009, 7, 20), amount="8000.00")
    second = makers.drawn()
    item = second.items.get(sign=-1)
    assert (item.settlement, item.amount) == (gone, -gone.fund)
    assert second.payable == second.settled - gone.fund
    makers.paid(makers.batch(makers.approved(second)))
    gone.reversal.refresh_from_db()
    assert gone.reversal.taken_off_on == makers.TODAY
    assert fresh(first).items.count() == 2
    assert not selectors.to_take_back(makers.institution(), None)
    assert stays.stay.institution == gone.stay.institution


def test_a_reversal_that_is_more_than_the_month_is_carried_and_never_paid_below_zero():
    gone = makers.settled(on=D(2009, 5, 9), amount="9000.00")
    makers.paid_for(gone, month=D(2009, 5, 1))
    makers.undone(gone, on=D(2009, 6, 5))
    small = makers.settled(on=D(2009, 6, 20), amount="2000.00")
    june = makers.approved(makers.drawn(month=JUNE))
    assert (june.status, june.payable, june.carried_out) == ("set_off", 0, gone.fund - small.fund)
    small.refresh_from_db()
    assert small.paid_out_on == makers.TODAY
    assert selectors.carried(makers.institution()) == june.carried_out
    makers.settled(on=D(2009, 7, 20), amount="9000.00")
    july = makers.drawn()
    assert (july.carried_in, july.payable) == (june.carried_out, july.settled - june.carried_out)
    assert fresh(june).carried_into == july
    makers.paid(makers.batch(makers.approved(july)))
    assert selectors.carried(makers.institution()) == 0


def test_what_is_reversed_before_it_goes_to_the_bank_just_falls_out():
    gone = makers.settled()
    made = makers.drawn()
    makers.undone(gone, by=makers.hospital())
    with pytest.raises(Conflict) as error:
        makers.confirmed(made)
    assert error.value.code == "declaration_is_stale"
    with pytest.raises(Refused):
        services.redraw_declaration(number=made.number, version=made.version, by=makers.hospital())
    services.discard_declaration(number=made.number, version=made.version, by=makers.clerk())
    assert not Declaration.objects.exists()


def test_a_frozen_one_with_a_reversed_settlement_goes_no_further_until_it_is_drawn_anew():
    gone = makers.settled()
    makers.settled()
    made = makers.confirmed(makers.drawn())
    makers.undone(gone)
    with pytest.raises(Refused) as error:
        services.examine_declaration(number=made.number, version=made.version, by=makers.clerk())
    assert (error.value.code, gone.number in str(error.value)) == ("not_right_any_more", True)
    back = services.send_back_declaration(
        number=made.number, version=made.version, reason="reversed", by=makers.clerk()
    )
    assert (back.status, back.submitted_by, back.sent_back) == ("draft", None, "reversed")
    again = services.redraw_declaration(number=made.number, version=back.version, by=makers.hospital())
    assert (again.items.count(), again.payable) == (1, made.payable - gone.fund)
    assert makers.approved(again).status == "approved"


def test_what_is_reversed_at_the_bank_is_paid_and_comes_off_the_next():
    gone = makers.settled(on=D(2009, 6, 9))
    june = makers.approved(makers.drawn(month=JUNE))
    found = makers.batch(june)
    makers.undone(gone, on=D(2009, 7, 5), by=makers.hospital())
    makers.paid(found)
    makers.settled(on=D(2009, 7, 20), amount="9000.00")
    july = makers.drawn()
    assert july.taken_back == gone.fund


def test_what_is_due_is_the_same_at_every_step_until_the_money_arrives():
    """To the fen: what comes off counts once, whether it is drawn, set off, carried on or with the bank."""
    gone, stays = makers.settled(on=D(2009, 5, 9), amount="9000.00"), makers.settled(on=D(2009, 5, 10))
    makers.paid_for(gone, stays, month=D(2009, 5, 1))
    makers.undone(gone, on=D(2009, 6, 5))
    makers.settled(on=D(2009, 6, 20), amount="2000.00")
    decided(stays, "300.00", on=D(2009, 6, 25))

    def due() -> Decimal:
        return accounts.account(makers.institution()).due

    owed = due()
    assert owed < 0
    june = makers.drawn(month=JUNE)
    assert (due(), june.carried_out) == (owed, -owed)
    assert (makers.approved(june).status, due()) == ("set_off", owed)
    owed += makers.settled(on=D(2009, 7, 20), amount="9000.00").fund
    july = makers.drawn()
    assert (july.payable, july.deducted, due()) == (owed - 300, 300, owed)
    # Once the bank is to pay, the deduction is made; until the money is there, what is due is what comes.
    found = makers.batch(makers.approved(july))
    assert due() == july.payable
    makers.paid(found)
    assert due() == 0
    makers.came_back(found.payments.get())
    assert due() == july.payable


# --- deductions ------------------------------------------------------------------------------------------------------


def test_what_an_inspection_decided_comes_off_and_is_recorded_there_once():
    checked = makers.settled(on=D(2009, 6, 9))
    makers.paid_for(checked, month=JUNE)
    inspection = decided(checked, "300.00")
    makers.settled(on=D(2009, 7, 20))
    july = makers.drawn()
    assert (july.deducted, july.payable) == (Decimal("300.00"), july.settled - 300)
    assert not Deduction.objects.exists()
    makers.batch(makers.approved(july))
    row = Deduction.objects.get()
    assert (row.inspection, row.amount, row.payment) == (inspection, Decimal("300.00"), july.number)
    assert repayment_of(inspection).outstanding == 0


def test_more_than_a_month_has_stays_owed_and_comes_off_the_next():
    large, small = (
        makers.settled(on=D(2009, 6, 9), amount="9000.00"),
        makers.settled(on=D(2009, 6, 20), amount="1200.00"),
    )
    inspection = decided(large, "3000.00", on=D(2009, 6, 25))
    # The finding is of a settlement of the same month: what is left of it is paid.
    june = makers.approved(makers.drawn(month=JUNE))
    assert june.payable == large.fund + small.fund - 3000
    makers.batch(june)
    assert repayment_of(inspection).outstanding == 0
    other = decided(large, "500.00")
    tiny = makers.settled(on=D(2009, 7, 20), amount="1200.00")
    july = makers.approved(makers.drawn())
    assert (july.status, july.deducted, july.carried_out) == ("set_off", tiny.fund, 0)
    assert repayment_of(other).outstanding == 500 - tiny.fund


def test_two_declarations_on_the_way_deduct_once():
    checked = makers.settled(on=D(2009, 6, 9))
    decided(checked, "300.00", on=D(2009, 6, 25))
    makers.settled(on=D(2009, 7, 9))
    june, july = makers.drawn(month=JUNE), makers.drawn()
    assert (june.deducted, july.deducted) == (Decimal("300.00"), 0)


def test_a_deduction_for_what_was_reversed_afterwards_goes_back():
    checked = makers.settled(on=D(2009, 6, 9))
    decided(checked, "300.00", on=D(2009, 6, 25))
    june = makers.paid_for(checked, month=JUNE)
    makers.undone(checked, on=D(2009, 7, 5))
    makers.settled(on=D(2009, 7, 20), amount="9000.00")
    july = makers.drawn()
    # The whole settlement comes off, so what was deducted for it goes back.
    assert (july.taken_back, july.deducted) == (checked.fund, Decimal("-300.00"))
    makers.paid(makers.batch(makers.approved(july)))
    assert sorted(Deduction.objects.values_list("amount", flat=True)) == [-300, 300]
    assert june.payable + july.payable == july.settled


def test_what_was_deducted_for_a_decision_that_fell_goes_back_also_without_a_settlement():
    checked = makers.settled(on=D(2009, 6, 9))
    inspection = decided(checked, "300.00", on=D(2009, 6, 25))
    june = makers.paid_for(checked, month=JUNE)
    inspection.refresh_from_db()
    revoke_decision(number=inspection.number, version=inspection.version, reason="in court", by=makers.approver())
    assert selectors.institutions_to_declare(D(2009, 7, 31)) == ["H3"]
    july = makers.drawn()
    assert (july.items.count(), july.deducted, july.payable) == (0, Decimal("-300.00"), Decimal("300.00"))
    assert selectors.institutions_to_declare(D(2009, 7, 31)) == []
    makers.paid(makers.batch(makers.approved(july)))
    assert june.payable + july.payable == checked.fund
    assert (repayment_of(inspection).deducted, accounts.account(makers.institution()).due) == (0, 0)
    assert selectors.institutions_to_declare(D(2009, 7, 31)) == []


def test_a_deduction_that_fell_meanwhile_sends_the_declaration_back():
    checked = makers.settled(on=D(2009, 6, 9))
    inspection = decided(checked, "300.00", on=D(2009, 6, 25))
    june = makers.approved(makers.drawn(month=JUNE))
    inspection.refresh_from_db()
    revoke_decision(number=inspection.number, version=inspection.version, reason="in court", by=makers.approver())
    with pytest.raises(Refused) as error:
        makers.batch(june)
    assert (error.value.code, fresh(june).status) == ("not_right_any_more", "approved")
