"""The pages of notices and receipts: what they show, what they do, who may open them, how many queries they take."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.contributions import services
from enrollment.contributions.models import ContributionNotice, Receipt
from enrollment.registration.models import Enrollment
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make

from . import makers as m

D = datetime.date
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(settings):
    settings.BUSINESS_DATE = "2009-03-25"


@pytest.fixture
def as_role(client):
    """`as_role(Role.X)`: the client signed in as the test's user of this role, in English."""

    def sign_in(role, actor=None):
        actor = actor or m.someone(role)
        client.force_login(User.objects.get(pk=actor.user_id))
        client.cookies["django_language"] = "en"
        return client

    return sign_in


def text(response):
    return " ".join(response.content.decode().split())


def url(name, row):
    return reverse(name, args=[row if isinstance(row, str) else row.number])


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


# --- receipts --------------------------------------------------------------------------------------------------------


def payment(notice, **values):
    given = {"stated_notice": notice.number, "amount": "40", "paid_on": "2009-03-25", "channel": "bank"}
    return given | {"bank_reference": "B001", "payer": "王大力"} | values


def test_payment_that_fits_ends_on_a_page_that_says_so(as_role, notice):
    client = as_role(Role.AGENCY_CLERK)
    form = text(client.get(f"{reverse('receipt-new')}?notice={notice.number}"))
    assert notice.number in form
    assert "40.00" in form
    response = client.post(reverse("receipt-new"), payment(notice))
    receipt = Receipt.objects.get()
    assert response.url.startswith(url("receipt", receipt))
    page = text(client.get(response.url))
    for part in (
        "The notice is paid",
        receipt.number,
        "Benefits from 1 April 2009 to 31 December 2009",
        "24 April 2009",
    ):
        assert part in page


def test_same_form_sent_twice_is_one_receipt(as_role, notice):
    client = as_role(Role.AGENCY_CLERK)
    first = client.post(reverse("receipt-new"), payment(notice))
    second = client.post(reverse("receipt-new"), payment(notice))
    assert (first.url, Receipt.objects.count()) == (second.url, 1)
    other = text(client.post(reverse("receipt-new"), payment(notice, amount="41")))
    assert f"as receipt {Receipt.objects.get().number}" in other
    assert Receipt.objects.count() == 1


def test_errors_stand_on_top_and_at_the_field_and_nothing_is_lost(as_role, notice):
    client = as_role(Role.AGENCY_CLERK)
    sent = payment(notice, amount="abc", paid_on="2009-04-01", bank_reference="")
    page = text(client.post(reverse("receipt-new"), sent))
    assert "<title>Error:" in page
    assert 'href="#id_amount"' in page
    assert 'value="abc"' in page
    late = text(client.post(reverse("receipt-new"), payment(notice, paid_on="2009-04-01")))
    assert "The value date lies in the future." in late
    assert not Receipt.objects.exists()


def test_unmatched_payment_says_why_and_what_to_do(as_role, notice):
    client = as_role(Role.AGENCY_CLERK)
    response = client.post(reverse("receipt-new"), payment(notice, amount="39.99"))
    page = text(client.get(response.url))
    assert "Less than the amount due." in page
    assert "ask for the whole amount" in page
    assert reverse("receipt-assign", args=[Receipt.objects.get().number]) not in page


def test_live_answer_beside_the_notice_number(as_role, notice):
    client = as_role(Role.AGENCY_CLERK)
    found = text(client.get(reverse("receipt-notice"), {"stated_notice": notice.number.lower()}))
    assert "40.00" in found
    assert notice.resident.name in found
    assert "No notice with the number N1" in text(client.get(reverse("receipt-notice"), {"notice_number": "n1"}))
    assert text(client.get(reverse("receipt-notice"))) == ""
    make.circumstance(notice.resident, m.Kind.LOW_INCOME, "low_income", starts=D(2009, 3, 22))
    assert "16.00 yuan are due" in text(client.get(reverse("receipt-notice"), {"stated_notice": notice.number}))


def test_what_waits_for_an_answer_is_told_apart_in_the_list(as_role):
    waits = m.pay("N2009-9999999", D(2009, 3, 25), payer="ASKED")
    new = m.pay("N2009-9999998", D(2009, 3, 25), payer="NEW")
    settled = m.enrolled(m.pupil(), D(2009, 3, 20)).receipts.get()
    client = as_role(Role.AGENCY_REVIEWER)
    assert url("receipt-hold", waits) in text(client.get(url("receipt", waits)))
    assert client.get(url("receipt-hold", settled)).url == url("receipt", settled)
    assert client.post(url("receipt-hold", waits), {"version": 1, "note": " "}).status_code == 422
    client.post(url("receipt-hold", waits), {"version": 1, "note": "已致电付款人"})
    page = text(client.get(url("receipt", waits)))
    word = '<span class="tag tag-info">On hold</span>'
    assert [word in page, "On hold since 2009-03-25, by" in page, "已致电付款人" in page] == [True] * 3
    shown = {
        status: [row.number for row in client.get(reverse("receipts"), {"status": status}).context["page"]]
        for status in ("unmatched", "not_looked_at", "on_hold")
    }
    assert shown == {
        "unmatched": [new.number, waits.number],
        "not_looked_at": [new.number],
        "on_hold": [waits.number],
    }
    assert text(client.get(reverse("receipts"))).count(word) == 1
    assert "40.00 yuan, on hold: 已致电付款人" in text(client.get("/"))


def test_the_reviewer_declares_what_came_through_the_bank_an_employers_part(as_role, notice):
    receipt = m.pay(notice, D(2009, 3, 25), "30")
    client = as_role(Role.AGENCY_REVIEWER)
    assert "Employer who paid it as a part" in text(client.get(url("receipt-assign", receipt)))
    sent = {"version": 1, "notice_number": notice.number}
    assert "Less than the amount due." in text(client.post(url("receipt-assign", receipt), sent))
    client.post(url("receipt-assign", receipt), sent | {"employer": "辽阳石化公司"})
    receipt.refresh_from_db()
    assert (receipt.status, receipt.channel, receipt.payer) == ("held", "employer", "辽阳石化公司")
    assert "Held are 30.00 of 40.00 yuan" in text(client.get(url("receipt", receipt)))


def test_reviewer_assigns_and_returns(as_role, notice):
    receipt = m.pay("N2009-9999999", D(2009, 3, 25))
    client = as_role(Role.AGENCY_REVIEWER)
    assert url("receipt-assign", receipt) in text(client.get(url("receipt", receipt)))
    assert notice.resident.name in text(client.get(f"{url('receipt-assign', receipt)}?notice={notice.number}"))
    wrong = text(client.post(url("receipt-assign", receipt), {"version": 1, "notice_number": "N2009-1"}))
    assert "There is no notice with this number." in wrong
    client.post(url("receipt-assign", receipt), {"version": 1, "notice_number": notice.number})
    receipt.refresh_from_db()
    assert receipt.status == "matched"
    form = text(client.get(url("receipt-return", receipt)))
    assert "2009-04-01 – 2009-12-31" in form
    assert "Return 40.00 yuan" in form
    stale = text(client.post(url("receipt-return", receipt), {"version": 1, "returned_on": "2009-03-25", "note": "x"}))
    assert "Somebody changed this record" in stale
    client.post(url("receipt-return", receipt), {"version": 2, "returned_on": "2009-03-25", "note": "Account closed"})
    assert "Account closed" in text(client.get(url("receipt", receipt)))
    notice.refresh_from_db()
    assert notice.status == "returned"


def test_list_has_the_unmatched_on_top_with_the_reason(as_role, notice):
    first = m.pay(notice, D(2009, 3, 24), "39", received=D(2009, 3, 24))
    second = m.pay(notice, D(2009, 3, 25))
    client = as_role(Role.AGENCY_REVIEWER)
    page = text(client.get(reverse("receipts")))
    assert page.index(first.number) < page.index(second.number)
    assert "Less than the amount due." in page
    assert "79.00" in page
    for query in (
        "status=matched",
        f"q={second.bank_reference}",
        "sort=-paid&status=matched",
        "channel=bank&status=matched",
    ):
        found = text(client.get(f"{reverse('receipts')}?{query}"))
        assert second.number in found
        assert first.number not in found
    assert "No receipt here" in text(client.get(f"{reverse('receipts')}?problem=paid_twice"))


def test_printed_receipt_serves_as_the_card(as_role, notice):
    receipt = m.pay(notice, D(2009, 3, 25), payer="王大力")
    page = text(as_role(Role.AGENCY_CLERK).get(url("receipt-print", receipt)))
    for part in ("肆拾元整", "王大力", "until then this receipt serves as the card", notice.number):
        assert part in page
    unknown = m.pay("N2009-9999999", D(2009, 3, 25))
    assert "肆拾元整" in text(as_role(Role.AGENCY_CLERK).get(url("receipt-print", unknown)))


@pytest.mark.parametrize("role", [Role.COMMUNITY, Role.DISTRICT])
def test_receipts_are_the_agencys(as_role, notice, role):
    receipt = m.pay(notice, D(2009, 3, 25))
    client = as_role(role, make.actor(role))
    for address in (
        reverse("receipts"),
        url("receipt", receipt),
        reverse("receipt-new"),
        url("receipt-print", receipt),
    ):
        assert client.get(address).status_code == 403
    assert receipt.number not in text(client.get(url("notice", notice)))


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
