"""Batches, what the bank says of them, the mark on the settlements, bank accounts (A4, F1)."""

import uuid
from decimal import Decimal

import pytest
from django.db.models import Sum

from claims import accounts
from claims import services as claims_services
from claims.models import Review, Settlement
from claims.transfers.labels import with_states
from funds.models import JournalLeg
from funds.paying import exports, selectors, services
from funds.paying.models import InstitutionAccount, InstitutionPayment, PaymentBatch
from funds.services import post_documents
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor

from . import makers
from .makers import ACCOUNTS, JUNE, SINCE, D, fresh

pytestmark = pytest.mark.django_db


def test_a_batch_pays_approved_declarations_to_the_account_in_force():
    makers.settled("H1")
    makers.settled("H2")
    old, new = makers.account("H1", starts=D(2009, 1, 1)), makers.account("H1", ACCOUNTS[1], starts=D(2009, 8, 10))
    rows = [makers.approved(makers.drawn(code)) for code in ("H1", "H2")]
    found = makers.batch(*rows)
    payments = {row.declaration.institution.code: row for row in found.payments.all()}
    assert (payments["H1"].account, old.masked) == (new, "**** 4567")
    assert {row.amount for row in payments.values()} == {row.payable for row in rows}
    assert {fresh(row).status for row in rows} == {"listed"}
    assert {fresh(row).closed_on for row in rows} == {makers.TODAY}


def test_the_same_form_twice_is_one_batch():
    makers.settled()
    makers.account()
    made = makers.approved(makers.drawn())
    mark = uuid.uuid4()
    twice = [
        services.make_batch(submission=mark, declarations=[made.number], by=makers.reviewer()) for _time in range(2)
    ]
    assert twice[0] == twice[1]
    assert InstitutionPayment.objects.count() == 1


def test_what_cannot_stand_on_a_batch():
    makers.settled()
    makers.account()
    draft = makers.drawn()
    by = makers.reviewer()

    def make(*numbers: str) -> None:
        services.make_batch(submission=uuid.uuid4(), declarations=numbers, by=by)

    for numbers, kind in (((), Invalid), (("MD2009-9999999",), NotAllowed), ((draft.number,), Conflict)):
        with pytest.raises(kind):
            make(*numbers)
    with pytest.raises(NotAllowed):
        services.make_batch(submission=uuid.uuid4(), declarations=[draft.number], by=makers.clerk())
    made = makers.approved(draft)
    make(made.number)
    with pytest.raises(Conflict):
        make(made.number)
    assert PaymentBatch.objects.count() == 1


def test_without_a_confirmed_account_nothing_is_paid():
    makers.settled()
    made = makers.approved(makers.drawn())
    entered = services.enter_account(
        institution="H3",
        holder="医院",
        bank="银行",
        account_number=ACCOUNTS[0],
        starts=D(2009, 1, 1),
        by=makers.clerk(),
    )
    with pytest.raises(Refused) as error:
        services.make_batch(submission=uuid.uuid4(), declarations=[made.number], by=makers.reviewer())
    assert error.value.code == "no_account"
    services.confirm_account(key=entered.pk, account_number=ACCOUNTS[0], by=makers.reviewer())
    makers.batch(made)


def test_paid_marks_the_settlements_and_the_institution_cannot_reverse_any_more():
    settlement = makers.settled()
    made = makers.paid_for(settlement)
    settlement.refresh_from_db()
    assert (made.status, settlement.paid_out_on) == ("paid", makers.TODAY)
    with pytest.raises(Refused) as error:
        claims_services.reverse_settlement(number=settlement.number, reason="wrong", by=makers.hospital())
    assert error.value.code == "paid_out"
    assert Review.objects.filter(kind="reversal").count() == 1
    makers.undone(settlement, on=makers.TODAY)
    standing = accounts.account(makers.institution())
    assert (standing.taken_back, standing.due) == (settlement.fund, -settlement.fund)


def test_until_the_money_is_there_the_institution_still_reverses():
    settlement = makers.settled()
    makers.batch(makers.approved(makers.drawn()))
    makers.undone(settlement, by=makers.hospital(), on=makers.TODAY)
    assert not Settlement.objects.get(pk=settlement.pk).live


def test_what_came_back_is_not_paid_and_stands_on_a_further_batch():
    settlement = makers.settled()
    first = makers.batch(makers.approved(makers.drawn()))
    makers.paid(first)
    payment = first.payments.get()
    makers.came_back(payment)
    made = payment.declaration
    settlement.refresh_from_db()
    assert (fresh(made).status, settlement.paid_out_on) == ("returned", None)
    makers.account("H3", ACCOUNTS[1], starts=D(2009, 8, 1))
    second = makers.batch(fresh(made))
    makers.paid(second)
    settlement.refresh_from_db()
    assert (fresh(made).status, settlement.paid_out_on) == ("paid", makers.TODAY)
    assert second.payments.get().account.account_number == ACCOUNTS[1]
    with pytest.raises(Conflict):
        makers.came_back(payment)


@pytest.mark.parametrize("gone", [True, False])
def test_who_recorded_that_a_payment_came_back_does_not_have_it_paid_again(gone):
    """U14: the money may be there, or on its way by a file that the bank has; one person alone pays nothing twice."""
    makers.settled()
    found = makers.batch(makers.approved(makers.drawn()))
    if gone:
        makers.paid(found)
    payment = found.payments.get()
    services.record_returned(number=payment.number, returned_on=makers.TODAY, reason="x", by=makers.reviewer())
    made = fresh(payment.declaration)
    with pytest.raises(Refused) as error:
        services.make_batch(submission=uuid.uuid4(), declarations=[made.number], by=makers.reviewer())
    assert error.value.code == "own_entry"
    assert (fresh(made).status, made.payments.count()) == ("returned", 1)
    again = services.make_batch(submission=uuid.uuid4(), declarations=[made.number], by=makers.approver())
    assert (fresh(made).status, again.payments.get().returned_by) == ("listed", None)


def test_what_the_bank_said_came_back_is_no_persons_word():
    makers.settled()
    found, by = makers.batch(makers.approved(makers.drawn())), makers.reviewer()
    payment = found.payments.get()
    content = makers.result_file(found, {payment.number: "户名不符"})
    services.take_result(number=found.number, version=found.version, content=content, by=by)
    services.make_batch(submission=uuid.uuid4(), declarations=[payment.declaration.number], by=by)
    payment.refresh_from_db()
    assert (payment.returned_by, fresh(payment.declaration).status) == (None, "listed")


def test_of_several_returns_the_last_one_counts():
    """The first was recorded by who makes the batch now, the second by a colleague."""
    makers.settled()
    made = makers.approved(makers.drawn())
    first = makers.batch(made)
    services.record_returned(
        number=first.payments.get().number, returned_on=makers.TODAY, reason="x", by=makers.reviewer()
    )
    second = services.make_batch(submission=uuid.uuid4(), declarations=[made.number], by=makers.approver())
    makers.came_back(second.payments.get())
    assert selectors.returned_by([made.pk]) == {made.pk: makers.approver().user_id}
    makers.batch(fresh(made))
    assert fresh(made).status == "listed"


def test_one_that_never_left_comes_back_without_a_value_date():
    makers.settled("H1")
    makers.settled("H2")
    found = makers.batch(*[makers.approved(makers.drawn(code)) for code in ("H1", "H2")])
    back, goes = found.payments.order_by("pk")
    makers.came_back(back)
    makers.paid(found)
    back.refresh_from_db()
    goes.refresh_from_db()
    assert (back.status, back.paid_on, goes.status) == ("returned", None, "paid")


def test_the_banks_file_says_all_of_it():
    makers.settled("H1")
    makers.settled("H2")
    found = makers.batch(*[makers.approved(makers.drawn(code)) for code in ("H1", "H2")])
    back = found.payments.order_by("pk")[0]
    content = makers.result_file(found, {back.number: "户名不符"})
    by = makers.reviewer()
    made = services.take_result(number=found.number, version=found.version, content=content, by=by)
    assert (made.paid_on, made.bank_reference) == (makers.TODAY, "BK-1")
    assert sorted(found.payments.values_list("status", flat=True)) == ["paid", "returned"]
    assert fresh(back.declaration).status == "returned"
    with pytest.raises(Conflict):
        services.take_result(number=found.number, version=made.version, content=content, by=by)


def test_a_file_with_a_fault_records_nothing():
    makers.settled()
    found = makers.batch(makers.approved(makers.drawn()))
    content = makers.result_file(found).replace(b"T,1,", b"T,2,")
    with pytest.raises(Invalid) as error:
        services.take_result(number=found.number, version=found.version, content=content, by=makers.reviewer())
    assert (error.value.field, len(error.value.reasons)) == ("file", 1)
    assert found.payments.get().status == "listed"


def test_a_file_of_which_everything_came_back_leaves_the_batch_unpaid():
    makers.settled()
    found = makers.batch(makers.approved(makers.drawn()))
    content = makers.result_file(found, {found.payments.get().number: "closed"})
    made = services.take_result(number=found.number, version=found.version, content=content, by=makers.reviewer())
    assert (made.paid_on, found.payments.get().status) == (None, "returned")


@pytest.mark.parametrize(
    ("day", "reference", "kind"),
    [
        (D(2009, 8, 9), "R-1", Invalid),
        (D(2009, 8, 11), "R-1", Invalid),
        (D(2009, 8, 10), " ", Invalid),
        (D(2009, 8, 10), "TAKEN", Conflict),
    ],
)
def test_what_the_bank_cannot_have_said(day, reference, kind):
    makers.paid_for(makers.settled("H1"))
    PaymentBatch.objects.update(bank_reference="TAKEN")
    makers.settled("H2")
    found = makers.batch(makers.approved(makers.drawn("H2")))
    with pytest.raises(kind):
        services.record_paid(
            number=found.number, version=found.version, paid_on=day, bank_reference=reference, by=makers.reviewer()
        )


def test_the_file_for_the_bank_is_taken_on_record():
    makers.settled()
    found = makers.batch(makers.approved(makers.drawn()))
    payment = found.payments.get()
    lines = exports.bank_file(number=found.number, by=makers.reviewer()).decode("gb18030").splitlines()
    assert lines[0] == f"H,LYPAY,{found.number},2009-08-10"
    assert lines[1].startswith(f"P,{payment.number},医院H3,辽阳市商业银行,{ACCOUNTS[0]},{payment.amount:.2f},MD")
    assert lines[2] == f"T,1,{payment.amount:.2f}"
    entry = AuditEntry.objects.get(verb="batches.export")
    assert ACCOUNTS[0] not in str(entry.changes)
    for by in (makers.clerk(), makers.hospital()):
        with pytest.raises(NotAllowed):
            exports.bank_file(number=found.number, by=by)


def test_what_the_bank_has_answered_is_in_no_further_file():
    """Who fetches the file once more must not have it paid once more."""
    makers.settled("H1")
    makers.settled("H2")
    found = makers.batch(*[makers.approved(makers.drawn(code)) for code in ("H1", "H2")])
    back, goes = found.payments.order_by("pk")
    makers.came_back(back)
    lines = exports.bank_file(number=found.number, by=makers.reviewer()).decode("gb18030").splitlines()
    assert [line.split(",")[1] for line in lines[1:-1]] == [goes.number]
    makers.paid(found)
    with pytest.raises(Conflict):
        exports.bank_file(number=found.number, by=makers.reviewer())


def test_what_became_of_a_batch_is_said():
    makers.settled("H1")
    makers.settled("H2")
    found = makers.batch(*[makers.approved(makers.drawn(code)) for code in ("H1", "H2")])

    def said() -> str:
        return with_states(selectors.batches_visible_to(makers.reviewer()))[0][1].words

    told = [said()]
    makers.paid(found)
    told.append(said())
    for payment in found.payments.order_by("pk"):
        makers.came_back(payment)
        told.append(said())
    assert told == ["With the bank", "Carried out", "Carried out, some came back", "Returned by the bank"]


# --- accounts --------------------------------------------------------------------------------------------------------


def test_who_entered_an_account_does_not_confirm_it_and_one_waits_at_a_time():
    claims_account = makers.account("H1")
    entered = services.enter_account(
        institution="H1",
        holder="医院",
        bank="银行",
        account_number="6222 0202 0011 2233 446",
        starts=D(2009, 8, 1),
        by=makers.clerk(),
    )
    assert entered.account_number == "6222020200112233446"
    with pytest.raises(Conflict):
        makers.account("H1", ACCOUNTS[1], starts=D(2009, 8, 3))
    InstitutionAccount.objects.filter(pk=entered.pk).update(made_by=makers.reviewer().user_id)
    with pytest.raises(Refused):
        services.confirm_account(key=entered.pk, account_number=entered.account_number, by=makers.reviewer())
    with pytest.raises(Invalid):
        services.refuse_account(key=entered.pk, reason=" ", by=makers.approver())
    refused = services.refuse_account(key=entered.pk, reason="another name", by=makers.approver())
    assert (refused.status, selectors.accounts_on(makers.TODAY, [refused.institution_id])) == (
        "refused",
        {refused.institution_id: claims_account},
    )
    with pytest.raises(Conflict):
        services.confirm_account(key=entered.pk, account_number=entered.account_number, by=makers.approver())


def test_who_confirms_an_account_types_its_number_and_four_digits_confirm_nothing():
    """The clerk entered one of their own that ends in the digits of the letter: 0410001234567 is the institution's."""
    makers.hospital()
    entered = services.enter_account(
        institution="H3", holder="医院", bank="银行", account_number="9990009994567", starts=SINCE, by=makers.clerk()
    )
    for typed in (ACCOUNTS[0], "4567", ""):
        with pytest.raises(Invalid) as error:
            services.confirm_account(key=entered.pk, account_number=typed, by=makers.reviewer())
        assert (error.value.code, error.value.field) == ("another_number", "account_number")
    entered.refresh_from_db()
    assert (entered.status, entered.decided_by) == ("proposed", None)
    confirmed = services.confirm_account(key=entered.pk, account_number="9990-0099 9４567", by=makers.reviewer())
    said = AuditEntry.objects.filter(object_number="H3", verb__startswith="bank_accounts.").order_by("pk")
    assert [(row.verb, row.changes["account"], row.note) for row in said] == [
        ("bank_accounts.enter", "**** 4567", ""),
        ("bank_accounts.confirm", "**** 4567", ""),
    ]
    assert confirmed.status == "confirmed"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"account_number": "6222020200112233445"}, "account_number"),
        ({"account_number": "12"}, "account_number"),
        ({"holder": " "}, "holder"),
        ({"bank": "="}, "bank"),
        ({"institution": "nowhere"}, "institution"),
    ],
)
def test_an_account_that_cannot_be_one(values, field):
    makers.hospital()
    given = {"institution": "H3", "holder": "医院", "bank": "银行", "account_number": ACCOUNTS[0], "starts": JUNE}
    with pytest.raises(Invalid) as error:
        services.enter_account(**given | values, by=makers.clerk())
    assert error.value.field == field


def test_an_institution_sees_its_own_account_only():
    makers.account("H1")
    makers.account("H2", ACCOUNTS[1])
    makers.settled("H1")
    assert [row.masked for row in selectors.bank_accounts_visible_to(makers.hospital("H1"))] == ["**** 4567"]


# --- the journal -----------------------------------------------------------------------------------------------------


def balance(code: str) -> Decimal:
    """What an account stands at: above zero on the debit side."""
    return JournalLeg.objects.filter(account__code=code).aggregate(sum=Sum("amount", default=0))["sum"]


def test_the_journal_books_what_is_paid_and_what_comes_back_once():
    settlement = makers.settled()
    found = makers.batch(makers.approved(makers.drawn()))
    job = Actor.job("tests")
    post_documents(by=job)
    assert balance("2103") == -settlement.fund
    makers.paid(found)
    assert post_documents(by=job) == {"institution_payment": 1}
    assert (balance("2103"), balance("1003")) == (0, -settlement.fund)
    makers.came_back(found.payments.get())
    assert post_documents(by=job) == {"returned_institution": 1}
    assert (balance("2103"), balance("1003")) == (-settlement.fund, 0)
    assert post_documents(by=job) == {}
    never = makers.batch(fresh(found.payments.get().declaration))
    makers.came_back(never.payments.get())
    assert post_documents(by=job) == {}
