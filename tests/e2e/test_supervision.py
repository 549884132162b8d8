"""Supervision and the public's figures in a real browser: the charts are drawn under the content security policy, the
tables are there without a script, nothing is wider than the window; as each role that comes there.
"""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.portal.demo.city import AS_OF, CitySize, create_demo_city
from tests.e2e.axe import violations
from tests.e2e.windows import fits, sign_in

pytestmark = pytest.mark.e2e

PAGES = {
    "supervisor": ("supervision-fund", "supervision-institutions"),
    "city-finance": ("supervision-fund", "supervision-institutions", "publications"),
    "district-finance": ("supervision-fund",),
}
# How many points of a chart are painted, and that of the two colours of its bars one at least is among them.
PAINTED = """(canvas) => {
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    let painted = 0;
    for (let at = 3; at < data.length; at += 4) if (data[at] > 0) painted += 1;
    return painted;
}"""


@pytest.fixture
def city(live: Any, settings: Any) -> Any:
    """The demo city, small."""
    settings.BUSINESS_DATE = AS_OF.isoformat()
    create_demo_city(CitySize(residents=60), lambda text: None)
    return live


def test_the_pages_of_supervision(page: Page, city: Any) -> None:
    for username, names in PAGES.items():
        sign_in(page, city, User.objects.get(username=username))
        for name in names:
            page.goto(reverse(name))
            fits(page)
    sign_in(page, city, User.objects.get(username="supervisor"))
    page.goto(reverse("supervision-fund"))
    charts = page.locator(".drawn canvas")
    expect(charts).to_have_count(2)
    assert all(charts.nth(place).evaluate(PAINTED) > 1000 for place in range(2))
    page.goto(reverse("supervision-institutions"))
    page.locator("tbody a").first.click()
    expect(page.locator(".drawn canvas").first).to_be_visible()
    fits(page)
    # Dark, and on paper: drawn anew in the colours of each.
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    page.emulate_media(media="print")
    assert page.locator(".drawn canvas").first.evaluate(PAINTED) > 1000


def test_the_public_reads_without_signing_in(page: Page, city: Any) -> None:
    page.goto(reverse("sign-in"))
    page.locator(f"a[href='{reverse('public-figures')}']").click()
    fits(page)
    page.locator("tbody a").first.click()
    expect(page.locator("h1")).to_contain_text("2008")
    fits(page)


def test_without_a_script_the_tables_are_there(city: Any, browser: Browser) -> None:
    context = browser.new_context(base_url=city.url, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, city, User.objects.get(username="supervisor"))
    page.goto(reverse("supervision-fund"))
    assert page.locator("table").count() == 2
    assert not page.locator(".drawn").first.is_visible()
    context.close()
