"""Faults in what institutions declare and are paid."""

import datetime

from claims.inspections.models import Inspection
from claims.models import Reversal, Settlement
from funds.paying.models import (
    Declaration,
    DeclarationDeduction,
    InstitutionAccount,
    InstitutionPayment,
    PaymentBatch,
)

from .planting import YUAN, change, fault


def declaration(*states: str) -> Declaration:
    return Declaration.objects.filter(status__in=states).order_by("number")[0]


@fault("declaration.lines")
def a_yuan_less_than_the_fund_pays() -> str:
    made = declaration("draft", "submitted", "examined", "checked")
    item = made.items.filter(sign=1).order_by("pk")[0]
    change(item, amount=item.amount - YUAN)
    change(made, settled=made.settled - YUAN, payable=made.payable - YUAN)
    return item.settlement.number


@fault("declaration.sums")
def another_total_than_its_lines() -> str:
    made = declaration("draft", "submitted", "examined", "checked")
    return change(made, total=made.total + YUAN)


@fault("declaration.signed")
def approved_by_who_checked_it() -> str:
    made = declaration("paid")
    return change(made, approved_by=made.checked_by_id)


@fault("declaration.signed")
def an_account_confirmed_by_who_entered_it() -> str:
    row = InstitutionAccount.objects.filter(status="confirmed").order_by("pk")[0]
    change(row, decided_by=row.made_by_id)
    return row.institution.code


@fault("declaration.payment")
def paid_to_another_institution() -> str:
    row = InstitutionPayment.objects.filter(status="paid").order_by("number")[0]
    other = InstitutionAccount.objects.exclude(institution=row.declaration.institution).filter(status="confirmed")[0]
    return change(row, account=other)


@fault("declaration.payment")
def a_payment_came_back_and_its_declaration_waits_for_the_bank() -> str:
    row = InstitutionPayment.objects.filter(status="listed").order_by("number")[0]
    change(row, status="returned", returned_on=row.list.made_on, return_reason="x")
    return row.declaration.number


@fault("declaration.batch")
def a_batch_carried_out_a_day_later() -> str:
    row = PaymentBatch.objects.exclude(paid_on=None).order_by("number")[0]
    assert row.paid_on is not None
    return change(row, paid_on=row.paid_on + datetime.timedelta(days=1))


@fault("declaration.marks")
def marked_a_day_early() -> str:
    row = Settlement.objects.exclude(paid_out_on=None).order_by("number")[0]
    assert row.paid_out_on is not None
    return change(row, paid_out_on=row.paid_out_on - datetime.timedelta(days=1))


@fault("declaration.marks")
def taken_off_by_no_payment() -> str:
    row = Reversal.objects.filter(taken_off_on=None).order_by("number")[0]
    return change(row, taken_off_on=row.reversed_on)


@fault("declaration.deducted")
def deducted_for_another_inspection() -> str:
    row = DeclarationDeduction.objects.exclude(declaration__closed_on=None).order_by("pk")[0]
    change(row, inspection=Inspection.objects.exclude(pk=row.inspection_id)[0])
    return row.declaration.number


@fault("declaration.payable")
def a_yuan_more_at_the_bank_than_the_journal_owes() -> str:
    row = InstitutionPayment.objects.filter(status="listed").order_by("number")[0]
    change(row, amount=row.amount + YUAN)
    change(row.declaration, payable=row.amount + YUAN)
    return "2103"
