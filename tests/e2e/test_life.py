"""Changes in life in the browser: a move, a death, a correction, a transfer, a double record; without a mouse where it
matters, and without a script.
"""

import datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from claims.models import SettlementToCorrect
from enrollment.life.models import Merge, Transfer
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.portal.demo.city import create_accounts
from liaoyang_medins.portal.demo.reference import load_reference_data
from tests import factories as make
from tests.life.makers import Story

from .test_main_job import Desk

pytestmark = pytest.mark.e2e
D = datetime.date
TODAY = "2009-10-20"


@pytest.fixture
def desk(page: Page, live: Any, settings: Any) -> Desk:
    load_reference_data()
    create_accounts()
    page.url_of = live.url  # type: ignore[attr-defined]
    return Desk(page, settings, "en").on(TODAY)


def home() -> Office:
    return Office.objects.get(code="211002001001")


def resident(name: str, **values: Any) -> Resident:
    given = {"birth": D(1940, 5, 6), "sex": "M", "home": home()}
    return make.resident(name=name, **given | values)


def go_on(desk: Desk, what: str, **typed: str) -> None:
    """Say what happened, fill in its fields, and see what it changes."""
    page = desk.page
    page.locator("main a", has_text="Something changed").first.click()
    page.locator(f"input[name=what][value={what}]").check()
    page.locator("main form button.btn-primary").click()
    for name, value in typed.items():
        field = page.locator(f"main [name={name}]").first
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        elif field.get_attribute("type") == "radio":
            page.locator(f"main [name={name}][value={value}]").check()
        else:
            field.fill(value)
    desk.submit()
    expect(page.locator("h1")).to_have_text("Check what it changes")


def put_on_record(desk: Desk) -> None:
    with desk.page.expect_navigation():
        desk.page.locator("[name=confirmed]").click()


def test_a_death_of_long_ago_cuts_benefits_and_lists_the_settlement(desk: Desk) -> None:
    story = Story(resident("张大爷"))
    page = desk.as_("clerk")
    page.goto(f"/residents/{story.person.number}/")
    go_on(desk, "died", on="2009-05-31")
    expect(page.locator("main")).to_contain_text("2009-01-01 – 2009-05-31")
    expect(page.locator("main")).to_contain_text("To be corrected")
    # Back keeps what was typed.
    page.locator("[name=back]").click()
    assert page.locator("[name=on]").input_value() == "2009-05-31"
    desk.submit()
    put_on_record(desk)
    expect(page.locator("main")).to_contain_text("Died on 2009-05-31")
    assert SettlementToCorrect.objects.get().settlement == story.settlement
    page.go_back()
    page.goto("/settlements/to-correct/")
    expect(page.locator("main")).to_contain_text(story.settlement.number)
    expect(page.locator(".sidebar")).to_contain_text("1")


def test_a_move_shows_the_district_that_pays(desk: Desk) -> None:
    story = Story(resident("李四光"))
    page = desk.as_("community")
    page.goto(f"/residents/{story.person.number}/")
    other = Office.objects.filter(kind="community", code__startswith="211003").order_by("code")[0]
    go_on(desk, "moved", on="2008-09-01", community=str(other.pk), address="民主路8号")
    expect(page.locator("main")).to_contain_text("District that pays")
    put_on_record(desk)
    # The former community sees nothing of the person from now on.
    response = page.goto(f"/residents/{story.person.number}/")
    assert response is not None
    assert response.status == 404
    story.person.refresh_from_db()
    assert story.person.community == other


def test_a_wrong_name_is_put_right_by_keyboard_alone(desk: Desk) -> None:
    person = resident("王晓明")
    page = desk.as_("community")
    page.goto(f"/residents/{person.number}/correct/")
    page.focus("[name=name]")
    page.keyboard.press("Control+A")
    page.keyboard.type("王小明")
    page.focus("[name=reason]")
    page.keyboard.type("ID card")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Check what it changes")
    expect(page.locator("main")).to_contain_text("王小明")
    page.focus("[name=confirmed]")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("王小明")
    expect(page.locator("main")).to_contain_text("王晓明")


def test_the_transfer_of_who_has_moved_here(desk: Desk) -> None:
    there = Office.objects.filter(kind="community", code__startswith="211003").order_by("code")[0]
    person = resident("赵云龙", home=there)
    page = desk.as_("community")
    page.fill("#search-box", str(person.id_number))
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("This person is registered in")
    assert str(person.id_number) not in page.url
    assert person.name not in page.content()
    page.reload()
    page.locator("main button", has_text="Ask for the transfer").click()
    page.fill("[name=moved_on]", "2009-10-01")
    page.fill("[name=reason]", "hukou booklet")
    desk.submit()
    row = Transfer.objects.get()
    page = desk.as_("clerk")
    page.goto(f"/transfers/{row.pk}/")
    expect(page.locator("main")).to_contain_text(person.name)
    with page.expect_navigation():
        page.locator("[name=agree]").click()
    page = desk.as_("community")
    page.goto(f"/residents/{person.number}/")
    expect(page.locator("h1")).to_have_text(person.name)


def test_two_records_of_one_person_become_one(desk: Desk) -> None:
    story = Story(resident("孙大圣"))
    second = resident("孙大圣", id_number=None)
    page = desk.as_("clerk")
    page.goto(f"/residents/{second.number}/")
    page.locator("main a", has_text="This person has a second record").click()
    assert page.locator("[name=survivor]").input_value() == second.number
    page.fill("[name=survivor]", story.person.number)
    page.fill("[name=duplicate]", second.number)
    page.fill("[name=reason]", "same hukou booklet")
    desk.submit()
    expect(page.locator("main")).to_contain_text("You proposed this yourself")
    row = Merge.objects.get()
    page = desk.as_("reviewer")
    page.goto(f"/double-records/{row.pk}/")
    desk.press("approve")
    expect(page.locator("main")).to_contain_text(second.number)
    page.goto(f"/residents/{second.number}/")
    assert page.url.endswith(f"/residents/{story.person.number}/")


def test_it_works_without_a_script(desk: Desk, browser: Any, live: Any) -> None:
    person = resident("周无脚")
    desk.as_("community")
    context = browser.new_context(
        java_script_enabled=False, base_url=live.url, storage_state=desk.page.context.storage_state()
    )
    desk.page = context.new_page()
    desk.page.goto(f"/residents/{person.number}/")
    go_on(desk, "low_income", on="2009-10-01", value="low_income", document_number="D-1")
    put_on_record(desk)
    expect(desk.page.locator("main")).to_contain_text("D-1")
    desk.page.goto("/notices/")
    desk.page.fill(".filters [name=q]", "周无脚")
    with desk.page.expect_navigation():
        desk.page.locator(".filters button[type=submit]").click()
    assert "find=" in desk.page.url
    assert "q=" not in desk.page.url
    context.close()
