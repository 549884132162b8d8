"""The main job, from a newborn at the community counter to the subsidy's workbook and the letter to who pays late, as
each role in turn.
"""

import datetime
import io
import re
from decimal import Decimal

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from claims.models import Settlement, Stay
from enrollment.contributions.models import BenefitPeriod, ContributionNotice
from enrollment.registration.models import Registration, Resident
from funds.models import JournalEntry, SubsidyReminder, SubsidyStatement
from liaoyang_medins.portal.demo.accounts import PASSWORD
from liaoyang_medins.portal.demo.city import create_accounts
from liaoyang_medins.portal.demo.reference import load_reference_data
from tests.e2e.axe import violations
from tests.factories import id_number

pytestmark = pytest.mark.e2e

BIRTH = datetime.date(2009, 8, 20)
NAME = "王小宝"
WORDS = {
    "zh-hans": {"lang": "zh-hans", "registrations": "参保登记", "settled": "已结算"},
    "en": {"lang": "en", "registrations": "Registrations", "settled": "Settled"},
}


@pytest.fixture
def city(live):
    load_reference_data()
    create_accounts()


class Desk:
    """One browser in which the roles take turns; `on` moves the portal's day."""

    def __init__(self, page: Page, settings, language: str) -> None:
        self.page = page
        self.settings = settings
        self.language = language
        self.words = WORDS[language]

    def on(self, day: str) -> "Desk":
        self.settings.BUSINESS_DATE = day
        return self

    def as_(self, username: str) -> Page:
        """Sign in as somebody, in the language of the test."""
        page = self.page
        page.context.clear_cookies()
        page.context.add_cookies([{"name": "django_language", "value": self.language, "url": page.url_of}])  # type: ignore[attr-defined]
        page.goto("/sign-in/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        with page.expect_navigation(url=lambda url: "/sign-in/" not in url):
            page.press("[name=password]", "Enter")
        expect(page.locator("html")).to_have_attribute("lang", self.words["lang"])
        return page

    def press(self, action: str) -> None:
        """Press the button of the form that posts to an address ending in `action`."""
        with self.page.expect_navigation():
            self.page.locator(f"form[action$='/{action}/'] button[type=submit]").first.click()

    def submit(self) -> None:
        """Press the main button of the page's form."""
        with self.page.expect_navigation():
            self.page.locator("main form button.btn-primary").first.click()


@pytest.fixture
def desk(page: Page, live, settings, city, request) -> Desk:
    page.url_of = live.url  # type: ignore[attr-defined]
    return Desk(page, settings, request.param)


@pytest.mark.parametrize("desk", ["zh-hans", "en"], indirect=True)
def test_from_the_counter_to_the_subsidy(desk: Desk, worker: None) -> None:
    registration = register(desk)
    notice = enroll(desk, registration)
    pay(desk, notice)
    settlement = settle(desk, notice.resident)
    statement = claim_subsidy(desk, notice)
    reverse(desk, settlement)
    remind(desk, statement)


def register(desk: Desk) -> Registration:
    """The community registers a newborn: number first, birth date and sex come from it, check page, confirmation."""
    page = desk.on("2009-09-14").as_("community")
    page.goto("/registrations/")
    expect(page.locator("h1")).to_contain_text(desk.words["registrations"])
    page.goto("/registrations/new/")
    page.fill("[name=id_number]", id_number(BIRTH, "F").lower())
    expect(page.locator("#id_id_number_live")).to_contain_text("2009-08-20")
    page.fill("[name=name]", NAME)
    desk.submit()
    page.locator("[name=all_present]").click()
    page.wait_for_url(re.compile(r"/check/$"))
    expect(page.locator("main")).to_contain_text(NAME)
    expect(page.locator("main")).to_contain_text("40.00")
    desk.submit()
    row = Registration.objects.get()
    assert page.url.split("?")[0].endswith(f"/registrations/{row.number}/")
    assert (row.status, row.category, row.tier) == ("accepted", "minor", "ordinary")
    assert row.due_on == datetime.date(2009, 9, 17)
    expect(page.locator("main")).to_contain_text(row.number)
    desk.press("forward")
    return row


def enroll(desk: Desk, row: Registration) -> ContributionNotice:
    """Sub-district and district pass it on; the agency takes it into its records and makes the notice."""
    for day, username, action in (
        ("2009-09-15", "subdistrict", "forward"),
        ("2009-09-18", "district", "approve"),
        ("2009-09-21", "clerk", "record"),
    ):
        page = desk.on(day).as_(username)
        page.goto(f"/registrations/{row.number}/")
        desk.press(action)
    notice = ContributionNotice.objects.get()
    assert page.url.split("?")[0].endswith(f"/notices/{notice.number}/")
    assert (notice.contribution_year, notice.personal, notice.government) == (2009, Decimal(40), Decimal(40))
    page.goto(f"/notices/{notice.number}/print/")
    expect(page.locator("body")).to_contain_text("肆拾元整")
    return notice


def pay(desk: Desk, notice: ContributionNotice) -> None:
    """A payment of less goes to the unmatched list; the right one buys cover from the first of October."""
    page = desk.on("2009-09-25").as_("clerk")
    for amount, reference in (("39.00", "BANK-1"), ("40.00", "BANK-2")):
        page.goto("/receipts/new/")
        page.fill("[name=stated_notice]", notice.number)
        page.fill("[name=amount]", amount)
        page.fill("[name=paid_on]", "2009-09-25")
        page.fill("[name=bank_reference]", reference)
        desk.submit()
    notice.refresh_from_db()
    assert notice.status == "paid"
    receipts = notice.receipts.order_by("amount").values_list("amount", "status", "problem")
    assert list(receipts) == [(Decimal(39), "unmatched", "short"), (Decimal(40), "matched", "")]
    period = BenefitPeriod.objects.get()
    assert (period.starts, period.ends) == (datetime.date(2009, 10, 1), datetime.date(2009, 12, 31))


def settle(desk: Desk, resident: Resident) -> Settlement:
    """The hospital admits, enters the fees, discharges, looks at the calculation, settles and prints the slip."""
    page = desk.on("2009-10-20").as_("hospital")
    page.goto("/stays/new/")
    page.fill("[name=resident]", resident.number)
    page.fill("[name=inpatient_number]", "ZY-0001")
    page.fill("[name=admitted_at]", "2009-10-12T09:30")
    page.fill("[name=diagnosis]", "J18.0")
    desk.submit()
    stay = Stay.objects.get()
    page.goto(f"/stays/{stay.number}/")
    page.locator("[name=lines_text]").evaluate(
        "field => field.closest('details') && (field.closest('details').open = true)"
    )
    page.fill(
        "[name=lines_text]",
        "2009-10-12\tFW0001\t8\t18.00\n2009-10-13\tXY0006\t10\t12.50\n2009-10-14\tZL0055\t1\t1800.00",
    )
    with page.expect_navigation():
        page.locator("form:has([name=lines_text]) button[type=submit]").click()
    page.goto(f"/stays/{stay.number}/discharge/")
    page.fill("[name=discharged_on]", "2009-10-20")
    desk.submit()
    page.goto(f"/stays/{stay.number}/calculation/")
    # In scope 144.00 + 125.00 less 10 % + 1,800.00 = 2,056.50, less 500 of grade 3, of which 45 % are 700.425.
    expect(page.locator("main")).to_contain_text("2,056.50")
    expect(page.locator("main")).to_contain_text("700.43")
    desk.press("settle")
    settlement = Settlement.objects.get()
    amounts = (settlement.total, settlement.in_scope, settlement.deductible, settlement.fund, settlement.resident_pays)
    assert amounts == tuple(map(Decimal, ("2069.00", "2056.50", "500.00", "700.43", "1368.57")))
    page.goto(f"/settlements/{settlement.number}/print/")
    expect(page.locator("body")).to_contain_text("柒佰元零肆角叁分")
    return settlement


def claim_subsidy(desk: Desk, notice: ContributionNotice) -> SubsidyStatement:
    """The clerk prepares September's statement, the reviewer checks it, another approves it; the district takes its
    workbooks.
    """
    page = desk.on("2009-10-21").as_("clerk")
    page.goto("/statements/new/")
    desk.submit()
    # The run's page follows its progress; in the end it leads to the draft.
    page.locator("a.btn-primary[href*='/statements/']").wait_for(timeout=60_000)
    statement = SubsidyStatement.objects.get()
    page = desk.as_("reviewer")
    page.goto(f"/statements/{statement.number}/")
    desk.press("check")
    page = desk.as_("approver")
    page.goto(f"/statements/{statement.number}/")
    page.once("dialog", lambda dialog: dialog.accept())
    desk.press("issue")
    statement.refresh_from_db()
    assert (statement.status, statement.due_on) == ("issued", datetime.date(2009, 11, 20))
    page = desk.as_("district-finance")
    page.goto(f"/statements/{statement.number}/")
    expect(page.locator("main")).to_contain_text("18.00")
    cells = downloaded(page, f"/statements/{statement.number}/export/")
    assert 18 in cells
    assert notice.resident.number not in cells
    # The persons are a workbook of their own, which a worker makes.
    page.goto(f"/statements/{statement.number}/workbook/")
    desk.submit()
    page.locator("a[href$='/workbook/file/']").wait_for(timeout=60_000)
    assert violations(page) == []
    cells = downloaded(page, f"/statements/{statement.number}/workbook/file/")
    assert {notice.resident.number, 18} <= set(cells)
    return statement


def downloaded(page: Page, address: str) -> list[object]:
    """The cells of the workbook behind the link to an address; none starts a formula."""
    with page.expect_download() as download:
        page.locator(f"a[href='{address}']").first.click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert not any(isinstance(cell, str) and cell.startswith("=") for cell in cells)
    return cells


def remind(desk: Desk, statement: SubsidyStatement) -> None:
    """Five days after the term the agency sees on its home page who is late and writes to them; they find it."""
    page = desk.on("2009-11-25").as_("clerk")
    expect(page.locator("main")).to_contain_text("40.00")
    page.locator(f"a[href='/statements/{statement.number}/']").first.click()
    with page.expect_navigation():
        page.locator("form[action$='/reminders/new/']:has([value='211002']) button").click()
    letter = SubsidyReminder.objects.get()
    assert (letter.overdue_days, letter.outstanding) == (5, Decimal(18))
    assert violations(page) == []
    page = desk.as_("city-finance")
    for address in ("/", f"/statements/{statement.number}/"):
        page.goto(address)
        expect(page.locator("main")).to_contain_text("22.00")
        assert violations(page) == []
    page = desk.as_("district-finance")
    expect(page.locator("main")).to_contain_text("18.00")
    page.goto(f"/statements/{statement.number}/")
    expect(page.locator("aside")).to_contain_text(letter.number)
    page.locator(f"a[href='/subsidy-reminders/{letter.number}/']").click()
    expect(page.locator("body")).to_contain_text("壹拾捌元整")
    assert violations(page) == []


def reverse(desk: Desk, settlement: Settlement) -> None:
    """The agency reverses the settlement; the journal has every document once."""
    page = desk.on("2009-10-22").as_("reviewer")
    page.goto(f"/settlements/{settlement.number}/")
    page.fill("[name=reason]", "费用有误")
    desk.press("reverse")
    settlement.refresh_from_db()
    assert not settlement.live
    page.goto("/journal/")
    desk.press("post")
    posted = JournalEntry.objects.values_list("document_type", flat=True)
    assert sorted(posted) == ["receipt", "receipt", "reversal", "settlement", "statement"]
