"""The pages of the funds, as each role meets them."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from funds import services
from funds.models import SubsidyReceipt, SubsidyStatement
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.runs.services import work_off
from tests import factories, signing

from . import makers
from .makers import yuan
from .pages import text, url

D = datetime.date
R = Role
JOB = Actor.job("test")


@pytest.fixture
def draft(db, today) -> SubsidyStatement:
    """A draft of the window of 2009 that the signed-in clerk prepared."""
    makers.notice(makers.person(), paid_on=D(2009, 10, 8))
    clerk = factories.actor(R.AGENCY_CLERK, username="agency_clerk-usual")
    return services.prepare_statement(kind="window", period_from=D(2009, 10, 1), by=clerk)


# --- the list and the statement ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [R.AGENCY_CLERK, R.AGENCY_REVIEWER, R.CITY_FINANCE, R.SUPERVISOR])
def test_the_list_has_the_statements_and_their_sums(window, signed_in, role: Role):
    page = text(signed_in(role).get(url("statements")))
    assert window.number in page
    assert page.count("<tr data-href") == 2
    # 260 of the window and 100 of September.
    assert "360.00" in page


def test_the_list_is_filtered_by_year_and_kind(window, signed_in):
    client = signed_in(R.AGENCY_CLERK)
    assert text(client.get(url("statements"), {"kind": "month"})).count("<tr data-href") == 1
    assert window.number not in text(client.get(url("statements"), {"kind": "month"}))
    assert window.number in text(client.get(url("statements"), {"year": "2009", "kind": "window"}))


def test_an_empty_list_says_what_comes_here(signed_in):
    page = signed_in(R.AGENCY_CLERK).get(url("statements"))
    assert 'class="empty"' in text(page)
    assert url("statement-new") in text(page)
    assert url("statement-new") not in text(signed_in(R.CITY_FINANCE).get(url("statements")))


def test_lists_take_the_same_number_of_queries_however_long(signed_in, today):
    client = signed_in(R.SUPERVISOR)
    clerk, reviewer = factories.actor(R.AGENCY_CLERK), factories.actor(R.AGENCY_REVIEWER)
    counts = []
    for month in (1, 2, 3):
        makers.notice(makers.person(), year=2009, paid_on=D(2009, month, 3))
        statement = services.prepare_statement(kind="month", period_from=D(2009, month, 1), by=clerk)
        signing.issued(statement, reviewer)
        services.post_documents(by=JOB)
        if month != 2:
            found = []
            for name in ("statements", "journal"):
                with CaptureQueriesContext(connection) as queries:
                    assert client.get(url(name)).status_code == 200
                found.append(len(queries))
            counts.append(found)
    assert counts[0] == counts[1]


def test_a_statement_shows_districts_corrections_and_what_is_owed(window, signed_in):
    page = text(signed_in(R.CITY_FINANCE).get(window.get_absolute_url()))
    assert page.count("<caption>") == 2
    assert "-100.00" in page
    assert "5.5" in page
    # City 143, Baita 63, Wensheng 54.
    for amount in ("143.00", "63.00", "54.00", "260.00"):
        assert amount in page
    assert window.hash[:16] in page


def test_a_district_sees_its_own_part_and_nothing_of_others(window, signed_in):
    baita = signed_in(R.DISTRICT_FINANCE, factories.district("211002"))
    with clock.on_day(D(2009, 12, 18)):
        for payer, amount in (("211000", 7), ("211003", 9)):
            services.record_subsidy(
                number=window.number,
                payer=payer,
                amount=yuan(amount),
                paid_on=D(2009, 12, 18),
                bank_reference=f"REF-{payer}",
                by=JOB,
            )
    pages = {
        name: text(baita.get(url(name, window.number)))
        for name in ("statement", "statement-persons", "statement-print")
    }
    pages["statements"] = text(baita.get(url("statements")))
    for page in pages.values():
        assert "140.00" in page
        for foreign in ("211003", "260.00", "李三", "周退", "REF-", "9.00", "143.00"):
            assert foreign not in page
    assert "王一" in pages["statement-persons"]
    # Asked for by address, another district's persons are none.
    asked = text(baita.get(url("statement-persons", window.number), {"district": "211003"}))
    assert "李三" not in asked
    assert 'class="empty"' in asked


def test_a_district_without_a_part_finds_no_statement(window, signed_in):
    client = signed_in(R.DISTRICT_FINANCE, factories.district("211011"))
    for name in ("statement", "statement-persons", "statement-print", "statement-export"):
        assert client.get(url(name, window.number)).status_code == 404
    assert window.number not in text(client.get(url("statements")))


def test_finance_offices_find_no_draft(draft, signed_in):
    for client in (signed_in(R.CITY_FINANCE), signed_in(R.DISTRICT_FINANCE, factories.district("211002"))):
        for name in ("statement", "statement-persons", "statement-print", "statement-export"):
            assert client.get(url(name, draft.number)).status_code == 404


def test_figures_lead_to_the_persons_behind_them(window, signed_in):
    client = signed_in(R.AGENCY_CLERK)
    persons = url("statement-persons", window.number)
    where = {"district": "211003", "category": "elderly", "tier": "low_income", "corrections": "0"}
    assert "&amp;".join(f"{name}={value}" for name, value in where.items()) in text(
        client.get(window.get_absolute_url())
    )
    found = text(client.get(persons, where))
    assert "李三" in found
    assert "周退" not in found
    assert "王一" not in found
    corrections = text(client.get(persons, {"corrections": "1"}))
    assert "周退" in corrections
    assert "李三" not in corrections


def test_persons_are_masked_and_names_are_text(window, signed_in):
    page = text(signed_in(R.CITY_FINANCE).get(url("statement-persons", window.number)))
    for number in window.items.values_list("notice__resident__id_number", flat=True):
        assert number not in page
        assert number[-4:] in page
    # City finance may not open the resident's own page.
    assert "/residents/" not in page
    assert "/residents/" in text(signed_in(R.SUPERVISOR).get(url("statement-persons", window.number)))


def test_the_paper_has_the_sums_in_figures_and_characters(window, signed_in):
    page = text(signed_in(R.AGENCY_CLERK).get(url("statement-print", window.number)))
    assert "贰佰陆拾元整" in page
    assert "壹佰肆拾叁元整" in page
    assert window.hash in page
    assert 'class="signatures"' in page
    assert page.count("<table>") + page.count('<table class="table">') == 3


def test_the_workbook_is_sent_as_a_file(window, signed_in):
    answer = signed_in(R.CITY_FINANCE).get(url("statement-export", window.number))
    assert answer["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert f'filename="{window.number}.xlsx"' in answer["Content-Disposition"]
    assert b"".join(answer.streaming_content).startswith(b"PK")


# --- preparing, issuing, booking -----------------------------------------------------------------------------------


def test_preparing_shows_the_figures_first(signed_in):
    makers.notice(makers.person(), paid_on=D(2009, 10, 8))
    makers.notice(makers.person(), year=2009, government=220, paid_on=D(2009, 9, 8))
    client = signed_in(R.AGENCY_CLERK)
    page = text(client.get(url("statement-new")))
    assert 'value="month:2009-09-01"' in page
    assert 'value="window:2009-10-01"' in page
    assert "220.00" in page
    answer = client.post(url("statement-new"), {"period": "window:2009-10-01"})
    run, statement = Run.objects.get(), SubsidyStatement.objects.get()
    assert answer.url == run.get_absolute_url()
    assert (statement.status, statement.made_by.username) == ("preparing", "agency_clerk-usual")
    # Posted twice it is the same run; while it is at work no other is offered, and the statement leads to it.
    assert client.post(url("statement-new"), {"period": "window:2009-10-01"}).url == run.get_absolute_url()
    assert 'value="month' not in text(client.get(url("statement-new")))
    assert client.get(statement.get_absolute_url()).url == run.get_absolute_url()
    for name in ("statement-print", "statement-export", "statement-persons"):
        assert client.get(url(name, statement.number)).status_code == 404
    assert statement.number in text(client.get(url("statements")))
    work_off(number=run.number)
    assert statement.get_absolute_url() in text(client.get(run.get_absolute_url()))
    assert 'value="month' not in text(client.get(url("statement-new")))
    assert "100.00" in text(client.get(statement.get_absolute_url()))


def test_a_dry_run_counts_and_writes_nothing(signed_in):
    makers.notice(makers.person(), paid_on=D(2009, 10, 8))
    client = signed_in(R.AGENCY_CLERK)
    answer = client.post(url("statement-new"), {"period": "window:2009-10-01", "dry_run": "1"})
    run = Run.objects.get()
    assert (answer.url, run.dry_run) == (run.get_absolute_url(), True)
    work_off(number=run.number)
    page = text(client.get(run.get_absolute_url()))
    for shown in ("100.00", "55.00", "45.00", factories.district("211002").name):
        assert shown in page
    assert not SubsidyStatement.objects.exists()


@pytest.mark.parametrize("period", ["", "week:2009-10-01", "month:2009-13-01", "month:2009-10-01", "month:2009-12-01"])
def test_a_period_that_cannot_be_is_refused_on_the_page(signed_in, period: str):
    makers.notice(makers.person(), paid_on=D(2009, 10, 8))
    answer = signed_in(R.AGENCY_CLERK).post(url("statement-new"), {"period": period})
    assert answer.status_code == 422
    assert "error-summary" in text(answer)
    assert not SubsidyStatement.objects.exists()


def test_nothing_to_prepare_says_so(signed_in):
    assert 'class="empty"' in text(signed_in(R.AGENCY_CLERK).get(url("statement-new")))


def test_a_draft_goes_from_clerk_to_reviewer_to_another(draft, signed_in):
    clerk, reviewer = signed_in(R.AGENCY_CLERK), signed_in(R.AGENCY_REVIEWER)
    third = Client()
    third.force_login(User.objects.get(pk=factories.actor(R.AGENCY_REVIEWER).user_id))
    _sign, check, back, issue, redraw = steps = [
        url(f"statement-{step}", draft.number) for step in ("sign", "check", "send-back", "issue", "redraw")
    ]

    def offered(client: Client) -> list[str]:
        page = text(client.get(draft.get_absolute_url()))
        return [step for step in steps if step in page]

    assert [offered(client) for client in (clerk, reviewer, third)] == [[redraw], [check], [check]]
    assert clerk.post(redraw, {"version": 1}).status_code == 302
    work_off(number=Run.objects.get(status="planned").number)
    told = reviewer.post(check, {"version": 1})
    assert told.status_code == 409
    assert "agency_clerk-usual" in text(told)
    assert reviewer.post(check, {}).status_code == 409
    assert reviewer.post(check, {"version": 2}).status_code == 302
    assert [offered(client) for client in (clerk, reviewer, third)] == [[redraw], [], [back, issue]]
    assert reviewer.post(issue, {"version": 3}).status_code == 403

    assert third.post(back, {"version": 3, "reason": ""}).status_code == 422
    assert third.post(back, {"version": 3, "reason": "Wensheng is missing"}).status_code == 302
    assert "Wensheng is missing" in text(clerk.get(draft.get_absolute_url()))
    assert third.get(back).url == draft.get_absolute_url()
    assert reviewer.post(check, {"version": 4}).status_code == 302
    assert third.post(issue, {"version": 5}).status_code == 302
    assert SubsidyStatement.objects.get().status == "issued"
    assert third.post(issue, {"version": 6}).status_code == 409
    assert offered(third) == []
    assert "timeline-text" in text(reviewer.get(draft.get_absolute_url()))


def test_a_clerk_signs_what_the_portal_drew(draft, signed_in):
    SubsidyStatement.objects.update(made_by=None)
    clerk, sign = signed_in(R.AGENCY_CLERK), url("statement-sign", draft.number)
    assert url("statement-check", draft.number) not in text(signed_in(R.AGENCY_REVIEWER).get(draft.get_absolute_url()))
    assert sign in text(clerk.get(draft.get_absolute_url()))
    assert clerk.post(sign, {"version": 1}).url == draft.get_absolute_url()
    assert sign not in text(clerk.get(draft.get_absolute_url()))
    assert url("statement-check", draft.number) in text(signed_in(R.AGENCY_REVIEWER).get(draft.get_absolute_url()))


def test_a_draft_is_discarded(draft, signed_in):
    clerk = signed_in(R.AGENCY_CLERK)
    assert url("statement-discard", draft.number) in text(clerk.get(draft.get_absolute_url()))
    assert clerk.post(url("statement-discard", draft.number), {"version": 1}).url == url("statements")
    assert not SubsidyStatement.objects.exists()
    assert clerk.post(url("statement-discard", draft.number), {"version": 1}).status_code == 404


def test_who_prepared_it_as_a_clerk_does_not_issue_it_as_a_reviewer(draft, signed_in):
    client = signed_in(R.AGENCY_CLERK)
    user = draft.made_by
    posting = user.postings.create(role=R.AGENCY_REVIEWER, office=factories.area(), starts=factories.LAW)
    client.post(reverse("choose-posting"), {"posting": posting.pk})
    assert url("statement-check", draft.number) not in text(client.get(draft.get_absolute_url()))
    assert client.post(url("statement-check", draft.number), {"version": 1}).status_code == 403


def test_a_payment_is_booked_and_shown(window, signed_in):
    client = signed_in(R.AGENCY_CLERK)
    form = url("subsidy-receipt-new", window.number)
    assert "143.00" in text(client.get(form))
    facts = {"payer": "211000", "amount": "100.50", "paid_on": "2009-12-18", "bank_reference": "CZ-1"}
    wrong = client.post(form, facts | {"amount": "1000"})
    assert wrong.status_code == 422
    assert "error-summary" in text(wrong)
    assert "CZ-1" in text(wrong)
    assert client.post(form, facts).url == window.get_absolute_url()
    # Sent twice, it is booked once.
    assert client.post(form, facts).status_code == 302
    assert SubsidyReceipt.objects.get().amount == Decimal("100.50")
    page = text(client.get(window.get_absolute_url()))
    assert "CZ-1" in page
    assert "42.50" in page


def test_a_payment_is_taken_back_by_a_reviewer(window, signed_in):
    clerk, reviewer = signed_in(R.AGENCY_CLERK), signed_in(R.AGENCY_REVIEWER)
    facts = {"payer": "211000", "amount": "100.50", "paid_on": "2009-12-18", "bank_reference": "CZ-1"}
    clerk.post(url("subsidy-receipt-new", window.number), facts)
    receipt = SubsidyReceipt.objects.get()
    form = url("subsidy-take-back", receipt.number)
    assert form not in text(clerk.get(window.get_absolute_url()))
    assert clerk.get(form).status_code == 403
    assert form in text(reviewer.get(window.get_absolute_url()))
    assert "100.50" in text(reviewer.get(form))
    assert reviewer.post(form, {"reason": ""}).status_code == 422
    assert reviewer.post(form, {"reason": "Another statement's"}).url == window.get_absolute_url()
    page = text(reviewer.get(window.get_absolute_url()))
    assert "-100.50" in page
    assert "Another statement&#x27;s" in page
    assert form not in page
    assert reviewer.get(form).url == window.get_absolute_url()


def test_there_is_nothing_to_book_where_nothing_is_outstanding(draft, signed_in):
    client = signed_in(R.AGENCY_CLERK)
    assert client.get(url("subsidy-receipt-new", draft.number)).url == draft.get_absolute_url()


def test_what_is_late_is_said_in_words(window, signed_in):
    client = signed_in(R.CITY_FINANCE)
    with clock.on_day(D(2010, 1, 12)):
        for page in (client.get(window.get_absolute_url()), client.get(url("statements"))):
            assert "tag-bad" in text(page)
            assert "10" in text(page)


# --- who may open what ---------------------------------------------------------------------------------------------

SEE = {R.AGENCY_CLERK, R.AGENCY_REVIEWER, R.CITY_FINANCE, R.DISTRICT_FINANCE, R.SUPERVISOR}
JOURNAL = SEE - {R.DISTRICT_FINANCE}
PAGES = {
    "statements": SEE,
    "statement": SEE,
    "statement-persons": SEE,
    "statement-print": SEE,
    "statement-export": SEE,
    "statement-new": {R.AGENCY_CLERK},
    "subsidy-receipt-new": {R.AGENCY_CLERK},
    "journal": JOURNAL,
    "trial-balance": JOURNAL,
}


@pytest.mark.parametrize("role", [role for role in Role if role is not R.HOSPITAL])
def test_pages_open_to_their_roles_only(window, signed_in, role: Role):
    client = signed_in(role)
    for name, roles in PAGES.items():
        args = [window.number] if name not in {"statements", "statement-new", "journal", "trial-balance"} else []
        answer = client.get(url(name, *args))
        # Read to the end, which closes the file behind it.
        b"".join(answer)
        assert answer.status_code == (200 if role in roles else 403), name


@pytest.mark.parametrize(
    "name",
    [
        *("statement-sign", "statement-check", "statement-issue", "statement-redraw", "statement-discard"),
        "journal-post",
    ],
)
def test_changes_are_posted_only(window, signed_in, name: str):
    args = [] if name == "journal-post" else [window.number]
    role = R.AGENCY_REVIEWER if name in {"statement-check", "statement-issue"} else R.AGENCY_CLERK
    assert signed_in(role).get(url(name, *args)).status_code == 405
    assert signed_in(R.SUPERVISOR).post(url(name, *args)).status_code == 403
