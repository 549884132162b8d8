"""A month of a hospital in a real browser, from the draw to the payment: as agency, hospital and its supervisor."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from funds.paying.models import Declaration, InstitutionAccount, PaymentBatch
from tests.e2e.windows import fits, sign_in

from . import makers
from .makers import ACCOUNTS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.e2e]


def test_a_month_from_the_draw_to_the_payment(page: Any, live: Any, tmp_path: Any) -> None:
    makers.settled()
    clerk, reviewer, approver, hospital = makers.clerk(), makers.reviewer(), makers.approver(), makers.hospital()
    main = page.get_by_role("main")

    # The clerk enters the hospital's account; somebody else confirms it.
    sign_in(page, live, clerk, language="en")
    page.goto(reverse("bank-accounts", args=["H3"]))
    fits(page)
    page.fill("#id_holder", "辽阳市中心医院")
    page.fill("#id_bank", "辽阳市商业银行白塔支行")
    page.fill("#id_account_number", "12")
    page.fill("#id_starts", "2009-08-01")
    main.locator("form button[type=submit]").last.click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.fill("#id_account_number", ACCOUNTS[0])
    main.locator("form button[type=submit]").last.click()
    expect(main.get_by_text("**** 4567")).to_be_visible()
    sign_in(page, live, reviewer, language="en")
    page.goto(reverse("bank-accounts", args=["H3"]))
    fits(page)
    key = InstitutionAccount.objects.get().pk
    main.locator(f'a[href="{reverse("bank-account-confirm", args=[key])}"]').click()
    fits(page)
    page.fill("#id_account_number", ACCOUNTS[1])
    main.locator("form button[type=submit]").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.fill("#id_account_number", ACCOUNTS[0])
    main.locator("form button[type=submit]").click()
    expect(main.get_by_text("holds today")).to_be_visible()

    # The month is drawn, the hospital confirms it.
    sign_in(page, live, clerk, language="en")
    page.goto(reverse("declaration-new"))
    fits(page)
    page.locator("#id_institution").select_option("H3")
    main.locator("form button[type=submit]").click()
    expect(page.locator("h1")).to_contain_text("H3")
    declaration = Declaration.objects.get()
    fits(page)
    url = declaration.get_absolute_url()

    def step(by: Any, name: str) -> None:
        sign_in(page, live, by, language="en")
        page.goto(url)
        button = main.locator(f'form[action="{reverse(name, args=[declaration.number])}"] button')
        button.click()
        expect(button).to_have_count(0)

    step(hospital, "declaration-confirm")
    fits(page)
    page.goto(reverse("declarations"))
    fits(page)
    step(clerk, "declaration-examine")
    step(reviewer, "declaration-check")
    page.goto(reverse("declaration-send-back", args=[declaration.number]))
    fits(page)
    step(approver, "declaration-approve")
    declaration.refresh_from_db()
    assert declaration.status == "approved"

    # The reviewer makes the batch, gives the file to the bank and takes its answer.
    sign_in(page, live, reviewer, language="en")
    page.goto(reverse("payment-batches"))
    fits(page)
    page.get_by_label(declaration.number).check()
    main.locator(f'form[action="{reverse("payment-batch-new")}"] button[type=submit]').click()
    found = PaymentBatch.objects.get()
    expect(page.locator("h1")).to_be_visible()
    fits(page)
    with page.expect_download() as download:
        page.locator(f'a[href="{reverse("payment-batch-file", args=[found.number])}"]').click()
    assert ACCOUNTS[0] in download.value.path().read_bytes().decode("gb18030")
    page.goto(reverse("payment-batch-result", args=[found.number]))
    fits(page)
    answer = tmp_path / "answer.csv"
    answer.write_bytes(makers.result_file(found))
    page.locator("input[type=file]").set_input_files(answer)
    main.locator("form button[type=submit]").click()
    expect(main.get_by_text("BK-1").first).to_be_visible()
    fits(page)

    # The hospital sees what was paid.
    sign_in(page, live, hospital, language="en")
    page.goto(url)
    expect(main.get_by_text("BK-1").first).to_be_visible()
    fits(page)
    page.goto(reverse("own-account"))
    fits(page)
