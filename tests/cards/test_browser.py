"""Cards in a real browser, in Chinese: handed out, lost, replaced; misused, barred, and back after two years."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from claims.misuse.models import MisuseCase
from enrollment.cards.models import InsuranceCard
from enrollment.contributions.models import BenefitPeriod
from enrollment.registration.models import Enrollment
from tests.contributions import makers as contributions
from tests.e2e.windows import sign_in
from tests.misuse.makers import patient

from .makers import D, clerk, community, insured, reviewer, with_community

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.e2e]


@pytest.fixture(autouse=True)
def day(settings):
    settings.BUSINESS_DATE = "2009-03-20"


def press(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).first.click()


def test_handed_out_lost_and_replaced(page, live):
    mine, theirs = with_community(insured(name="王小宝")), with_community(insured(name="李小玉"))
    sign_in(page, live, community())
    page.goto(reverse("cards-hand-out"))
    # The holder of one came; for the other her father, whose name is forgotten at first.
    for row in (mine, theirs):
        page.locator(f"input[name=row][value='{row.number}']").check()
    page.locator(f"select[name='taken_by_{theirs.number}']").select_option("parent")
    press(page, "main form button.btn-primary")
    expect(page).to_have_title(re.compile("^错误："))
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(f"input[name=row][value='{mine.number}']")).to_be_checked()
    expect(page.locator(f"select[name='taken_by_{theirs.number}']")).to_have_value("parent")
    page.locator(f"input[name='name_{theirs.number}']").fill("李刚")
    press(page, "main form button.btn-primary")
    assert set(InsuranceCard.objects.values_list("status", "taken_by")) == {
        ("handed_out", "self"),
        ("handed_out", "parent"),
    }

    # She comes back: it is lost.
    page.goto(mine.get_absolute_url())
    press(page, f"a[href='{reverse('card-loss', args=[mine.number])}']")
    page.locator("#id_reason").fill("公交车上遗失")
    press(page, "main form button[type=submit]")
    mine.refresh_from_db()
    assert mine.status == "lost"

    # The agency finds it by its number, as a reader types it, and replaces it.
    sign_in(page, live, clerk())
    page.goto("/")
    page.locator("#search-box").fill(mine.number)
    with page.expect_navigation(url=re.compile(r"/card/")):
        page.keyboard.press("Enter")
    press(page, f"a[href='{reverse('card-replace', args=[mine.number])}']")
    page.get_by_role("radio").first.check()
    page.locator("#id_reason").fill("公交车上遗失")
    press(page, "main form button[type=submit]")
    new = InsuranceCard.objects.get(replaces=mine)
    expect(page.locator(".page-number")).to_contain_text(new.number)
    page.go_back()
    page.reload()
    assert InsuranceCard.objects.count() == 3


def test_misused_barred_and_back_after_two_years(page, live, settings):
    person, paid = patient()
    settings.BUSINESS_DATE = "2009-07-10"
    sign_in(page, live, clerk())
    page.goto(reverse("resident", args=[person.number]))
    press(page, f"a[href='{reverse('misuse-new', args=[person.number])}']")
    page.get_by_role("radio").first.check()
    page.locator("#id_facts").fill("邻居凭此卡住院。")
    page.locator(f"#id_recover_{paid.number}").fill("600")
    press(page, "main form button[type=submit]")
    case = MisuseCase.objects.get()

    sign_in(page, live, reviewer())
    page.goto(case.get_absolute_url())
    press(page, f"a[href='{reverse('misuse-decide', args=[case.number])}']")
    page.locator("#id_reasoning").fill("本人书面承认。")
    press(page, "main form button[type=submit]")
    case.refresh_from_db()
    assert (case.status, case.barred_until) == ("decided", D(2011, 7, 10))
    assert InsuranceCard.objects.get(resident=person).status == "suspended"
    press(page, f"a[href='{reverse('misuse-decision', args=[case.number])}']")
    expect(page.locator("main")).to_contain_text("30")

    # Two years later she is registered again; the agency takes her in, she pays and waits.
    settings.BUSINESS_DATE = "2011-07-11"
    registration = contributions.at_agency(person, D(2011, 7, 11))
    sign_in(page, live, clerk())
    page.goto(reverse("registration-record", args=[registration.number]))
    press(page, "main form button[type=submit]")
    notice = Enrollment.objects.filter(resident=person).latest("pk").notices.get()
    assert notice.kind == "lapsed"
    contributions.pay(notice, D(2011, 7, 11))
    assert BenefitPeriod.objects.get(notice=notice).starts == D(2012, 1, 12)
    page.goto(reverse("resident", args=[person.number]))
    press(page, f"form[action='{reverse('card-make', args=[person.number])}'] button")
    assert InsuranceCard.objects.filter(resident=person).count() == 2
