"""The parts of the pages, on the style guide in a real browser: accessible, at every width, and quick by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import pixels_over, violations

pytestmark = pytest.mark.e2e
GUIDE = "/style-guide/"


@pytest.fixture(autouse=True)
def _shown(settings):
    settings.DEBUG = True  # the style guide is for those who build the portal


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1440])
def test_accessible_and_never_wider_than_the_window(page: Page, width, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{GUIDE}?wrong=1&status=approved")
    assert violations(page) == []
    assert pixels_over(page) == 0


def test_axe_finds_what_is_wrong(page: Page):
    page.goto(GUIDE)
    page.evaluate("document.getElementById('id_name').labels[0].remove()")
    assert [line.split()[0] for line in violations(page)] == ["label"]


def test_error_summary_has_the_focus_and_leads_to_the_field(page: Page):
    page.goto(f"{GUIDE}?wrong=1")
    expect(page).to_have_title(re.compile("^错误："))
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary.locator("h2")).to_have_text(re.compile("^错误："))
    for link in summary.locator("a").all():
        label, words = link.inner_text().split("：", 1)
        link.click()
        field = page.locator(f"[id='{(link.get_attribute('href') or '')[1:]}']")
        expect(field).to_be_focused()
        wrapper = page.locator(".field-wrong", has=field)
        expect(wrapper.locator(".label, .choice label").first).to_contain_text(label)
        expect(wrapper.locator(".error")).to_contain_text(words)


def test_enter_leads_to_the_next_field_and_never_sends(page: Page):
    page.goto(GUIDE)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.is_navigation_request() else None)
    page.fill("#id_id_number", "211002197003121234")
    page.press("#id_id_number", "Enter")
    expect(page.locator("#id_name")).to_be_focused()
    page.press("#id_name", "Enter")
    expect(page.locator("#id_born")).to_be_focused()
    page.focus("#id_sex_0")
    page.keyboard.press("Enter")
    expect(page.locator("#id_office")).to_be_focused()
    assert sent == []


def test_a_form_is_sent_once(page: Page):
    page.goto(GUIDE)
    # The window hears of a submit last: what the scripts did not stop by then would be sent.
    stopped, state = page.evaluate(
        """() => {
            const stopped = [];
            addEventListener("submit", (event) => { stopped.push(event.defaultPrevented); event.preventDefault(); });
            const button = document.querySelector("main form.form button[type=submit]");
            button.click();
            button.click();
            return [stopped, button.getAttribute("aria-disabled")];
        }"""
    )
    assert stopped == [False, True]
    assert state == "true"


def test_a_row_opens_by_a_click_anywhere_and_arrows_go_from_row_to_row(page: Page):
    page.goto(GUIDE)
    rows = page.locator("tr[data-href]")
    rows.nth(2).locator("td").nth(4).click()
    expect(page).to_have_url(re.compile(r"#D2009-000003$"))
    rows.nth(0).locator("a").focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1).locator("a")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#D2009-000002$"))


def test_ticked_rows_show_what_can_be_done_to_all(page: Page):
    page.goto(GUIDE)
    bar = page.locator(".bulk-bar")
    expect(bar).to_be_hidden()
    page.locator("input[name=row]").nth(1).check()
    expect(bar).to_contain_text("1")
    page.locator("[data-tick-all]").check()
    expect(bar.locator("[data-bulk-count]")).to_have_text("10")
    page.locator("[data-tick-all]").uncheck()
    expect(bar).to_be_hidden()


def test_a_table_scrolls_only_where_it_is_wider_than_its_place(page: Page):
    region = page.locator(".page-wide .table-scroll")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(GUIDE)
    expect(region).not_to_have_attribute("tabindex", "0")
    page.set_viewport_size({"width": 320, "height": 900})
    expect(region).to_have_attribute("tabindex", "0")
    assert pixels_over(page) == 0


def test_the_skip_link_is_the_first_stop(page: Page):
    page.goto(GUIDE)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_print_leaves_the_navigation_out(page: Page):
    page.goto(GUIDE)
    page.emulate_media(media="print")
    for part in (".topbar", ".breadcrumb-line", ".filters", ".footer", ".pager"):
        expect(page.locator(part)).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
