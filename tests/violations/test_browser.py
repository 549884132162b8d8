"""A report of the public, from the page without signing in to its answer, in a real browser."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from claims.inspections import services as inspections
from claims.inspections.models import Report
from tests.claims import makers as claims
from tests.e2e.windows import fits
from tests.inspections.makers import TODAY, clerk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.e2e]


@pytest.fixture(autouse=True)
def day(settings: Any) -> None:
    settings.BUSINESS_DATE = TODAY.isoformat()
    settings.LANGUAGE_CODE = "zh-hans"


def test_reported_and_asked_for(page, live):
    claims.institution()
    page.goto(reverse("public-report"))
    fits(page)
    main = page.get_by_role("main")
    main.locator("form button[type=submit]").click()
    expect(page.locator(".error-summary")).to_be_focused()
    fits(page)
    page.locator("#id_institution").select_option("H3")
    page.locator("#id_facts").fill("病房夜间无人，床位费照收。")
    page.locator("input[name=source][value=anonymous]").check()
    main.locator("form button[type=submit]").click()
    page.wait_for_url("**/violations/received/")
    fits(page)
    number, code = [text.strip() for text in main.locator(".confirmation-number strong").all_inner_texts()]
    page.reload()
    expect(main.get_by_text(code)).to_be_visible()
    report = Report.objects.get(number=number)
    inspections.take_report(number=number, version=report.version, by=clerk())
    inspections.close_report(
        number=number, version=2, result="confirmed", answer="夜查属实。", told="经查属实，已责令整改。", by=clerk()
    )
    page.goto(reverse("public-report-ask"))
    fits(page)
    page.locator("#id_number").fill(number)
    page.locator("#id_code").fill("AAAA-BBBB-CCCC")
    main.locator("form button[type=submit]").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator("#id_number").fill(number)
    page.locator("#id_code").fill(code.lower())
    main.locator("form button[type=submit]").click()
    expect(main.get_by_text("经查属实，已责令整改。")).to_be_visible()
    expect(main.get_by_text("夜查属实。", exact=True)).to_have_count(0)
    fits(page)


def test_without_javascript(live, browser):
    claims.institution()
    context = browser.new_context(base_url=live.url, locale="en-US", java_script_enabled=False)
    page = context.new_page()
    page.goto(reverse("public-report"))
    page.locator("#id_about_other").fill("A ward")
    page.locator("#id_facts").fill("Nobody lies there.")
    page.locator("input[name=source][value=anonymous]").check()
    page.get_by_role("main").locator("form button[type=submit]").click()
    page.wait_for_url("**/violations/received/")
    context.close()
    assert Report.objects.count() == 1
