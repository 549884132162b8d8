"""Lists as people bring them: in a real browser, as the agency's clerk and as a school officer."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from enrollment.lists.layouts import Source
from enrollment.lists.models import UploadedList
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.sheets.reading import read_table
from tests import factories as make
from tests.e2e.axe import pixels_over, violations
from tests.e2e.windows import sign_in

from . import makers
from .makers import TODAY, certificate, pupil

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.e2e]


@pytest.fixture(autouse=True)
def day(settings: Any) -> None:
    settings.BUSINESS_DATE = TODAY.isoformat()


def brings(page: Page, source: Source, rows: list[list[object]], folder: Path) -> UploadedList:
    """Choose the file, send it, see it checked by a worker while the page stands there."""
    file = folder / "名册.xlsx"
    file.write_bytes(makers.workbook([makers.headings(source), *rows]).getvalue())
    page.goto(reverse("list-new"))
    if page.locator("select#id_source").count():
        page.locator("#id_source").select_option(source.value)
    # In the portal's words, and reached by the keyboard.
    names = page.locator(".file-names")
    expect(names).to_have_text(names.get_attribute("data-none") or "?")
    page.locator("#id_file").focus()
    expect(page.locator("#id_file")).to_be_focused()
    page.locator("#id_file").set_input_files(file)
    expect(names).to_have_text(file.name)
    page.get_by_role("main").locator("form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/lists/L2009-\d+/"))
    expect(page.locator("#intake-live")).to_be_visible()
    found = UploadedList.objects.get()
    makers.work_off(found)
    # The page hears of it by itself.
    expect(page.locator("#intake-live")).to_have_count(0)
    return found


def applies(page: Page, found: UploadedList) -> None:
    page.locator(f'form[action="{reverse("list-apply", args=[found.number])}"] button').click()
    expect(page.locator("#intake-live")).to_be_visible()
    makers.work_off(found)
    expect(page.locator("#intake-live")).to_have_count(0)


def takes_refused_rows(page: Page, found: UploadedList) -> list[tuple[object, ...]]:
    with page.expect_download() as download:
        page.locator(f'a[href="{reverse("list-refused", args=[found.number])}"]').click()
    with Path(download.value.path()).open("rb") as file:
        return [row.cells for row in read_table(file)]


def test_the_clerk_brings_a_list_of_civil_affairs(page, live, tmp_path):
    make.community()
    sign_in(page, live, make.actor(Role.AGENCY_CLERK))
    person = make.resident()
    rows = [certificate(person), certificate(make.resident(name="李四"), id_number=2.11002194005e17)]
    found = brings(page, Source.CIVIL_AFFAIRS, rows, tmp_path)
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert pixels_over(page) == 0
    page.set_viewport_size({"width": 1440, "height": 900})
    applies(page, found)
    assert person.circumstances.filter(kind="low_income").count() == 1
    table = takes_refused_rows(page, found)
    assert len(table) == 2
    assert "李四" in table[1]


def test_a_school_registers_its_pupils_and_corrects_what_came_back(page, live, tmp_path):
    make.community()
    sign_in(page, live, make.actor(Role.SCHOOL))
    found = brings(page, Source.SCHOOL, [pupil(1), pupil(2, community="没有的社区")], tmp_path)
    applies(page, found)
    assert Resident.objects.count() == 1
    head, bad = takes_refused_rows(page, found)
    corrected = [("社区001" if cell == "没有的社区" else cell) for cell in bad]
    UploadedList.objects.all()
    file = tmp_path / "更正.xlsx"
    file.write_bytes(makers.workbook([head, corrected]).getvalue())
    page.goto(reverse("list-new"))
    page.locator("#id_file").set_input_files(file)
    page.get_by_role("main").locator("form button[type=submit]").click()
    expect(page.locator("#intake-live")).to_be_visible()
    second = UploadedList.objects.latest("id")
    makers.work_off(second)
    expect(page.locator("#intake-live")).to_have_count(0)
    applies(page, second)
    assert Resident.objects.count() == 2
    page.goto(reverse("schools"))
    assert violations(page) == []
    page.get_by_role("main").locator("tbody a").first.click()
    expect(page.locator("tbody tr")).to_have_count(2)
    assert violations(page) == []


def test_a_wrong_file_is_told_and_the_next_one_taken(page, live, tmp_path):
    sign_in(page, live, make.actor(Role.AGENCY_CLERK))
    page.goto(reverse("list-new"))
    wrong = tmp_path / "旧.xlsx"
    wrong.write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + b"x" * 512)
    page.locator("#id_file").set_input_files(wrong)
    page.get_by_role("main").locator("form button[type=submit]").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary a").click()
    expect(page.locator("#id_file")).to_be_focused()
    assert violations(page) == []
