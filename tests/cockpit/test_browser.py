"""The cockpit in a real browser: down from the city to the people by clicks, axe on the way, files that open."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make
from tests.contributions import makers as m
from tests.e2e.windows import fits, sign_in

from . import makers
from .makers import HOME, TODAY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.e2e]


@pytest.fixture(autouse=True)
def day(settings: Any) -> None:
    settings.BUSINESS_DATE = TODAY.isoformat()


def test_from_the_city_to_who_has_not_paid(page, live):
    makers.city()
    sign_in(page, live, m.someone(Role.AGENCY_CLERK), language="en")
    page.goto("/cockpit/")
    expect(page.locator("h1")).to_have_text("Liaoyang urban area")
    expect(page.locator("figure.chart svg polyline")).to_have_count(2)
    fits(page)
    # A row opens by a click anywhere.
    for code, label in (("211002", "District 211002"), ("211002001", "Sub-district 001"), (HOME, "Community 001")):
        page.locator(f'tr[data-href*="/{code}/"] td').first.click()
        expect(page.locator("h1")).to_have_text(label)
    fits(page)
    page.get_by_role("link", name="Who has not paid").first.click()
    expect(page.locator("h1")).to_have_text("Who has not paid")
    count, paid, due, received = makers.told(2010, "renewal", make.community(HOME))
    expect(page.locator("tbody tr")).to_have_count(count - paid)
    expect(page.locator("tfoot")).to_contain_text(f"{due - received:,.2f}")
    fits(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="As a workbook").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert [row[-2].value for row in book.worksheets[0].iter_rows()][-1] == due - received
    with page.expect_download() as download:
        page.get_by_role("link", name="Part 1").click()
    assert len(PdfReader(io.BytesIO(Path(download.value.path()).read_bytes())).pages) == count - paid
    # The filter stays in the address, and on the way back up.
    page.goto(f"/cockpit/{HOME}/")
    page.locator("#id_kind").select_option("")
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("link", name="District 211002", exact=True).click()
    expect(page.locator("#id_kind")).to_have_value("")
    expect(page.locator("h1")).to_have_text("District 211002")


def test_a_school_collects(page, live):
    makers.pupils()
    sign_in(page, live, m.someone(Role.SCHOOL), language="en")
    page.goto("/cockpit/")
    fits(page)
    page.get_by_role("link", name="Collection list").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("tfoot")).to_contain_text("80.00")
    fits(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="All classes as PDF").click()
    assert len(PdfReader(io.BytesIO(Path(download.value.path()).read_bytes())).pages) == 3
