"""The counter in a real browser: few keys and little time, scans, papers, many at once (U4 to U10, U17, U21)."""

import datetime
import io
import re
import time
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from enrollment.registration.models import Handover, Registration
from liaoyang_medins.kernel.attachments.models import Attachment
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Material
from tests import factories as make
from tests.e2e.windows import sign_in
from tests.registration import makers as registration
from tests.scans import JPEG, PDF, PNG

pytestmark = pytest.mark.e2e

BIRTH = datetime.date(1946, 2, 3)
NAME = "欧阳明远"
# What counts: fields keyed, and seconds from the queue to the confirmation, scripted.
FIELDS, SECONDS = 12, 60
# Characters a second of a clerk who knows the keyboard.
SPEED = 6


@pytest.fixture(autouse=True)
def _day(settings: Any) -> None:
    settings.BUSINESS_DATE = registration.TODAY.isoformat()


@pytest.fixture
def plain(live: Any, browser: Browser) -> Iterator[Page]:
    """A browser window without JavaScript."""
    context = browser.new_context(base_url=live.url, locale="zh-CN", java_script_enabled=False)
    yield context.new_page()
    context.close()


def file(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def words_of(data: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")


def saved(page: Page, selector: str) -> bytes:
    """The file that a link or button gives."""
    with page.expect_download() as download:
        page.locator(selector).first.click()
    return download.value.path().read_bytes()


class Keys:
    """The keyboard, counting the fields that something was keyed into."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.fields = 0

    def type(self, text: str) -> None:
        """Into the field that has the focus, as fast as a practised clerk."""
        self.fields += 1
        self.page.keyboard.type(text, delay=1000 / SPEED)

    def to(self, selector: str) -> None:
        for _step in range(80):
            if self.page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"Tab never comes to {selector}")


def test_a_child_with_a_guardian_takes_few_fields_and_less_than_a_minute(page: Page, live: Any) -> None:
    """U6: the longest usual case, by keyboard alone: low-income, brought by a parent."""
    sign_in(page, live, make.actor(Role.COMMUNITY))
    page.goto(reverse("registrations"))
    began, keys = time.monotonic(), Keys(page)
    page.goto(reverse("registration-start"))
    keys.to("[name=id_number]")
    keys.type(make.id_number(datetime.date(2003, 5, 6), "F"))
    page.keyboard.press("Enter")
    expect(page.locator("#id_id_number_live")).to_contain_text("2003-05-06")
    keys.to("[name=name]")
    keys.fields += 1
    page.keyboard.insert_text("王小宝")
    keys.to("[name=address]")
    keys.fields += 1
    page.keyboard.insert_text("中华大街1号")
    keys.to("[name=phone]")
    keys.type("13904190001")
    keys.to("[name=low_income]")
    keys.fields += 1
    page.keyboard.press("ArrowRight")
    keys.to("[name=low_income_since]")
    # In which order a browser asks for the parts of a date depends on the machine that it runs on.
    keys.fields += 1
    page.fill("[name=low_income_since]", "2009-03-01")
    keys.to("[name=low_income_number]")
    keys.type("D-1")
    expect(page.locator("#assessment")).to_contain_text("16.00")
    expect(page.locator("#assessment")).to_contain_text("低保")
    keys.to("[name=agent_name]")
    keys.fields += 1
    page.keyboard.insert_text("王大明")
    keys.to("[name=agent_relation]")
    keys.fields += 1
    page.keyboard.press("ArrowDown")
    keys.to("[name=agent_id_number]")
    keys.type(make.id_number(datetime.date(1975, 6, 7), "M"))
    keys.to("main form button.btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/documents/$"))
    keys.to("[name=all_present]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/check/$"))
    keys.to("main form button.btn-primary")
    page.keyboard.press("Enter")
    expect(page.locator(".confirmation")).to_contain_text("R2009-")
    taken = time.monotonic() - began + len("20090301") / SPEED
    row = Registration.objects.get()
    assert (row.status, row.tier, row.agent_relation) == ("accepted", "low_income", "parent")
    assert keys.fields <= FIELDS
    assert taken < SECONDS


@pytest.mark.parametrize("written", ["{0} ", "{1} {2} {3}", "15"], ids=["blank", "groups", "15 places"])
def test_the_reader_and_the_hand_write_the_number_as_they_like(page: Page, live: Any, written: str) -> None:
    """U3, U4: spaces, a lower-case x, and the 15 places of an old card."""
    number = make.id_number(BIRTH, "M")
    typed = (
        number[:6] + number[8:17]
        if written == "15"
        else written.format(number.lower(), number[:6], number[6:14], number[14:].lower())
    )
    sign_in(page, live, make.actor(Role.COMMUNITY))
    page.goto(reverse("registration-start"))
    page.locator("[name=id_number]").focus()
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.locator("#id_id_number_live")).to_contain_text("1946-02-03")
    expect(page.locator("#assessment")).to_contain_text("200.00")
    expect(page.locator("[name=id_number]")).not_to_be_focused()


def test_who_is_on_record_is_shown_at_once_with_the_way_to_renew_or_move(page: Page, live: Any) -> None:
    """U5: before anything else is typed."""
    chain = registration.Chain()
    row = chain.at(Registration.Status.RECORDED)
    sign_in(page, live, chain.community)
    page.goto(reverse("registration-start"))
    page.locator("[name=id_number]").focus()
    page.keyboard.type(row.resident.id_number or "")
    page.keyboard.press("Enter")
    shown = page.locator("#id_id_number_live")
    expect(shown).to_contain_text(row.resident.name)
    expect(shown.locator(f"a.btn[href='{reverse('resident', args=[row.resident.number])}']")).to_be_visible()
    expect(shown.locator(f"a[href='{reverse('resident-edit', args=[row.resident.number])}']")).to_be_visible()
    assert page.input_value("[name=name]") == ""


def test_missing_documents_from_the_notice_to_the_sheet(page: Page, live: Any) -> None:
    """U9, W2: all that is missing on one paper; the second visit brings it with a scan; the bundle goes on."""
    chain = registration.Chain()
    sign_in(page, live, chain.community)
    page.goto(reverse("registration-start"))
    page.fill("[name=id_number]", make.id_number(BIRTH, "M"))
    page.fill("[name=name]", NAME)
    page.locator("main form button.btn-primary").click()
    for name, state in (("hukou_booklet", "present"), ("id_card", "wrong"), ("photos", "missing")):
        page.check(f"[name={name}][value={state}]")
    page.fill("[name=id_card_remark]", "复印件不清")
    page.set_input_files("[name=hukou_booklet_scan]", [file("a.jpg", JPEG), file("b.pdf", PDF)])
    page.locator("[name=attach]").click()
    expect(page.locator(".material").first).to_contain_text("b.pdf")
    # What was chosen before stays chosen.
    expect(page.locator("[name=photos][value=missing]")).to_be_checked()
    page.locator("main form button.btn-primary:visible").click()
    page.wait_for_url(re.compile(r"/check/$"))
    expect(page.locator("main")).to_contain_text(re.compile("扫描件|Scans"))
    page.locator("main form button.btn-primary").click()
    row = Registration.objects.get()
    expect(page.locator(".confirmation")).to_contain_text(row.number)
    page.locator(f".confirmation a[href*='{row.number}/missing/']").click()
    expect(page.locator("h1")).to_contain_text("补正")
    notice = words_of(saved(page, "a[href*='as=pdf']"))
    for said in (row.number, NAME, "复印件不清", "照片", "身份证"):
        assert said in notice
    assert "户口" not in notice
    # The second visit.
    page.goto(reverse("registration-materials", args=[row.number]))
    for name in ("id_card", "photos"):
        page.check(f"[name={name}][value=present]")
    page.set_input_files("[name=photos_scan]", [file("c.png", PNG)])
    page.locator("main form button.btn-primary:visible").click()
    page.wait_for_url(re.compile(rf"{row.number}/$"))
    expect(page.locator("main")).to_contain_text("c.png")
    assert saved(page, "a[href*='/scans/']:has-text('c.png')") == PNG
    assert Attachment.objects.count() == 3
    # Together with another one to the sub-district.
    other = registration.register(chain.community, who=registration.person(name="王五"))
    page.goto(reverse("registrations"))
    page.check("[data-tick-all=row]")
    printed = words_of(saved(page, "button[value=print]"))
    assert row.number in printed
    assert other.number in printed
    page.locator("button[value=forward]").click()
    sheet = words_of(_pdf_of_sheet(page))
    assert "交接单" in sheet or "Transmittal" in sheet
    for said in (row.number, other.number, NAME, "王五"):
        assert said in sheet
    assert set(Registration.objects.values_list("status", flat=True)) == {"at_subdistrict"}
    assert Handover.objects.count() == 2


def _pdf_of_sheet(page: Page) -> bytes:
    page.locator("a[href*='/transmittals/H']").first.click()
    return saved(page, "a[href*='as=pdf']")


def test_a_file_that_is_no_scan_is_told_at_its_document(page: Page, live: Any) -> None:
    """U1 for files: the summary is focused and leads to the field; what was answered stays."""
    chain = registration.Chain()
    row = registration.register(chain.community, materials={Material.ID_CARD: registration.State.MISSING})
    sign_in(page, live, chain.community)
    page.goto(reverse("registration-scans", args=[row.number]))
    page.set_input_files("[name=id_card_scan]", [file("id.jpg", b"<html>no picture</html>")])
    page.locator("main form button.btn-primary").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary a").click()
    expect(page.locator("[name=id_card_scan]")).to_be_focused()
    assert not Attachment.objects.exists()


def test_scans_and_submission_without_scripts(plain: Page, live: Any) -> None:
    """U21: Enter goes on and never asks for something else; files go with the page."""
    sign_in(plain, live, make.actor(Role.COMMUNITY))
    plain.goto(reverse("registration-start"))
    plain.fill("[name=name]", NAME)
    plain.fill("[name=id_number]", make.id_number(BIRTH, "M"))
    plain.press("[name=id_number]", "Enter")
    plain.wait_for_url(re.compile(r"/documents/$"))
    plain.set_input_files("[name=id_card_scan]", [file("a.png", PNG)])
    plain.locator("[name=all_present]").click()
    plain.wait_for_url(re.compile(r"/check/$"))
    plain.locator("main form button.btn-primary").click()
    row = Registration.objects.get()
    expect(plain.locator(".confirmation")).to_contain_text(row.number)
    expect(plain.locator("main")).to_contain_text("a.png")
    assert row.status == "accepted"
    plain.goto(reverse("registrations"))
    plain.check(f"[name=row][value='{row.number}:{row.version}']")
    plain.locator("button[value=forward]").click()
    row.refresh_from_db()
    assert row.status == "at_subdistrict"
