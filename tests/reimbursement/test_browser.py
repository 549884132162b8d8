"""An application in a real browser from the counter to the payment, axe on the way, wide and at 320 pixels."""

import io
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from claims.models import Settlement
from claims.reimbursement.models import Reimbursement
from tests.claims import makers as claims
from tests.e2e.windows import fits, sign_in
from tests.reimbursement.makers import CARD
from tests.scans import PNG

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.e2e]


def test_from_the_counter_to_the_payment(page, live, tmp_path):
    clerk, reviewer = claims.clerk(), claims.reviewer()
    person = claims.insured(years=(2010,))
    claims.institution("X1", designated=False)
    claims.diagnosis()
    claims.catalogue()
    sign_in(page, live, clerk, language="en")
    page.goto("/reimbursements/")
    fits(page)
    page.get_by_role("link", name="Enter an application").first.click()
    fits(page)
    page.fill("#id_resident", person.number)
    page.get_by_label("Emergency outside the designated institutions").check()
    page.select_option("#id_institution", "X1")
    page.fill("#id_inpatient_number", "ZY-2010-1")
    page.fill("#id_admitted_at", "2010-03-01T20:30")
    page.fill("#id_discharged_on", "2010-03-09")
    page.get_by_label("Emergency", exact=True).check()
    page.fill("#id_diagnosis", "J18.9")
    page.fill("#id_invoice_total", "8000")
    page.fill("#id_invoices", "121001070134 08345678")
    page.get_by_label("Invoices of the institution").check()
    page.get_by_label("List of the fees").check()
    page.fill("#id_holder", "王秀英")
    page.fill("#id_bank", "辽阳市商业银行白塔支行")
    page.fill("#id_account_number", CARD[:-1] + "5")
    page.get_by_role("button", name="Enter the application").click()
    expect(page.locator(".error-summary")).to_contain_text("a digit is mistyped")
    fits(page)
    page.fill("#id_account_number", CARD)
    page.get_by_role("button", name="Enter the application").click()
    expect(page.locator("h1")).to_contain_text(person.name)
    expect(page.locator("main")).to_contain_text("Documents missing")
    expect(page.locator("main")).not_to_contain_text(CARD)
    fits(page)

    # The rest of the documents comes, with a scan.
    page.get_by_role("link", name="Documents").click()
    page.get_by_label("Discharge summary", exact=True).check()
    page.get_by_label("Copies of the ID card and the bank card", exact=True).check()
    page.set_input_files("#id_invoice_scans", {"name": "invoice.png", "mimeType": "image/png", "buffer": PNG})
    fits(page)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("To be examined")
    expect(page.locator("main")).to_contain_text("invoice.png")

    # Fee lines out of a workbook: one row is wrong.
    page.get_by_role("link", name="Import a workbook").click()
    book = openpyxl.Workbook()
    for row in (["日期", "项目编码", "数量", "单价"], ["2010-03-02", "A1", 1, 7000], ["2010-03-03", "A1", "two", 5]):
        book.active.append(row)
    book.save(tmp_path / "lines.xlsx")
    page.set_input_files("#id_file", tmp_path / "lines.xlsx")
    page.get_by_role("button", name="Look at the file").click()
    expect(page.locator("main")).to_contain_text("cannot be read")
    fits(page)
    page.get_by_role("button", name="Add these 1 rows").click()
    page.get_by_role("button", name="Forget this file").click()
    page.goto(Reimbursement.objects.get().get_absolute_url())
    # The last one is typed, by keyboard alone.
    page.fill("#id_on", "2010-03-04")
    page.fill("#id_item_code", "A1")
    page.fill("#id_quantity", "1")
    page.fill("#id_unit_price", "1000")
    page.press("#id_unit_price", "Enter")
    expect(page.locator("tfoot").last).to_contain_text("8,000.00")
    expect(page.locator("main")).to_contain_text("What a release would decide")
    fits(page)
    page.get_by_role("link", name="Examined", exact=True).click()
    fits(page)
    page.get_by_role("button", name="The application is examined").click()
    expect(page.locator("main")).to_contain_text("To be released")

    sign_in(page, live, reviewer, language="en")
    page.goto("/")
    page.get_by_role("link", name=Reimbursement.objects.get().number).first.click()
    page.get_by_role("link", name="Release", exact=True).click()
    expect(page.locator("main")).to_contain_text("3,285.00")
    fits(page)
    page.get_by_role("button", name="Release the reimbursement").click()
    assert Settlement.objects.get().fund == 3285
    page.get_by_role("link", name="Written decision").click()
    expect(page.locator("body")).to_contain_text("叁仟贰佰捌拾伍元整")
    page.goto("/payment-lists/")
    fits(page)
    page.get_by_label(Reimbursement.objects.get().number).check()
    page.get_by_role("button", name="Make a payment list").click()
    expect(page.locator("main")).to_contain_text("With the bank")
    fits(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Workbook").click()
    sheet = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).active
    assert [row[5].value for row in sheet.iter_rows()][3] == CARD
    page.get_by_role("link", name="The bank carried it out").click()
    page.fill("#id_bank_reference", "BX20100630-1")
    page.get_by_role("button", name="The bank carried the list out").click()
    expect(page.locator("main")).to_contain_text("Carried out")
    assert Reimbursement.objects.get().status == "paid"
    page.goto(Reimbursement.objects.get().get_absolute_url())
    expect(page.locator("main")).to_contain_text("Paid to the resident")
    fits(page)
    page.get_by_role("button", name="Show in full").click()
    expect(page.locator("main")).to_contain_text(CARD)
