"""The way of an application, from the counter to the account of the resident, and everything that refuses a step."""

import datetime
import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from claims import services as claims_services
from claims.models import FeeLine, Settlement, Stay
from claims.reimbursement import services
from claims.reimbursement.models import PayeeAccount, PaymentList, Reimbursement, ResidentPayment
from claims.reimbursement.papers import ACKNOWLEDGEMENT, DECISION, REFUSAL
from claims.reimbursement.services.common import entered_by
from claims.selectors import settlements_visible_to, stays_visible_to
from funds.models import JournalLeg
from funds.services import post_documents
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.papers.services import of_object
from tests.claims import makers as claims
from tests.reimbursement import makers
from tests.reimbursement.makers import CARD, PASSBOOK, account, fresh

pytestmark = pytest.mark.django_db
D = datetime.date


def booked(kind: str, number: str) -> dict[str, Decimal]:
    legs = JournalLeg.objects.filter(entry__document_type=kind, entry__document_number=number)
    return {leg.account.code: leg.amount for leg in legs.select_related("account")}


def test_the_whole_way_from_the_counter_to_the_account(person, clerk, reviewer):
    made = makers.complete(person, clerk)
    assert (made.status, made.due_on, made.stay.self_paid) == ("complete", D(2010, 7, 30), True)
    assert made.stay.status == Stay.Status.DISCHARGED
    services.examine(number=made.number, version=made.version, by=clerk)
    settlement = services.release(number=made.number, version=made.version + 1, by=reviewer)
    # D2: deductible 700 for an emergency outside the designated institutions, 45 % of grade 3.
    assert settlement.fund == Decimal("3285.00")
    found = makers.listed(fresh(made), by=reviewer)
    payment = ResidentPayment.objects.get()
    assert (payment.amount, payment.settlement, fresh(made).status) == (settlement.fund, settlement, "listed")
    makers.paid(found, reviewer)
    assert fresh(made).status == "paid"
    post_documents(by=Actor.job("tests"))
    assert booked("settlement", settlement.number) == {"500101": settlement.fund, "2104": -settlement.fund}
    assert booked("resident_payment", payment.number) == {"2104": settlement.fund, "1003": -settlement.fund}
    kinds = list(of_object(fresh(made)).values_list("kind", flat=True))
    assert kinds == [DECISION, ACKNOWLEDGEMENT]
    assert CARD not in "".join(of_object(fresh(made)).values_list("content", flat=True))
    acts = AuditEntry.objects.filter(object_type="reimbursement.reimbursement").order_by("id")
    assert list(acts.values_list("verb", flat=True)) == [
        "reimbursements.enter",
        "reimbursements.lines",
        "reimbursements.examine",
        "reimbursements.release",
        "reimbursements.list",
        "reimbursements.pay",
    ]


def test_documents_that_are_missing_keep_it_from_being_examined(person, clerk):
    made = makers.complete(person, clerk, papers=frozenset({"invoice"}))
    assert made.status == "entered"
    with pytest.raises(Conflict):
        services.examine(number=made.number, version=made.version, by=clerk)
    made = services.check_papers(number=made.number, version=made.version, there=makers.ALL_PAPERS, by=clerk)
    assert made.status == "complete"
    made = services.check_papers(number=made.number, version=made.version, there=["invoice"], by=clerk)
    assert (made.status, made.papers) == ("entered", ["invoice"])
    assert of_object(made, ACKNOWLEDGEMENT).count() == 3
    with pytest.raises(Invalid):
        services.check_papers(number=made.number, version=made.version, there=["passport"], by=clerk)
    with pytest.raises(Conflict):
        services.check_papers(number=made.number, version=made.version - 1, there=[], by=clerk)


def test_fee_lines_have_to_come_to_the_invoices(person, clerk):
    made = makers.complete(person, clerk)
    services.add_lines(number=made.number, lines=[claims.line("1.00", "2010-03-02")], by=clerk)
    with pytest.raises(Refused, match=r"8,000\.00 yuan, the fee lines to 8,001\.00"):
        services.examine(number=made.number, version=fresh(made).version, by=clerk)
    assert services.remove_lines(number=made.number, line_numbers=["2"], by=clerk) == 1
    assert services.examine(number=made.number, version=fresh(made).version, by=clerk).status == "examined"
    for verb in (
        lambda: services.add_lines(number=made.number, lines=[claims.line("1.00", "2010-03-02")], by=clerk),
        lambda: services.remove_lines(number=made.number, line_numbers=["1"], by=clerk),
        lambda: services.state_account(
            number=made.number, version=fresh(made).version, account=account(PASSBOOK), by=clerk
        ),
    ):
        with pytest.raises(Conflict):
            verb()


def test_a_line_outside_the_stay_is_refused_and_the_stay_stays_discharged(person, clerk):
    made = makers.complete(person, clerk)
    for day in ("2010-02-28", "2010-03-11"):
        with pytest.raises(Invalid, match="some lines are wrong"):
            services.add_lines(number=made.number, lines=[claims.line("1.00", day)], by=clerk)
    stay = Stay.objects.get(pk=made.stay_id)
    assert (stay.status, stay.discharged_on, stay.lines.count()) == ("discharged", D(2010, 3, 10), 1)


def test_who_entered_or_examined_does_not_decide(person, clerk, reviewer):
    made = makers.complete(person, clerk)
    colleague = claims.clerk()
    made = services.examine(number=made.number, version=made.version, by=colleague)
    for by in (clerk, colleague):
        with pytest.raises(NotAllowed):
            services.release(number=made.number, version=made.version, by=by)
    # The same people, while they stand in for a reviewer.
    for by in (clerk, colleague):
        stand_in = Actor(reviewer.kind, by.name, by.user_id, reviewer.role, reviewer.office)
        assert entered_by(made, stand_in)
        for verb in (services.release, services.refuse):
            values = {"reason": "否"} if verb is services.refuse else {}
            with pytest.raises(Refused, match="a colleague has to decide"):
                verb(number=made.number, version=made.version, by=stand_in, **values)
    services.release(number=made.number, version=made.version, by=reviewer)
    stand_in = Actor(reviewer.kind, clerk.name, clerk.user_id, reviewer.role, reviewer.office)
    with pytest.raises(Refused, match="a colleague has to pay it"):
        makers.listed(made, by=stand_in)


def test_the_database_keeps_maker_and_checker_apart(person, clerk):
    made = makers.examined(person, clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reimbursement.objects.filter(pk=made.pk).update(
            status="released", decided_on=D(2010, 6, 30), decided_by=clerk.user_id
        )


def test_the_stay_is_worked_on_by_its_application_alone(person, clerk, reviewer):
    made = makers.examined(person, clerk)
    number = made.stay.number
    for verb in (
        lambda: claims_services.settle_stay(stay_number=number, by=reviewer),
        lambda: claims_services.cancel_discharge(stay_number=number, by=clerk),
        lambda: claims_services.add_lines(stay_number=number, lines=[claims.line("1.00", "2010-03-02")], by=clerk),
        lambda: claims_services.cancel_admission(stay_number=number, reason="误", by=clerk),
    ):
        with pytest.raises(Refused, match="application for reimbursement"):
            verb()
    services.release(number=made.number, version=made.version, by=reviewer)
    settlement = Settlement.objects.get()
    with pytest.raises(Refused, match="application for reimbursement"):
        claims_services.reverse_settlement(number=settlement.number, reason="误", by=reviewer)


def test_the_institution_sees_nothing_of_it_and_cannot_claim_it_too(person, clerk, reviewer):
    hospital = claims.hospital("X1", designated=False)
    made = makers.released(person, clerk, reviewer, inpatient_number="ZY-1")
    assert not stays_visible_to(hospital).exists()
    assert not settlements_visible_to(hospital).exists()
    with pytest.raises(Invalid):
        claims_services.cancel_discharge(stay_number=made.stay.number, by=hospital)
    with pytest.raises(Conflict, match="ZY-1"):
        claims.admitted(person, hospital, "2010-05-01", inpatient_number="ZY-1")


def test_a_refusal_is_kept_in_writing_and_the_stay_counts_for_nothing(person, clerk, reviewer):
    made = makers.complete(person, clerk, inpatient_number="ZY-2")
    with pytest.raises(Invalid, match="Say why"):
        services.refuse(number=made.number, version=made.version, reason=" ", by=reviewer)
    made = services.refuse(number=made.number, version=made.version, reason="发票系伪造", by=reviewer)
    assert (made.status, Stay.objects.get(pk=made.stay_id).status) == ("refused", "cancelled")
    assert not FeeLine.objects.exists()
    assert "发票系伪造" in of_object(made, REFUSAL).get().content
    told = AuditEntry.objects.get(verb="stays.cancel")
    assert told.changes["lines"] == {"1": ["2010-03-01", "A1", "1.0000", "8000.0000", "8000.00"]}
    with pytest.raises(Conflict):
        services.release(number=made.number, version=made.version, by=reviewer)
    # Entered anew, the same stay is taken.
    assert makers.complete(person, clerk, inpatient_number="ZY-2").status == "complete"


def test_what_is_not_payable_is_released_with_its_reasons_and_never_listed(person, clerk, reviewer):
    made = makers.released(person, clerk, reviewer, abroad=True)
    settlement = Settlement.objects.get()
    assert (settlement.fund, settlement.reasons) == (Decimal(0), ["treated_abroad"])
    assert "Treated abroad" in of_object(made, DECISION).get().content
    with pytest.raises(Refused, match="Nothing is to be paid"):
        makers.listed(made, by=reviewer)
    assert not PaymentList.objects.exists()


def test_an_examined_application_goes_back_and_is_put_right(person, clerk, reviewer):
    made = makers.examined(person, clerk)
    with pytest.raises(Conflict):
        services.change(number=made.number, version=made.version, application=makers.application(person), by=clerk)
    made = services.send_back(number=made.number, version=made.version, reason="入院日期不符", by=reviewer)
    assert (made.status, made.examined_by_id) == ("complete", None)
    services.remove_lines(number=made.number, line_numbers=["1"], by=clerk)
    facts = makers.application(
        person, on="2010-03-02", until="2010-03-09", total="500.00", reason="system", inpatient_number="ZY-3"
    )
    made = services.change(number=made.number, version=fresh(made).version, application=facts, by=clerk)
    stay = Stay.objects.get(pk=made.stay_id)
    assert (stay.admitted_on, stay.discharged_on, stay.status) == (D(2010, 3, 2), D(2010, 3, 9), "discharged")
    assert (fresh(made).reason, fresh(made).invoice_total) == ("system", Decimal("500.00"))
    with pytest.raises(Conflict):
        services.send_back(number=made.number, version=made.version, reason="再看", by=reviewer)


def test_a_release_is_taken_back_until_the_money_left(person, clerk, reviewer):
    made = makers.released(person, clerk, reviewer)
    first = Settlement.objects.get()
    made = services.take_back(number=made.number, version=made.version, reason="少录一张发票", by=reviewer)
    assert (made.status, made.decided_by_id, Settlement.objects.filter(live=True).exists()) == (
        "complete",
        None,
        False,
    )
    services.examine(number=made.number, version=made.version, by=clerk)
    again = services.release(number=made.number, version=fresh(made).version, by=reviewer)
    assert again.fund == first.fund
    makers.listed(fresh(made), by=reviewer)
    with pytest.raises(Conflict, match="On a payment list"):
        services.take_back(number=made.number, version=fresh(made).version, reason="误", by=reviewer)
    post_documents(by=Actor.job("tests"))
    assert booked("reversal", first.reversal.number) == {"2104": first.fund, "500101": -first.fund}


def test_what_comes_back_is_paid_to_another_account(person, clerk, reviewer):
    made = makers.released(person, clerk, reviewer)
    fund = Settlement.objects.get().fund
    found = makers.paid(makers.listed(made, by=reviewer), reviewer)
    payment = found.payments.get()
    day = D(2010, 6, 30)
    with pytest.raises(Invalid, match="The day lies from"):
        services.record_returned(number=payment.number, returned_on=D(2010, 6, 29), reason="户名不符", by=reviewer)
    services.record_returned(number=payment.number, returned_on=day, reason="户名不符", by=reviewer)
    assert fresh(made).status == "returned"
    with pytest.raises(Conflict):
        services.record_returned(number=payment.number, returned_on=day, reason="户名不符", by=reviewer)
    with pytest.raises(Conflict):
        makers.listed(made, by=reviewer)
    version = fresh(made).version
    with pytest.raises(Invalid, match="came back from"):
        services.state_account(number=made.number, version=version, account=account(), by=clerk)
    services.state_account(number=made.number, version=version, account=account(PASSBOOK), by=clerk)
    assert (fresh(made).status, PayeeAccount.objects.count()) == ("released", 2)
    second = makers.paid(makers.listed(fresh(made), by=reviewer), reviewer, "BANK-2").payments.get()
    assert (second.account.account_number, second.amount) == (PASSBOOK, fund)
    post_documents(by=Actor.job("tests"))
    assert booked("returned_payment", payment.number) == {"1003": fund, "2104": -fund}
    owed = JournalLeg.objects.filter(account__code="2104").values_list("amount", flat=True)
    assert sum(owed) == 0


def test_what_the_bank_never_carried_out_is_no_entry(person, clerk, reviewer):
    made = makers.released(person, clerk, reviewer)
    other = makers.released(claims.insured(years=(2010,)), clerk, reviewer)
    found = makers.listed(made, other, by=reviewer)
    first, second = found.payments.order_by("application_id")
    services.record_returned(number=first.number, returned_on=D(2010, 6, 30), reason="账号不存在", by=reviewer)
    makers.paid(found, reviewer)
    second.refresh_from_db()
    assert (fresh(made).status, fresh(other).status, second.status) == ("returned", "paid", "paid")
    assert post_documents(by=Actor.job("tests"))["resident_payment"] == 1
    assert booked("returned_payment", first.number) == booked("resident_payment", first.number) == {}


def test_a_list_is_carried_out_once_under_its_own_reference(person, clerk, reviewer):
    first = makers.listed(makers.released(person, clerk, reviewer), by=reviewer)
    second = makers.listed(makers.released(claims.insured(years=(2010,)), clerk, reviewer), by=reviewer)
    values = {"number": first.number, "version": first.version, "by": reviewer}
    for day, reference, words in (
        (D(2010, 7, 1), "R-1", "The day lies"),
        (D(2010, 6, 29), "R-1", "The day lies"),
        (D(2010, 6, 30), " ", "reference"),
    ):
        with pytest.raises(Invalid, match=words):
            services.record_paid(paid_on=day, bank_reference=reference, **values)
    makers.paid(first, reviewer, "R-1")
    with pytest.raises(Conflict, match="recorded for another list"):
        makers.paid(second, reviewer, "R-1")
    with pytest.raises(Conflict):
        makers.paid(PaymentList.objects.get(pk=first.pk), reviewer, "R-2")


def test_the_same_form_sent_twice_makes_one(person, clerk, reviewer):
    mark = uuid.uuid4()
    facts = makers.application(person)
    rows = [services.enter(submission=mark, application=facts, account=account(), by=clerk) for _ in range(2)]
    assert rows[0] == rows[1]
    assert Stay.objects.count() == 1
    made = makers.released(claims.insured(years=(2010,)), clerk, reviewer)
    lists = [services.make_list(submission=mark, applications=[made.number], by=reviewer) for _ in range(2)]
    assert lists[0] == lists[1]
    assert ResidentPayment.objects.count() == 1


@pytest.mark.parametrize(
    ("payee", "field"),
    [
        (account("6222020200112233445"), "account_number"),
        (account("12345"), "account_number"),
        (account("62220202abcd2233445"), "account_number"),
        (account(holder=" "), "holder"),
        (account(bank=""), "bank"),
    ],
)
def test_an_account_that_cannot_be_one_is_refused(person, clerk, payee, field):
    with pytest.raises(Invalid) as refused:
        makers.entered(person, clerk, payee=payee)
    assert refused.value.field == field
    assert not Stay.objects.exists()


def test_only_who_pays_sees_the_account_and_each_look_is_on_record(person, clerk, reviewer):
    made = makers.entered(person, clerk)
    with pytest.raises(NotAllowed):
        services.reveal_account(number=made.number, by=clerk)
    assert services.reveal_account(number=made.number, by=reviewer) == CARD
    look = AuditEntry.objects.get(verb="reimbursements.reveal")
    assert (look.object_number, look.user_id) == (made.number, reviewer.user_id)
    for entry in AuditEntry.objects.all():
        assert CARD not in f"{entry.changes} {entry.note}"
    assert CARD not in str(made.account)


def test_two_stays_of_the_same_days_need_a_word(person, clerk, reviewer):
    claims.discharged(person, claims.hospital(), on="2010-03-03", until="2010-03-08")
    made = makers.examined(person, clerk, on="2010-03-04", until="2010-03-09")
    with pytest.raises(Invalid) as refused:
        services.release(number=made.number, version=made.version, by=reviewer)
    assert refused.value.field == "note"
    settlement = services.release(number=made.number, version=made.version, note="同日转院，已核实", by=reviewer)
    assert settlement.live
