"""Faults in notices, receipts and benefit periods."""

import datetime

from enrollment.cockpit.models import NoticeSum
from enrollment.contributions.models import BegunBenefit, BenefitPeriod, ContributionNotice, Receipt, WindowLetter
from enrollment.contributions.rules import BenefitFacts
from enrollment.registration.models import Enrollment
from funds.models import JournalEntry
from liaoyang_medins.kernel.facts import to_json
from liaoyang_medins.kernel.policy.terms import EnrollmentKind
from tests.portal.sound_city import loaded

from .planting import (
    FEN,
    YUAN,
    D,
    book,
    change,
    copy,
    fault,
    open_notice,
    open_up,
    paid_notice,
    rebook,
    remove,
)


@fault("notice.one_live")
def two_notices_of_a_year() -> str:
    notice = open_notice()
    loaded(ContributionNotice, copy(notice).number)
    return notice.resident.number


@fault("notice.amounts")
def a_yuan_more() -> str:
    notice = open_notice()
    return change(notice, personal=notice.personal + YUAN)


@fault("notice.amounts")
def another_tier() -> str:
    return change(open_notice(), tier="low_income_edge")


@fault("notice.amounts")
def no_student() -> str:
    notice = open_notice()
    return change(notice, student=not notice.student)


@fault("notice.amounts")
def facts_of_no_kind() -> str:
    return change(open_notice(), facts={"person": None})


@fault("notice.sums")
def a_notice_not_counted() -> str:
    kept = NoticeSum.objects.select_related("community")[0]
    change(kept, notices=kept.notices + 1, personal=kept.personal + YUAN)
    return f"{kept.community.code} {kept.contribution_year}"


@fault("notice.sums")
def a_cell_lost() -> str:
    kept = NoticeSum.objects.select_related("community").filter(paid_on__isnull=False)[0]
    remove(kept)
    return f"{kept.community.code} {kept.contribution_year}"


@fault("notice.shares")
def a_fen_to_the_city() -> str:
    notice = open_notice()
    return change(notice, city=notice.city + FEN, district_share=notice.district_share - FEN)


@fault("notice.shares")
def shares_of_more() -> str:
    notice = open_notice()
    return change(notice, district_share=notice.district_share + FEN)


@fault("notice.district")
def another_district() -> str:
    notice = ContributionNotice.objects.filter(status="open")[0]
    other = type(notice.district).objects.filter(kind="district").exclude(pk=notice.district_id)[0]
    return change(notice, district=other)


@fault("notice.term")
def a_longer_term() -> str:
    notice = open_notice()
    return change(notice, pay_until=notice.pay_until + datetime.timedelta(days=1))


@fault("notice.term")
def a_longer_window() -> str:
    return change(ContributionNotice.objects.filter(kind="renewal", status="lapsed")[0], pay_until=D(2009, 12, 31))


@fault("notice.state")
def dated_and_not_paid() -> str:
    return change(open_notice(), paid_on=D(2009, 11, 20))


@fault("notice.state")
def made_anew_as_nothing() -> str:
    return change(ContributionNotice.objects.filter(status="remade")[0], replaced_by=None)


@fault("notice.state")
def made_anew_for_another() -> str:
    notice = ContributionNotice.objects.filter(status="remade")[0]
    other = ContributionNotice.objects.exclude(resident=notice.resident)[0]
    return change(notice, replaced_by=other)


@fault("notice.joint")
def joint_in_another_enrollment() -> str:
    notice = ContributionNotice.objects.filter(joint_with__isnull=False, enrollment__ends=None)[0]
    other = Enrollment.objects.filter(ends=None).exclude(pk=notice.enrollment_id)[0]
    return change(notice, enrollment=other)


@fault("notice.receipt")
def settled_by_two() -> str:
    # Parts of an employer may be several.
    receipt = Receipt.objects.filter(status="matched").exclude(channel="employer")[0]
    twin = copy(receipt, bank_reference="TWICE", notice=receipt.notice)
    loaded(Receipt, twin.number)
    book("receipt", twin.number, twin.paid_on, {"1003": twin.amount, "400101": -twin.amount})
    assert receipt.notice is not None
    return receipt.notice.number


@fault("notice.receipt")
def paid_and_open() -> str:
    notice = paid_notice(subsidy_items=None)
    BenefitPeriod.objects.filter(notice=notice).update(withdrawn_on=notice.paid_on)
    return change(notice, status="open", paid_on=None)


# What came in a file of a bank would not fit its line either.
BY_NO_FILE = {"receipts__bank_lines": None}


@fault("receipt.amount")
def a_yuan_short() -> str:
    receipt = paid_notice(**BY_NO_FILE).receipts.get(status="matched")
    amount = receipt.amount - YUAN
    rebook("receipt", receipt.number, {"1003": amount, "400101": -amount})
    return change(receipt, amount=amount)


@fault("receipt.term")
def entered_before_it_was_paid() -> str:
    receipt = paid_notice(**BY_NO_FILE).receipts.get(status="matched")
    return change(receipt, received_on=receipt.paid_on - datetime.timedelta(days=1))


@fault("receipt.term")
def dated_otherwise_than_the_notice() -> str:
    receipt = paid_notice(**BY_NO_FILE).receipts.get(status="matched")
    day = receipt.paid_on + datetime.timedelta(days=1)
    open_up(JournalEntry)
    JournalEntry.objects.filter(document_type="receipt", document_number=receipt.number).update(booked_on=day)
    return change(receipt, paid_on=day, received_on=day)


@fault("receipt.problem")
def unmatched_for_nothing() -> str:
    return change(Receipt.objects.filter(status="unmatched")[0], problem="")


@fault("receipt.reference")
def a_reference_twice() -> str:
    first, second = Receipt.objects.order_by("number")[:2]
    return change(second, bank_reference=first.bank_reference)


@fault("period.overlap")
def two_periods_on_a_day() -> str:
    """The renewal turned into a first enrollment whose benefits start, rightly by itself, in the running year."""
    notice = paid_notice(kind="renewal", contribution_year=2010, paid_on__lt=D(2009, 11, 1))
    assert notice.paid_on is not None
    facts = BenefitFacts(EnrollmentKind.FIRST, notice.paid_on, notice.paid_on, made=notice.paid_on)
    term = {"pay_from": notice.paid_on, "pay_until": notice.paid_on + datetime.timedelta(days=30)}
    change(notice, kind="first", issued_on=notice.paid_on, benefit_facts=to_json(facts), **term)
    change(notice.benefit_periods.get(), starts=D(2009, 11, 1))
    return notice.resident.number


@fault("period.notice")
def paid_without_benefits() -> str:
    notice = paid_notice()
    change(notice.benefit_periods.get(), withdrawn_on=D(2009, 12, 1))
    return notice.number


@fault("period.notice")
def benefits_of_another() -> str:
    notice = paid_notice()
    change(notice.benefit_periods.get(), resident=open_notice().resident)
    return notice.number


@fault("period.days")
def a_day_less() -> str:
    period = paid_notice().benefit_periods.get()
    change(period, ends=period.ends - datetime.timedelta(days=1))
    return period.resident.number


@fault("period.days")
def a_month_early() -> str:
    period = BenefitPeriod.objects.get(notice__benefit_facts__kind="first", resident__name="周老伯")
    change(period, starts=D(2010, 4, 21))
    return period.resident.number


@fault("period.begun")
def begun_too_early() -> str:
    begun = BegunBenefit.objects.select_related("period__resident")[0]
    change(begun, begun_on=begun.period.starts - datetime.timedelta(days=1))
    return begun.period.resident.number


@fault("paper.letter")
def a_reminder_of_another_year() -> str:
    letter = WindowLetter.objects.select_related("enrollment").filter(kind="reminder")[0]
    change(letter, contribution_year=letter.contribution_year + 1)
    return letter.enrollment.number
