"""What else a counter's day has, in the browser: a registration that is refused in writing, and a renewal."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from enrollment.contributions.models import ContributionNotice
from enrollment.registration.models import Registration
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.portal.demo.city import create_accounts
from liaoyang_medins.portal.demo.reference import load_reference_data
from tests import factories as make
from tests.contributions import makers as m
from tests.registration.makers import Chain

from .axe import violations
from .test_main_job import Desk

pytestmark = pytest.mark.e2e
D = datetime.date


@pytest.fixture
def desk(page: Page, live: Any, settings: Any) -> Desk:
    load_reference_data()
    create_accounts()
    page.url_of = live.url  # type: ignore[attr-defined]
    return Desk(page, settings, "en")


def test_the_district_refuses_and_the_notice_says_why(desk: Desk) -> None:
    row = Chain().at(Registration.Status.AT_DISTRICT)
    page = desk.on("2009-10-13").as_("district")
    page.goto("/registrations/")
    page.locator("main tbody tr", has_text=row.number).click()
    expect(page.locator("h1")).to_have_text(row.resident.name)
    page.locator("summary", has_text="Refuse").click()
    page.locator("form[action$='/refuse/'] textarea").fill("The hukou booklet is of another district.")
    desk.press("refuse")
    assert Registration.objects.get().status == "refused"
    expect(page.locator("main")).to_contain_text("The hukou booklet is of another district.")
    assert violations(page) == []
    # The community hands it to the applicant: on screen and on paper.
    page = desk.as_("community")
    page.goto(f"/registrations/{row.number}/")
    page.get_by_role("link", name="Notice of refusal").first.click()
    expect(page.locator("body")).to_contain_text("Notice of refusal")
    expect(page.locator("body")).to_contain_text("The hukou booklet is of another district.")
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def test_a_renewal_takes_three_actions(desk: Desk) -> None:
    person = make.resident(birth=D(1940, 5, 6), sex="M", name="郑续费", home=Office.objects.get(code="211002001001"))
    m.enrolled(person, D(2008, 8, 10))
    m.pay(m.renewal(person, D(2008, 10, 8)), D(2008, 10, 8))
    page = desk.on("2009-10-20").as_("community")
    # The number (or the reader) and Enter; the button; the paper is there.
    page.fill("#search-box", str(person.id_number))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(person.name)
    assert str(person.id_number) not in page.url
    desk.press("renew")
    notice = ContributionNotice.objects.get(contribution_year=2010)
    assert page.url.split("?")[0].endswith(f"/notices/{notice.number}/")
    expect(page.locator("main")).to_contain_text("200.00")
    # Back and pressed again it is one.
    page.goto(f"/residents/{person.number}/")
    expect(page.locator("form[action$='/renew/']")).to_have_count(0)
    assert ContributionNotice.objects.filter(contribution_year=2010).count() == 1
