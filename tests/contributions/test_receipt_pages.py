"""The pages of receipts: what they show, what they do, who may open them."""

import datetime

import pytest
from django.urls import reverse

from enrollment.contributions.models import Receipt
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make

from . import makers as m
from .pages import text, url

D = datetime.date
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(settings):
    settings.BUSINESS_DATE = "2009-03-25"


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
