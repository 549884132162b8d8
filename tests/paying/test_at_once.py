"""Two at once, and a process that dies: a declaration is drawn, approved, paid once."""

import datetime
import uuid
from typing import Any

import pytest

from claims import services as claims_services
from claims.inspections.models import Deduction, Inspection
from claims.inspections.selectors import given_back_later
from claims.inspections.services import revoke_decision
from claims.models import Settlement
from funds.paying import services
from funds.paying.models import Declaration, DeclarationItem, InstitutionPayment, PaymentBatch
from liaoyang_medins.kernel import clock
from tests.at_once import at_once, parted
from tests.faults import Point, killed_in
from tests.inspections import makers as inspections

from . import makers

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_draw_one_declaration():
    makers.settled()
    by = [makers.clerk(), makers.clerk()]
    made, refused = parted(
        at_once(
            *(lambda who=who: services.draw_declaration(institution="H3", month=makers.JULY, by=who) for who in by)
        )
    )
    assert (len(made), refused, made[0]) == (2, [], made[1])
    assert (Declaration.objects.count(), DeclarationItem.objects.count()) == (1, 1)


def test_two_months_at_once_claim_a_settlement_once():
    makers.settled(on=datetime.date(2009, 6, 20))
    clerk = makers.clerk()
    made, _refused = parted(
        at_once(
            *(
                lambda month=month: services.draw_declaration(institution="H3", month=month, by=clerk)
                for month in (makers.JUNE, makers.JULY)
            )
        )
    )
    assert len(made) == 1
    assert DeclarationItem.objects.count() == 1


def test_two_officers_pay_one_declaration_once():
    makers.settled()
    makers.account()
    made = makers.approved(makers.drawn())
    first, second = makers.reviewer(), makers.approver()

    def pay(by: Any) -> Any:
        return lambda: services.make_batch(submission=uuid.uuid4(), declarations=[made.number], by=by)

    answers, refused = parted(at_once(pay(first), pay(second)))
    assert (len(answers), [error.code for error in refused]) == (1, ["wrong_state"])
    assert (PaymentBatch.objects.count(), InstitutionPayment.objects.count()) == (1, 1)


def test_two_officers_record_one_payment_once():
    settlement = makers.settled()
    found = makers.batch(makers.approved(makers.drawn()))
    reviewer, approver = makers.reviewer(), makers.approver()

    def record(by: Any, reference: str) -> Any:
        return lambda: services.record_paid(
            number=found.number, version=found.version, paid_on=makers.TODAY, bank_reference=reference, by=by
        )

    answers, refused = parted(at_once(record(reviewer, "A"), record(approver, "B")))
    assert (len(answers), [error.code for error in refused]) == (1, ["changed_meanwhile"])
    assert Settlement.objects.get(pk=settlement.pk).paid_out_on == makers.TODAY


def test_one_reference_of_the_bank_is_one_batchs():
    makers.settled()
    makers.settled(on=datetime.date(2009, 6, 20))
    june, july = (makers.batch(makers.approved(makers.drawn(month=month))) for month in (makers.JUNE, makers.JULY))
    reviewer, approver = makers.reviewer(), makers.approver()

    def record(found: PaymentBatch, by: Any) -> Any:
        return lambda: services.record_paid(
            number=found.number, version=found.version, paid_on=makers.TODAY, bank_reference="SAME", by=by
        )

    answers, refused = parted(at_once(record(june, reviewer), record(july, approver)))
    assert (len(answers), [error.code for error in refused]) == (1, ["reference_taken"])


def test_paid_and_reversed_at_once_is_one_or_the_other_and_comes_off_either_way():
    settlement = makers.settled()
    makers.settled()
    found = makers.batch(makers.approved(makers.drawn()))
    hospital, reviewer = makers.hospital(), makers.reviewer()
    at_once(
        lambda: claims_services.reverse_settlement(number=settlement.number, reason="wrong", by=hospital),
        lambda: services.record_paid(
            number=found.number, version=found.version, paid_on=makers.TODAY, bank_reference="R", by=reviewer
        ),
    )
    settlement.refresh_from_db()
    assert settlement.paid_out_on == makers.TODAY
    if not settlement.live:
        makers.settled(on=datetime.date(2009, 8, 9))
        with clock.on_day(datetime.date(2009, 9, 2)):
            assert makers.drawn(month=datetime.date(2009, 8, 1)).taken_back == settlement.fund


def test_a_decision_that_falls_while_it_is_deducted_is_deducted_and_goes_back_or_is_not_deducted():
    settlement = makers.settled()
    with clock.on_day(datetime.date(2009, 7, 25)):
        made = inspections.with_finding(settlement, "300.00", inspected_on=datetime.date(2009, 7, 25))
        inspection = inspections.decided(made)
    makers.account()
    declaration = makers.approved(makers.drawn())
    reviewer, approver = makers.reviewer(), makers.approver()
    _answers, refused = parted(
        at_once(
            lambda: services.make_batch(submission=uuid.uuid4(), declarations=[declaration.number], by=reviewer),
            lambda: revoke_decision(
                number=inspection.number, version=inspection.version, reason="in court", by=approver
            ),
        )
    )
    declaration, inspection = makers.fresh(declaration), Inspection.objects.get(pk=inspection.pk)
    taken = list(Deduction.objects.values_list("amount", flat=True))
    # Who was second is told, or the deduction is there and goes back with the next payment.
    assert (declaration.status, taken) in (("approved", []), ("listed", [300]))
    assert len(refused) <= 1
    goes_back = list(given_back_later())
    assert goes_back == ([inspection] if taken and inspection.status == "revoked" else [])


def test_an_officer_who_dies_in_the_middle_leaves_nothing():
    makers.settled("H1")
    makers.settled("H2")
    rows = [makers.approved(makers.drawn(code)) for code in ("H1", "H2")]
    for code in ("H1", "H2"):
        makers.account(code)
    by, numbers = makers.reviewer(), [row.number for row in rows]
    # Killed between the two payments of the batch: nothing of it is committed.
    killed_in(
        Point(InstitutionPayment, "save", after=False, nth=2),
        lambda: services.make_batch(submission=uuid.uuid4(), declarations=numbers, by=by),
    )
    assert not PaymentBatch.objects.exists()
    assert set(Declaration.objects.values_list("status", flat=True)) == {"approved"}
    assert makers.batch(*rows).payments.count() == 2
