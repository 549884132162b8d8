"""The desk in a real browser, by keyboard alone: one stay after the other, and no width that it does not fit."""

from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from claims.models import FeeLine, Review, Settlement
from tests.claims import makers
from tests.e2e.axe import pixels_over, violations
from tests.e2e.windows import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.e2e]


def gone_on(page: Page, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def test_a_clerk_examines_one_stay_after_the_other_by_keyboard_and_a_reviewer_releases(page: Page, live) -> None:
    by = makers.hospital()
    first, second = (
        makers.discharged(makers.insured(), by, ("8000.00", "500.00"), diagnosis="S52.5", on=f"2009-03-0{day}")
        for day in (1, 2)
    )
    sign_in(page, live, makers.clerk())
    page.goto(reverse("desk"))
    assert violations(page) == []
    expect(page.locator("tbody a").first).to_be_focused()
    gone_on(page, "Enter")
    expect(page.locator("#id_cause")).to_be_focused()
    for width in (1440, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert violations(page) == []
        assert pixels_over(page) == 0
    # A line is denied whole: no amount, the reason, Enter.
    page.locator("form.line-cut input[name=reason]").nth(1).focus()
    page.keyboard.type("病历无记录")
    gone_on(page, "Enter")
    assert FeeLine.objects.get(denied__gt=0).amount == Decimal("500.00")
    # What was forgotten is asked for, and what was typed stays.
    expect(page.locator("#id_cause")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#id_finding")).to_be_focused()
    page.keyboard.type("自行摔倒")
    gone_on(page, "Control+Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator("#id_finding")).to_have_value("自行摔倒")
    page.locator("#id_cause").select_option("accident")
    page.locator("#id_finding").focus()
    expect(page.locator("#id_finding")).to_be_focused()
    gone_on(page, "Control+Enter")
    expect(page).to_have_url(f"{live.url}{reverse('stay-review', args=[second.number])}")
    sign_in(page, live, makers.reviewer())
    page.goto(reverse("stay-review", args=[first.number]))
    assert violations(page) == []
    expect(page.locator("button[autofocus]")).to_be_focused()
    gone_on(page, "Enter")
    assert Settlement.objects.get().fund == Decimal("3375.00")
    assert set(Review.objects.values_list("status", flat=True)) == {"released", "waiting"}
