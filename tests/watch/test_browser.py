"""A finding from the supervisor to the agency and back, in a real browser."""

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from funds.watch.models import Finding
from tests import factories
from tests.e2e.windows import fits, sign_in

from .makers import TODAY, a_finding, clerk, supervisor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.e2e]


@pytest.fixture(autouse=True)
def day(settings: Any) -> None:
    settings.BUSINESS_DATE = TODAY.isoformat()
    settings.LANGUAGE_CODE = "zh-hans"


def test_given_answered_and_closed(page, live):
    officer, agency = supervisor(), clerk()
    finding = a_finding(person=factories.resident(name="王小宝"))
    sign_in(page, live, officer)
    page.goto(reverse("watch"))
    fits(page)
    page.locator("tr[data-href]").first.click()
    page.wait_for_url(re.compile(finding.number))
    fits(page)
    main = page.get_by_role("main")
    main.locator(f'a[href="{reverse("watch-assign", args=[finding.number])}"]').click()
    fits(page)
    page.locator("#id_due_on").fill("2009-07-01")
    main.locator("form button[type=submit]").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator("#id_owner").select_option("agency-clerk")
    page.locator("#id_due_on").fill("2009-08-14")
    main.locator("form button[type=submit]").click()
    page.wait_for_url(re.compile(f"{finding.number}/$"))
    sign_in(page, live, agency)
    page.goto(reverse("watch"))
    expect(main.get_by_text(finding.number)).to_be_visible()
    page.goto(reverse("watch-answer", args=[finding.number]))
    fits(page)
    page.locator("#id_answer").fill("已核对病历。")
    page.locator("input[name=consequence][value=none]").check()
    main.locator("form button[type=submit]").click()
    page.wait_for_url(re.compile(f"{finding.number}/$"))
    sign_in(page, live, officer)
    page.goto(reverse("watch-close", args=[finding.number]))
    fits(page)
    page.locator("input[name=result][value=not_proven]").check()
    page.locator("#id_conclusion").fill("病历齐全。")
    main.locator("form button[type=submit]").click()
    expect(main.get_by_text("病历齐全。").first).to_be_visible()
    finding.refresh_from_db()
    assert finding.status == Finding.Status.NOT_PROVEN
