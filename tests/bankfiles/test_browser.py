"""A bank file as the clerk brings it, in a real browser: upload, dry run, import, what is left unmatched."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from enrollment.bankfiles.models import BankFile
from enrollment.contributions.models import Receipt
from liaoyang_medins.kernel.offices.models import User
from tests.contributions import makers as m
from tests.e2e.axe import violations

from .makers import TODAY, content, paid, renewed, work_off

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.e2e]


@pytest.fixture(autouse=True)
def day(settings: Any) -> None:
    settings.BUSINESS_DATE = TODAY.isoformat()


def sends(page: Page, file: Path) -> None:
    page.goto(reverse("bank-file-new"))
    page.locator("#id_file").set_input_files(file)
    page.get_by_role("main").locator("form button[type=submit]").click()


def test_the_clerk_brings_a_file_and_finds_what_settled_nothing(page, live, tmp_path):
    client = Client()
    client.force_login(User.objects.get(pk=m.clerk().user_id or 0))
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live.url}])
    data = content([paid(renewed()), paid("N1999-0000001", words="李四")])
    cut, whole = tmp_path / "半.txt", tmp_path / "全.txt"
    cut.write_bytes(data[:300])
    whole.write_bytes(data)
    sends(page, cut)
    expect(page.locator(".error-summary")).to_be_focused()
    assert violations(page) == []
    sends(page, whole)
    page.wait_for_url(re.compile(r"/bank-files/K2009-\d+/"))
    expect(page.locator("#intake-live")).to_be_visible()
    found = BankFile.objects.get()
    work_off(found)
    # The page hears of it by itself.
    expect(page.locator("#intake-live")).to_have_count(0)
    assert not Receipt.objects.filter(payer="李四").exists()
    assert violations(page) == []
    page.locator(f'form[action="{reverse("bank-file-import", args=[found.number])}"] button').click()
    expect(page.locator("#intake-live")).to_be_visible()
    work_off(found)
    expect(page.locator("#intake-live")).to_have_count(0)
    assert violations(page) == []
    receipt = Receipt.objects.get(payer="李四")
    page.locator(f'a[href="{reverse("receipt", args=[receipt.number])}"]').click()
    expect(page.locator(f'a[href^="{found.get_absolute_url()}"]')).to_be_visible()
    page.goto(f"{reverse('receipts')}?status=unmatched")
    expect(page.get_by_role("main").locator(f'a[href="{reverse("receipt", args=[receipt.number])}"]')).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(found.get_absolute_url())
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
