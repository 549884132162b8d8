"""Faults in certificates, cards and cases of misuse."""

import datetime

from claims.misuse.models import MisuseCase, RecoveryPayment
from enrollment.cards.models import CertificateTerm, InsuranceCard
from enrollment.cards.numbering import check_digit
from enrollment.contributions.models import ContributionNotice

from .planting import YUAN, change, copy, fault, open_up, rebook


def usual() -> InsuranceCard:
    return InsuranceCard.objects.filter(status="handed_out", replaces=None).order_by("number")[0]


def decided() -> MisuseCase:
    return MisuseCase.objects.filter(status="decided").order_by("number")[0]


def number_of_nobody() -> str:
    body = "211099999999"
    return body + check_digit(body)


@fault("card.number")
def wrong_check_digit() -> str:
    row = usual()
    number = row.number[:-1] + str((int(row.number[-1]) + 1) % 10)
    open_up(InsuranceCard)
    InsuranceCard.objects.filter(pk=row.pk).update(number=number)
    return number


@fault("card.one_live")
def two_cards() -> str:
    row = usual()
    twin = copy(row, number=number_of_nobody())
    return ", ".join(sorted([row.number, twin.number]))


@fault("card.replaced")
def replaced_by_nothing() -> str:
    return change(usual(), status="replaced", reason="x")


@fault("card.term")
def a_term_of_what_was_not_paid() -> str:
    notice = ContributionNotice.objects.filter(status="open").order_by("number")[0]
    other = CertificateTerm.objects.select_related("notice")[0]
    open_up(CertificateTerm)
    CertificateTerm.objects.filter(pk=other.pk).update(notice=notice)
    return notice.number


@fault("misuse.bar")
def barred_a_day_less() -> str:
    case = decided()
    assert case.barred_until is not None
    return change(case, barred_until=case.barred_until - datetime.timedelta(days=1))


@fault("misuse.card")
def suspended_for_nothing() -> str:
    return change(usual(), status="suspended")


@fault("misuse.recovery")
def more_came_back_than_was_claimed() -> str:
    payment = RecoveryPayment.objects.order_by("number")[0]
    amount = payment.amount + 100_000 * YUAN
    rebook("recovery_payment", payment.number, {"1003": amount, "1104": -amount})
    change(payment, amount=amount)
    return payment.case.number


@fault("misuse.checker")
def decided_their_own() -> str:
    case = decided()
    return change(case, decided_by=case.made_by)
