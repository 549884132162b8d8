"""Making notices: each verb allowed, refused, and whole or not at all."""

import datetime

import pytest

from enrollment.contributions import selectors, services
from enrollment.contributions.assessment import contribution_facts_of
from enrollment.contributions.models import ContributionNotice
from enrollment.contributions.rules import assess_contribution
from enrollment.registration.models import Enrollment, Registration
from liaoyang_medins.kernel import clock, policy
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make
from tests.faults import unwritable

from . import makers as m

D = datetime.date
TAKEN = D(2009, 3, 20)
pytestmark = pytest.mark.django_db


def take(registration, by=None, on=TAKEN, version=None, **values):
    with clock.on_day(on):
        return services.take_into_records(
            registration_number=registration.number,
            version=version or registration.version,
            by=by or m.clerk(),
            **values,
        )


def remake(notice, on, by=None, **values):
    with clock.on_day(on):
        return services.remake_notice(number=notice.number, by=by or m.clerk(), **values)


# --- taking a registration into the records --------------------------------------------------------------------------


def test_records_and_first_notice_at_once():
    registration = m.at_agency(m.newborn(), D(2009, 3, 18))
    notice = take(registration)
    registration.refresh_from_db()
    assert registration.status == "recorded"
    assert notice.enrollment == registration.enrollment
    assert (notice.enrollment.starts, notice.issued_on) == (D(2009, 3, 20), D(2009, 3, 20))
    assert notice.facts["on"] == "2009-03-18"
    assert AuditEntry.objects.filter(verb="notices.make", object_number=notice.number).exists()


def test_a_notice_can_be_computed_again_from_what_it_stores():
    notice = take(m.at_agency(m.newborn(), D(2009, 3, 18)))
    facts = contribution_facts_of(notice)
    law = policy.version("liaoyang", notice.policy_version)
    assert law.content_hash == notice.policy_hash
    again = assess_contribution(
        facts.person, facts.on, law, moved_in=facts.moved_in, contribution_year_no=facts.contribution_year_no
    )
    assert (again.personal, again.government, again.city) == (notice.personal, notice.government, notice.city)


def test_only_the_agency_takes_into_its_records_and_only_once():
    registration = m.at_agency(m.newborn(), D(2009, 3, 18))
    for role in (Role.COMMUNITY, Role.DISTRICT, Role.SUPERVISOR):
        with pytest.raises(NotAllowed):
            take(registration, by=m.someone(role))
    with pytest.raises(Conflict):
        take(registration, version=7)
    with pytest.raises(Invalid):
        take(Registration(number="R2009-0", version=1))
    take(registration)
    with pytest.raises(Conflict):
        take(registration)
    assert ContributionNotice.objects.count() == Enrollment.objects.count() == 1


def test_who_is_not_eligible_any_more_gets_no_notice():
    person = m.newborn()
    registration = m.at_agency(person, D(2009, 3, 18))
    make.circumstance(person, m.Kind.SCHEME, "rural", starts=D(2009, 3, 19))
    with pytest.raises(Refused) as refused:
        take(registration)
    assert len(refused.value.reasons) == 1
    assert not Enrollment.objects.exists()


def test_records_and_notice_are_whole_or_not_at_all(monkeypatch):
    registration = m.at_agency(m.newborn(), D(2009, 3, 18))
    unwritable(monkeypatch, ContributionNotice)
    with pytest.raises(RuntimeError):
        take(registration)
    registration.refresh_from_db()
    assert registration.status == "at_agency"
    assert not Enrollment.objects.exists()


def test_wish_for_the_year_after_may_be_given_when_recorded():
    registration = m.at_agency(m.elder(), D(2009, 2, 10))
    assert take(registration, on=D(2009, 2, 10), next_year=True).contribution_year == 2010


# --- renewal ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def enrolled():
    person = m.newborn()
    m.enrolled(person, D(2009, 3, 20))
    return person


def test_renewal_asked_twice_is_one_notice(enrolled):
    first = m.renewal(enrolled, D(2009, 10, 12))
    assert m.renewal(enrolled, D(2009, 10, 13)) == first
    assert selectors.renewal_year(enrolled, D(2009, 10, 13)) is None


@pytest.mark.parametrize(
    ("on", "year", "code"),
    [
        (D(2009, 12, 1), None, "window_closed"),
        (D(2009, 10, 12), 2009, "already_paid"),
        (D(2009, 10, 12), 2011, "too_early"),
    ],
)
def test_renewal_outside_its_time(enrolled, on, year, code):
    with pytest.raises(Refused) as refused:
        m.renewal(enrolled, on, contribution_year=year)
    assert refused.value.code == code


def test_renewal_needs_a_paid_relationship():
    person = m.newborn()
    with pytest.raises(Refused) as refused:
        m.renewal(person, D(2009, 10, 12))
    assert refused.value.code == "no_enrollment"
    m.first_notice(person, D(2009, 10, 12))
    with pytest.raises(Refused) as refused:
        m.renewal(person, D(2009, 10, 12))
    assert refused.value.code == "never_paid"
    assert selectors.renewal_year(person, D(2009, 10, 12)) is None


def test_renewal_of_who_is_not_eligible_any_more_says_why(enrolled):
    make.circumstance(enrolled, m.Kind.SCHEME, "rural", starts=D(2009, 9, 1))
    with pytest.raises(Refused) as refused:
        m.renewal(enrolled, D(2009, 10, 12))
    assert (refused.value.code, len(refused.value.reasons)) == ("not_eligible", 1)


def test_a_community_renews_its_own_residents_only(enrolled):
    assert selectors.renewal_year(enrolled, D(2009, 10, 12)) == 2010
    with pytest.raises(NotAllowed):
        m.renewal(enrolled, D(2009, 10, 12), by=make.actor(Role.COMMUNITY, make.community("211002001002")))
    with pytest.raises(NotAllowed):
        m.renewal(enrolled, D(2009, 10, 12), by=m.someone(Role.DISTRICT))
    assert m.renewal(enrolled, D(2009, 10, 12), by=make.actor(Role.COMMUNITY)).status == "open"


def test_renewal_is_whole_or_not_at_all(enrolled, monkeypatch):
    unwritable(monkeypatch, AuditEntry)
    with pytest.raises(RuntimeError):
        m.renewal(enrolled, D(2009, 10, 12))
    assert enrolled.notices.count() == 1


# --- made anew -------------------------------------------------------------------------------------------------------


def test_made_anew_by_the_facts_of_today():
    person = m.newborn()
    notice = m.first_notice(person, D(2009, 3, 20))
    make.circumstance(person, m.Kind.LOW_INCOME, "low_income", starts=D(2009, 3, 22))
    anew = remake(notice, D(2009, 3, 25))
    notice.refresh_from_db()
    assert (notice.status, notice.replaced_by) == ("remade", anew)
    assert (str(anew.personal), anew.pay_from, anew.pay_until) == ("16.00", D(2009, 3, 25), D(2009, 4, 24))
    with pytest.raises(Conflict):
        remake(notice, D(2009, 3, 26))


def test_nothing_is_made_anew_without_need():
    notice = m.first_notice(m.newborn(), D(2009, 3, 20))
    with pytest.raises(Refused) as refused:
        remake(notice, D(2009, 3, 25))
    assert refused.value.code == "unchanged"
    with pytest.raises(Refused) as refused:
        remake(notice, D(2009, 3, 25), next_year=True)
    assert refused.value.code == "no_wait"
    m.pay(notice, D(2009, 3, 26))
    with pytest.raises(Conflict):
        remake(notice, D(2009, 3, 27))


def test_who_must_wait_changes_to_the_year_after():
    notice = m.first_notice(m.elder(), D(2009, 2, 10))
    assert notice.contribution_year == 2009
    assert remake(notice, D(2009, 2, 12), next_year=True).contribution_year == 2010


def test_a_renewal_is_made_anew_inside_its_window_only(enrolled):
    renewal = m.renewal(enrolled, D(2009, 10, 12))
    make.circumstance(enrolled, m.Kind.LOW_INCOME, "low_income", starts=D(2009, 10, 20))
    with pytest.raises(Refused) as refused:
        remake(renewal, D(2009, 12, 1))
    assert refused.value.code == "window_closed"
    anew = remake(renewal, D(2009, 10, 21))
    assert (str(anew.personal), anew.pay_until) == ("16.00", D(2009, 11, 30))


def test_joint_notices_are_made_anew_together():
    person = m.pupil()
    notice = m.first_notice(person, D(2008, 9, 10))
    make.circumstance(person, m.Kind.LOW_INCOME, "low_income", starts=D(2008, 9, 11))
    # Either number will do.
    anew = remake(notice.joint, D(2008, 9, 12))
    assert (str(anew.personal), str(anew.joint.personal)) == ("5.33", "16.00")
    assert person.notices.filter(status="remade", replaced_by=anew).count() == 2


def test_other_offices_and_ended_relationships_are_refused(enrolled):
    renewal = m.renewal(enrolled, D(2009, 10, 12))
    with pytest.raises(NotAllowed):
        remake(renewal, D(2009, 10, 13), by=make.actor(Role.COMMUNITY, make.community("211002001002")))
    m.lapse(D(2009, 12, 1))
    with pytest.raises(Refused) as refused:
        remake(renewal, D(2009, 12, 2))
    assert refused.value.code == "no_enrollment"


def test_remaking_is_whole_or_not_at_all(monkeypatch):
    person = m.newborn()
    notice = m.first_notice(person, D(2009, 3, 20))
    make.circumstance(person, m.Kind.LOW_INCOME, "low_income", starts=D(2009, 3, 22))
    unwritable(monkeypatch, AuditEntry)
    with pytest.raises(RuntimeError):
        remake(notice, D(2009, 3, 25))
    notice.refresh_from_db()
    assert (notice.status, person.notices.count()) == ("open", 1)
