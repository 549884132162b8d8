"""Outpatient diseases, lists that are handed over and an institution's account in a real browser: accessible, never
wider than the window, from the application to the paper.
"""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from claims.outpatient.models import OutpatientApproval
from tests.claims import makers
from tests.e2e.windows import fits, sign_in
from tests.handover.test_lists import over_cap

pytestmark = pytest.mark.e2e


@pytest.fixture(autouse=True)
def _business_date(settings: Any) -> None:
    settings.BUSINESS_DATE = "2010-06-30"


def test_an_outpatient_disease_from_the_application_to_a_claim(page: Page, live: Any) -> None:
    person, by = makers.insured(years=(2010,), name="阿" * 20), makers.hospital()
    makers.diagnosis("N18.9")
    makers.item()
    sign_in(page, live, by)
    page.goto(f"{live.url}/outpatient/new/")
    fits(page)
    page.fill("[name=resident]", person.number)
    page.select_option("[name=disease]", "dialysis")
    page.fill("[name=diagnosis]", "N18.9")
    page.fill("[name=evidence]", "Report")
    page.fill("[name=starts]", "2010-01-01")
    page.fill("[name=until]", "2010-12-31")
    page.locator("main form button.btn-primary").click()
    expect(page).to_have_url(re.compile(r"/outpatient/X2010-\d+/$"))
    fits(page)
    found = OutpatientApproval.objects.get()
    sign_in(page, live, makers.reviewer())
    page.goto(f"{live.url}{found.get_absolute_url()}")
    fits(page)
    page.locator(".page-actions button.btn-primary").click()
    expect(page.locator("[name=last_day]")).to_be_visible()
    fits(page)
    page.goto(f"{live.url}/outpatient/{found.number}/decision/")
    expect(page.locator("body")).to_contain_text(found.number)
    sign_in(page, live, by)
    page.goto(f"{live.url}/outpatient/{found.number}/claim/")
    fits(page)
    page.fill("[name=invoice]", "MZ1")
    page.fill("[name=first_day]", "2010-03-01")
    page.fill("[name=last_day]", "2010-03-31")
    page.locator("main form button.btn-primary").click()
    expect(page.locator(".error-summary")).to_be_focused()
    fits(page)
    page.fill("[name=row-0-on]", "2010-03-02")
    page.fill("[name=row-0-item_code]", "A1")
    expect(page.locator("datalist#items option")).to_have_attribute("value", "A1")
    page.fill("[name=row-0-quantity]", "2")
    page.fill("[name=row-0-unit_price]", "50")
    page.locator("main form button.btn-primary").click()
    expect(page).to_have_url(re.compile(r"/stays/S2010-\d+/$"))
    fits(page)
    page.locator("a[href$='/withdraw/']").click()
    fits(page)
    page.goto(f"{live.url}/outpatient/?status=all")
    fits(page)


def test_a_list_is_drafted_issued_and_taken_and_the_institution_sees_its_account(page: Page, live: Any) -> None:
    by = makers.hospital()
    settlement = over_cap(makers.insured(name="阿" * 20), by)
    sign_in(page, live, makers.clerk())
    page.goto(f"{live.url}/handover/new/")
    fits(page)
    page.fill("[name=until]", "2009-12-31")
    page.locator("main form button.btn-primary").click()
    expect(page).to_have_url(re.compile(r"/handover/Z2010-\d+/$"))
    fits(page)
    address = page.url
    sign_in(page, live, makers.reviewer())
    page.goto(address)
    page.locator(".page-actions button.btn-primary").click()
    expect(page.locator(".page-actions button.btn-primary")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("10,275.00")
    fits(page)
    with page.expect_download() as download:
        page.locator(".page-actions a[href$='/export/']").click()
    assert re.fullmatch(r"Z2010-\d+\.xlsx", download.value.suggested_filename)
    page.goto(f"{live.url}/handover/")
    fits(page)
    page.goto(f"{live.url}/settlements/{settlement.number}/recompute/")
    fits(page)
    sign_in(page, live, by)
    page.goto(f"{live.url}/account/?step=day")
    expect(page.locator("main")).to_contain_text("30,000.00")
    fits(page)
