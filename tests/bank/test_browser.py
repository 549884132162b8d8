"""A month of the account in a real browser: entered, checked, the bank's statement, matched, closed."""

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from funds.bank.models import BankStatement, Match
from funds.models import EnteredDocument, Month
from tests.e2e.axe import pixels_over, violations
from tests.e2e.windows import sign_in
from tests.funds.account import booked, clerk, reviewer, sweep
from tests.scans import PNG

from .makers import TODAY, D, move, statement, work_off

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.e2e]


@pytest.fixture(autouse=True)
def day(settings: Any) -> None:
    settings.BUSINESS_DATE = TODAY.isoformat()


def narrow(page: Any) -> None:
    """Nothing is wider than a telephone, and nothing is in anybody's way."""
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert pixels_over(page) == 0
    page.set_viewport_size({"width": 1440, "height": 900})


def test_a_month_of_the_account(page, live, tmp_path: Path):
    first = booked(30, D(2009, 9, 7), bank_reference="A")
    main = page.get_by_role("main")
    sign_in(page, live, clerk())
    page.goto(reverse("entered-document-new"))
    main.locator("form.form button[type=submit]").click()
    expect(page.locator(".error-summary")).to_be_focused()
    narrow(page)
    page.locator("input[name=kind][value=interest]").check()
    page.locator("#id_amount").fill("20.00")
    page.locator("#id_day").fill("2009-09-21")
    page.locator("#id_bank_reference").fill("INT-3")
    page.locator("#id_words").fill("三季度利息")
    slip = tmp_path / "slip.png"
    slip.write_bytes(PNG)
    page.locator("#id_slip").set_input_files(slip)
    main.locator("form.form button[type=submit]").click()
    expect(page.locator("h1")).to_contain_text("利息")
    document = EnteredDocument.objects.exclude(pk=first.pk).get()
    narrow(page)

    sign_in(page, live, reviewer())
    page.goto(document.get_absolute_url())
    main.locator(f'form[action="{reverse("entered-document-check", args=[document.number])}"] button').click()
    expect(page.locator(".alert, .messages").first).to_be_visible()
    sweep(TODAY)

    sign_in(page, live, clerk())
    file = tmp_path / "september.csv"
    file.write_bytes(statement([move(D(2009, 9, 7), "A", 30), move(D(2009, 9, 22), "JX", 20)]))
    page.goto(reverse("bank-statement-new"))
    page.locator("#id_file").set_input_files(file)
    main.locator("form.form button[type=submit]").click()
    page.wait_for_url("**/bank-statements/FB*/")
    found = BankStatement.objects.get()
    work_off(found)
    page.goto(found.get_absolute_url())
    narrow(page)
    with page.expect_navigation():
        main.locator(f'form[action="{reverse("bank-statement-import", args=[found.number])}"] button').click()
    work_off(found)
    page.goto(reverse("match-new"))
    narrow(page)
    page.locator("input[name=line]").check()
    page.locator("input[name=leg]").check()
    main.locator("form.form button[type=submit]").click()
    expect(page.locator("input[name=line]")).to_have_count(0)
    assert Match.objects.count() == 2
    for name in ("cash-book", "bank-statements", "trial-balance", "entered-documents", "account-months"):
        page.goto(reverse(name))
        narrow(page)
    page.goto(reverse("reconciliation") + "?on=2009-09-30")
    narrow(page)

    page.goto(reverse("account-month-prepare", args=["2009-09"]))
    main.locator("form.form button[type=submit]").click()
    page.wait_for_url("**/months/2009-09/")
    sign_in(page, live, reviewer())
    page.goto(reverse("account-month", args=["2009-09"]))
    page.on("dialog", lambda dialog: dialog.accept())
    narrow(page)
    with page.expect_navigation():
        main.locator(f'form[action="{reverse("account-month-close", args=["2009-09"])}"] button').click()
    expect(page.locator("h1")).to_contain_text("2009-09")
    assert Month.objects.get().status == "closed"
