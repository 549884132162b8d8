"""What arrives on statements, and which office sees what of them (F2)."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from funds import services
from funds.models import JournalEntry, SubsidyReceipt
from funds.selectors import (
    balances_of,
    items_visible_to,
    statements_to_sign,
    statements_visible_to,
    subsidy_receipts_visible_to,
)
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, DomainError, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories, signing

from . import makers
from .makers import yuan
from .steps import AFTER, IN_WINDOW, book, issue, issued, prepared, refusal

D = datetime.date


def test_money_arrives_in_parts_and_what_is_left_grows_overdue(clerk, reviewer):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    makers.notice(makers.person("211003001001"), paid_on=IN_WINDOW)
    statement = issued(clerk, reviewer)
    with clock.on_day(D(2009, 12, 20)):
        book(statement, by=clerk, amount=yuan(60), paid_on=D(2009, 12, 18))
        book(statement, by=clerk, amount=yuan(50), paid_on=D(2009, 12, 20), bank_reference="REF2")
        book(statement, by=clerk, payer="211003", amount=yuan("44.99"), bank_reference="REF3")

    owed = {each.payer.code: each.balance for each in balances_of(statement, D(2010, 1, 10))}
    assert list(owed) == ["211000", "211002", "211003"]
    assert (owed["211000"].claimed, owed["211000"].outstanding, owed["211000"].overdue_days) == (110, 0, 0)
    assert (owed["211002"].received, owed["211002"].outstanding, owed["211002"].overdue_days) == (0, 45, 10)
    assert owed["211003"].outstanding == yuan("0.01")
    assert [each.balance.overdue_days for each in balances_of(statement, statement.due_on)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("values", "error", "field"),
    [
        ({"amount": yuan("55.01")}, Refused, "amount"),
        ({"amount": yuan(0)}, Invalid, "amount"),
        ({"amount": Decimal("0.001")}, Invalid, "amount"),
        ({"paid_on": D(2009, 11, 30)}, Invalid, "paid_on"),
        ({"paid_on": D(2009, 12, 2)}, Invalid, "paid_on"),
        ({"payer": "211011"}, Invalid, "payer"),
    ],
)
def test_what_cannot_be_booked(clerk, reviewer, values, error: type[DomainError], field: str):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    statement = issued(clerk, reviewer)
    with clock.on_day(AFTER), pytest.raises(error) as caught:
        book(statement, by=clerk, **values)
    assert caught.value.field == field
    assert not SubsidyReceipt.objects.exists()


def test_a_bank_reference_is_booked_once(clerk, reviewer):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    statement = issued(clerk, reviewer)
    with clock.on_day(AFTER):
        first = book(statement, by=clerk)
        assert book(statement, by=clerk) == first
        assert refusal(Conflict, book, statement, by=clerk, amount=yuan(11)) == "reference_taken"
    assert AuditEntry.objects.filter(verb="statements.book").count() == 1


def test_a_draft_is_not_paid(clerk):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    statement = prepared(clerk)
    assert refusal(Conflict, book, statement, by=clerk) == "not_issued"


def test_what_was_booked_wrongly_is_taken_back_and_booked_again(clerk, reviewer):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    statement = issued(clerk, reviewer)
    with clock.on_day(D(2009, 12, 5)):
        wrong = book(statement, by=clerk, amount=yuan(30))
        assert (
            refusal(Invalid, services.take_back_subsidy, number=wrong.number, reason=" ", by=reviewer) == "no_reason"
        )
        refusal(NotAllowed, services.take_back_subsidy, number=wrong.number, reason="?", by=clerk)
        correction = services.take_back_subsidy(number=wrong.number, reason="Of another statement", by=reviewer)
        assert (correction.amount, correction.corrects, correction.paid_on) == (-30, wrong, D(2009, 12, 5))
        for number in (wrong.number, correction.number):
            again = refusal(Conflict, services.take_back_subsidy, number=number, reason="?", by=reviewer)
            assert again == "taken_back"
        assert [each.balance.outstanding for each in balances_of(statement, D(2009, 12, 5))] == [55, 45]
        right = book(statement, by=clerk, amount=yuan(40))
        assert right.bank_reference == wrong.bank_reference
        assert book(statement, by=clerk, amount=yuan(40)) == right
        services.post_documents(by=Actor.job("tests"))
    entries = JournalEntry.objects.filter(document_type="subsidy_receipt").order_by("document_number")
    booked = [entry.legs.get(account__code="1003").amount for entry in entries]
    assert booked == [30, -30, 40]
    assert AuditEntry.objects.get(verb="statements.unbook").note.endswith("Of another statement")


def test_the_database_knows_what_takes_back(clerk, reviewer):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    statement = issued(clerk, reviewer)
    with clock.on_day(AFTER):
        receipt = book(statement, by=clerk)
    for values in ({"amount": -10}, {"corrects": receipt}, {"amount": -10, "corrects": receipt, "live": False}):
        facts = {"number": "A-X", "statement": statement, "payer": receipt.payer, "paid_on": AFTER, "amount": 10}
        with pytest.raises(IntegrityError, match="subsidy_receipt_amount"), transaction.atomic():
            SubsidyReceipt.objects.create(**{**facts, "bank_reference": "X", **values})


# --- who sees what ---------------------------------------------------------------------------------------------------


def test_finance_offices_see_issued_statements_and_a_district_its_own_part(clerk, reviewer):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    makers.notice(makers.person("211003001001"), paid_on=IN_WINDOW)
    baita = factories.actor(Role.DISTRICT_FINANCE, factories.district("211002"))
    hongwei = factories.actor(Role.DISTRICT_FINANCE, factories.district("211004"))
    city = factories.actor(Role.CITY_FINANCE)
    draft = prepared(clerk)
    for actor in (baita, hongwei, city):
        assert not statements_visible_to(actor).exists()
        assert not items_visible_to(actor).exists()
    with clock.on_day(AFTER):
        statement = issue(draft, reviewer)
        book(statement, by=clerk)
        book(statement, by=clerk, payer="211003", amount=yuan(5), bank_reference="REF2")

    assert items_visible_to(city).count() == 2
    assert subsidy_receipts_visible_to(city).count() == 2
    assert list(items_visible_to(baita).values_list("district__code", flat=True)) == ["211002"]
    assert statements_visible_to(baita).count() == 1
    assert not subsidy_receipts_visible_to(baita).exists()
    assert [each.payer.code for each in balances_of(statement, AFTER, baita)] == ["211002"]
    assert not statements_visible_to(hongwei).exists()
    assert balances_of(statement, AFTER, hongwei) == []
    assert not statements_visible_to(factories.actor(Role.COMMUNITY)).exists()
    assert statements_visible_to(factories.actor(Role.SUPERVISOR)).count() == 1


def test_a_statement_waits_for_who_has_not_signed_it(clerk, reviewer):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    third = factories.actor(Role.AGENCY_REVIEWER)

    def waits() -> list[int]:
        return [statements_to_sign(actor).count() for actor in (clerk, reviewer, third)]

    draft = prepared(clerk)
    assert waits() == [1, 1, 1]
    statement = signing.checked(draft, reviewer)
    assert waits() == [0, 0, 1]
    with clock.on_day(AFTER):
        services.issue_statement(number=statement.number, version=statement.version, by=third)
    assert waits() == [0, 0, 0]
    assert not statements_to_sign(factories.actor(Role.CITY_FINANCE)).exists()
