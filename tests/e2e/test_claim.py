"""The claim's page in a real browser, with 3,000 fee lines and overlong names: accessible, never too wide, and its
filter leads back to the lines.
"""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from claims import services
from claims.models import Stay
from tests.claims import makers
from tests.claims.test_claim_page import many
from tests.e2e.windows import fits, sign_in

pytestmark = pytest.mark.e2e


@pytest.fixture(autouse=True)
def _business_date(settings: Any) -> None:
    settings.BUSINESS_DATE = "2010-06-30"


def large_stay() -> Stay:
    by = makers.hospital()
    makers.catalogue()
    person = makers.insured(name="阿" * 20)
    office = makers.institution().office
    office.name = "辽阳市" * 10 + "医院"
    office.save()
    makers.settled(person, by, ("20000.00",), on="2009-01-03", until="2009-01-20")
    stay = makers.admitted(person, by)
    many(stay, 3_000)
    return services.discharge(stay_number=stay.number, discharged_on=makers.day("2009-03-10"), by=by)


def test_a_claim_of_3000_lines_from_its_page_to_its_slip(page: Page, live: Any):
    stay = large_stay()
    sign_in(page, live, makers.hospital())
    page.goto(f"/stays/{stay.number}/")
    expect(page.locator("#lines-title .count")).to_have_text("3000")
    fits(page)
    page.select_option(".filters [name=cls]", "B")
    page.fill(".filters [name=q]", "b1")
    page.press(".filters [name=q]", "Enter")
    expect(page).to_have_url(re.compile(r"cls=B.*q=b1.*#lines$"))
    expect(page.locator("tfoot").last).to_contain_text("600")
    expect(page.locator("#lines-title")).to_be_in_viewport()
    fits(page)
    page.get_by_role("link", name="2", exact=True).click()
    expect(page).to_have_url(re.compile(r"cls=B.*page=2#lines$"))
    page.goto(f"/stays/{stay.number}/calculation/")
    fits(page)
    page.locator("main form button.btn-primary").click()
    expect(page).to_have_url(re.compile(r"/settlements/"))
    fits(page)
    page.locator(".page-actions a.btn-primary").click()
    expect(page).to_have_url(re.compile(r"/print/$"))
    expect(page.locator(".slip")).to_contain_text("元")
    fits(page)
    page.goto("/settlements/slips/?month=2010-06")
    with page.expect_download() as download:
        page.locator("main a.btn-primary").click()
    assert download.value.suggested_filename == "slips-H3-2010-06.pdf"
    fits(page)
