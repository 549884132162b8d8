"""Receipts: what settles a notice and what waits for a clerk (C6), assigning, and what the bank takes back (C8)."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError

from enrollment.contributions import services
from enrollment.contributions.models import BenefitPeriod, ContributionNotice, Receipt
from enrollment.contributions.services import settling
from enrollment.registration import services as registration_services
from enrollment.registration.data import CircumstanceData
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make
from tests.faults import unwritable

from . import makers as m
from .makers import state

D = datetime.date
LATER = D(2009, 4, 25)
RETURNED = D(2009, 4, 20)
Status = ContributionNotice.Status
pytestmark = pytest.mark.django_db


def add(person, kind, value, starts, on, ends=None):
    with clock.on_day(on):
        registration_services.add_circumstance(
            resident_number=person.number, circumstance=CircumstanceData(kind, value, starts, ends), by=m.JOB
        )


# --- recording: what settles, what waits, what is refused ------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "paid_on", "problem"),
    [
        ("40", D(2009, 3, 20), ""),
        ("40", D(2009, 4, 19), ""),
        ("39.99", D(2009, 3, 25), "short"),
        ("40.01", D(2009, 3, 25), "over"),
        ("40", D(2009, 4, 20), "outside_term"),
        ("40", D(2009, 3, 19), "outside_term"),
        ("1", D(2009, 4, 20), "outside_term"),
    ],
)
def test_only_the_exact_amount_inside_the_term_settles(notice, amount, paid_on, problem):
    receipt = m.pay(notice, paid_on, amount, received=D(2009, 4, 25))
    assert receipt.problem == problem
    assert receipt.status == ("unmatched" if problem else "matched")
    assert receipt.notice == notice
    assert state(notice) == ("open" if problem else "paid")
    assert BenefitPeriod.objects.count() == (0 if problem else 1)


def test_payment_fixes_the_district_and_the_facts_of_the_day(notice, person):
    m.pay(notice, D(2009, 3, 25))
    notice.refresh_from_db()
    assert (notice.paid_on, notice.district) == (D(2009, 3, 25), make.district())
    assert notice.benefit_facts["paid"] == "2009-03-25"
    assert notice.benefit_facts["made"] == "2009-03-20"


def test_unknown_notice_is_kept(db):
    receipt = m.pay("N2009-9999999", D(2009, 3, 25))
    assert (receipt.status, receipt.problem, receipt.notice) == ("unmatched", "unknown_notice", None)


def test_scanned_number_is_read_as_it_comes(notice):
    assert m.pay(f" {notice.number.lower()} ", D(2009, 3, 25), 40).status == "matched"


def test_paid_twice(notice):
    m.pay(notice, D(2009, 3, 25))
    receipt = m.pay(notice, D(2009, 3, 26), 40)
    assert (receipt.status, receipt.problem) == ("unmatched", "paid_twice")
    assert BenefitPeriod.objects.count() == 1


def test_after_death(notice, person):
    add(person, "death", "died", D(2009, 3, 24), on=D(2009, 3, 28))
    assert m.pay(notice, D(2009, 3, 25), received=D(2009, 3, 30)).problem == "after_end"
    receipt = m.pay(notice, D(2009, 3, 24), received=D(2009, 3, 30))
    assert receipt.status == "matched"
    assert m.cover(person) == []


def test_not_eligible_any_more_on_the_day_of_payment(person, notice):
    make.circumstance(person, m.Kind.SCHEME, "rural", starts=D(2009, 3, 23))
    receipt = m.pay(notice, D(2009, 3, 25))
    assert (receipt.status, receipt.problem, state(notice)) == ("unmatched", "after_end", "open")


def test_a_reference_is_taken_once(notice):
    first = m.pay(notice, D(2009, 3, 25), bank_reference="ABC1")
    with pytest.raises(Conflict) as refused:
        m.pay(notice, D(2009, 3, 26), 40, bank_reference=" abc 1")
    assert refused.value.code == "reference_taken"
    assert first.number in str(refused.value)
    assert Receipt.objects.count() == 1
    m.pay(notice, D(2009, 3, 26), 40, bank_reference="ABC1", channel="counter")
    assert Receipt.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "40.001"}, "amount"),
        ({"on": D(2009, 3, 26), "received": D(2009, 3, 25)}, "paid_on"),
        ({"on": D(2008, 6, 30), "received": D(2009, 3, 25)}, "paid_on"),
        ({"bank_reference": "  "}, "bank_reference"),
    ],
)
def test_what_cannot_be_a_payment(notice, values, field):
    with pytest.raises(Invalid) as refused:
        m.pay(notice, **{"on": D(2009, 3, 25), "amount": 40} | values)
    assert refused.value.field == field
    assert not Receipt.objects.exists()


def test_only_the_agency_clerk_records(notice):
    for role in (Role.COMMUNITY, Role.AGENCY_REVIEWER, Role.SUPERVISOR):
        with pytest.raises(NotAllowed):
            m.pay(notice, D(2009, 3, 25), by=m.someone(role))
    assert state(notice) == "open"


def test_recording_is_whole_or_not_at_all(notice, person, monkeypatch):
    made_before = AuditEntry.objects.count()
    unwritable(monkeypatch, Receipt)
    with pytest.raises(RuntimeError):
        m.pay(notice, D(2009, 3, 25))
    assert state(notice) == "open"
    assert (BenefitPeriod.objects.count(), Receipt.objects.count()) == (0, 0)
    assert AuditEntry.objects.count() == made_before


# --- facts that changed between the notice and the payment -----------------------------------------------------------


def test_changed_tier_makes_the_notice_anew_and_the_old_amount_does_not_fit(person, notice):
    make.circumstance(person, m.Kind.LOW_INCOME, "low_income", starts=D(2009, 3, 22))
    receipt = m.pay(notice, D(2009, 3, 25), 40)
    anew = person.notices.get(status="open")
    assert (receipt.status, receipt.problem, receipt.notice) == ("unmatched", "over", anew)
    assert (anew.tier, anew.personal, anew.pay_until) == ("low_income", Decimal("16.00"), notice.pay_until)
    assert (state(notice), notice.replaced_by) == ("remade", anew)
    assert m.pay(notice, D(2009, 3, 26), 16).notice == anew
    assert state(anew) == "paid"


def test_the_new_amount_settles_the_notice_made_anew(person, notice):
    make.circumstance(person, m.Kind.LOW_INCOME, "low_income_edge", starts=D(2009, 3, 22))
    receipt = m.pay(notice, D(2009, 3, 25), 30)
    assert receipt.status == "matched"
    assert (receipt.notice.tier, receipt.stated_notice) == ("low_income_edge", notice.number)
    assert state(notice) == "remade"


def test_a_change_after_the_day_of_payment_changes_nothing(person, notice):
    make.circumstance(person, m.Kind.LOW_INCOME, "low_income", starts=D(2009, 3, 26))
    assert m.pay(notice, D(2009, 3, 25), 40, received=D(2009, 3, 28)).notice == notice


def test_a_renewal_is_assessed_on_the_day_of_payment(person, notice):
    m.pay(notice, D(2009, 3, 20))
    renewal = m.renewal(person, D(2009, 9, 20))
    make.circumstance(person, m.Kind.LOW_INCOME, "low_income", starts=D(2009, 10, 3))
    assert m.pay(renewal, D(2009, 10, 5), 16).status == "matched"
    assert person.notices.get(contribution_year=2010, status="paid").tier == "low_income"


# --- a receipt that arrives late -------------------------------------------------------------------------------------


def test_receipt_dated_inside_the_term_undoes_the_lapse(person, notice):
    m.pay(notice, D(2009, 3, 20))
    renewal = m.renewal(person, D(2009, 10, 12))
    assert m.lapse(D(2009, 12, 1)) == services.Lapsed(1, 1)
    assert m.pay(renewal, D(2009, 12, 1), 40).problem == "outside_term"
    receipt = m.pay(renewal, D(2009, 11, 30), received=D(2009, 12, 3))
    assert receipt.status == "matched"
    enrollment = person.enrollments.get()
    assert (enrollment.ends, enrollment.end_reason) == (None, "")
    assert m.cover(person)[-1] == (D(2010, 1, 1), D(2010, 12, 31))
    assert m.lapse(D(2009, 12, 4)) == services.Lapsed(0, 0)


def test_late_receipt_of_a_notice_made_anew_after_its_term_settles_the_old_one(person, notice):
    m.lapse(D(2009, 4, 20))
    with clock.on_day(D(2009, 4, 22)):
        anew = services.remake_notice(number=notice.number, by=m.clerk())
    receipt = m.pay(notice, D(2009, 4, 19), received=D(2009, 4, 23))
    assert (receipt.status, receipt.notice) == ("matched", notice)
    assert (state(notice), state(anew), anew.replaced_by) == ("paid", "remade", notice)
    assert m.pay(anew, D(2009, 4, 24), 40).problem == "paid_twice"


def test_late_receipt_of_who_has_been_enrolled_anew_waits_for_a_clerk(person, notice):
    m.pay(notice, D(2009, 3, 20))
    renewal = m.renewal(person, D(2009, 10, 12))
    m.lapse(D(2009, 12, 1))
    # Not even the notice of the new relationship takes the old one's place before it is made.
    again = m.first_notice(person, D(2010, 1, 4))
    receipt = m.pay(renewal, D(2009, 11, 30), received=D(2010, 1, 6))
    assert (receipt.status, receipt.problem) == ("unmatched", "outside_term")
    assert state(again) == "open"


def test_late_receipt_does_not_undo_a_lapse_behind_a_newer_enrollment(person, notice):
    m.pay(notice, D(2009, 3, 20))
    renewal = m.renewal(person, D(2009, 10, 12))
    m.lapse(D(2009, 12, 1))
    # Who waits into 2011 has a notice for 2011: the lapsed one of 2010 stands beside it.
    again = m.first_notice(person, D(2010, 8, 4))
    assert (again.contribution_year, state(renewal)) == (2011, "lapsed")
    receipt = m.pay(renewal, D(2009, 11, 30), received=D(2010, 8, 6))
    assert (receipt.status, receipt.problem, state(renewal)) == ("unmatched", "after_end", "lapsed")
    assert person.enrollments.filter(ends=None).count() == 1


def test_late_receipt_of_a_notice_made_anew_with_another_tier_waits_for_a_clerk(person, notice):
    m.lapse(D(2009, 4, 20))
    make.circumstance(person, m.Kind.LOW_INCOME, "low_income", starts=D(2009, 4, 10))
    with clock.on_day(D(2009, 4, 22)):
        anew = services.remake_notice(number=notice.number, by=m.clerk())
    receipt = m.pay(notice, D(2009, 4, 19), 16, received=D(2009, 4, 23))
    assert (receipt.problem, state(notice), state(anew)) == ("outside_term", "remade", "open")


def test_wrong_late_amount_revives_nothing(person, notice):
    make.circumstance(person, m.Kind.LOW_INCOME, "low_income", starts=D(2009, 4, 10))
    m.lapse(D(2009, 4, 20))
    assert m.pay(notice, D(2009, 4, 19), 40, received=D(2009, 4, 23)).problem == "over"
    assert (state(notice), person.notices.count()) == ("lapsed", 1)
    assert m.pay(notice, D(2009, 4, 19), 16, received=D(2009, 4, 23)).status == "matched"


def test_unknown_receipt_is_told():
    with pytest.raises(Invalid):
        services.return_receipt(number="C2009-0", version=1, returned_on=LATER, note="x", by=m.reviewer())


# --- what the bank takes back ----------------------------------------------------------------------------------------


def give_back(receipt, on=LATER, returned_on=RETURNED, version=None, note="Account closed", by=None):
    with clock.on_day(on):
        return services.return_receipt(
            number=receipt.number,
            version=version or receipt.version,
            returned_on=returned_on,
            note=note,
            by=by or m.reviewer(),
        )


def test_returned_payment_makes_the_notice_unpaid_from_the_start(notice, person):
    receipt = give_back(m.pay(notice, D(2009, 3, 25)))
    assert (receipt.status, receipt.returned_on) == ("returned", D(2009, 4, 20))
    assert state(notice) == "returned"
    period = BenefitPeriod.objects.get()
    assert period.withdrawn_on == D(2009, 4, 20)
    assert m.cover(person) == []
    with clock.on_day(D(2009, 4, 25)):
        anew = services.remake_notice(number=notice.number, by=m.clerk())
    assert (anew.contribution_year, anew.status, anew.year_no) == (2009, "open", 1)
    m.pay(anew, D(2009, 4, 26))
    assert m.cover(person) == [(D(2009, 5, 1), D(2009, 12, 31))]
    assert state(notice) == "returned"
    with pytest.raises(Conflict), clock.on_day(D(2009, 4, 27)):
        services.remake_notice(number=notice.number, by=m.clerk())


def test_a_new_payment_inside_the_term_settles_after_a_return(notice, person):
    give_back(m.pay(notice, D(2009, 3, 25)), on=D(2009, 4, 2), returned_on=D(2009, 4, 2))
    receipt = m.pay(notice, D(2009, 4, 3), 40)
    assert receipt.status == "matched"
    assert (state(notice), notice.replaced_by) == ("returned", receipt.notice)
    assert m.cover(person) == [(D(2009, 5, 1), D(2009, 12, 31))]
    assert m.pay(notice, D(2009, 4, 4), 40).problem == "paid_twice"


def test_joint_notices_are_returned_together():
    person = m.pupil()
    receipt = m.pay(m.first_notice(person, D(2008, 9, 16)), D(2008, 9, 20))
    give_back(receipt, on=D(2008, 10, 2), returned_on=D(2008, 10, 1))
    assert set(person.notices.values_list("status", flat=True)) == {"returned"}
    assert m.cover(person) == []


def test_unmatched_money_is_paid_back(notice):
    receipt = give_back(m.pay(notice, D(2009, 3, 25), "39"))
    assert receipt.status == "returned"
    assert state(notice) == "open"


def test_renewal_returned_after_the_window_lapses_from_the_start(notice, person):
    m.pay(notice, D(2009, 3, 20))
    receipt = m.pay(m.renewal(person, D(2009, 10, 12)), D(2009, 10, 12))
    give_back(receipt, on=D(2010, 1, 10), returned_on=D(2010, 1, 9))
    assert m.lapse(D(2010, 1, 11)) == services.Lapsed(0, 1)
    assert person.enrollments.get().ends == D(2009, 12, 31)


def test_return_needs_reason_day_and_person(notice):
    receipt = m.pay(notice, D(2009, 3, 25))
    for values, field in (
        ({"note": " "}, "note"),
        ({"returned_on": D(2009, 3, 24)}, "returned_on"),
        ({"returned_on": D(2009, 4, 26)}, "returned_on"),
    ):
        with pytest.raises(Invalid) as refused:
            give_back(receipt, **values)
        assert refused.value.field == field
    with pytest.raises(NotAllowed):
        give_back(receipt, by=m.clerk())
    assert state(notice) == "paid"
    give_back(receipt)
    with pytest.raises(Conflict):
        give_back(receipt, version=1)
    with pytest.raises(Conflict):
        give_back(receipt, version=2)


def test_return_is_whole_or_not_at_all(notice, person, monkeypatch):
    receipt = m.pay(notice, D(2009, 3, 25))
    unwritable(monkeypatch, ContributionNotice)
    with pytest.raises(RuntimeError):
        give_back(receipt)
    receipt.refresh_from_db()
    assert receipt.status == "matched"
    assert len(m.cover(person)) == 1


# --- what stands behind it -------------------------------------------------------------------------------------------


def test_days_are_covered_once(notice, person):
    m.pay(notice, D(2009, 3, 25))
    with pytest.raises(IntegrityError):
        BenefitPeriod.objects.create(resident=person, notice=notice, starts=D(2009, 12, 31), ends=D(2010, 2, 1))


def test_a_second_cover_of_the_same_days_waits_for_a_clerk(notice, person):
    m.pay(notice, D(2009, 3, 25))
    bought = list(BenefitPeriod.objects.filter(resident=person))
    with pytest.raises(Conflict):
        settling.after(bought, D(2009, 5, 1), D(2009, 12, 31))
    assert settling.after(bought, D(2009, 12, 1), D(2010, 12, 31)) == D(2010, 1, 1)
