"""A report from the telephone to its result, in a real browser."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from claims.inspections.models import Report
from tests.claims import makers as claims
from tests.e2e.axe import pixels_over, violations
from tests.e2e.windows import sign_in

from .makers import TODAY, clerk, reviewer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.e2e]


@pytest.fixture(autouse=True)
def day(settings: Any) -> None:
    settings.BUSINESS_DATE = TODAY.isoformat()


def test_received_taken_in_hand_and_closed(page, live):
    claims.institution()
    sign_in(page, live, clerk())
    page.goto(reverse("report-new"))
    page.locator("input[name=source][value=resident]").check()
    page.locator("#id_facts").fill("费用清单上有未做的检查。")
    page.locator("#id_reporter_name").fill("王大妈")
    main = page.get_by_role("main")
    main.locator("form button[type=submit]").click()
    # About nothing: told at its field.
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary a").click()
    expect(page.locator("#id_about_other")).to_be_focused()
    assert violations(page) == []
    page.locator("#id_institution").select_option("H3")
    main.locator("form button[type=submit]").click()
    expect(page.locator("h1")).to_be_visible()
    report = Report.objects.get()
    expect(main.get_by_text("王大妈")).to_have_count(0)
    main.locator(f'form[action="{reverse("report-take", args=[report.number])}"] button').click()
    expect(main.get_by_text("王大妈")).to_be_visible()
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert pixels_over(page) == 0
    page.set_viewport_size({"width": 1440, "height": 900})
    main.locator(f'a[href="{reverse("report-close", args=[report.number])}"]').click()
    page.locator("input[name=result][value=unfounded]").check()
    page.locator("#id_answer").fill("经查，检查均有记录。")
    main.locator("form button[type=submit]").click()
    expect(main.get_by_text("经查，检查均有记录。")).to_be_visible()
    report.refresh_from_db()
    assert report.status == "closed"
    sign_in(page, live, reviewer())
    page.goto(report.get_absolute_url())
    expect(main.get_by_text("王大妈")).to_have_count(0)
