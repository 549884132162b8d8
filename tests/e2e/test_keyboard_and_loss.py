"""At the desk, in a real browser: nothing typed is lost, nothing is done twice, all of it goes by keyboard.

U1, U2, U4, U12, U18, U19 and U21 of the list of what counts.
"""

import datetime
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from claims.models import Settlement, Stay
from enrollment.contributions.models import Receipt
from enrollment.registration.models import Registration, RegistrationDraft
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make
from tests.claims import makers as claims
from tests.contributions import makers as contributions
from tests.e2e.windows import sign_in
from tests.registration import makers as registration

pytestmark = pytest.mark.e2e

BIRTH = datetime.date(1946, 2, 3)
NAME = "欧阳明远"
REMARK = "邻居陪同前来"


@pytest.fixture(autouse=True)
def _day(settings: Any) -> None:
    settings.BUSINESS_DATE = registration.TODAY.isoformat()


@pytest.fixture
def plain(live: Any, browser: Browser) -> Iterator[Page]:
    """A browser window without JavaScript."""
    context = browser.new_context(base_url=live.url, locale="zh-CN", java_script_enabled=False)
    yield context.new_page()
    context.close()


def user_of(actor: Actor) -> User:
    assert actor.user_id
    return User.objects.get(pk=actor.user_id)


def press_main(page: Page) -> None:
    page.locator("main form button.btn-primary").first.click()


def type_statement(page: Page) -> str:
    """Page 1 of a registration as most people answer it; the ID number that was typed."""
    number = make.id_number(BIRTH, "M")
    page.fill("[name=id_number]", number)
    page.fill("[name=name]", NAME)
    return number


def to_check(page: Page) -> None:
    """From the start of a registration to the page that asks to check the answers."""
    page.goto(reverse("registration-start"))
    type_statement(page)
    press_main(page)
    page.locator("[name=all_present]").click()
    page.wait_for_url(re.compile(r"/check/$"))


# --- errors and loss -------------------------------------------------------------------------------------------------


def test_an_empty_registration_says_what_to_put_right(page: Page, live: Any) -> None:
    sign_in(page, live, make.actor(Role.COMMUNITY))
    page.goto(reverse("registration-start"))
    press_main(page)
    expect(page).to_have_title(re.compile("^错误："))
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary.locator("h2")).to_have_text(re.compile("^错误："))
    links = summary.locator("a").all()
    assert len(links) >= 2
    for link in links:
        words = link.inner_text().split("：", 1)[1]
        link.click()
        field = page.locator(f"[id='{(link.get_attribute('href') or '')[1:]}']")
        expect(field).to_be_focused()
        expect(page.locator(".field", has=field).last).to_contain_text(words)


def test_what_was_typed_survives_an_error(page: Page, live: Any) -> None:
    sign_in(page, live, make.actor(Role.COMMUNITY))
    page.goto(reverse("registration-start"))
    page.fill("[name=id_number]", "21100219460203001")
    page.fill("[name=address]", "中华大街1号")
    press_main(page)
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator("[name=id_number]")).to_have_value("21100219460203001")
    expect(page.locator("[name=address]")).to_have_value("中华大街1号")


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
def test_what_was_typed_survives_the_end_of_the_session(page: Page, plain: Page, live: Any, script: bool) -> None:
    window = page if script else plain
    actor = make.actor(Role.COMMUNITY)
    sign_in(window, live, actor)
    window.goto(reverse("registration-start"))
    number = type_statement(window)
    window.fill("[name=address]", "中华大街1号")
    Session.objects.all().delete()
    press_main(window)
    window.wait_for_url(re.compile(r"/sign-in/\?next="))
    window.fill("[name=username]", user_of(actor).username)
    window.fill("[name=password]", "demo-password-1")
    press_main(window)
    window.wait_for_url(re.compile(r"/registrations/drafts/"))
    expect(window.locator("[name=id_number]")).to_have_value(number)
    expect(window.locator("[name=name]")).to_have_value(NAME)
    expect(window.locator("[name=address]")).to_have_value("中华大街1号")


def test_what_was_typed_on_the_second_page_survives_too(page: Page, live: Any) -> None:
    actor = make.actor(Role.COMMUNITY)
    sign_in(page, live, actor)
    page.goto(reverse("registration-start"))
    type_statement(page)
    press_main(page)
    page.fill("[name=remark]", REMARK)
    Session.objects.all().delete()
    press_main(page)
    page.wait_for_url(re.compile(r"/sign-in/\?next="))
    page.fill("[name=username]", user_of(actor).username)
    page.fill("[name=password]", "demo-password-1")
    press_main(page)
    expect(page.locator("[name=remark]")).to_have_value(REMARK)


def test_what_was_typed_anywhere_else_is_sent_after_signing_in_again(page: Page, live: Any) -> None:
    """A reason for sending a registration back: it stands on no draft, and its step takes no GET."""
    chain = registration.Chain()
    row, name = chain.at("at_district"), user_of(chain.district).username
    page.goto(reverse("sign-in"))
    page.fill("[name=username]", name)
    page.fill("[name=password]", "demo-password-1")
    press_main(page)
    page.goto(reverse("registration", args=[row.number]))
    page.locator("details:has([name=return-reason]) summary").click()
    page.fill("[name=return-reason]", REMARK)
    Session.objects.all().delete()
    page.locator("form[action$='/return/'] button[type=submit]").click()
    page.wait_for_url(re.compile(r"/sign-in/\?next=/again/"))
    expect(page.locator("main")).to_contain_text("仍然保留")
    page.fill("[name=username]", name)
    page.fill("[name=password]", "demo-password-1")
    press_main(page)
    page.wait_for_url(re.compile(r"/again/"))
    expect(page.locator("main form button.btn-primary")).to_be_focused()
    press_main(page)
    page.wait_for_url(re.compile(rf"/registrations/{row.number}/$"))
    expect(page.locator("main")).to_contain_text(REMARK)
    row.refresh_from_db()
    assert row.status == "returned"


# --- keyboard --------------------------------------------------------------------------------------------------------


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what the selector names has the focus."""
    for _step in range(150):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never comes to {selector}")


def test_a_card_reader_fills_the_form_like_a_keyboard(page: Page, live: Any) -> None:
    sign_in(page, live, make.actor(Role.COMMUNITY))
    page.goto(reverse("registration-start"))
    at = page.url
    page.locator("[name=id_number]").focus()
    page.keyboard.type(make.id_number(BIRTH, "M"))
    page.keyboard.press("Enter")
    expect(page.locator("#id_id_number_live")).to_contain_text("1946-02-03")
    expect(page.locator("[name=id_number]")).not_to_be_focused()
    assert page.url == at
    assert not Registration.objects.exists()


def test_a_registration_by_keyboard_alone(page: Page, live: Any) -> None:
    sign_in(page, live, make.actor(Role.COMMUNITY))
    page.goto("/")
    tab_to(page, f"main a[href='{reverse('registration-start')}']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/registrations/drafts/"))
    tab_to(page, "[name=id_number]")
    page.keyboard.type(make.id_number(BIRTH, "M"))
    tab_to(page, "[name=name]")
    page.keyboard.insert_text(NAME)
    tab_to(page, "main form button.btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/documents/$"))
    tab_to(page, "[name=all_present]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/check/$"))
    tab_to(page, "main form button.btn-primary")
    page.keyboard.press("Enter")
    expect(page.locator(".confirmation")).to_contain_text("R2009-")
    row = Registration.objects.select_related("resident").get()
    assert (row.status, row.resident.name) == ("accepted", NAME)


# --- once only -------------------------------------------------------------------------------------------------------


def test_a_registration_submitted_twice_is_one(page: Page, live: Any) -> None:
    sign_in(page, live, make.actor(Role.COMMUNITY))
    to_check(page)
    other = page.context.new_page()
    other.goto(page.url)
    press_main(page)
    expect(page.locator(".confirmation")).to_be_visible()
    done = page.url
    press_main(other)
    other.wait_for_url(re.compile(r"/registrations/R2009-"))
    page.go_back()
    page.wait_for_url(re.compile(r"/check/$|/registrations/R2009-"))
    page.reload()
    assert page.url.split("?")[0] == done.split("?")[0]
    assert Registration.objects.count() == 1
    assert not RegistrationDraft.objects.exclude(data={}).exists()


def test_a_payment_submitted_twice_is_one(page: Page, live: Any) -> None:
    notice = contributions.first_notice(contributions.newborn(), registration.TODAY)
    sign_in(page, live, contributions.clerk())
    page.goto(reverse("receipt-new"))
    for name, value in {"stated_notice": notice.number, "amount": "40", "bank_reference": "ICBC-000042"}.items():
        page.fill(f"[name={name}]", value)
    press_main(page)
    expect(page.locator(".confirmation")).to_be_visible()
    page.go_back()
    expect(page.locator("[name=bank_reference]")).to_be_visible()
    page.fill("[name=stated_notice]", notice.number)
    page.fill("[name=amount]", "40")
    page.fill("[name=bank_reference]", "ICBC-000042")
    press_main(page)
    page.wait_for_load_state()
    assert Receipt.objects.count() == 1


def stay_to_settle() -> Stay:
    person = claims.insured()
    return claims.discharged(person, claims.hospital(), ("8000.00", "523.45"), on="2009-09-01", until="2009-09-12")


def test_a_settlement_submitted_twice_is_one(page: Page, live: Any) -> None:
    stay = stay_to_settle()
    sign_in(page, live, claims.clerk())
    page.goto(reverse("stay-calculation", args=[stay.number]))
    other = page.context.new_page()
    other.goto(page.url)
    settle = f"form[action='{reverse('stay-settle', args=[stay.number])}'] button"
    page.locator(settle).dblclick()
    page.wait_for_url(re.compile(r"/settlements/J2009-"))
    other.locator(settle).click()
    expect(other.locator("main")).to_contain_text("已结算")
    page.go_back()
    page.wait_for_load_state()
    assert Settlement.objects.count() == 1


def test_the_second_of_two_clerks_is_told_who_was_first(page: Page, live: Any, browser: Browser) -> None:
    chain = registration.Chain()
    row = chain.at("at_district")
    second = make.actor(Role.DISTRICT, username="second")
    address = reverse("registration", args=[row.number])
    sign_in(page, live, chain.district)
    page.goto(address)
    context = browser.new_context(base_url=live.url, locale="zh-CN")
    late = context.new_page()
    sign_in(late, live, second)
    late.goto(address)
    with page.expect_navigation():
        page.locator("form[action$='/approve/'] button").click()
    with late.expect_navigation() as answered:
        late.locator("form[action$='/approve/'] button").click()
    assert answered.value is not None
    assert answered.value.status == 409
    expect(late.locator("main")).to_contain_text(user_of(chain.district).name)
    context.close()
    row.refresh_from_db()
    assert (row.status, row.reviewed_by_id) == ("at_agency", chain.district.user_id)


# --- calculation, and without JavaScript -----------------------------------------------------------------------------


def test_a_calculation_names_article_and_figures_of_every_step(page: Page, live: Any) -> None:
    stay = stay_to_settle()
    sign_in(page, live, claims.clerk())
    page.goto(reverse("stay-calculation", args=[stay.number]))
    rows = page.locator("table.sheet tbody tr").all()
    assert len(rows) >= 6
    steps = []
    for row in rows:
        cells = [" ".join(text.split()) for text in row.locator("th, td").all_inner_texts()]
        steps.append(dict(zip(("label", "how", "parameter", "rule", "amount"), cells, strict=True)))
    without = [step["label"] for step in steps if not re.search(r"第\d+条|A\d", step["rule"])]
    assert without == []
    assert all(step["label"] and step["how"] for step in steps)
    # 8,523.45 less the deductible 500 of grade 3, of which the fund pays 55 %.
    text = " ".join(f"{step['how']} {step['amount']}" for step in steps)
    for figure in ("8,523.45", "500.00", "8,023.45"):
        assert figure in text
    # What holds from which day: the rates since the law's first day.
    assert "2008-07-01" in " ".join(page.locator("table.sheet").all_inner_texts())
    assert page.locator(".measure").count() == 1


def test_registration_and_settlement_work_without_scripts(plain: Page, live: Any) -> None:
    sign_in(plain, live, make.actor(Role.COMMUNITY))
    to_check(plain)
    expect(plain.locator("main")).to_contain_text("1946-02-03")
    press_main(plain)
    row = Registration.objects.get()
    assert row.status == "accepted"
    plain.locator("form[action$='/forward/'] button").click()
    row.refresh_from_db()
    assert row.status == "at_subdistrict"

    claims.catalogue()
    claims.diagnosis()
    person = claims.insured()
    sign_in(plain, live, claims.hospital())
    plain.goto(reverse("stay-new"))
    plain.fill("[name=resident]", person.number)
    plain.fill("[name=inpatient_number]", "ZY-0001")
    plain.fill("[name=admitted_at]", "2009-10-01T09:30")
    plain.fill("[name=diagnosis]", "J18.9")
    press_main(plain)
    stay = Stay.objects.get()
    plain.locator("details:has([name=lines_text]) summary").click()
    plain.fill("[name=lines_text]", "2009-10-02\tA1\t10\t120.00\n2009-10-03\tB1\t1\t500.00")
    plain.locator("form:has([name=lines_text]) button[type=submit]").click()
    plain.goto(reverse("stay-discharge", args=[stay.number]))
    plain.fill("[name=discharged_on]", "2009-10-10")
    press_main(plain)
    plain.goto(reverse("stay-calculation", args=[stay.number]))
    plain.locator(f"form[action='{reverse('stay-settle', args=[stay.number])}'] button").click()
    settlement = Settlement.objects.get()
    assert plain.url.endswith(reverse("settlement", args=[settlement.number]))
    assert str(settlement.total) == "1700.00"
    assert str(settlement.in_scope) == "1650.00"
