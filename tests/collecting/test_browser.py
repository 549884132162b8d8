"""A collection from the class room to the bank's line, in a real browser: ticked, summed live, handed in, recorded."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from enrollment.collecting.models import Collection
from tests.contributions import makers as m
from tests.e2e.axe import violations
from tests.e2e.windows import sign_in

from .makers import school

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.e2e]


@pytest.fixture(autouse=True)
def day(settings: Any) -> None:
    settings.BUSINESS_DATE = "2009-11-10"


def test_from_the_ticks_to_the_recorded_payment(page, live, notices):
    sign_in(page, live, school(), language="en")
    page.goto("/collections/")
    page.get_by_role("link", name="Hand in a collection").click()
    assert violations(page) == []
    page.locator(f'input[value="{notices[0].number}"]').check()
    expect(page.locator("#collected")).to_contain_text("40.00")
    page.locator("input[data-tick-all]").check()
    expect(page.locator("#collected")).to_contain_text("120.00")
    page.locator(f'input[value="{notices[1].number}"]').uncheck()
    expect(page.locator("#collected strong").nth(1)).to_have_text("80.00")
    page.get_by_role("button", name="Hand in the ticked notices").click()
    page.wait_for_url(re.compile(r"/collections/D2009-\d+/"))
    found = Collection.objects.get()
    assert (found.count, found.amount) == (2, 80)
    assert violations(page) == []
    # What was handed in has no box to tick any more.
    page.goto("/collections/new/")
    expect(page.locator(f'input[value="{notices[0].number}"]')).to_have_count(0)
    expect(page.locator("main")).to_contain_text(found.number)

    sign_in(page, live, m.clerk(), language="en")
    page.goto(f"/collections/{found.number}/")
    page.get_by_role("link", name="Record the payment").click()
    page.locator("#id_amount").fill("79.99")
    page.locator("#id_bank_reference").fill("ICBC 42")
    page.get_by_role("main").locator("form button[type=submit]").click()
    expect(page.locator(".error-summary")).to_contain_text("0.01")
    assert violations(page) == []
    page.locator("#id_amount").fill("80")
    page.get_by_role("main").locator("form button[type=submit]").click()
    page.wait_for_url(re.compile(rf"/collections/{found.number}/$"))
    expect(page.locator("tbody .tag", has_text="Matched")).to_have_count(2)
    found.refresh_from_db()
    assert found.status == "paid"
    assert violations(page) == []
