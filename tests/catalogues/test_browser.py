"""A catalogue as people bring it: in a real browser, by the clerk who uploads and the reviewer who applies it."""

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from claims.catalogues.models import CatalogueVersion
from claims.models import CatalogueItem
from tests.claims import makers as claims
from tests.e2e.axe import pixels_over, violations
from tests.e2e.windows import sign_in

from . import makers
from .makers import FROM, TODAY, clerk, reviewer, sheet

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.e2e]


@pytest.fixture(autouse=True)
def day(settings: Any) -> None:
    settings.BUSINESS_DATE = TODAY.isoformat()


def test_uploaded_by_the_clerk_compared_and_applied_by_the_reviewer(page, live, tmp_path):
    claims.catalogue()
    sign_in(page, live, clerk())
    file = tmp_path / "目录.xlsx"
    rows = [
        makers.A1,
        ["B1", "头孢", "", "药品", "乙类", "30%", "", ""],
        ["N1", "止咳糖浆", "", "药品", "甲类", "", "8.5", "瓶"],
        ["N2", "坏行", "", "药品", "乙类", "", "", ""],
    ]
    file.write_bytes(sheet(*rows).getvalue())
    page.goto(reverse("catalogue-version-new"))
    assert violations(page) == []
    page.locator("input[name=scope][value=whole]").check()
    page.locator("#id_starts").fill("2010-07-01")
    page.locator("#id_file").set_input_files(file)
    page.get_by_role("main").locator("form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/catalogue/versions/CV2010-\d+/"))
    expect(page.locator("#intake-live")).to_be_visible()
    version = CatalogueVersion.objects.get()
    makers.work_off(version)
    expect(page.locator("#intake-live")).to_have_count(0)
    tabs = page.locator(".tabs a")
    expect(tabs).to_have_count(5)
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert pixels_over(page) == 0
    page.set_viewport_size({"width": 1440, "height": 900})
    apply = page.locator(f'form[action="{reverse("catalogue-version-apply", args=[version.number])}"] button')
    expect(apply).to_have_count(0)
    sign_in(page, live, reviewer())
    page.goto(version.get_absolute_url())
    apply.click()
    expect(page.locator("#intake-live")).to_be_visible()
    makers.work_off(version)
    expect(page.locator("#intake-live")).to_have_count(0)
    assert set(CatalogueItem.objects.filter(starts=FROM).values_list("code", flat=True)) == {"B1", "N1"}
    assert set(CatalogueItem.objects.exclude(ends=None).values_list("code", flat=True)) == {"B1", "C1", "L1"}
    page.goto(reverse("catalogue") + "?q=zk&on=2010-07-01")
    page.locator("tbody tr a").click()
    expect(page.locator("h1")).to_contain_text("止咳糖浆")
    assert violations(page) == []
