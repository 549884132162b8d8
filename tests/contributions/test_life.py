"""The cases of a life: who registers when, what the notice says, what a payment on which day buys."""

import datetime
from decimal import Decimal

import pytest

from enrollment.contributions import selectors, services
from enrollment.contributions.models import ContributionNotice
from enrollment.registration import services as registration_services
from enrollment.registration.data import CircumstanceData
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Refused
from tests import factories as make

from . import makers as m

D = datetime.date
Status = ContributionNotice.Status
pytestmark = pytest.mark.django_db


def years(person):
    return [(n.contribution_year, n.months, n.status) for n in person.notices.order_by("contribution_year", "pk")]


def test_newborn_is_covered_from_the_next_month_to_the_end_of_the_year():
    person = m.newborn()
    notice = m.first_notice(person, D(2009, 3, 20))
    assert (notice.contribution_year, notice.kind, notice.category, notice.tier) == (
        2009,
        "first",
        "minor",
        "ordinary",
    )
    assert (notice.pay_from, notice.pay_until) == (D(2009, 3, 20), D(2009, 4, 19))
    assert m.amounts(notice) == ("40.00", "40.00", "22.00", "18.00")
    assert m.pay(notice, D(2009, 3, 20)).status == "matched"
    assert m.cover(person) == [(D(2009, 4, 1), D(2009, 12, 31))]


def test_pupil_is_a_student_on_the_notice():
    person = m.pupil(since=D(2009, 9, 1), hukou="county", hukou_since=D(2009, 8, 25))
    notice = m.enrolled(person, D(2009, 9, 10))
    assert notice.student
    assert selectors.student_on_notice(person, 2009)
    assert not selectors.student_on_notice(person, 2010)


def test_elder_who_comes_late_waits_and_pays_for_the_year_in_which_benefits_start():
    person = m.elder()
    notice = m.first_notice(person, D(2009, 7, 15))
    assert notice.contribution_year == 2010
    m.pay(notice, D(2009, 7, 15))
    assert m.cover(person) == [(D(2010, 1, 16), D(2010, 12, 31))]


def test_who_must_wait_may_pay_for_the_year_after_instead():
    person = m.elder()
    notice = m.first_notice(person, D(2009, 2, 10), next_year=True)
    assert notice.contribution_year == 2010
    m.pay(notice, D(2009, 2, 10))
    assert m.cover(person) == [(D(2010, 1, 1), D(2010, 12, 31))]


@pytest.mark.parametrize(
    ("made", "year", "starts"),
    [(D(2009, 9, 30), 2009, D(2009, 10, 1)), (D(2009, 10, 1), 2010, D(2009, 11, 1))],
)
def test_year_turns_on_1_october(made, year, starts):
    person = m.newborn(birth=D(2009, 8, 20))
    notice = m.enrolled(person, made)
    assert notice.contribution_year == year
    assert m.cover(person) == [(starts, D(year, 12, 31))]


def test_mover_pays_the_whole_standard_in_the_first_two_years():
    person = make.resident(birth=D(1940, 5, 6), hukou="county", hukou_since=D(2009, 8, 1))
    notice = m.enrolled(person, D(2009, 8, 10))
    assert m.amounts(notice) == ("300.00", "0.00", "0.00", "0.00")
    assert m.cover(person) == [(D(2009, 9, 1), D(2009, 12, 31))]
    second = m.renewal(person, D(2009, 10, 8))
    assert (second.year_no, m.amounts(second)) == (2, ("300.00", "0.00", "0.00", "0.00"))
    m.pay(second, D(2009, 10, 8))
    third = m.renewal(person, D(2010, 10, 8))
    assert (third.year_no, m.amounts(third)) == (3, ("200.00", "100.00", "55.00", "45.00"))


def test_mover_from_outside_waits():
    person = make.resident(birth=D(1940, 5, 6), hukou="outside", hukou_since=D(2009, 8, 1))
    m.enrolled(person, D(2009, 8, 10))
    assert m.cover(person) == [(D(2010, 2, 11), D(2010, 12, 31))]


def test_renewal_goes_on_without_a_break():
    person = m.newborn()
    m.enrolled(person, D(2009, 3, 20))
    notice = m.renewal(person, D(2009, 10, 12))
    assert (notice.kind, notice.contribution_year) == ("renewal", 2010)
    assert (notice.pay_from, notice.pay_until) == (D(2009, 10, 1), D(2009, 11, 30))
    m.pay(notice, D(2009, 11, 30))
    assert m.cover(person) == [(D(2009, 4, 1), D(2009, 12, 31)), (D(2010, 1, 1), D(2010, 12, 31))]


def test_lapse_and_return_with_the_wait():
    person = m.elder()
    m.enrolled(person, D(2008, 8, 10))
    notice = m.renewal(person, D(2008, 10, 20))
    assert m.lapse(D(2008, 11, 30)) == services.Lapsed(0, 0)
    assert m.lapse(D(2008, 12, 1)) == services.Lapsed(1, 1)
    assert m.lapse(D(2008, 12, 2)) == services.Lapsed(0, 0)
    enrollment = person.enrollments.get()
    assert (enrollment.ends, enrollment.end_reason) == (D(2008, 12, 31), "lapsed")
    again = m.first_notice(person, D(2009, 2, 3))
    assert (again.kind, again.contribution_year) == ("lapsed", 2009)
    notice.refresh_from_db()
    assert (notice.status, notice.replaced_by) == (Status.REMADE, again)
    m.pay(again, D(2009, 2, 3))
    assert m.cover(person) == [(D(2008, 10, 1), D(2008, 12, 31)), (D(2009, 8, 4), D(2009, 12, 31))]


def test_who_was_in_another_scheme_in_between_has_not_lapsed():
    person = m.elder()
    m.enrolled(person, D(2008, 8, 10))
    with clock.on_day(D(2008, 11, 5)):
        registration_services.add_circumstance(
            resident_number=person.number,
            circumstance=CircumstanceData("scheme", "employee", D(2008, 11, 1), D(2009, 5, 31)),
            by=m.JOB,
        )
    assert m.cover(person) == [(D(2008, 10, 1), D(2008, 10, 31))]
    again = m.enrolled(person, D(2009, 6, 10))
    assert again.kind == "first"
    assert m.cover(person)[-1] == (D(2009, 7, 1), D(2009, 12, 31))


def test_back_from_another_scheme_with_days_paid_before_is_covered_once():
    person = m.elder()
    m.enrolled(person, D(2008, 8, 10))
    m.pay(m.renewal(person, D(2008, 10, 8)), D(2008, 10, 8))
    with clock.on_day(D(2009, 3, 5)):
        registration_services.add_circumstance(
            resident_number=person.number,
            circumstance=CircumstanceData("scheme", "employee", D(2009, 3, 1), D(2009, 9, 30)),
            by=m.JOB,
        )
    assert m.cover(person)[-1] == (D(2009, 1, 1), D(2009, 2, 28))
    again = m.enrolled(person, D(2009, 10, 10))
    assert again.contribution_year == 2010
    assert m.cover(person)[1:] == [(D(2009, 1, 1), D(2009, 2, 28)), (D(2009, 11, 1), D(2010, 12, 31))]


def test_end_known_before_the_relationship_begins_ends_it():
    """W9: the hukou is to move away in June; the relationship recorded in March ends with it."""
    person = m.newborn()
    with clock.on_day(D(2009, 3, 18)):
        hukou = person.circumstances.get(kind="hukou")
        registration_services.end_circumstance(circumstance_id=hukou.pk, ends=D(2009, 6, 10), by=m.JOB)
    m.enrolled(person, D(2009, 3, 20))
    assert m.cover(person) == [(D(2009, 4, 1), D(2009, 6, 10))]
    enrollment = person.enrollments.get()
    assert (enrollment.ends, enrollment.end_reason) == (D(2009, 6, 10), "moved_away")


def test_death_that_is_voided_gives_the_days_back():
    """Also where a payment came in meanwhile, dated before the day that was wrong."""
    person = m.newborn()
    m.enrolled(person, D(2009, 3, 20))
    notice = m.renewal(person, D(2009, 10, 12))
    with clock.on_day(D(2009, 11, 15)):
        dead = registration_services.add_circumstance(
            resident_number=person.number,
            circumstance=CircumstanceData("death", "died", D(2009, 11, 10)),
            by=m.JOB,
        )
    assert m.pay(notice, D(2009, 11, 5), received=D(2009, 11, 20)).problem == ""
    assert m.cover(person) == [(D(2009, 4, 1), D(2009, 11, 10))]
    with clock.on_day(D(2009, 11, 25)):
        registration_services.void_circumstance(circumstance_id=dead.pk, reason="another of that name", by=m.JOB)
    assert m.cover(person) == [(D(2009, 4, 1), D(2009, 12, 31)), (D(2010, 1, 1), D(2010, 12, 31))]


def test_same_year_is_not_paid_twice():
    person = m.newborn()
    m.enrolled(person, D(2009, 3, 20))
    with clock.on_day(D(2009, 5, 5)):
        registration_services.add_circumstance(
            resident_number=person.number,
            circumstance=CircumstanceData("scheme", "rural", D(2009, 5, 1), D(2009, 5, 31)),
            by=m.JOB,
        )
    with pytest.raises(Refused) as refused:
        m.first_notice(person, D(2009, 6, 10))
    assert refused.value.code == "already_paid"


@pytest.mark.parametrize(("paid", "starts"), [(D(2008, 7, 20), D(2008, 10, 1)), (D(2008, 8, 14), D(2008, 10, 1))])
def test_notice_for_2008_is_a_quarter(paid, starts):
    person = m.elder()
    notice = m.first_notice(person, D(2008, 7, 15))
    assert (notice.contribution_year, notice.months) == (2008, 3)
    assert m.amounts(notice) == ("50.00", "25.00", "13.75", "11.25")
    m.pay(notice, paid)
    assert m.cover(person) == [(starts, D(2008, 12, 31))]


def test_student_of_2008_pays_for_2009_too_with_one_receipt():
    person = m.pupil()
    notice = m.first_notice(person, D(2008, 9, 16))
    assert years(person) == [(2008, 4, "open"), (2009, 12, "open")]
    assert m.amounts(notice) == ("13.33", "13.33", "7.33", "6.00")
    assert m.due(notice) == Decimal("53.33")
    receipt = m.pay(notice, D(2008, 9, 30))
    assert (receipt.status, receipt.amount) == ("matched", Decimal("53.33"))
    assert years(person) == [(2008, 4, "paid"), (2009, 12, "paid")]
    assert m.cover(person) == [(D(2008, 9, 1), D(2008, 12, 31)), (D(2009, 1, 1), D(2009, 12, 31))]
    assert [days.student for days in selectors.live_benefit_periods(person)] == [True, True]


def test_student_of_2008_who_pays_after_30_september_must_wait_and_gets_a_notice_for_2009():
    person = m.pupil()
    notice = m.first_notice(person, D(2008, 9, 16))
    receipt = m.pay(notice, D(2008, 10, 1))
    assert (receipt.status, receipt.problem) == ("unmatched", "over")
    assert years(person) == [(2008, 4, "remade"), (2009, 12, "remade"), (2009, 12, "open")]
    anew = person.notices.get(status="open")
    assert anew.number == receipt.notice.number
    assert m.pay(anew, D(2008, 10, 1), 40).status == "matched"
    assert m.cover(person) == [(D(2009, 4, 2), D(2009, 12, 31))]


def test_payment_that_comes_so_late_that_benefits_start_next_year_makes_the_notice_anew():
    person = m.elder()
    notice = m.first_notice(person, D(2009, 6, 20))
    assert notice.contribution_year == 2009
    receipt = m.pay(notice, D(2009, 7, 5))
    assert receipt.status == "matched"
    assert receipt.notice.contribution_year == 2010
    assert m.cover(person) == [(D(2010, 1, 6), D(2010, 12, 31))]


def test_first_notice_is_made_anew_after_30_days():
    person = m.newborn()
    notice = m.first_notice(person, D(2009, 3, 20))
    m.lapse(D(2009, 4, 20))
    notice.refresh_from_db()
    assert notice.status == "lapsed"
    with clock.on_day(D(2009, 5, 4)):
        anew = services.remake_notice(number=notice.number, by=m.clerk())
    assert (anew.pay_from, anew.pay_until) == (D(2009, 5, 4), D(2009, 6, 3))
    m.pay(anew, D(2009, 5, 5))
    assert m.cover(person) == [(D(2009, 6, 1), D(2009, 12, 31))]


def test_who_turns_nineteen_between_registration_and_payment_stays_a_minor():
    person = make.resident(birth=D(1990, 8, 1), name="赵青")
    make.circumstance(person, m.Kind.SCHEME, "employee", starts=D(2009, 3, 1), ends=D(2009, 6, 30))
    notice = m.first_notice(person, D(2009, 7, 20))
    assert notice.category == "minor"
    assert m.pay(notice, D(2009, 8, 3)).status == "matched"
    assert m.cover(person) == [(D(2009, 9, 1), D(2009, 12, 31))]


def test_who_turns_nineteen_on_the_way_to_the_agency_stays_a_minor():
    person = make.resident(birth=D(1990, 8, 1), name="赵青")
    make.circumstance(person, m.Kind.SCHEME, "employee", starts=D(2009, 3, 1), ends=D(2009, 6, 30))
    registration = m.at_agency(person, D(2009, 7, 28))
    with clock.on_day(D(2009, 8, 4)):
        notice = services.take_into_records(registration_number=registration.number, version=1, by=m.clerk())
    registration.refresh_from_db()
    assert (notice.category, registration.category, registration.reference_date) == ("minor", "minor", D(2009, 7, 28))
    m.pay(notice, D(2009, 8, 5))
    assert m.cover(person) == [(D(2009, 9, 1), D(2009, 12, 31))]


def test_category_on_a_day_is_that_of_the_notice_that_covers_it():
    person = make.resident(birth=D(1990, 8, 1), name="赵青")
    make.circumstance(person, m.Kind.SCHEME, "employee", starts=D(2009, 3, 1), ends=D(2009, 6, 30))
    m.enrolled(person, D(2009, 7, 20))
    assert selectors.category_on(person, D(2009, 9, 3)) == "minor"
    assert selectors.category_on(person, D(2010, 9, 3)) == "working_age"
