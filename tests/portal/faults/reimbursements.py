"""Faults in applications for reimbursement and in payments to residents."""

import datetime

from claims.models import Institution
from claims.reimbursement.models import Reimbursement, ResidentPayment
from liaoyang_medins.kernel.papers.models import KeptPaper

from .planting import YUAN, change, copy, fault, remove


def application(status: str) -> Reimbursement:
    return Reimbursement.objects.filter(status=status).order_by("number")[0]


def payment(status: str) -> ResidentPayment:
    return ResidentPayment.objects.filter(status=status).order_by("number")[0]


@fault("reimbursement.settled")
def released_without_a_settlement() -> str:
    row = application("examined")
    paper = KeptPaper.objects.filter(kind="reimbursement_decision")[0]
    copy(paper, object_number=row.number)
    return change(row, status="released", decided_on=row.received_on)


@fault("reimbursement.stay")
def a_stay_that_forgot_it() -> str:
    row = application("complete")
    return change(row.stay, self_paid=False)


@fault("reimbursement.amount")
def a_yuan_more_than_the_fund_pays() -> str:
    row = payment("listed")
    return change(row, amount=row.amount + YUAN)


@fault("reimbursement.once")
def on_two_lists() -> str:
    row = payment("listed")
    second = copy(row.list, submission="00000000-0000-4000-8000-000000000001")
    copy(row, list=second)
    return row.application.number


@fault("reimbursement.state")
def paid_and_still_listed() -> str:
    return change(application("paid"), status="listed")


@fault("reimbursement.list")
def carried_out_a_day_later() -> str:
    row = payment("paid").list
    assert row.paid_on is not None
    return change(row, paid_on=row.paid_on + datetime.timedelta(days=1))


@fault("reimbursement.checker")
def decided_by_who_entered_it() -> str:
    row = application("paid")
    return change(row, decided_by=row.made_by_id)


@fault("reimbursement.checker")
def paid_by_who_entered_the_account() -> str:
    row = payment("listed")
    change(row.list, made_by=row.account.made_by_id)
    return row.application.number


@fault("reimbursement.paper")
def a_refusal_that_nobody_kept() -> str:
    row = application("refused")
    remove(KeptPaper.objects.get(kind="reimbursement_refusal", object_number=row.number))
    return row.number


@fault("reimbursement.invoice")
def an_invoice_of_another_institution() -> str:
    row = application("paid").invoices.order_by("pk")[0]
    change(row, institution=Institution.objects.exclude(pk=row.institution_id).order_by("pk")[0])
    return row.application.number


@fault("reimbursement.invoice")
def an_invoice_left_of_a_refusal() -> str:
    row = application("paid").invoices.order_by("pk")[0]
    change(row, application=application("refused"))
    return application("refused").number
