"""Every page that an account comes to, in a real browser: U20, U23, and that no page is out of reach."""

import datetime
import os
import re
import uuid
from contextlib import closing
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PlaywrightError
from pytest_django.live_server_helper import LiveServer

from claims import services
from claims.data import AdmissionData
from claims.models import Designation, Stay
from claims.reimbursement.models import Reimbursement
from claims.reimbursement.rules import Paper
from claims.reimbursement.services import attach_scan
from claims.selectors import stays_visible_to
from enrollment.contributions.models import BenefitPeriod
from enrollment.households.models import Member
from enrollment.registration.models import Registration, RegistrationDraft, Resident
from enrollment.registration.services import scans
from funds import services as funds
from funds.models import SubsidyStatement
from funds.paying import services as paying
from funds.paying.models import InstitutionPayment
from funds.services import prepare_statement, start_preparing
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.attachments.models import Attachment
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office, Posting, User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Material
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.portal.demo.accounts import ACCOUNTS, DemoAccount
from liaoyang_medins.portal.demo.city import AS_OF, CitySize, create_demo_city
from tests import factories, signing
from tests.e2e.axe import pixels_over_paper, violations
from tests.e2e.crawl import Looks, discover, name_of, shape_of
from tests.e2e.words import Words, texts_of
from tests.portal.routes import ROUTES
from tests.registration.pages import answers
from tests.scans import PNG

pytestmark = pytest.mark.e2e

# Addresses of one name that are looked at in the browser in each language, the first in Chinese also by axe: those of
# a shape that nobody looked at yet, whatever the account.
LOOKED_AT = {"zh-hans": 2, "en": 1}
WIDTHS = (1440, 320)
ID_NUMBER = re.compile(r"(?<![\dA-Za-z])\d{17}[\dXx](?![\dA-Za-z])")

# Answers of fields and files: no pages to look at.
NO_PAGES = {"id-lookup", "item-options", "diagnosis-options", "receipt-notice"}
NO_PAGES |= {"statement-export", "statement-workbook-file"}
# Shown only where the form on the page of a registration was refused.
NO_PAGES |= {"registration-record"}
# Comes after a search for somebody who is registered elsewhere.
NO_PAGES |= {"transfer-ask"}
# Comes after signing in, where a form was sent once the session had ended.
NO_PAGES |= {"form-again"}
# Scans.
NO_PAGES |= {"registration-scan", "registration-draft-scan"}
# Workbooks.
NO_PAGES |= {"list-template", "list-refused", "school-export"}
# Workbooks, and notices as one PDF.
NO_PAGES |= {"cockpit-export", "call-list-export", "collection-list-export", "office-notices"}
# Workbooks of supervision.
NO_PAGES |= {"supervision-fund-export", "supervision-institutions-export", "supervision-institution-export"}
# Slips and statements of the account.
NO_PAGES |= {"entered-document-scan", "bank-statement-file"}
# Workbooks and files of banks.
NO_PAGES |= {"bank-file-lines", "bank-file-original"}
NO_PAGES |= {"catalogue-export", "catalogue-template", "catalogue-version-refused", "catalogue-version-file"}
NO_PAGES |= {"institution-scan", "reimbursement-scan", "reimbursement-import-refused"}
NO_PAGES |= {"watch-export", "audit-export"}
NO_PAGES |= {"handover-export", "own-account-export", "institution-account-export"}
# The page on which somebody types an ID number shows what was typed.
TYPED_HERE = {"registration-draft"}
# What an account does not come to by links, since the small city has nothing for it there.
NOTHING_THERE = {
    # A card whose enrollment has ended.
    "community": {"card-take-in"},
    "school": {
        "notice-remake",
        "registration-materials",
        "registration-missing-notice",
        "registration-refusal-notice",
    },
    # A claim on an outpatient disease that is not settled.
    "station": {"referral", "outpatient-withdraw"},
    # Findings are given to the other two of the agency, who have the reports in hand too.
    "approver": {"watch-answer", "report-close"},
    # A month is prepared already.
    "clerk": {"account-month-prepare"},
}

# How many pixels the page is wider than its window, and what sticks out of its panel where it cannot be scrolled to.
# The page hears of a new width with the next frame.
FITS = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
    const root = document.documentElement;
    const over = root.scrollWidth - root.clientWidth;
    const wrong = over > 0 ? [`${over} px wider than the window`] : [];
    for (const panel of document.querySelectorAll("main .panel")) {
        const edge = panel.getBoundingClientRect().right + 1;
        const out = [...panel.querySelectorAll("*")].find((part) =>
            part.getBoundingClientRect().right > edge && !part.closest(".table-scroll, .visually-hidden, .menu"));
        if (out) wrong.push(`sticks out of ${panel.querySelector("h2")?.innerText}: ${out.outerHTML.slice(0, 100)}`);
    }
    done(wrong);
})))"""


# Who is tried together, on one loading of the city.
GROUPS = {
    "counters": ("community", "school", "subdistrict", "district"),
    "clerk": ("clerk",),
    "reviewer": ("reviewer",),
    "approver": ("approver",),
    "hospitals": ("hospital", "station"),
    "others": ("city-finance", "district-finance", "supervisor", "admin"),
}


@pytest.fixture
def city(live: LiveServer, settings: Any) -> LiveServer:
    """The demo city, small, with the portal on a port of its own."""
    settings.DEMO = True
    create_demo_city(CitySize(residents=60), lambda text: None)
    with clock.on_day(AS_OF):
        add_cases()
    return live


def add_cases() -> None:
    """What there is in a large city, and in a small one only by chance: somebody just admitted, a referral, a run."""
    covered = BenefitPeriod.objects.filter(starts__lte=AS_OF, ends__gte=AS_OF, resident__stays=None)
    for username, period in zip(("hospital", "station"), covered.select_related("resident"), strict=False):
        by = Actor.of_posting(Posting.objects.get(user__username=username))
        now = datetime.datetime.combine(AS_OF, datetime.time(9), tzinfo=clock.SHANGHAI)
        number = period.resident.number
        services.admit(admission=AdmissionData(number, username, now, "I10", card_presented_at=now), by=by)
    for username in ("community", "school"):
        by = Actor.of_posting(Posting.objects.get(user__username=username))
        row = Registration.objects.filter(office=by.office, status__in=Registration.OPEN)[0]
        file = SimpleUploadedFile("scan.png", PNG)
        scans.attach_scan(number=row.number, material=Material.ID_CARD, file=file, by=by)
    designation = Designation.objects.select_related("institution").order_by("institution__code")[0]
    by = Actor.of_posting(Posting.objects.get(user__username="admin"))
    scan = SimpleUploadedFile("agreement.png", PNG)
    services.change_agreement(
        code=designation.institution.code,
        designation_id=designation.pk,
        agreement_number=designation.agreement_number,
        signed_on=designation.signed_on,
        file=scan,
        by=by,
    )
    station = Actor.of_posting(Posting.objects.get(user__username="station"))
    stay = Stay.objects.filter(institution__office=station.office, status=Stay.Status.DISCHARGED, held="")[0]
    services.settle_stay(stay_number=stay.number, by=station)
    clerk = Actor.of_posting(Posting.objects.get(user__username="clerk"))
    application = Reimbursement.objects.filter(status=Reimbursement.Status.ENTERED).order_by("-number")[0]
    attach_scan(number=application.number, paper=Paper.INVOICE, file=SimpleUploadedFile("invoice.png", PNG), by=clerk)
    with clock.on_day(datetime.date(2009, 12, 2)):
        period = {"kind": "window", "period_from": datetime.date(2009, 10, 1)}
        runs.work_off(number=start_preparing(**period, by=clerk, dry_run=True, calls=False).number)
        # Checked by neither of the demo's reviewers, so that each of them may approve it or send it back.
        signing.checked(prepare_statement(**period, by=clerk), factories.actor(Role.AGENCY_REVIEWER))
    write_to_late_payers(clerk)
    send_to_the_bank()
    services.request_referral(
        resident_number=number,
        from_institution="LY-H01",
        to_institution="SY-H01",
        diagnosis="I10",
        reason="需进一步检查治疗",
        issued_on=AS_OF,
        valid_until=AS_OF,
        by=Actor.of_posting(Posting.objects.get(user__username="hospital")),
    )


def send_to_the_bank() -> None:
    """A payment to an institution came back, and is with the bank again."""
    by = factories.actor(Role.AGENCY_REVIEWER)
    payment = InstitutionPayment.objects.filter(status=InstitutionPayment.Status.PAID).order_by("-number")[0]
    paying.record_returned(number=payment.number, returned_on=AS_OF, reason="账号与户名不符", by=by)
    colleague = factories.actor(Role.AGENCY_REVIEWER)
    paying.make_batch(submission=uuid.uuid4(), declarations=[payment.declaration.number], by=colleague)


def write_to_late_payers(clerk: Actor) -> None:
    """What came for an old statement was booked wrongly: city and district are late with it, and told so."""
    reviewer = Actor.of_posting(Posting.objects.get(user__username="reviewer"))
    office = Posting.objects.get(user__username="district-finance").office
    due = SubsidyStatement.objects.filter(due_on__lt=AS_OF, sums__district=office, sums__district_share__gt=0)
    statement = due.order_by("due_on")[0]
    for receipt in statement.receipts.filter(live=True):
        funds.take_back_subsidy(number=receipt.number, reason="记错结算单", by=reviewer)
    for payer in ("211000", office.code):
        funds.remind_payer(number=statement.number, payer=payer, by=clerk)


def test_every_account_is_tried() -> None:
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(a.username for a in ACCOUNTS)


@pytest.mark.django_db
def test_words_of_the_other_language_are_found() -> None:
    person = factories.resident(name="王小宝")
    words = Words()
    shown = [("Reasons", "zh-hans"), ("English", "en"), ("导出 Excel", "zh-hans"), (person.name, "zh-hans")]
    assert words.wrong(shown, "zh-hans") == ["Reasons"]
    shown = [("原因", "en"), ("简体中文", "zh-hans"), (f"Papers of {person.name}", "en"), ("low_income", "en")]
    assert words.wrong(shown, "en") == ["原因", "low_income"]


def test_a_page_of_other_parts_has_another_shape() -> None:
    def page(*parts: str) -> str:
        return f"<html><nav><a href='/'>x</a></nav><main><h1>x</h1>{''.join(parts)}</main></html>"

    row = '<tr><td class="num">1</td></tr>'
    first, second = (f'<a class="btn" href="/residents/R{number}/">{number}</a>' for number in (1, 2))
    assert shape_of(page(row, first)) == shape_of(page(row, row, second).replace("<nav>", "<nav><b>x</b>"))
    shapes = [
        shape_of(page(*parts))
        for parts in ([row], [row, first], [row, first.replace("btn", "btn btn-primary")], [first.replace("/R1", "")])
    ]
    assert len(set(shapes)) == 4


def expected(account: DemoAccount) -> set[str]:
    """The names of the pages to which an account must come by links."""
    names = {name for name, route in ROUTES.items() if account.role in route.roles and not route.post}
    return names - NO_PAGES - NOTHING_THERE.get(account.username, set())


def starts(account: DemoAccount) -> list[str]:
    """Where an account begins: at home, with a search or a filter, and on the pages behind those of a form."""
    found = [f"{reverse('search')}?{urlencode({'q': Resident.objects.order_by('number')[0].name})}"]
    if account.role in ROUTES["registrations"].roles:
        found += [
            f"{reverse('registrations')}?view=all&status={status}" for status in ("refused", "materials_missing")
        ]
        found.append(f"{reverse('notices')}?kind=first&status=open")
    if account.role in ROUTES["household"].roles:
        office = Posting.objects.get(user__username=account.username).office
        members = Member.objects.select_related("resident").order_by("pk")
        if office.kind != Office.Kind.AREA:
            members = members.filter(resident__community__code__startswith=office.code)
        found += [reverse("resident", args=[member.resident.number]) for member in members[:1]]
    if account.role in ROUTES["registration-draft"].roles:
        community = Office.objects.filter(kind=Office.Kind.COMMUNITY)[0]
        number = factories.id_number(datetime.date(2000, 2, 3), "F")
        pupil = {
            "id_number": number,
            "student": "school",
            "student_since": "2009-09-01",
            "community": str(community.pk),
        }
        typed = answers() if account.role is Role.COMMUNITY else answers(**pupil)
        posting = Posting.objects.get(user__username=account.username)
        draft = RegistrationDraft.objects.create(user=posting.user, office=posting.office, data={"statement": typed})
        found += [reverse(f"registration-{page}", args=[draft.pk]) for page in ("draft-materials", "check")]
    actor = Actor.of_posting(Posting.objects.get(user__username=account.username))
    if account.role in ROUTES["stay-discharge"].roles:
        stays = stays_visible_to(actor).filter(self_paid=False).order_by("-number")
        found += [reverse("stay", args=[row.number]) for row in stays.filter(status="admitted")[:1]]
        found += [reverse("stay", args=[row.number]) for row in stays.filter(status="settled")[:1]]
    elif account.role in ROUTES["stay-calculation"].roles:
        stays = stays_visible_to(actor).filter(self_paid=False, status="admitted").order_by("-number")
        found += [reverse("stay", args=[row.number]) for row in stays[:1]]
    if account.role in ROUTES["reimbursement"].roles:
        applications = Reimbursement.objects.order_by("-number")
        for status in ("entered", "refused"):
            found += [reverse("reimbursement", args=[row.number]) for row in applications.filter(status=status)[:1]]
    if account.role in ROUTES["institution-scan-remove"].roles:
        scans = Attachment.objects.filter(object_type="claims.institution")
        found += [reverse("institution", args=[scan.object_number]) for scan in scans[:1]]
    return [*found, "/"]


@pytest.fixture
def looks(tmp_path_factory: pytest.TempPathFactory) -> Looks:
    """What the processes of one run of the tests looked at."""
    own = tmp_path_factory.getbasetemp()
    return Looks((own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own) / "looks")


@pytest.mark.parametrize("group", GROUPS)
def test_every_page(group: str, city: LiveServer, browser: Browser, looks: Looks) -> None:
    accounts = [account for account in ACCOUNTS if account.username in GROUPS[group]]
    wrong = [f"{a.username}: {fault}" for a in accounts for fault in faults_for(a, city, browser, looks)]
    assert not wrong, f"{len(wrong)} faults\n" + "\n".join(wrong)


def faults_for(account: DemoAccount, city: LiveServer, browser: Browser, looks: Looks) -> list[str]:
    """Everything wrong that an account meets on its way through the portal, and nobody met before."""
    client = Client()
    client.force_login(User.objects.get(username=account.username))
    found = discover(client, expected(account), starts=starts(account), unopened=NO_PAGES)
    words = Words()
    faults: dict[str, list[str]] = {f"no link leads to {name}": [] for name in sorted(expected(account) - set(found))}
    # Closed also where a page breaks the test: what is open would ask the portal while its records are taken away.
    with closing(browser.new_context(base_url=city.url, locale="zh-CN", timezone_id="Asia/Shanghai")) as context:
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": city.url}])
        for language, count in LOOKED_AT.items():
            context.add_cookies([{"name": "django_language", "value": language, "url": city.url}])
            for name in sorted(found):
                pages = found[name][:count]
                for url, shape in pages:
                    if not looks.is_first(name, language, shape):
                        continue
                    with_axe = url == pages[0].url and language == "zh-hans"
                    for fault in [*look_at(page, url, words, language, with_axe=with_axe), *said]:
                        faults.setdefault(f"{language}: {fault}", []).append(url)
                    said.clear()
    return [f"{fault}   {' '.join(urls)}" for fault, urls in faults.items()]


def look_at(page: Page, url: str, words: Words, language: str, *, with_axe: bool) -> list[str]:
    """What is wrong with a page as it stands."""
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    try:
        response = page.goto(url)
    except PlaywrightError as error:
        return [f"cannot be opened: {error.message}"]
    if response is None or response.status != 200:
        return [f"answers {response.status if response else 'nothing'}"]
    faults = [f"axe: {line}" for line in violations(page)] if with_axe else []
    faults += [f"words: {line}" for line in words.wrong(texts_of(page), language)]
    if page.locator("h1").count() != 1:
        faults.append(f"{page.locator('h1').count()} headings h1")
    if name_of(url) not in TYPED_HERE:
        faults += [f"ID number {number}" for number in ID_NUMBER.findall(page.content())]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        faults += [f"at {width} px {line}" for line in page.evaluate(FITS)]
    # English words are the longer ones.
    if language == "en" and (over := pixels_over_paper(page)):
        faults.append(f"on paper: {over} pixels are cut off")
    return faults
