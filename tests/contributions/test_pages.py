"""The pages of notices and receipts: what they show, what they do, who may open them, how many queries they take."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.contributions import services
from enrollment.contributions.models import ContributionNotice
from enrollment.registration.models import Enrollment
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make

from . import makers as m
from .pages import text, url

D = datetime.date
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(settings):
    settings.BUSINESS_DATE = "2009-03-25"


# --- notices ---------------------------------------------------------------------------------------------------------


def test_list_filters_by_what_stands_in_the_address(as_role, notice):
    other = m.first_notice(m.elder(), D(2009, 3, 20))
    client = as_role(Role.AGENCY_CLERK)
    everything = text(client.get(reverse("notices")))
    assert notice.number in everything
    assert other.number in everything
    for query in (
        "q=张大",
        f"q={other.number.lower()}",
        f"q={other.resident.number}",
        "q=张大爷&status=open&year=2009",
    ):
        page = text(client.get(f"{reverse('notices')}?{query}"))
        assert other.number in page
        assert notice.number not in page
    assert "No notice here" in text(client.get(f"{reverse('notices')}?status=paid"))
    assert "200.00" in text(client.get(f"{reverse('notices')}?sort=-amount&kind=first"))


def test_list_and_pages_are_those_of_the_office(as_role, notice):
    client = as_role(Role.COMMUNITY, make.actor(Role.COMMUNITY, make.community("211002001002")))
    assert notice.number not in text(client.get(reverse("notices")))
    for name in ("notice", "notice-print", "notice-remake"):
        assert client.get(url(name, notice)).status_code == 404
    assert client.post(url("notice-renew", notice.resident)).status_code == 404


@pytest.mark.parametrize("role", [Role.HOSPITAL, Role.CITY_FINANCE, Role.ADMINISTRATOR])
def test_others_see_no_notices(as_role, notice, role):
    office = make.area()
    client = as_role(role, make.actor(role, office))
    assert client.get(reverse("notices")).status_code == 403


def test_open_notice_shows_amount_cover_and_how_they_came_about(as_role, notice):
    page = text(as_role(Role.AGENCY_CLERK).get(url("notice", notice)))
    for part in (
        "2009-03-20 – 2009-04-19",
        "2009-04-01",
        "2009-12-31",
        "C1 · Art. 8(1)",
        "C3 · Art. 14",
        "since 2008-07-01",
    ):
        assert part in page
    assert reverse("receipt-new") in page
    assert url("notice-remake", notice) not in page


def test_notice_whose_facts_changed_says_so_and_offers_to_make_it_anew(as_role, notice):
    make.circumstance(notice.resident, m.Kind.LOW_INCOME, "low_income", starts=D(2009, 3, 22))
    client = as_role(Role.AGENCY_CLERK)
    page = text(client.get(url("notice", notice)))
    assert "Something has changed since this notice was made" in page
    assert "16.00" in text(client.get(url("notice-remake", notice)))
    response = client.post(url("notice-remake", notice))
    anew = ContributionNotice.objects.get(status="open")
    assert response.url == url("notice", anew)
    assert anew.number in text(client.get(url("notice", notice)))


def test_notice_of_who_is_not_eligible_any_more_says_why(as_role, notice):
    make.circumstance(notice.resident, m.Kind.SCHEME, "rural", starts=D(2009, 3, 22))
    client = as_role(Role.AGENCY_CLERK)
    assert "A payment would buy nothing" in text(client.get(url("notice", notice)))
    response = client.get(url("notice-remake", notice))
    assert (response.status_code, "no double cover" in text(response)) == (422, True)


def test_paid_returned_and_joint_notices_are_shown(as_role):
    person = m.pupil()
    joint = m.enrolled(person, D(2008, 9, 16))
    client = as_role(Role.SUPERVISOR)
    page = text(client.get(url("notice", joint)))
    for part in (
        "53.33",
        "13.33",
        "40.00",
        "Benefits bought",
        "2008-09-01 – 2008-12-31",
        joint.joint.number,
        "B5 · Art. 36",
    ):
        assert part in page
    assert joint.number in text(client.get(url("notice", joint.joint)))
    receipt = joint.receipts.get()
    services.return_receipt(
        number=receipt.number, version=1, returned_on=D(2009, 3, 1), note="Account closed", by=m.reviewer()
    )
    assert "Withdrawn" in text(client.get(url("notice", joint)))


def test_notice_without_stored_benefit_facts_is_shown(as_role, notice):
    m.pay(notice, D(2009, 3, 25))
    ContributionNotice.objects.update(benefit_facts={})
    assert "2009-04-01" in text(as_role(Role.AGENCY_CLERK).get(url("notice", notice)))


def test_printed_notice_has_figures_and_characters(as_role, notice):
    page = text(as_role(Role.AGENCY_CLERK).get(url("notice-print", notice)))
    for part in ("¥40.00", "肆拾元整", "80.00", "20 March 2009", "19 April 2009", "********"):
        assert part in page
    assert notice.resident.id_number not in page
    m.pay(notice, D(2009, 3, 25))
    assert "Paid on 25 March 2009" in text(as_role(Role.AGENCY_CLERK).get(url("notice-print", notice)))


def test_printed_joint_notice_has_both_years(as_role):
    notice = m.first_notice(m.pupil(), D(2008, 9, 16))
    page = text(as_role(Role.AGENCY_CLERK).get(url("notice-print", notice.joint)))
    for part in (notice.number, notice.joint.number, "¥53.33", "伍拾叁元叁角叁分"):
        assert part in page


def test_renewal_from_the_resident_is_one_press(as_role, notice, settings):
    m.pay(notice, D(2009, 3, 25))
    settings.BUSINESS_DATE = "2009-10-12"
    client = as_role(Role.COMMUNITY, make.actor(Role.COMMUNITY))
    response = client.post(url("notice-renew", notice.resident))
    renewal = ContributionNotice.objects.get(kind="renewal")
    assert response.url == url("notice", renewal)
    client.post(url("notice-renew", notice.resident))
    assert ContributionNotice.objects.filter(kind="renewal").count() == 1
    assert client.get(url("notice-renew", notice.resident)).status_code == 405
    settings.BUSINESS_DATE = "2009-12-01"
    assert client.post(url("notice-renew", notice.resident)).status_code == 422


# --- taking a registration into the records --------------------------------------------------------------------------


def test_registration_is_taken_into_the_records(as_role):
    registration = m.at_agency(m.newborn(), D(2009, 3, 18))
    client = as_role(Role.AGENCY_CLERK)
    assert "2009-04-01" in text(client.get(url("registration-record", registration)))
    response = client.post(url("registration-record", registration), {"version": 1})
    assert response.url == url("notice", ContributionNotice.objects.get())
    assert client.get(url("registration-record", registration)).url == url("registration", registration)
    again = client.post(url("registration-record", registration), {"version": 2})
    assert (again.status_code, Enrollment.objects.count()) == (200, 1)
    assert "not possible any more" in text(again)


def test_who_must_wait_is_asked_for_the_year(as_role):
    registration = m.at_agency(m.elder(), D(2009, 3, 18))
    client = as_role(Role.AGENCY_CLERK)
    # The button of the registration's page knows nothing of years.
    asked = text(client.post(url("registration-record", registration), {"version": 1}))
    assert "2009: 200.00 yuan, benefits from 2009-09-26 to 2009-12-31" in asked
    assert "2010: 200.00 yuan, benefits from 2010-01-01 to 2010-12-31" in asked
    assert not ContributionNotice.objects.exists()
    client.post(url("registration-record", registration), {"version": 1, "next_year": "yes"})
    made = ContributionNotice.objects.get()
    assert made.contribution_year == 2010
    page = text(client.get(url("notice-remake", made)))
    assert "Notice for 2009" in page
    assert "Notice for 2010" not in page
    client.post(url("notice-remake", made))
    assert ContributionNotice.objects.get(status="open").contribution_year == 2009


def test_stale_registration_is_told_on_the_page(as_role):
    registration = m.at_agency(m.newborn(), D(2009, 3, 18))
    page = text(as_role(Role.AGENCY_CLERK).post(url("registration-record", registration), {"version": 5}))
    assert "Somebody changed this record" in page
    assert not Enrollment.objects.exists()


def test_the_district_does_not_take_into_records(as_role):
    registration = m.at_agency(m.newborn(), D(2009, 3, 18))
    response = as_role(Role.DISTRICT).post(url("registration-record", registration), {"version": 1})
    assert response.status_code == 403


@pytest.mark.parametrize("name", ["notices", "receipts"])
def test_lists_take_the_same_number_of_queries_for_many(as_role, name):
    def some():
        m.pay(m.first_notice(m.newborn(), D(2009, 3, 20)), D(2009, 3, 25))
        m.pay(m.first_notice(m.elder(), D(2009, 3, 20)), D(2009, 3, 25), "1")

    def queries():
        with CaptureQueriesContext(connection) as counted:
            assert client.get(reverse(name)).status_code == 200
        return len(counted)

    client = as_role(Role.AGENCY_CLERK)
    some()
    queries()
    few = queries()
    for _ in range(3):
        some()
    assert queries() == few
    assert few <= 14


def test_pages_read_no_more_than_they_need(as_role, notice):
    client = as_role(Role.AGENCY_CLERK)
    client.get(url("notice", notice))
    with CaptureQueriesContext(connection) as counted:
        client.get(url("notice", notice))
    assert len(counted) <= 26
