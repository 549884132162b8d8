"""The documentation in a real browser: in a window of any width, with nothing from elsewhere."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import pixels_over

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.e2e]


def test_the_documentation_fits_any_window_and_comes_from_here(page: Page, live) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/api/v1/docs")
    for name in ("list_stays", "admit", "change_admission"):
        one = page.locator(f"[id$='-{name}']")
        one.locator(".opblock-summary-control").click()
        expect(one.locator(".responses-table").first).to_be_visible()
    for width in (1440, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert pixels_over(page) == 0
    assert {url.startswith((f"{live.url}/", "data:", "blob:")) for url in asked} == {True}
