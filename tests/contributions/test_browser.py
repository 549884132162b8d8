"""Recording a payment as a clerk does it: in a real browser, by keyboard, in Chinese."""

import datetime
import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from enrollment.contributions.models import Receipt
from tests.e2e.windows import sign_in

from . import makers as m

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.e2e]


@pytest.fixture(autouse=True)
def day(settings):
    settings.BUSINESS_DATE = "2009-03-25"


def test_payment_by_scanner_and_keyboard(page, live):
    notice = m.first_notice(m.newborn(), datetime.date(2009, 3, 20))
    sign_in(page, live, m.clerk())
    page.goto(reverse("receipt-new"))
    page.locator("#id_stated_notice").focus()
    # A scanner types the number and presses Enter: the next field follows, nothing is sent.
    page.keyboard.type(notice.number.lower())
    page.keyboard.press("Enter")
    expect(page.locator("#id_stated_notice_live")).to_contain_text("40.00")
    expect(page.locator("#id_amount")).to_be_focused()
    assert not Receipt.objects.exists()
    page.keyboard.type("40")
    page.locator("#id_bank_reference").fill("ICBC-000042")
    page.get_by_role("main").locator("form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/receipts/C2009-\d+/"))
    receipt = Receipt.objects.get()
    assert (receipt.status, receipt.notice) == ("matched", notice)
    expect(page.locator(".confirmation")).to_contain_text(receipt.number)
    page.go_back()
    page.reload()
    assert Receipt.objects.count() == 1
